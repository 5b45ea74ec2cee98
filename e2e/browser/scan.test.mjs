/** The QR code as a camera sees it: read from pictures of the page, for the longest names that are allowed. */
import { apart } from '../harness/languages.mjs';
import * as person from '../harness/person.mjs';
import { Phone, run } from '../harness/phone.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { amara, button, dialog } = person;

const names = {
  Latin: 'Überörtliche Sozietät für Gesellschaftsrecht ',
  Cyrillic: 'Нотариальная контора на Невском проспекте ',
  Arabic: 'مكتب المحاماة والاستشارات القانونية ',
  Thai: 'สำนักงานกฎหมายและทนายความ',
  Hindi: 'विधि एवं परामर्श कार्यालय ',
  Japanese: '弁護士法人中央総合法律事務所',
};
/** Of 254 characters. */
const longest = `${'amara.okafor-'.repeat(19)}@ex.com`;

async function scan(page) {
  return new URL(await run('zbarimg', ['--quiet', '--raw', 'PNG:-'], await page.screenshot()));
}

/** How many of the screen's pixels a module of the QR code has. */
const pixels = (within) =>
  within
    .getByRole('img', { name: /^QR code for/ })
    .evaluate((svg) => (svg.getBoundingClientRect().width * devicePixelRatio) / svg.viewBox.baseVal.width);

/** The others differ by their letters alone. */
const first = 'Arabic';

for (const [script, words] of Object.entries(names)) {
  const tag = script === first ? [] : '@more';
  test(
    `the QR code is read with the longest names in ${script}, as it stands and enlarged`,
    { tag },
    async ({ page }) => {
      expect(longest).toHaveLength(254);
      const workspace = [...words.repeat(9)].slice(0, 120).join('').trim();
      await person.createWorkspace(page, { ...amara, workspace, email: longest });
      await person.beginEnrolment(page);
      const key = (await page.getByRole('group', { name: 'Key', exact: true }).innerText()).replace(
        /\s/g,
        '',
      );

      const uri = await scan(page);
      expect(uri.searchParams.get('secret')).toBe(key);
      expect(decodeURIComponent(uri.pathname)).toBe(`/${longest}`);
      const issuer = uri.searchParams.get('issuer');
      const named = /[\u0590-\u08ff]/.test(issuer) ? apart(issuer) : issuer;
      const told = page.getByText(`Your app will show “${named}” and “${longest}”.`);
      // What does not fit the app's screen is cut, and the page says so.
      const whole = issuer === workspace;
      expect(whole ? issuer : issuer.replace(/…$/, '')).toBe(
        whole ? workspace : workspace.slice(0, issuer.length - 1),
      );
      expect([...issuer].length).toBeGreaterThan(30);
      await expect(told).toHaveCount(whole ? 0 : 1);
      const small = await pixels(page);
      expect(small).toBeGreaterThanOrEqual(3);
      expect(small % 1, 'a module is a whole number of pixels').toBe(0);

      await button(page, 'Enlarge').click();
      await expect(dialog(page).getByRole('img')).toBeVisible();
      const large = await pixels(dialog(page));
      expect(large).toBeGreaterThanOrEqual(5);
      expect(large % 1).toBe(0);
      expect(await scan(page)).toEqual(uri);
      await page.keyboard.press('Escape');
      await expect(dialog(page)).toHaveCount(0);

      await person.typeCode(page, await new Phone(key).next());
      expect(await person.readCodes(page)).toHaveLength(10);
    },
  );
}

test(
  'the QR code is enlarged by a click, and Escape, Close or a click end it where it began',
  { tag: '@more' },
  async ({ page }) => {
    await person.createWorkspace(page);
    await person.beginEnrolment(page);
    const picture = page.getByRole('img', { name: /^QR code for/ });
    const { width } = await picture.boundingBox();
    expect(width).toBeGreaterThanOrEqual(17 * 16);
    const enlarge = button(page, 'Enlarge');
    const over = dialog(page);

    await enlarge.focus();
    await page.keyboard.press('Enter');
    await expect(over).toBeVisible();
    await expectAccessible(page, 'the QR code, enlarged');
    await page.keyboard.press('Escape');
    await expect(over).toHaveCount(0);
    await expect(enlarge).toBeFocused();

    await enlarge.click();
    await button(over, 'Close').click();
    await expect(over).toHaveCount(0);
    await expect(enlarge).toBeFocused();

    await picture.click();
    await over.getByRole('img').click();
    await expect(over).toHaveCount(0);
  },
);

test(
  'enlarged, the QR code is white in the dark and read at any ratio of pixels',
  { tag: '@more' },
  async ({ app, open, page }) => {
    await person.createWorkspace(page);
    await page.close();
    for (const zoom of [1.25, 2]) {
      const other = await open(app.url, { dark: true, zoom });
      await person.givePassword(other);
      await person.toProfile(other);
      await person.beginEnrolment(other);
      await button(other, 'Enlarge').click();
      await expect(dialog(other).getByRole('img')).toBeVisible();
      expect((await scan(other)).href).toMatch(/^otpauth:\/\/totp\//);
      const module = await pixels(dialog(other)); // Chromium lays out in parts of 1/64 of a pixel
      expect(Math.abs(module - Math.round(module)), `${module} pixels`).toBeLessThan(1e-3);
      await other.close();
    }
  },
);
