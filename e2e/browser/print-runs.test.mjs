/** Print runs: sheets for several members, on paper and in the ledger. */
import { apart } from '../harness/languages.mjs';
import { amara, button, dialog, heading, lock, signIn, signInByRecoveryCode } from '../harness/person.mjs';
import { run } from '../harness/phone.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const chidi = { name: 'Chidi Nwosu', email: 'chidi.nwosu@example.com' };
/** A name that is markup, and as long as names get. */
const hostile = {
  name: '<img src=x onerror=alert(1)> & "Őrs" \u05d0\u05d1',
  email: 'ors.o-neill+legal@a-very-long-subdomain.of-a-firm.example.com',
};

// Two members have 2FA on, and the owner has not.
const people = [chidi, hostile].map((it) => ({
  ...it,
  role: 'member',
  password: 'harbour ribbon walnut twelve',
}));
test.use({ home: { people, enrolled: 2 } });

/** Signs in an owner without 2FA, at the table; `has` says what the members have in hand. */
async function office(page) {
  await signIn(page);
  await button(page, 'Members').click();
}

const select = (page, name) =>
  page.getByLabel(`Select ${name === hostile.name ? apart(name) : name}`, { exact: true }).check();

/** From the selection to the question whether the sheets are on paper. */
async function makeSheets(page, reason) {
  await button(page, 'Print recovery sheets').click();
  await dialog(page).getByLabel('Reason').fill(reason);
  await button(dialog(page), 'Continue').click();
  await dialog(page).getByLabel('Your password', { exact: true }).fill(amara.password);
  await button(dialog(page), 'Create sheets').click();
  await expect(dialog(page).getByText('Did every page print?')).toBeVisible();
}

/** The pages as the printer gets them, each as text. */
async function onPaper(page) {
  const file = test.info().outputPath('run.pdf');
  await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true });
  const text = await run('pdftotext', ['-layout', file, '-']);
  const size = /Page size:\s+([\d.]+) x ([\d.]+)/.exec(await run('pdfinfo', [file]));
  return { pages: text.split('\f').filter((p) => p.trim()), size: size.slice(1, 3).map(Number) };
}

const codesOn = (text) => text.match(/([0-9A-Z]{4}-){3}[0-9A-Z]{4}/g) ?? [];

test('sheets for two members are printed, put in force, handed over, and open their profiles', async ({
  has,
  page,
}) => {
  await office(page);
  for (const { name } of [chidi, hostile]) await select(page, name);
  await expect(page.getByText('Replaces 2 current sheets.')).toBeVisible();
  await button(page, 'Print recovery sheets').click();
  await expect(dialog(page).getByText('2 members will get a new sheet.')).toBeVisible();
  await expect(dialog(page).getByText('2 of them have a sheet; those codes stop working.')).toBeVisible();
  await expectAccessible(page, 'Print recovery sheets');
  await button(dialog(page), 'Continue').click();
  await expect(dialog(page).getByText('Enter a reason.')).toBeVisible();
  await button(dialog(page), 'Cancel').click();

  await makeSheets(page, 'Yearly <b>renewal</b>');
  await expectAccessible(page, 'Did every page print?');
  const { pages, size } = await onPaper(page);
  expect(pages).toHaveLength(3);
  expect(size.map(Math.round)).toEqual([595, 842]);
  const [cover, ...sheets] = pages;
  for (const words of [
    'Print run 1',
    'Yearly <b>renewal</b>',
    'Amara Okafor',
    'There are no codes on this page',
  ])
    expect(cover).toContain(words);
  // A fingerprint on it has the form of a code.
  expect(codesOn(cover).filter((code) => sheets.some((sheet) => sheet.includes(code)))).toEqual([]);
  expect(sheets.filter((s) => s.includes(chidi.name) && s.includes(chidi.email))).toHaveLength(1);
  for (const sheet of sheets) {
    expect(new Set(codesOn(sheet)).size).toBe(10);
    for (const words of [
      'Check word',
      'fold back',
      'fold forward',
      'Print run',
      'whose codes no longer work',
    ])
      expect(sheet).toContain(words);
  }

  // The print dialog was cancelled: whatever key is pressed, the old codes stay.
  await expect(button(dialog(page), 'Print again')).toBeFocused();
  const activate = button(dialog(page), 'Activate new codes');
  for (const key of ['Enter', 'Escape', 'Escape']) {
    await page.keyboard.press(key);
    await expect(activate).toBeDisabled();
    await expect(dialog(page).getByText('Did every page print?')).toBeVisible();
  }
  await page.getByLabel('I have all 3 pages').check();
  await button(dialog(page), 'Print again').click();
  await expect(dialog(page).getByRole('checkbox', { checked: false })).toBeVisible();
  await expect(activate).toBeDisabled();
  await page.getByLabel('I have all 3 pages').check();
  await activate.click();
  await expect(dialog(page).getByText('2 of 2 members have new codes.')).toBeVisible();
  await expectAccessible(page, 'a run’s result');
  await button(dialog(page), 'Show print run').click();
  await expect(heading(page, 'Print run 1')).toBeVisible();
  expect((await onPaper(page)).pages.flatMap(codesOn), 'no codes are left on the page').toEqual([]);
  await expectAccessible(page, 'Print run 1');
  const rows = page.getByRole('row');
  await expect(rows.filter({ hasText: hostile.name }).getByText('Issued')).toBeVisible();

  // One by keyboard, then the rest.
  await rows.nth(1).focus();
  await page.keyboard.press('Space');
  await button(page, 'Mark as handed over').click();
  await expect(rows.nth(1).getByText('Handed over')).toBeVisible();
  await button(page, 'Mark it as handed over').click();
  await expect(rows.nth(2).getByText('Handed over')).toBeVisible();
  await button(page, 'Print runs').first().click();
  await expect(rows.nth(1).getByText('Yearly <b>renewal</b>')).toBeVisible();
  await expectAccessible(page, 'Print runs');
  await page.getByRole('button', { name: /Not confirmed/ }).click();
  await expect(rows.filter({ hasText: chidi.name })).toBeVisible();
  await expectAccessible(page, 'Not confirmed');

  // The old code is void, the new one opens.
  const sheet = sheets.find((s) => s.includes(chidi.email));
  await lock(page);
  await signInByRecoveryCode(page, has[chidi.email].codes[0], people[0]);
  await expect(page.getByText(/That code isn’t on sheet/)).toBeVisible();
  await page.getByLabel('Recovery code').fill('');
  await page.getByLabel('Recovery code').pressSequentially(codesOn(sheet)[0]);
  await button(page, 'Use recovery code').click();
  await expect(page.getByRole('heading', { name: /^You used recovery code \d+\.$/ })).toBeVisible();
});

