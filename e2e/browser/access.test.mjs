/** For everybody: what changes is said, the focus shows, names run in their own direction, longer words stay inside. */
import * as members from '../harness/members.mjs';
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button, dialog } = person;
const { row, toMembers } = members;

/** Marks an element, so that another in its place is told from it. */
const mark = (it) => it.evaluate((element) => element.setAttribute('data-before', ''));
const expectNew = (it) => expect(it).not.toHaveAttribute('data-before');

test('a second toast, a count and a password’s strength are new elements, so that they are heard', async ({
  page,
}) => {
  await person.toCreate(page);
  const hint = page.getByText('Use at least 15 characters.');
  await mark(hint);
  await page.getByLabel('Password', { exact: true }).fill('short');
  await expect(hint).toHaveCount(0);
  await expect(page.getByRole('status').filter({ hasText: 'Weak' })).toBeVisible();
  await expectNew(page.getByText('Weak'));
  await page.getByLabel('Password', { exact: true }).fill('');

  await person.fillWorkspace(page);
  const saved = page.getByText('Name saved.');
  for (const name of ['Amara', 'Amara O.']) {
    await page.getByLabel('Name', { exact: true }).fill(name);
    await button(page, 'Save').click();
    await expect(button(page, 'Save')).toHaveCount(0);
    await expectNew(saved);
    await mark(saved);
  }

  await toMembers(page);
  await mark(page.getByText('1 member', { exact: true }));
  await page.getByRole('searchbox').fill('nobody');
  await expectNew(page.getByText('No members', { exact: true }));
});

test('Help answers where a button opens the question', { tag: '@more' }, async ({ page }) => {
  await person.createWorkspace(page);
  await button(page, 'Help').click();
  const question = button(page, 'I lost both');
  await expect(question).toHaveAttribute('aria-expanded', 'false');
  await question.click();
  await expect(question).toHaveAttribute('aria-expanded', 'true');
  await expect(page.getByText('Look for the recovery sheet first.')).toBeVisible();
  await expectAccessible(page, 'Help, with an answer');
});

test.describe('with 2FA on', () => {
  test.use({ home: { owner: { ...person.amara, twoFactor: true } } });

  const slots = (field) =>
    field.evaluate((input) =>
      [...input.parentElement.children]
        .filter((it) => it !== input)
        .map((it) => ({
          focus: getComputedStyle(it).outlineStyle !== 'none',
          left: it.getBoundingClientRect().left,
        })),
    );

  test(
    'the code field shows its focus before anything is typed, and runs from left to right',
    { tag: '@more' },
    async ({ page }) => {
      await person.givePassword(page);
      const field = page.getByLabel('Verification code');
      await expect(field).toBeFocused();
      await expect.poll(async () => (await slots(field)).map(({ focus }) => focus).indexOf(true)).toBe(0);
      await page.evaluate(() => (document.documentElement.dir = 'rtl'));
      const lefts = (await slots(field)).map(({ left }) => left);
      expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));
    },
  );
});

test('the key’s groups run from left to right where the words do not', { tag: '@more' }, async ({ page }) => {
  await person.createWorkspace(page);
  await person.beginEnrolment(page);
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  const lefts = await page
    .getByRole('group', { name: 'Key', exact: true })
    .evaluate((key) => [...key.children].slice(0, 2).map((it) => it.getBoundingClientRect().left));
  expect(lefts[0]).toBeLessThan(lefts[1]);
});

test.describe('with names in other scripts', () => {
  const people = [
    { name: 'عبد الرحمن محمد عبد العزيز الأنصاري', email: 'abdulrahman@example.com', role: 'member' },
    { name: 'נעמה בן־דוד', email: 'naama@example.com', role: 'member' },
    { name: 'Søren Åberg', email: 'soren@example.com', role: 'member' },
  ];
  test.use({ home: { owner: { ...person.amara, workspace: 'مكتب الشمال للمحاماة' }, people } });

  test(
    'a name runs in the direction of its script, and begins where the others do',
    { tag: '@more' },
    async ({ page }) => {
      await expect(page.getByRole('heading', { name: 'مكتب الشمال للمحاماة' })).toHaveCSS('direction', 'rtl');
      await person.givePassword(page);
      await toMembers(page);
      for (const { name, email } of people) {
        const cell = row(page, email).getByRole('gridcell', { name, exact: true });
        await expect(cell).toHaveCSS('direction', name === 'Søren Åberg' ? 'ltr' : 'rtl');
        const [gap, cut] = await cell.evaluate((it) => {
          const range = document.createRange();
          range.selectNodeContents(it);
          const [words, box] = [range.getBoundingClientRect(), it.getBoundingClientRect()];
          return [words.left - box.left, it.scrollWidth > it.clientWidth];
        });
        // One that is too long begins at its right edge; the others stand below the head of the column.
        if (!cut) expect(gap).toBeLessThan(12);
      }
      await row(page, people[0].email).getByRole('gridcell', { name: people[0].name, exact: true }).click();
      await expect(page.getByRole('heading', { name: people[0].name })).toHaveCSS('direction', 'rtl');
      await button(page, 'Remove').click();
      await expect(dialog(page).getByLabel('Your password')).toBeFocused();
    },
  );

  for (const width of [1080, 800]) {
    const tag = '@more';
    test(`words that are longer by 40 % stay in a window ${width} wide`, { tag }, async ({ app, open }) => {
      const page = await open(app.url, { width, height: 600 });
      await person.givePassword(page);
      await toMembers(page);
      await page.getByRole('checkbox', { name: 'Select all rows' }).check();
      // At 13 px a letter takes some 6.5: so many more make a word longer by 40 %.
      await page.evaluate(() => document.documentElement.style.setProperty('--track-body', '0.2em'));
      const outside = () =>
        page.getByRole('main').evaluate((main) => {
          const edge = main.getBoundingClientRect();
          return [...main.querySelectorAll('button, input, select, h1, [role=region] *')]
            .filter((it) => !it.closest('[role=grid]'))
            .filter((it) => {
              const box = it.getBoundingClientRect();
              return (
                box.left < edge.left || box.right > edge.right + 0.5 || it.scrollWidth > it.clientWidth + 1
              );
            })
            .filter((it) => getComputedStyle(it).display !== 'inline' && it.clientWidth > 1)
            .map((it) => it.textContent || it.getAttribute('aria-label'));
        });
      await expect.poll(outside).toEqual([]);
    });
  }
});

