/** Edit 2FA: change phone, new codes, code usage, This was not me, Disable; and the password. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { dataFolder } from '../harness/app.mjs';
import { assertAccessible } from '../harness/browser.mjs';
import { itemsOf } from '../harness/keychain.mjs';
import * as person from '../harness/person.mjs';
import { scene } from '../harness/scene.mjs';
import { seed } from '../harness/seed.mjs';

const { amara, button, dialog, heading } = person;

/** A profile with 2FA on, at Edit 2FA. */
async function editing(t) {
  const all = await scene(t);
  await person.createWorkspace(all.page);
  const { phone, codes } = await person.enable(all.page);
  await person.edit(all.page);
  return { ...all, phone, codes };
}

test('change phone: the old phone works until the new one’s code is right, then only the new one', async (t) => {
  const { page, folder, phone, codes } = await editing(t);
  await assertAccessible(page, 'Edit 2FA');
  const items = await itemsOf(folder);

  // Begun and left: the old phone still opens the profile.
  await button(page, 'Change phone').click();
  await dialog(page).waitFor();
  await assertAccessible(page, 'step-up with a code');
  await person.stepUp(page, phone);
  await person.readKey(page);
  await assertAccessible(page, 'Change phone');
  await button(page, 'Cancel').click();
  await heading(page, 'Code usage').waitFor();
  await person.lock(page);
  await person.signIn(page, phone);
  assert.deepEqual(await itemsOf(folder), items, 'nothing of the new phone is left');

  await person.edit(page);
  await button(page, 'Change phone').click();
  await person.stepUp(page, phone);
  const next = await person.readKey(page);
  await person.typeCode(page, await next.next());
  await page.getByText('Your new phone is in use.').waitFor();
  await assertAccessible(page, 'Change phone, done');
  await button(page, 'Done').click();

  await person.lock(page);
  await person.givePassword(page);
  await person.typeCode(page, await phone.next());
  await page.getByText('That code did not match.').waitFor();
  await page.getByLabel('Verification code').fill('');
  await person.typeCode(page, await next.next());
  await person.toProfile(page);
  assert.equal((await itemsOf(folder)).length, items.length, 'the old phone’s key is gone');

  await person.lock(page);
  await person.signInByRecoveryCode(page, codes[0]);
  await heading(page, 'You used recovery code 1.').waitFor();
});

test('new recovery codes: the old ones work until Continue, then only the new ones', async (t) => {
  const { page, phone, codes } = await editing(t);
  await button(page, 'Get new recovery codes').click();
  await person.stepUp(page, phone);
  const fresh = await person.readCodes(page);
  assert.equal(fresh.filter((code) => codes.includes(code)).length, 0);
  await assertAccessible(page, 'Get new recovery codes');
  await person.keepCodes(page);
  await page.getByText('Your new recovery codes are in use.').waitFor();
  await person.lock(page);

  await person.signInByRecoveryCode(page, codes[0]);
  await page.getByText(/That code is not on sheet/).waitFor();
  await page.getByLabel('Recovery code').fill('');
  await page.getByLabel('Recovery code').pressSequentially(fresh[9]);
  await button(page, 'Use recovery code').click();
  await heading(page, 'You used recovery code 10.').waitFor();
});

test('leaving new recovery codes keeps the old ones good', async (t) => {
  const { page, phone, codes } = await editing(t);
  await button(page, 'Get new recovery codes').click();
  await person.stepUp(page, phone);
  await person.readCodes(page);
  await button(page, 'Cancel').click();
  await button(dialog(page), 'Leave').click();
  await heading(page, 'Code usage').waitFor();
  await person.lock(page);
  await person.signInByRecoveryCode(page, codes[4]);
  await heading(page, 'You used recovery code 5.').waitFor();
});