test(
  'sheets that were discarded never work, and the old ones do; Letter is printed as Letter',
  { tag: '@more' },
  async ({ has, page }) => {
    await office(page);
    await select(page, chidi.name);
    await button(page, 'Print recovery sheets').click();
    await dialog(page).getByText('Letter', { exact: true }).click();
    await button(dialog(page), 'Cancel').click();
    await button(page, 'Print recovery sheets').click();
    const reason = `A try ${`${'W'.repeat(16)} `.repeat(6)}of all`; // as long and as wide as they get
    await dialog(page).getByLabel('Reason').fill(reason);
    await dialog(page).getByText('Letter', { exact: true }).click();
    await button(dialog(page), 'Continue').click();
    await dialog(page).getByLabel('Your password', { exact: true }).fill('not my password');
    await button(dialog(page), 'Create sheets').click();
    await expect(dialog(page).getByRole('alert')).toBeVisible();
    await dialog(page).getByLabel('Your password', { exact: true }).fill(amara.password);
    await button(dialog(page), 'Create sheets').click();
    await expect(dialog(page).getByText('Did every page print?')).toBeVisible();
    const { size, pages } = await onPaper(page);
    expect(size.map(Math.round)).toEqual([612, 792]);
    expect(pages).toHaveLength(2);
    await page.emulateMedia({ media: 'print' });
    const cut = await page
      .getByText(reason)
      .filter({ visible: true })
      .evaluate((it) => [it.innerText, it.scrollHeight > it.clientHeight]);
    expect(cut).toEqual([reason, false]);
    await page.emulateMedia({ media: null });
    await page.keyboard.press('Escape');
    await expect(dialog(page).getByText('Did every page print?')).toBeVisible();
    await button(dialog(page), 'Discard sheets').click();
    await expect(dialog(page).getByText('Discarded. Everyone keeps their old codes.')).toBeVisible();
    await button(dialog(page), 'Show print run').click();
    await expect(heading(page, 'Print run 1')).toBeVisible();
    await expect(page.getByText(/Cancelled/).first()).toBeVisible();
    await expect(
      page.getByText('Chidi Nwosu has no sheet from this run and keeps the old one.'),
    ).toBeVisible();
    await expectAccessible(page, 'a cancelled run');
    await lock(page);
    await signInByRecoveryCode(page, has[chidi.email].codes[0], people[0]);
    await expect(page.getByText(/You used recovery code 1/).first()).toBeVisible();
  },
);

test('locking with sheets on the way throws them away', { tag: '@more' }, async ({ has, page }) => {
  await office(page);
  await select(page, chidi.name);
  await makeSheets(page, 'A fire alarm');
  await lock(page);
  expect((await onPaper(page)).pages.flatMap(codesOn)).toEqual([]);
  await signInByRecoveryCode(page, has[chidi.email].codes[0], people[0]);
  await expect(page.getByText(/You used recovery code 1/).first()).toBeVisible();
});

