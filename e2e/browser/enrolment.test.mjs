/** Enable 2FA: from the step-up to Continue, and every way out before it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertAccessible, openPage } from '../harness/browser.mjs';
import { startDevelopment } from '../harness/app.mjs';
import { itemsOf } from '../harness/keychain.mjs';
import { later } from '../harness/later.mjs';
import * as person from '../harness/person.mjs';
import { run } from '../harness/phone.mjs';
import { scene } from '../harness/scene.mjs';

const { amara, button, dialog, heading } = person;

test('a person turns 2FA on: step-up, QR code and key, code, recovery codes, Continue', async (t) => {
  const { page } = await scene(t);
  await person.createWorkspace(page);
  await button(page, 'Enable 2FA').click();
  await dialog(page).waitFor();
  await assertAccessible(page, 'step-up');
  await person.stepUp(page);
  await heading(page, 'Scan the QR code').waitFor();
  await assertAccessible(page, 'Enable 2FA, scanning');
  assert.ok(await button(page, 'Continue').isDisabled(), 'nothing to continue to yet');
  assert.ok(await page.getByText('Shown once the code is right').isVisible());

  const phone = await person.readKey(page);
  await person.typeCode(page, await phone.next());
  const codes = await person.readCodes(page);
  assert.equal(new Set(codes).size, 10);
  await assertAccessible(page, 'Enable 2FA, recovery codes');
  assert.ok(await button(page, 'Continue').isDisabled(), 'not before the box is ticked');

  await person.keepCodes(page);
  await page.getByText('2FA is on.').waitFor();
  await button(page, 'Edit 2FA').waitFor();
  await assertAccessible(page, 'Profile, 2FA on');
  assert.ok(await page.getByText('10 of 10 left').isVisible());
});

test('the QR code holds the same key as the text beside it, and the account and issuer', async (t) => {
  const { page } = await scene(t);
  await person.createWorkspace(page);
  await person.beginEnrolment(page);
  const key = (await page.getByRole('group', { name: 'Key', exact: true }).innerText()).replace(/\s/g, '');
  const uri = new URL(await scan(page));
  assert.equal(uri.protocol, 'otpauth:');
  assert.equal(uri.searchParams.get('secret'), key);
  assert.equal(uri.searchParams.get('issuer'), amara.workspace);
  assert.equal(decodeURIComponent(uri.pathname), `/${amara.workspace}:${amara.email}`);
});

test('the QR code stays white in the dark and readable at 200 %', async (t) => {
  const { app, browser, page } = await scene(t);
  await person.createWorkspace(page);
  await page.close();
  const large = await openPage(browser, app.url, { dark: true, zoom: 2 });
  await person.signIn(large);
  await person.beginEnrolment(large);
  await large.getByRole('img', { name: /^QR code for/ }).scrollIntoViewIfNeeded();
  assert.match(await scan(large), /^otpauth:\/\/totp\//);
  await assertAccessible(large, 'Enable 2FA at 200 %');
});

test('a wrong code at enrolment says why, keeps 2FA off, and the right one still works', async (t) => {
  const { page } = await scene(t);
  await person.createWorkspace(page);
  await person.beginEnrolment(page);
  const phone = await person.readKey(page);
  await person.typeCode(page, await phone.wrong());
  await page.getByText('That code did not match.').waitFor();
  await assertAccessible(page, 'Enable 2FA, wrong code');
  await page.getByLabel('Verification code').fill('');
  await person.typeCode(page, await phone.next());
  assert.equal((await person.readCodes(page)).length, 10);
});

for (const [minutes, direction, sentence] of [
  [20, 'behind', /about 20 minutes behind/],
  [120, 'ahead', /about 2 hours ahead/],
]) {
  test(`a phone whose clock is ${minutes} minutes ${direction} is told so`, async (t) => {
    const { page } = await scene(t);
    await person.createWorkspace(page);
    await person.beginEnrolment(page);
    const phone = await person.readKey(page);
    const off = minutes * 60 * (direction === 'ahead' ? 1 : -1);
    await person.typeCode(page, await phone.at(Date.now() / 1000 + off));
    await page.getByText(sentence).waitFor();
    assert.ok(await button(page, 'Continue').isDisabled());
  });
}

test('a code pasted with spaces is taken, and what is no code is kept and not sent', async (t) => {
  const { page } = await scene(t);
  await person.createWorkspace(page);
  await person.beginEnrolment(page);
  const phone = await person.readKey(page);
  const field = page.getByLabel('Verification code');
  await field.pressSequentially('12a٣４-');
  assert.equal(await field.inputValue(), '12a٣４-');
  await field.press('Enter');
  await page.getByText('A verification code is six digits.').waitFor();
  assert.equal(await field.inputValue(), '12a٣４-');

  const code = await phone.next();
  await field.fill('');
  await field.evaluate(
    (f, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', text);
      f.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    },
    ` ${code.slice(0, 3)} ${code.slice(3)} `,
  );
  assert.equal((await person.readCodes(page)).length, 10);
});

test('leaving before Continue is asked about, and leaves 2FA off', async (t) => {
  const { page } = await scene(t);
  await person.createWorkspace(page);
  await person.beginEnrolment(page);
  const phone = await person.readKey(page);
  await person.typeCode(page, await phone.next());
  await person.readCodes(page);
  await button(page, 'Cancel').click();
  await dialog(page).waitFor();
  await assertAccessible(page, 'leaving 2FA off');
  await button(dialog(page), 'Leave it off').click();
  await button(page, 'Enable 2FA').waitFor();
  await person.lock(page);
  await person.signIn(page);
});

for (const [how, signal] of [
  ['closing the window', 'SIGTERM'],
  ['a power cut', 'SIGKILL'],
]) {
  test(`${how} before Continue leaves 2FA off and no secret behind`, async (t) => {
    const { app, browser, folder, page } = await scene(t);
    await person.createWorkspace(page);
    const before = await itemsOf(folder);
    await person.beginEnrolment(page);
    const phone = await person.readKey(page);
    await person.typeCode(page, await phone.next());
    await person.readCodes(page);
    assert.equal((await itemsOf(folder)).length, before.length + 1, 'the key waits in the keychain');
    await page.close();
    await app.stop(signal);

    const again = await startDevelopment(folder);
    later(t, () => again.stop());
    const after = await openPage(browser, again.url);
    await person.signIn(after);
    await button(after, 'Enable 2FA').waitFor();
    assert.deepEqual(await itemsOf(folder), before);
  });
}

/** What another program reads from a picture of the page. */
async function scan(page) {
  const picture = await page.screenshot();
  return run('zbarimg', ['--quiet', '--raw', 'PNG:-'], picture);
}
