/** The ways in with a one-time code, and where 2FA is required. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertAccessible, openPage } from '../harness/browser.mjs';
import { assertClosed, listen, ofCode } from '../harness/crossing.mjs';
import * as members from '../harness/members.mjs';
import { spellings } from '../harness/memory.mjs';
import * as person from '../harness/person.mjs';
import { scene } from '../harness/scene.mjs';

const { button, dialog, heading } = person;
const { priya, redeem, row, toMembers } = members;

/** An owner, and an invitation for Priya; the page is at Sign in. */
async function invited(t) {
  const all = await scene(t);
  const crossed = await listen(all.page);
  await person.createWorkspace(all.page);
  await toMembers(all.page);
  const code = await members.add(all.page, priya);
  await person.lock(all.page);
  return { ...all, code, crossed };
}

/** Priya has 2FA on; the owner is at the table, without. */
async function enrolled(t) {
  const all = await invited(t);
  const { page } = all;
  await redeem(page, all.code);
  await person.toProfile(page);
  await button(page, 'Enable 2FA').click();
  await person.stepUp(page, undefined, priya);
  const phone = await person.readKey(page);
  await person.typeCode(page, await phone.next());
  const codes = await person.readCodes(page);
  await person.keepCodes(page);
  await button(page, 'Edit 2FA').waitFor();
  await person.lock(page);
  await person.signIn(page);
  await toMembers(page);
  return { ...all, phone, codes };
}

const isoDay = (date) => new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);

const daniel = { ...priya, name: 'Daniel Whitlock', email: 'daniel.whitlock@example.com' };

/** An owner and an admin with 2FA on, and an invitation for Priya; the page is at the admin's profile. */
async function twoAdmins(t) {
  const all = await invited(t);
  const { page } = all;
  await person.signIn(page);
  const owner = await person.enable(page);
  await toMembers(page);
  const prove = () => members.proveIn(page, owner.phone);
  const code = await members.add(page, daniel, { role: 'Admin', prove });
  await person.lock(page);
  await redeem(page, code, daniel);
  await person.toProfile(page);
  await button(page, 'Enable 2FA').click();
  await person.stepUp(page, undefined, daniel);
  const phone = await person.readKey(page);
  await person.typeCode(page, await phone.next());
  const codes = await person.readCodes(page);
  await person.keepCodes(page);
  await button(page, 'Edit 2FA').waitFor();
  return { ...all, owner, admin: { phone, codes } };
}

/** Signed in with a recovery code, after which one act asks for no other proof. */
async function recovered(page, code, who) {
  await person.signInByRecoveryCode(page, code, who);
  await button(page, 'Continue').click();
  await person.toProfile(page);
}

test('an invitation opens a profile with a password of one’s own, once', async (t) => {
  const { page, code } = await invited(t);
  await button(page, 'I have an invitation').click();
  await assertAccessible(page, 'I have an invitation');
  await button(page, 'Continue').click();
  await page.getByText('The email address is missing.').waitFor();
  await page.getByLabel('Email').fill(priya.email);
  await page.getByLabel('One-time code').fill('ABCD');
  await page.getByLabel('Password', { exact: true }).fill(priya.password);
  await button(page, 'Continue').click();
  await page.getByText('This code has 16 letters and digits.').waitFor();
  await page.getByLabel('One-time code').fill('0000-0000-0000-0000');
  await button(page, 'Continue').click();
  await page.getByText('That email and code do not belong together.').waitFor();
  assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), priya.password);
  await assertAccessible(page, 'I have an invitation, wrong code');
  await page.getByLabel('One-time code').fill(code.toLowerCase().replaceAll('-', ''));
  await button(page, 'Continue').click();
  await person.toProfile(page);
  assert.ok(await page.getByText('Member', { exact: true }).first().isVisible());

  await person.lock(page);
  await redeem(page, code);
  await page.getByText('That email and code do not belong together.').waitFor();
});

test('a weak password costs no guess, and the way back keeps the email', async (t) => {
  const { page, code } = await invited(t);
  await redeem(page, code, { ...priya, password: 'too short' });
  await page
    .getByText(/which this workspace asks for/)
    .first()
    .waitFor();
  await button(page, 'Sign in').click();
  assert.equal(await page.getByLabel('Email').inputValue(), priya.email);
});

