/** Print runs: sheets for several members, on paper and in the ledger. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import test from 'node:test';
import { assertAccessible } from '../harness/browser.mjs';
import { later } from '../harness/later.mjs';
import {
  amara,
  button,
  createWorkspace,
  dialog,
  heading,
  lock,
  signInByRecoveryCode,
} from '../harness/person.mjs';
import { run } from '../harness/phone.mjs';
import { scene } from '../harness/scene.mjs';
import { chidi, hostile, join } from '../harness/team.mjs';

/** An owner without 2FA, and members with it. */
async function office(t, ...people) {
  const all = await scene(t);
  await createWorkspace(all.page);
  const team = [];
  for (const who of people) team.push(await join(all.page, who, amara));
  await button(all.page, 'Members').click();
  return { ...all, team };
}

const select = (page, name) => page.getByLabel(`Select ${name}`, { exact: true }).check();

/** From the selection to the question whether the sheets are on paper. */
async function makeSheets(page, reason) {
  await button(page, 'Print recovery sheets').click();
  await dialog(page).getByLabel('Reason').fill(reason);
  await button(dialog(page), 'Continue').click();
  await dialog(page).getByLabel('Your password', { exact: true }).fill(amara.password);
  await button(dialog(page), 'Make the sheets').click();
  await dialog(page).getByText('Did every page print?').waitFor();
}

/** The pages as the printer gets them, each as text. */
async function onPaper(t, page, options = {}) {
  const folder = await mkdtemp(path(tmpdir(), 'paper-'));
  later(t, () => rm(folder, { recursive: true, force: true }));
  const file = path(folder, 'run.pdf');
  await writeFile(file, await page.pdf({ preferCSSPageSize: true, printBackground: true, ...options }));
  const text = await run('pdftotext', ['-layout', file, '-']);
  const size = /Page size:\s+([\d.]+) x ([\d.]+)/.exec(await run('pdfinfo', [file]));
  return { file, pages: text.split('\f').filter((p) => p.trim()), size: size.slice(1, 3).map(Number) };
}

const codesOn = (text) => text.match(/([0-9A-Z]{4}-){3}[0-9A-Z]{4}/g) ?? [];

test('sheets for two members are printed, put in force, handed over, and open their profiles', async (t) => {
  const { page, team } = await office(t, chidi, hostile);
  for (const { who } of team) await select(page, who.name);
  await page.getByText('New sheets replace the 2 that are out.').waitFor();
  await button(page, 'Print recovery sheets').click();
  await dialog(page).getByText('2 members get a new sheet.').waitFor();
  await dialog(page).getByText('New sheets replace the 2 that are out, whose codes stop working.').waitFor();
  await assertAccessible(page, 'Print recovery sheets');
  await button(dialog(page), 'Continue').click();
  await dialog(page).getByText('The reason is missing.').waitFor();
  await button(dialog(page), 'Cancel').click();

  await makeSheets(page, 'Yearly <b>renewal</b>');
  await assertAccessible(page, 'Did every page print?');
  const { pages, size } = await onPaper(t, page);
  assert.equal(pages.length, 3);
  assert.deepEqual(size.map(Math.round), [595, 842]);
  const [cover, ...sheets] = pages;
  for (const words of [
    'Print run 1',
    'Yearly <b>renewal</b>',
    'Amara Okafor',
    'There are no codes on this page',
  ])
    assert.ok(cover.includes(words), `the cover says ${words}\n${cover}`);
  // A fingerprint on it has the form of a code.
  assert.deepEqual(
    codesOn(cover).filter((code) => sheets.some((sheet) => sheet.includes(code))),
    [],
  );
  assert.ok(sheets.some((s) => s.includes(chidi.name) && s.includes(chidi.email)));
  for (const sheet of sheets) {
    assert.equal(new Set(codesOn(sheet)).size, 10);
    for (const words of [
      'Check word',
      'fold back',
      'fold forward',
      'Print run',
      'whose codes no longer work',
    ])
      assert.ok(sheet.includes(words), words);
  }

  // The print dialog was cancelled: whatever key is pressed, the old codes stay.
  assert.ok(await button(dialog(page), 'Print again').evaluate((it) => it === document.activeElement));
  const activate = button(dialog(page), 'Activate new codes');
  for (const key of ['Enter', 'Escape', 'Escape']) {
    await page.keyboard.press(key);
    assert.ok(await activate.isDisabled());
    await dialog(page).getByText('Did every page print?').waitFor();
  }
  await page.getByLabel('I have all 3 pages').check();
  await button(dialog(page), 'Print again').click();
  await dialog(page).getByRole('checkbox', { checked: false }).waitFor();
  assert.ok(await activate.isDisabled());
  await page.getByLabel('I have all 3 pages').check();
  await activate.click();
  await dialog(page).getByText('2 of 2 members have new codes.').waitFor();
  await assertAccessible(page, 'a run’s result');
  await button(dialog(page), 'Show the run').click();
  await heading(page, 'Print run 1').waitFor();
  assert.equal((await onPaper(t, page)).pages.flatMap(codesOn).length, 0, 'no codes are left on the page');
  await assertAccessible(page, 'Print run 1');
  const rows = page.getByRole('row');
  await rows.filter({ hasText: hostile.name }).getByText('Issued').waitFor();

  // One by keyboard, then the rest.
  await rows.nth(1).focus();
  await page.keyboard.press('Space');
  await button(page, 'Mark as handed over').click();
  await rows.nth(1).getByText('Handed over').waitFor();
  await button(page, 'Mark it as handed over').click();
  await rows.nth(2).getByText('Handed over').waitFor();
  await button(page, 'Print runs').first().click();
  await rows.nth(1).getByText('Yearly <b>renewal</b>').waitFor();
  await assertAccessible(page, 'Print runs');
  await page.getByRole('button', { name: /Not acknowledged/ }).click();
  await rows.filter({ hasText: chidi.name }).waitFor();
  await assertAccessible(page, 'Not acknowledged');

  // The old code is void, the new one opens.
  const sheet = sheets.find((s) => s.includes(chidi.email));
  await lock(page);
  await signInByRecoveryCode(page, team[0].codes[0], chidi);
  await page.getByText(/That code is not on sheet/).waitFor();
  await page.getByLabel('Recovery code').fill('');
  await page.getByLabel('Recovery code').pressSequentially(codesOn(sheet)[0]);
  await button(page, 'Use recovery code').click();
  await heading(page, /You used recovery code \d+\./)
    .or(page.getByText(/You used recovery code/))
    .first()
    .waitFor();
});