test('code usage names the code and the time, and This was not me voids the rest', async (t) => {
  const { page, codes, phone } = await editing(t);
  assert.ok(await page.getByText('No code was used').isVisible());
  await person.lock(page);
  await person.signInByRecoveryCode(page, codes[2]);
  await button(page, 'Continue').click();
  await person.toProfile(page);
  await person.edit(page);
  await page.getByText('Code 3', { exact: true }).waitFor();
  await button(page, 'This was not me').click();
  await assertAccessible(page, 'This was not me');
  await button(dialog(page), 'Void codes').click();
  await page.getByText('The codes that were left are void.').first().waitFor();
  await assertAccessible(page, 'Edit 2FA, codes void');

  await person.lock(page);
  await person.signInByRecoveryCode(page, codes[3]);
  await page.getByText('You have no recovery code that works.').waitFor();
  await button(page, 'Use a verification code').click();
  await person.typeCode(page, await phone.next());
  await person.toProfile(page);
});

test('disable asks for a code, and then the password alone opens the profile and no key is left', async (t) => {
  const { page, folder, phone } = await editing(t);
  const withKey = await itemsOf(folder);
  await button(page, 'Disable').click();
  await assertAccessible(page, 'Disable 2FA');
  await person.typeCode(dialog(page), await phone.wrong());
  await button(dialog(page), 'Yes, deactivate').click();
  await dialog(page).getByText('That code did not match.').waitFor();
  await dialog(page).getByLabel('Verification code').fill('');
  await person.typeCode(dialog(page), await phone.next());
  await button(dialog(page), 'Yes, deactivate').click();
  await page.getByText('2FA is off.').waitFor();
  assert.equal((await itemsOf(folder)).length, withKey.length - 1);
  await person.lock(page);
  await person.signIn(page);
  await button(page, 'Enable 2FA').waitFor();
});

test('disable takes a recovery code, too', async (t) => {
  const { page, codes } = await editing(t);
  await button(page, 'Disable').click();
  await button(dialog(page), 'Use a recovery code').click();
  await dialog(page).getByLabel('Recovery code').pressSequentially(codes[1]);
  await button(dialog(page), 'Yes, deactivate').click();
  await page.getByText('2FA is off.').waitFor();
});

test('a changed password is the one that opens from then on', async (t) => {
  const { page } = await scene(t);
  await person.createWorkspace(page);
  await button(page, 'Change password').click();
  await assertAccessible(page, 'Change password');
  const fresh = 'lantern orbit pebble nine';
  await dialog(page).getByLabel('Current password').fill('not the current password');
  await dialog(page).getByLabel('New password').fill(fresh);
  await button(dialog(page), 'Change password').click();
  await dialog(page).getByRole('alert').waitFor();
  await dialog(page).getByLabel('Current password').fill(amara.password);
  await button(dialog(page), 'Change password').click();
  await page.getByText('Your password is changed.').waitFor();
  await person.lock(page);
  await person.givePassword(page);
  await page
    .getByRole('alert')
    .getByText(/The email or the password is not right/)
    .waitFor();
  await page.getByLabel('Email').fill('');
  await person.signIn(page, undefined, { ...amara, password: fresh });
});

test('name and email are changed in their rows', async (t) => {
  const { page } = await scene(t);
  await person.createWorkspace(page);
  await page.getByLabel('Name', { exact: true }).fill('Amara O. Okafor');
  await button(page, 'Save').click();
  await page.getByText('Your name is saved.').waitFor();
  await page.getByLabel('Email').fill('nonsense');
  await button(page, 'Save').click();
  await page
    .getByRole('alert')
    .getByText(/lacks its @/)
    .waitFor();
  assert.equal(await page.getByLabel('Email').inputValue(), 'nonsense');
  await page.getByLabel('Email').fill('amara@example.com');
  await button(page, 'Save').click();
  await dialog(page).getByText('From now on, you’ll sign in with amara@example.com.').waitFor();
  await assertAccessible(page, 'Change email');
  // Left, and then with a wrong password: what was typed stays.
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  assert.equal(await page.getByLabel('Email').inputValue(), 'amara@example.com');
  await button(page, 'Save').click();
  await dialog(page).getByLabel('Password', { exact: true }).fill('not the password at all');
  await button(dialog(page), 'Continue').click();
  await dialog(page).getByRole('alert').waitFor();
  await person.stepUp(page);
  await page.getByText('Your email is saved.').waitFor();
  assert.equal(await page.getByLabel('Email').inputValue(), 'amara@example.com');

  await person.lock(page);
  const renamed = { ...amara, email: 'Amara@Example.com' };
  await person.givePassword(page, renamed);
  const told = page.getByText('Your email was changed from amara.okafor@example.com to amara@example.com');
  await told.waitFor();
  await assertAccessible(page, 'told of a new email');
  await person.lock(page);
  await person.signIn(page, undefined, renamed);
  assert.equal(await told.count(), 0);
});

