/** Enable 2FA: from the step-up to Continue, and every way out before it. */
import { itemsOf } from '../harness/keychain.mjs';
import * as person from '../harness/person.mjs';
import { run } from '../harness/phone.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { amara, button, dialog, heading } = person;

test('a person turns 2FA on: step-up, QR code and key, code, recovery codes, Continue', async ({ page }) => {
  await person.createWorkspace(page);
  await button(page, 'Enable 2FA').click();
  await expect(dialog(page)).toBeVisible();
  await expectAccessible(page, 'step-up');
  await person.stepUp(page);
  await expect(heading(page, 'Scan the QR code')).toBeVisible();
  await expectAccessible(page, 'Enable 2FA, scanning');
  await expect(button(page, 'Continue'), 'nothing to continue to yet').toBeDisabled();
  await expect(page.getByText('You’ll see these after you verify the code.')).toBeVisible();

  const phone = await person.readKey(page);
  await person.typeCode(page, await phone.next());
  const codes = await person.readCodes(page);
  expect(new Set(codes).size).toBe(10);
  await expectAccessible(page, 'Enable 2FA, recovery codes');
  await expect(button(page, 'Continue'), 'not before the box is ticked').toBeDisabled();

  await person.keepCodes(page);
  await expect(page.getByText('2FA is on.')).toBeVisible();
  await expect(button(page, 'Edit 2FA')).toBeVisible();
  await expectAccessible(page, 'Profile, 2FA on');
  await expect(page.getByText('10 of 10 left')).toBeVisible();
});

test(
  'the QR code holds the same key as the text beside it, and the account and issuer',
  { tag: '@more' },
  async ({ page }) => {
    await person.createWorkspace(page);
    await person.beginEnrolment(page);
    const key = (await page.getByRole('group', { name: 'Key', exact: true }).innerText()).replace(/\s/g, '');
    const uri = new URL(await scan(page));
    expect(uri.protocol).toBe('otpauth:');
    expect(uri.searchParams.get('secret')).toBe(key);
    expect(uri.searchParams.get('issuer')).toBe(amara.workspace);
    expect(decodeURIComponent(uri.pathname)).toBe(`/${amara.workspace}:${amara.email}`);
  },
);

test(
  'the QR code stays white in the dark and readable at 200 %',
  { tag: '@more' },
  async ({ app, open, page }) => {
    await person.createWorkspace(page);
    await page.close();
    const large = await open(app.url, { dark: true, zoom: 2 });
    await person.signIn(large);
    await person.beginEnrolment(large);
    await large.getByRole('img', { name: /^QR code for/ }).scrollIntoViewIfNeeded();
    expect(await scan(large)).toMatch(/^otpauth:\/\/totp\//);
    await expectAccessible(large, 'Enable 2FA at 200 %');
  },
);

test('a wrong code at enrolment says why, keeps 2FA off, and the right one still works', async ({ page }) => {
  await person.createWorkspace(page);
  await person.beginEnrolment(page);
  const phone = await person.readKey(page);
  await person.typeCode(page, await phone.wrong());
  await expect(page.getByText('Incorrect code.')).toBeVisible();
  await expectAccessible(page, 'Enable 2FA, wrong code');
  await page.getByLabel('Verification code').fill('');
  await person.typeCode(page, await phone.next());
  expect(await person.readCodes(page)).toHaveLength(10);
});

for (const [minutes, direction, sentence] of [
  [20, 'behind', /about 20 minutes behind/],
  [120, 'ahead', /about 2 hours ahead/],
]) {
  test(
    `a phone whose clock is ${minutes} minutes ${direction} is told so`,
    { tag: '@more' },
    async ({ page }) => {
      await person.createWorkspace(page);
      await person.beginEnrolment(page);
      const phone = await person.readKey(page);
      const off = minutes * 60 * (direction === 'ahead' ? 1 : -1);
      await person.typeCode(page, await phone.at(Date.now() / 1000 + off));
      await expect(page.getByText(sentence)).toBeVisible();
      await expect(button(page, 'Continue')).toBeDisabled();
    },
  );
}

test(
  'a code pasted with spaces is taken, and what is no code is kept and not sent',
  { tag: '@more' },
  async ({ page }) => {
    await person.createWorkspace(page);
    await person.beginEnrolment(page);
    const phone = await person.readKey(page);
    const field = page.getByLabel('Verification code');
    await field.pressSequentially('12a٣４-');
    await expect(field).toHaveValue('12a٣４-');
    await field.press('Enter');
    await expect(page.getByText('A verification code has six digits.')).toBeVisible();
    await expect(field).toHaveValue('12a٣４-');

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
    expect(await person.readCodes(page)).toHaveLength(10);
  },
);

test('leaving before Continue is asked about, and leaves 2FA off', async ({ page }) => {
  await person.createWorkspace(page);
  await person.beginEnrolment(page);
  const phone = await person.readKey(page);
  await person.typeCode(page, await phone.next());
  await person.readCodes(page);
  await button(page, 'Cancel').click();
  await expect(dialog(page)).toBeVisible();
  await expectAccessible(page, 'leaving 2FA off');
  await button(dialog(page), 'Leave it off').click();
  await expect(button(page, 'Enable 2FA')).toBeVisible();
  await person.lock(page);
  await person.signIn(page);
});

for (const [how, signal] of [
  ['closing the window', 'SIGTERM'],
  ['a power cut', 'SIGKILL'],
]) {
  test(
    `${how} before Continue leaves 2FA off and no secret behind`,
    { tag: signal === 'SIGKILL' ? [] : '@more' },
    async ({ app, begin, folder, page }) => {
      await person.createWorkspace(page);
      const before = await itemsOf(folder);
      await person.beginEnrolment(page);
      const phone = await person.readKey(page);
      await person.typeCode(page, await phone.next());
      await person.readCodes(page);
      expect(await itemsOf(folder), 'the key waits in the keychain').toHaveLength(before.length + 1);
      await page.close();
      await app.stop(signal);

      const after = await begin();
      await person.signIn(after);
      await expect(button(after, 'Enable 2FA')).toBeVisible();
      expect(await itemsOf(folder)).toEqual(before);
    },
  );
}

/** What another program reads from a picture of the page. */
async function scan(page) {
  const picture = await page.screenshot();
  return run('zbarimg', ['--quiet', '--raw', 'PNG:-'], picture);
}
