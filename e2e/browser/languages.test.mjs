/** Languages: the choice, the direction of what is copied by hand, and what is outside of the catalogue. */
import { pseudo, wordsOf, wrongInPseudo } from '../harness/languages.mjs';
import * as person from '../harness/person.mjs';
import { Phone, run } from '../harness/phone.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { amara, button, heading } = person;
const de = wordsOf('de');
const ar = wordsOf('ar');
const ja = wordsOf('ja');

const choose = (page, language) => page.getByRole('combobox').selectOption(language);
const password = (page, say) => page.getByLabel(say('field.password'), { exact: true });

async function expectSpoken(page, lang, dir) {
  await expect(page.getByRole('document')).toHaveAttribute('lang', lang);
  await expect(page.getByRole('document')).toHaveAttribute('dir', dir);
}

async function signIn(page, say, who = amara) {
  await page.getByLabel(say('field.email')).fill(who.email);
  await password(page, say).fill(who.password);
  await button(page, say('signIn.act')).click();
}

test.describe('where the system speaks French', () => {
  test.use({ env: { LC_ALL: 'fr_CA.UTF-8' } });

  test('the window does, too, until another language is chosen', async ({ page }) => {
    const fr = wordsOf('fr');
    await expectSpoken(page, 'fr', 'ltr');
    await expect(button(page, fr('first.create'))).toBeVisible();
    await expect(page.getByRole('combobox', { name: fr('preferences.language') })).toHaveValue('system');
    await choose(page, 'ja');
    await expectSpoken(page, 'ja', 'ltr');
    await expect(button(page, ja('first.create'))).toBeVisible();
    await choose(page, 'system');
    await expect(button(page, fr('first.create'))).toBeVisible();
  });
});

test(
  'a language that is chosen holds at once and after a restart, at the sign-in and inside',
  { tag: '@more' },
  async ({ begin, folder, open, start }) => {
    test.slow();
    const app = await start(folder);
    const page = await open(app.url);
    await person.createWorkspace(page);
    await person.lock(page);
    await expectSpoken(page, 'en-GB', 'ltr');
    await password(page, wordsOf('en')).fill('half a pass');
    await choose(page, 'de');
    await expectSpoken(page, 'de', 'ltr');
    await expect(heading(page, de('signIn.title'))).toBeVisible();
    await expect(password(page, de), 'what was typed is still there').toHaveValue('half a pass');
    await choose(page, 'ar');
    await expectSpoken(page, 'ar', 'rtl');
    await expect(heading(page, ar('signIn.title'))).toBeVisible();
    await expect(page.getByRole('combobox', { name: ar('preferences.language') })).toHaveValue('ar');
    await page.close();
    await app.stop();

    const next = await start(folder);
    const again = await open(next.url);
    await expectSpoken(again, 'ar', 'rtl');
    await signIn(again, ar);
    await button(again, ar('nav.preferences')).click();
    await expect(heading(again, ar('nav.preferences'))).toBeFocused();
    await expect(again.getByText(folder), 'a path begins with its slash').toHaveCSS('direction', 'ltr');
    await expectAccessible(again, 'Preferences in Arabic');
    await choose(again, 'ja');
    await expectSpoken(again, 'ja', 'ltr');
    await expect(heading(again, ja('nav.preferences'))).toBeVisible();
    await expect(button(again, ja('nav.profile'))).toBeVisible();
    await again.close();
    await next.stop();

    const last = await begin();
    await expectSpoken(last, 'ja', 'ltr');
    await expect(heading(last, ja('signIn.title'))).toBeVisible();
  },
);

/** The texts of what stands beside or in an element, as they are seen: row by row, from left to right. It runs in the page. */
const asSeen = (it) =>
  Array.from((it.matches('input') ? it.parentElement : it).querySelectorAll('span'), (part) => ({
    text: part.textContent,
    box: part.getBoundingClientRect(),
  }))
    .sort((a, b) => Math.round(a.box.top - b.box.top) || a.box.left - b.box.left)
    .map(({ text }) => text);