test('with 2FA on, a new email takes a code, too', async (t) => {
  const { page } = await scene(t);
  await person.createWorkspace(page);
  const { phone } = await person.enable(page);
  await page.getByLabel('Email').fill('amara@example.com');
  await button(page, 'Save').click();
  await dialog(page).getByLabel('Verification code').waitFor();
  await person.stepUp(page, phone);
  await page.getByText('Your email is saved.').waitFor();
});

test('a password that is too short without 2FA is made longer at the next sign-in', async (t) => {
  const folder = await dataFolder(t);
  await seed(folder, {
    people: [{ name: 'Daniel Whitlock', email: 'daniel@example.com', role: 'admin' }],
    enrolled: 1,
  });
  const { page } = await scene(t, { folder });
  await person.signIn(page);
  const { codes } = await person.enable(page);
  const prove = async (number) => {
    await button(dialog(page), 'Use a recovery code').click();
    await dialog(page).getByLabel('Recovery code').pressSequentially(codes[number]);
  };
  const toPolicy = async () => {
    await button(page, 'Workspace').click();
    await heading(page, 'Export signature').waitFor();
  };
  await toPolicy();
  await button(page, 'Require 2FA').click();
  const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  await dialog(page).getByLabel('From').fill(today);
  await dialog(page).getByLabel('Your password').fill(amara.password);
  await prove(0);
  await dialog(page).locator('button[type=submit]').click();
  await page.getByText('Required since').waitFor();

  await person.toProfile(page);
  await button(page, 'Change password').click();
  const brief = 'qv7#Lm2z';
  await dialog(page).getByLabel('Current password').fill(amara.password);
  await dialog(page).getByLabel('New password').fill(brief);
  await prove(1);
  await button(dialog(page), 'Change password').click();
  await page.getByText('Your password is changed.').waitFor();

  await toPolicy();
  await button(page, 'Stop requiring 2FA').click();
  await dialog(page).getByText('choose a longer one').waitFor();
  await dialog(page).getByLabel('Your password').fill(brief);
  await prove(2);
  await button(dialog(page), 'Stop requiring 2FA').click();
  await page.getByText('Everybody’s own choice', { exact: true }).waitFor();

  await person.toProfile(page);
  await person.edit(page);
  await button(page, 'Disable').click();
  await dialog(page).getByText('You’ll choose a longer one the next time you sign in.').waitFor();
  await assertAccessible(page, 'Disable 2FA, with a short password');
  await prove(3);
  await button(dialog(page), 'Yes, deactivate').click();
  await page.getByText('2FA is off.').waitFor();
  await person.lock(page);

  await person.givePassword(page, { ...amara, password: brief });
  await heading(page, 'Choose a longer password').waitFor();
  await assertAccessible(page, 'Choose a longer password');
  await page.getByLabel('New password').fill('fourteen chars');
  await button(page, 'Choose password').click();
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByLabel('New password').inputValue(), 'fourteen chars');
  // Left, nothing has changed.
  await button(page, 'Not you?').click();
  await person.givePassword(page, { ...amara, password: brief });
  await page.getByLabel('New password').fill('lantern orbit pebble nine');
  await button(page, 'Choose password').click();
  await page.getByText('Your password is changed.').waitFor();
  await person.lock(page);
  await person.signIn(page, undefined, { ...amara, password: 'lantern orbit pebble nine' });
});

test('help can be read before and after signing in', async (t) => {
  const { page } = await scene(t);
  await button(page, 'Help').click();
  await page.getByText('I lost my recovery codes').waitFor();
  await assertAccessible(page, 'Help at the door');
  await page.keyboard.press('Escape');
  await person.createWorkspace(page);
  await button(page, 'Help').click();
  await page.getByText('I lost my recovery codes').click();
  await assertAccessible(page, 'Help');
});