test(
  'an export asks for a passphrase twice, and a file in clear for a yes',
  { tag: '@more' },
  async ({ page }) => {
    await office(page);
    await select(page, chidi.name);
    await button(page, 'Export recovery sheets').click();
    await dialog(page).getByLabel('Reason').fill('For the safe');
    await expectAccessible(page, 'Export recovery sheets');
    await dialog(page).getByLabel('Passphrase', { exact: true }).fill('seven walnut ribbons in a row');
    await dialog(page).getByLabel('Passphrase again').fill('seven walnut ribbons');
    await button(dialog(page), 'Continue').click();
    await expect(dialog(page).getByText('The passphrases don’t match.')).toBeVisible();
    await dialog(page).getByText('Keys', { exact: true }).click();
    await expectAccessible(page, 'Export for recipient keys');
    await dialog(page).getByText('PDF', { exact: true }).click();
    await expect(button(dialog(page), 'Continue')).toBeDisabled();
    await expectAccessible(page, 'Export in clear');
    await dialog(page).getByLabel('Export without encryption').check();
    await button(dialog(page), 'Continue').click();
    await expect(dialog(page).getByLabel('Your password', { exact: true })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog(page).getByLabel('Reason'), 'what was typed stays').toHaveValue('For the safe');
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toHaveCount(0);
  },
);

test(
  'print runs say what will be there, and members without 2FA why they get no sheet',
  { tag: '@more' },
  async ({ page }) => {
    await signIn(page);
    await button(page, 'Print runs').click();
    await expect(page.getByText('No print runs yet')).toBeVisible();
    await expectAccessible(page, 'Print runs, none yet');
    await button(page, 'Choose members').click();
    await select(page, amara.name);
    await button(page, 'Print recovery sheets').click();
    await expect(dialog(page).getByText('None of these members can get a sheet yet.')).toBeVisible();
    await expect(dialog(page).getByText(/hasn’t turned on 2FA/)).toBeVisible();
    await expect(button(dialog(page), 'Continue')).toHaveCount(0);
    await expectAccessible(page, 'nobody can get a sheet');
  },
);

test.describe('with a member whose name no font has', () => {
  // A letter of a private plane, which no computer can draw.
  const boxed = {
    ...chidi,
    name: 'Chidi \u{F0001}',
    role: 'member',
    password: 'harbour ribbon walnut twelve',
  };
  test.use({ home: { people: [boxed], enrolled: 1 } });

  test(
    'an admin is told whose sheet will have boxes before it is made',
    { tag: '@more' },
    async ({ page }) => {
      await office(page);
      await select(page, boxed.name);
      await button(page, 'Print recovery sheets').click();
      await expect(
        dialog(page).getByText('1 member’s name or email has characters that this computer has no font for.'),
      ).toBeVisible();
      await expect(dialog(page).getByText('Missing: U+F0001')).toBeVisible();
      await expect(dialog(page).getByText(boxed.email)).toBeVisible();
      await expectAccessible(page, 'Print recovery sheets, with a name that cannot be printed');
      await expect(button(dialog(page), 'Continue')).toBeEnabled();
    },
  );
});

test.describe('with sheets that are left to an owner', () => {
  const admins = ['Noah Kim', 'Nora Hill'].map((name, i) => ({
    name,
    email: `admin${i}@example.com`,
    role: 'admin',
    password: 'harbour ribbon walnut twelve',
  }));
  test.use({ home: { people: [...admins, people[0]], enrolled: 3 } });

  test('an admin marks the others, and is told before whose are left', { tag: '@more' }, async ({ page }) => {
    await office(page);
    for (const { name } of [...admins, chidi]) await select(page, name);
    await makeSheets(page, 'Yearly renewal');
    const codes = (await onPaper(page)).pages.filter((it) => it.includes(admins[0].email)).map(codesOn);
    await page.getByLabel('I have all 4 pages').check();
    await button(dialog(page), 'Activate new codes').click();
    await button(dialog(page), 'Show print run').click();
    await expect(button(page, 'Mark all 3 as handed over')).toBeVisible();
    await expect(page.getByText('Only an owner can mark')).toHaveCount(0);

    await lock(page);
    await signInByRecoveryCode(page, codes.find((it) => it.length === 10)[0], admins[0]);
    await button(page, 'Continue').click();
    await button(page, 'Print runs').click();
    await page.getByRole('row', { name: 'Yearly renewal' }).click();
    await expect(page.getByText('Only an owner can mark or cancel the sheet of Nora Hill.')).toBeVisible();
    await expectAccessible(page, 'A print run with a sheet that is left to an owner');
    const row = (name) => page.getByRole('row').filter({ hasText: name });
    await page.getByLabel(/^Select sheet .* of Nora Hill$/).check();
    await expect(page.getByText('1 of these is left to an owner.')).toBeVisible();
    await expect(button(page, 'Mark as handed over')).toBeDisabled();
    await expect(button(page, 'Cancel sheets…')).toBeDisabled();
    await button(page, 'Clear').click();
    await button(page, 'Mark 2 as handed over').click();
    for (const { name } of [admins[0], chidi]) await expect(row(name).getByText('Handed over')).toBeVisible();
    await expect(row('Nora Hill').getByText('Issued')).toBeVisible();
    await expect(button(page, 'Mark 2 as handed over')).toHaveCount(0);
  });
});