test('in Arabic 2FA is enabled with a key and digits that run from left to right', async ({ page }) => {
  await choose(page, 'ar');
  await button(page, ar('first.create')).click();
  await page.getByLabel(ar('create.workspace')).fill(amara.workspace);
  await page.getByLabel(ar('create.name')).fill(amara.name);
  await page.getByLabel(ar('field.email')).fill(amara.email);
  await password(page, ar).fill(amara.password);
  await button(page, ar('create.act')).click();
  await button(page, ar('enable.title')).click();
  const dialog = person.dialog(page);
  await password(dialog, ar).fill(amara.password);
  await button(dialog, ar('common.continue')).click();
  await expect(heading(page, ar('scan.title'))).toBeVisible();
  await expectSpoken(page, 'ar', 'rtl');

  const key = page.getByRole('group', { name: ar('scan.key'), exact: true });
  const groups = await key.evaluate(asSeen);
  expect(groups).toHaveLength(8);
  const uri = new URL(await run('zbarimg', ['--quiet', '--raw', 'PNG:-'], await page.screenshot()));
  expect(uri.searchParams.get('secret')).toBe(groups.join(''));
  await expectAccessible(page, 'Enable 2FA in Arabic, scanning');

  const phone = new Phone(groups.join(''));
  const code = await phone.next();
  const field = page.getByLabel(ar('code.label'));
  await field.pressSequentially(code.slice(0, 5));
  await expect(field).toHaveCSS('direction', 'ltr');
  await expect.poll(() => field.evaluate(asSeen)).toEqual([...code.slice(0, 5), '']);
  await field.pressSequentially(code[5]);
  const codes = page
    .getByRole('list', { name: ar('codes.title') })
    .getByText(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  await expect(codes).toHaveCount(10);
  for (const it of await codes.all()) await expect(it).toHaveCSS('direction', 'ltr');
  await expectAccessible(page, 'Enable 2FA in Arabic, recovery codes');
  await page.getByLabel(ar('keep.stored')).check();
  await button(page, ar('common.continue')).click();
  await expect(button(page, ar('twoFactor.edit'))).toBeVisible();
});

test.describe('in the language that nobody speaks', () => {
  test.use({ home: { owner: { ...amara, twoFactor: true }, members: 3, enrolled: 1 } });

  test('all text is from the catalogue, and has room at 1080 and 800', async ({ has, page }) => {
    test.slow();
    const names = Object.values(has).map(({ name }) => name);
    const initials = names.map((name) => name.replace(/(\p{L})\S*\s*/gu, '$1'));
    const given = [...names, ...initials, ...Object.keys(has), amara.workspace, 'English'];
    const wrong = [];
    const look = async (screen) => {
      for (const [width, height] of [
        [800, 600],
        [1080, 720],
      ]) {
        await page.setViewportSize({ width, height });
        for (const it of await wrongInPseudo(page, given)) wrong.push(`${screen}, ${width} wide: ${it}`);
      }
    };
    const made = (role, key) => page.getByRole(role, { name: pseudo(key) });
    await choose(page, 'en-XA');
    await expectSpoken(page, 'en-XA', 'ltr');
    await expect(made('heading', 'signIn.title')).toBeVisible();
    await look('Sign in');
    await page.getByLabel(pseudo('field.email')).fill(amara.email);
    await page.getByLabel(pseudo('field.password')).fill(amara.password);
    await made('button', 'signIn.act').click();
    await expect(page.getByLabel(pseudo('code.label'))).toBeFocused();
    await look('Verification code');
    await page.getByLabel(pseudo('code.label')).pressSequentially(await has[amara.email].phone.next());
    for (const [place, title = place] of [
      ['nav.contracts'],
      ['nav.profile'],
      ['twoFactor.edit'],
      ['nav.preferences'],
      ['nav.members'],
      ['nav.print_runs', 'runs.title'],
      ['nav.workspace'],
      ['nav.audit', 'audit.title'],
      ['nav.help'],
    ]) {
      await made('button', place).click();
      await expect(made('heading', title).first()).toBeVisible();
      await expect(page.getByRole('progressbar')).toHaveCount(0);
      await look(place);
    }
    await made('button', 'palette.title').click();
    await expect(made('dialog', 'palette.title')).toBeVisible();
    await look('Quick actions');
    await page.keyboard.press('Escape');
    await made('button', 'nav.members').click();
    await made('button', 'members.add').click();
    await expect(made('dialog', 'members.add')).toBeVisible();
    await look('Add member');
    expect(wrong).toEqual([]);
  });
});