// What has no border or words of its own must differ from what is behind it, in the few colours that are left.
const seen = (it, what = 'background-color') =>
  it.evaluate((element, name) => {
    const colour = (of, property) => getComputedStyle(of).getPropertyValue(property);
    let behind = element.parentElement;
    while (behind && colour(behind, 'background-color') === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
    const own = colour(element, name);
    return (
      own !== 'rgba(0, 0, 0, 0)' &&
      own !== (behind ? colour(behind, 'background-color') : 'rgb(255, 255, 255)')
    );
  }, what);

/* eslint-disable playwright/no-raw-locators -- what is only drawn has no role */
for (const colorScheme of ['light', 'dark']) {
  const tag = colorScheme === 'light' ? [] : '@more';
  test(
    `in forced colours, ${colorScheme}, focus, icons, choices and strength are seen`,
    { tag },
    async ({ page }) => {
      await page.emulateMedia({ forcedColors: 'active', colorScheme });
      await person.toCreate(page);
      const field = page.getByLabel('Password', { exact: true });
      for (const [password, on] of [
        ['short', 1],
        [person.amara.password, 4],
      ]) {
        await field.fill(password);
        const bars = page.locator('.strength i');
        await expect(page.locator('.strength i.on')).toHaveCount(on);
        for (let i = 0; i < on; i++) expect(await seen(bars.nth(i)), `bar ${i + 1} of ${on}`).toBe(true);
        for (const bar of await bars.all()) await expect(bar).toHaveCSS('border-top-style', 'solid'); // so is how far it goes
      }
      await page.keyboard.press('Tab');
      await expect(page.locator(':focus')).not.toHaveCSS('outline-style', 'none');

      await person.fillWorkspace(page);
      await button(page, 'Preferences').click();
      const theme = page.getByRole('radio', { name: 'System' }).first();
      const label = (radio) => radio.locator('..');
      expect(await seen(label(theme)), 'the choice that is made').toBe(true);
      const fill = (radio) => label(radio).evaluate((element) => getComputedStyle(element).backgroundColor);
      const other = await fill(page.getByRole('radio', { name: 'Dark' }));
      expect(await fill(theme), 'the choice that is made, beside another').not.toBe(other);
      await theme.focus();
      await page.keyboard.press('ArrowRight');
      await expect(label(page.locator(':focus'))).not.toHaveCSS('outline-style', 'none');
      for (const icon of await page.locator('nav svg').all())
        expect(await seen(icon, 'stroke'), 'an icon').toBe(true);
      await expect(page.locator('nav [aria-current]')).toHaveCSS('outline-style', 'solid');
    },
  );
}
/* eslint-enable playwright/no-raw-locators */

// A window of 1080 by 720 has half of that for the page.
test('at 200 % nothing leaves the window, and a toast stays on it', async ({ page }) => {
  await person.createWorkspace(page);
  await page.setViewportSize({ width: 540, height: 360 });
  const inside = () =>
    page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  for (const name of ['Profile', 'Workspace', 'Preferences', 'Members', 'Contracts', 'Help']) {
    await button(page, name).first().click();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect(await inside(), name).toBe(true);
  }
  await button(page, 'Profile').click();
  await page.getByLabel('Name', { exact: true }).fill('Amara O.');
  await button(page, 'Save').click();
  const toast = page.getByText('Name saved.');
  await expect(toast).toBeInViewport({ ratio: 1 });
  expect(await inside(), 'with a toast').toBe(true);
});