test('a new invitation replaces the one that is out', async (t) => {
  const { page, code } = await invited(t);
  await person.signIn(page);
  await toMembers(page);
  await members.act(page, priya.name, 'New invitation');
  await members.proveIn(page);
  await button(dialog(page), 'Make an invitation').click();
  const next = await members.oneTimeCode(page);
  await button(dialog(page), 'Done').click();
  await person.lock(page);
  await redeem(page, code);
  await page.getByText('That email and code do not belong together.').waitFor();
  await page.getByLabel('One-time code').fill(next);
  await button(page, 'Continue').click();
  await person.toProfile(page);
});

test('a password reset leads to a new password, and 2FA is still needed', async (t) => {
  const { page, phone } = await enrolled(t);
  await members.act(page, priya.name, 'Reset password');
  await assertAccessible(page, 'Reset password');
  await members.proveIn(page);
  await button(dialog(page), 'Make a code').click();
  const code = await members.oneTimeCode(page);
  await button(dialog(page), 'Done').click();
  await person.lock(page);
  const changed = { ...priya, password: 'meadow lantern gravel twelve' };
  await redeem(page, code, changed);
  await page.getByLabel('Verification code').waitFor();
  await person.typeCode(page, await phone.next());
  await person.toProfile(page);
  await page.getByText(/Amara Okafor gave out a one-time code for a new password of yours/).waitFor();
  await person.lock(page);
  await person.signIn(page, phone, changed);
});

test('a temporary code sets up another phone with new codes, the lost ones end, and no code crosses in clear', async (t) => {
  const { page, code: invitation, crossed, codes: lost } = await enrolled(t);
  await members.act(page, priya.name, 'Create temporary code');
  await members.proveIn(page);
  await button(dialog(page), 'Create code').click();
  const code = await members.oneTimeCode(page);
  await assertAccessible(page, 'Temporary code');
  await button(dialog(page), 'Done').click();
  await person.lock(page);

  await person.givePassword(page, priya);
  await button(page, 'Use a temporary code').click();
  await page.getByLabel('Temporary code').fill('0000-0000-0000-0000');
  await button(page, 'Use temporary code').click();
  await page.getByText('Incorrect temporary code.').waitFor();
  await assertAccessible(page, 'Temporary code, wrong');
  await page.getByLabel('Temporary code').fill(code);
  await button(page, 'Use temporary code').click();
  await heading(page, 'Set up your new phone').waitFor();
  const next = await person.readKey(page);
  await button(page, 'Cancel').click();
  await dialog(page).getByText('Your temporary code is used up', { exact: false }).waitFor();
  await button(dialog(page), 'Go back').click();
  await person.typeCode(page, await next.next());
  const codes = await person.readCodes(page);
  await assertAccessible(page, 'New phone, with its codes');
  await person.keepCodes(page);
  await page.getByText(/Amara Okafor created a temporary code for you/).waitFor();
  await person.lock(page);
  await person.signInByRecoveryCode(page, lost[0], priya);
  await page.getByText(/That code is not on sheet/).waitFor();
  await page.getByLabel('Recovery code').fill('');
  await page.getByLabel('Recovery code').pressSequentially(codes[0]);
  await button(page, 'Use recovery code').click();
  await page
    .getByText(/You used recovery code/)
    .first()
    .waitFor();
  await person.lock(page);
  await person.signIn(page, next, priya);

  // A passphrase that is too weak crosses as any other, and no dialog of the system comes after it.
  const passphrase = 'orchard wal';
  await person.lock(page);
  await person.signIn(page);
  await button(page, 'Workspace').click();
  await button(page, 'Save backup').click();
  await dialog(page).getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await dialog(page).getByLabel('Passphrase again').fill(passphrase);
  await members.proveIn(page);
  await button(dialog(page), 'Save as…').click();
  await dialog(page).getByText('This passphrase is too short or easy to guess.').waitFor();
  await assertAccessible(page, 'Save backup, with an error');
  await dialog(page).getByText('Keys', { exact: true }).click();
  await dialog(page).getByLabel('Recipient keys').fill('AGE-SECRET-KEY-1');
  await button(dialog(page), 'Save as…').click();
  await dialog(page).getByText('Line 1 is a private key.').waitFor();
  await assertAccessible(page, 'Save backup for a key, with an error');

  const secrets = {
    ...ofCode('invitation', invitation),
    ...ofCode('temporary code', code),
    ...ofCode('new recovery code', codes[0]),
    passphrase: spellings(passphrase),
    'chosen password': spellings(priya.password),
    password: spellings(person.amara.password),
  };
  assertClosed(crossed, secrets, ['Auth.Redeem', 'Members.HelpCode', 'Auth.UseHelpCode', 'Settings.Backup']);
});