test('sheets that were discarded never work, and the old ones do; Letter is printed as Letter', async (t) => {
  const { page, team } = await office(t, chidi);
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
  await button(dialog(page), 'Make the sheets').click();
  await dialog(page).getByRole('alert').waitFor();
  await dialog(page).getByLabel('Your password', { exact: true }).fill(amara.password);
  await button(dialog(page), 'Make the sheets').click();
  await dialog(page).getByText('Did every page print?').waitFor();
  const { size, pages } = await onPaper(t, page);
  assert.deepEqual(size.map(Math.round), [612, 792]);
  assert.equal(pages.length, 2);
  await page.emulateMedia({ media: 'print' });
  const cut = await page
    .locator('.cover .reason')
    .evaluate((it) => [it.innerText, it.scrollHeight > it.clientHeight]);
  assert.deepEqual(cut, [reason, false]);
  await page.emulateMedia({ media: null });
  await page.keyboard.press('Escape');
  await dialog(page).getByText('Did every page print?').waitFor();
  await button(dialog(page), 'Discard sheets').click();
  await dialog(page).getByText('Discarded. Everyone keeps their old codes.').waitFor();
  await button(dialog(page), 'Show the run').click();
  await heading(page, 'Print run 1').waitFor();
  await page
    .getByText(/Cancelled/)
    .first()
    .waitFor();
  await page.getByText('Chidi Nwosu has no sheet of this run and keeps the old one.').waitFor();
  await assertAccessible(page, 'a cancelled run');
  await lock(page);
  await signInByRecoveryCode(page, team[0].codes[0], chidi);
  await page
    .getByText(/You used recovery code 1/)
    .first()
    .waitFor();
});

test('locking with sheets on the way throws them away', async (t) => {
  const { page, team } = await office(t, chidi);
  await select(page, chidi.name);
  await makeSheets(page, 'A fire alarm');
  await lock(page);
  assert.equal((await onPaper(t, page)).pages.flatMap(codesOn).length, 0);
  await signInByRecoveryCode(page, team[0].codes[0], chidi);
  await page
    .getByText(/You used recovery code 1/)
    .first()
    .waitFor();
});

test('an export asks for a passphrase twice, and a file in clear for a yes', async (t) => {
  const { page } = await office(t, chidi);
  await select(page, chidi.name);
  await button(page, 'Export recovery sheets').click();
  await dialog(page).getByLabel('Reason').fill('For the safe');
  await assertAccessible(page, 'Export recovery sheets');
  await dialog(page).getByLabel('Passphrase', { exact: true }).fill('seven walnut ribbons in a row');
  await dialog(page).getByLabel('Passphrase again').fill('seven walnut ribbons');
  await button(dialog(page), 'Continue').click();
  await dialog(page).getByText('The two passphrases are not the same.').waitFor();
  await dialog(page).getByText('Keys', { exact: true }).click();
  await assertAccessible(page, 'Export for recipient keys');
  await dialog(page).getByText('PDF', { exact: true }).click();
  assert.ok(await button(dialog(page), 'Continue').isDisabled());
  await assertAccessible(page, 'Export in clear');
  await dialog(page).getByLabel('I take the file unencrypted').check();
  await button(dialog(page), 'Continue').click();
  await dialog(page).getByLabel('Your password', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await dialog(page).getByLabel('Reason').inputValue(), 'For the safe', 'what was typed stays');
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
});

test('print runs say what will be there, and members without 2FA why they get no sheet', async (t) => {
  const { page } = await scene(t);
  await createWorkspace(page);
  await button(page, 'Print runs').click();
  await page.getByText('No print runs yet').waitFor();
  await assertAccessible(page, 'Print runs, none yet');
  await button(page, 'Choose members').click();
  await select(page, amara.name);
  await button(page, 'Print recovery sheets').click();
  await dialog(page).getByText('Nobody can get a new sheet.').waitFor();
  await dialog(page)
    .getByText(/has 2FA off/)
    .waitFor();
  assert.equal(await button(dialog(page), 'Continue').count(), 0);
  await assertAccessible(page, 'nobody can get a sheet');
});
