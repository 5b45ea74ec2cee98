/** Signing in with 2FA on: verification codes, recovery codes, and what is told afterwards. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startDevelopment } from '../harness/app.mjs';
import { assertAccessible, openPage } from '../harness/browser.mjs';
import { later } from '../harness/later.mjs';
import * as person from '../harness/person.mjs';
import { scene } from '../harness/scene.mjs';

const { button, heading } = person;

/** A profile with 2FA on, locked. */
async function enrolled(t) {
  const all = await scene(t);
  await person.createWorkspace(all.page);
  const { phone, codes } = await person.enable(all.page);
  await person.lock(all.page);
  return { ...all, phone, codes };
}

test('password and code open the profile, and the code submits itself', async (t) => {
  const { page, phone } = await enrolled(t);
  await person.givePassword(page);
  await page.getByLabel('Verification code').waitFor();
  await assertAccessible(page, 'Verification code');
  await person.typeCode(page, await phone.next());
  await person.toProfile(page);
});

test('a code works once: the same one again is refused as used', async (t) => {
  const { page, phone } = await enrolled(t);
  const code = await phone.next();
  await person.givePassword(page);
  await person.typeCode(page, code);
  await person.toProfile(page);
  await person.lock(page);
  await person.givePassword(page);
  await person.typeCode(page, code);
  await page.getByText('That code was used already.').waitFor();
  await assertAccessible(page, 'Verification code, used');
});

test('wrong codes are counted, and the next sign-in tells of them', async (t) => {
  const { page, phone } = await enrolled(t);
  await person.givePassword(page);
  for (let i = 0; i < 2; i++) {
    await page.getByLabel('Verification code').fill('');
    await person.typeCode(page, await phone.wrong());
    await page.getByText('That code did not match.').waitFor();
  }
  await page.getByLabel('Verification code').fill('');
  await person.typeCode(page, await phone.next());
  await page.getByText('2 wrong verification codes before this sign-in').waitFor();
  await assertAccessible(page, 'Profile, failed attempts');
});

test('the fifth wrong code begins a pause that neither a reload nor a restart ends', async (t) => {
  const { app, browser, folder, page, phone } = await enrolled(t);
  await person.givePassword(page);
  for (let i = 0; i < 5; i++) {
    await page.getByLabel('Verification code').fill('');
    await person.typeCode(page, await phone.wrong());
    await page.getByRole('alert').waitFor();
  }
  await page.getByText(/Try again in/).waitFor();
  await assertAccessible(page, 'Verification code, paused');
  await page.reload();
  await person.givePassword(page);
  await person.typeCode(page, await phone.next());
  await page.getByText(/Try again in/).waitFor();
  await page.close();
  await app.stop();

  const again = await startDevelopment(folder);
  later(t, () => again.stop());
  const after = await openPage(browser, again.url);
  await person.givePassword(after);
  await person.typeCode(after, await phone.next());
  await after.getByText(/Try again in/).waitFor();
});

test('a recovery code opens the profile, in any case and without dashes, and once', async (t) => {
  const { page, codes } = await enrolled(t);
  await person.givePassword(page);
  await button(page, 'Use a recovery code').click();
  await page.getByLabel('Recovery code').waitFor();
  await assertAccessible(page, 'Recovery code');
  await page.getByLabel('Recovery code').pressSequentially(codes[6].replaceAll('-', '').toLowerCase());
  await button(page, 'Use recovery code').click();

  await heading(page, 'You used recovery code 7.').waitFor();
  assert.ok(await page.getByText('9 of 10 are left.').isVisible());
  for (const offer of ['Change phone', 'Get new recovery codes'])
    assert.ok(await button(page, offer).isVisible());
  await assertAccessible(page, 'after a recovery code');
  await button(page, 'Continue').click();
  await person.lock(page);

  await person.signInByRecoveryCode(page, codes[6]);
  await page.getByText('Recovery code 7 was used already.').waitFor();
  await assertAccessible(page, 'Recovery code, used');
});

test('a recovery code that is none says so, and keeps what was typed', async (t) => {
  const { page } = await enrolled(t);
  await person.signInByRecoveryCode(page, 'ABCD-EFGH');
  await page.getByText(/A recovery code has 16 letters and figures/).waitFor();
  assert.equal(await page.getByLabel('Recovery code').inputValue(), 'ABCD-EFGH');
  await page.getByLabel('Recovery code').fill('');
  await page.getByLabel('Recovery code').pressSequentially('0000-0000-0000-0000');
  await button(page, 'Use recovery code').click();
  await page.getByText(/That code is not on sheet/).waitFor();
});

test('after a recovery code the phone can be changed at once', async (t) => {
  const { page, phone, codes } = await enrolled(t);
  await person.signInByRecoveryCode(page, codes[0]);
  await heading(page, 'You used recovery code 1.').waitFor();
  await button(page, 'Change phone').click();
  await heading(page, 'Scan the QR code').or(person.dialog(page)).first().waitFor();
  if (await person.dialog(page).isVisible()) await person.stepUp(page, phone);
  const next = await person.readKey(page);
  await person.typeCode(page, await next.next());
  await page.getByText('Your new phone is in use.').waitFor();
});