test('after a reset of 2FA the password alone opens, and the person is told', async (t) => {
  const { page } = await enrolled(t);
  await row(page, priya.email).getByText('On', { exact: true }).waitFor();
  await members.act(page, priya.name, 'Reset 2FA');
  await assertAccessible(page, 'Reset 2FA');
  await members.proveIn(page);
  await button(dialog(page), 'Reset 2FA').click();
  await row(page, priya.email).getByText('Off', { exact: true }).waitFor();
  await person.lock(page);
  await person.signIn(page, undefined, priya);
  await page.getByText(/Amara Okafor reset your 2FA today/).waitFor();
  await assertAccessible(page, 'Profile, 2FA was reset');
});

test('where 2FA is required, one gets as far as enrolling, and then in', async (t) => {
  const { admin, app, browser, page, code } = await twoAdmins(t);
  await members.requireFrom(page, isoDay(new Date()), admin.phone, daniel);
  await person.lock(page);
  await redeem(page, code);
  await heading(page, 'Enable 2FA to go on').waitFor();
  await page.getByText(/Northwind Legal requires two-factor authentication since today/).waitFor();
  await assertAccessible(page, 'Enable 2FA to go on');
  await button(page, 'Enable 2FA').click();
  await heading(page, 'Scan the QR code').waitFor();
  await assertAccessible(page, 'Enable 2FA, required');
  // Leaving is always possible, also by locking; the password that was chosen holds.
  await button(page, 'Cancel').click();
  await page.getByText('You left before 2FA was on.').waitFor();
  await person.givePassword(page, priya);
  await button(page, 'Enable 2FA').click();
  await heading(page, 'Scan the QR code').waitFor();
  await page.keyboard.press('Control+l');
  await button(page, 'Sign in').waitFor();

  await person.givePassword(page, priya);
  await button(page, 'Enable 2FA').click();
  const phone = await person.readKey(page);
  await person.typeCode(page, await phone.next());
  await person.readCodes(page);
  await person.keepCodes(page);
  await button(page, 'Edit 2FA').waitFor();
  await person.lock(page);
  const again = await openPage(browser, app.url);
  await person.signIn(again, phone, priya);
  await button(again, 'Edit 2FA').click();
  await again
    .getByText('This workspace requires 2FA, so it cannot be turned off.', { exact: false })
    .waitFor();
});

test('where two people are needed, a reset waits for the second one', async (t) => {
  const { admin, owner, page, code } = await twoAdmins(t);
  await person.lock(page);
  await redeem(page, code);
  await person.toProfile(page);
  await person.lock(page);
  await recovered(page, owner.codes[0]);
  await button(page, 'Workspace').click();
  await button(page, 'Ask for two people').click();
  await button(dialog(page), 'Ask for two people').click();
  await page.getByText('Two people are needed from now on.').waitFor();

  await toMembers(page);
  await members.act(page, priya.name, 'Reset password');
  await members.proveIn(page, owner.phone);
  await page.getByText('The reason is missing.').waitFor({ state: 'detached' });
  await button(dialog(page), 'Ask for approval').click();
  await page.getByText('The reason is missing.').waitFor();
  await assertAccessible(page, 'the reason is missing');
  await dialog(page).getByLabel('Reason').fill('She rang: it is forgotten');
  await button(dialog(page), 'Ask for approval').click();
  await page.getByText(/Daniel Whitlock can approve it under Settings, Workspace/).waitFor();
  await button(dialog(page), 'Close').click();
  await members.act(page, priya.name, 'Reset password');
  await page.getByText(/This waits for a second admin/).waitFor();
  await page.keyboard.press('Escape');
  await person.lock(page);

  await recovered(page, admin.codes[0], daniel);
  await page.getByRole('button', { name: /^Workspace/ }).click();
  await button(page, 'Approve').click();
  await button(dialog(page), 'Approve').click();
  await page.getByText('Approved. Amara Okafor can go on.').waitFor();
  await person.lock(page);

  await recovered(page, owner.codes[1]);
  await toMembers(page);
  await members.act(page, priya.name, 'Reset password');
  await page.getByText('Approved. The reason was: She rang: it is forgotten').waitFor();
  await button(dialog(page), 'Make a code').click();
  assert.match(await members.oneTimeCode(page), /^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
});
