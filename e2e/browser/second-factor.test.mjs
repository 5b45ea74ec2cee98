/** Signing in with 2FA on: verification codes, recovery codes, and what is told afterwards. */
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button, heading } = person;

// The profile has 2FA on, and the page is at Sign in.
test.use({ home: { owner: { ...person.amara, twoFactor: true } } });

/** The owner's phone and recovery codes. */
const owners = (has) => has[person.amara.email];

test('password and code open the profile, and the code submits itself', async ({ has, page }) => {
  const { phone } = owners(has);
  await person.givePassword(page);
  await expect(page.getByLabel('Verification code')).toBeVisible();
  await expectAccessible(page, 'Verification code');
  await person.typeCode(page, await phone.next());
  await person.toProfile(page);
});

test('a code works once: the same one again is refused as used', async ({ has, page }) => {
  const { phone } = owners(has);
  const code = await phone.next();
  await person.givePassword(page);
  await person.typeCode(page, code);
  await person.toProfile(page);
  await person.lock(page);
  await person.givePassword(page);
  await person.typeCode(page, code);
  await expect(page.getByText('That code was already used.')).toBeVisible();
  await expectAccessible(page, 'Verification code, used');
});

test(
  'a code of another time is refused, and says how far the clocks are apart',
  { tag: '@more' },
  async ({ has, page }) => {
    const { phone } = owners(has);
    await person.givePassword(page);
    await person.typeCode(page, await phone.at(Date.now() / 1000 - 3 * 3600));
    await expect(page.getByText('Your phone’s clock is about 3 hours behind this computer’s.')).toBeVisible();
    await expect(page.getByText('Turn on automatic date and time on both')).toBeVisible();
    await expectAccessible(page, 'Verification code, of another time');
    await page.getByLabel('Verification code').fill('');
    await person.typeCode(page, await phone.next());
    await person.toProfile(page);
  },
);

test(
  'wrong codes are counted, and the next sign-in tells of them',
  { tag: '@more' },
  async ({ has, page }) => {
    const { phone } = owners(has);
    await person.givePassword(page);
    for (let i = 0; i < 2; i++) {
      await page.getByLabel('Verification code').fill('');
      await person.typeCode(page, await phone.wrong());
      await expect(page.getByText('Incorrect code.')).toBeVisible();
    }
    await page.getByLabel('Verification code').fill('');
    await person.typeCode(page, await phone.next());
    await expect(page.getByText('2 wrong verification codes before this sign-in')).toBeVisible();
    await expectAccessible(page, 'Profile, failed attempts');
  },
);

test('the fifth wrong code begins a pause that neither a reload nor a restart ends', async ({
  app,
  begin,
  has,
  page,
}) => {
  const { phone } = owners(has);
  await person.givePassword(page);
  for (let i = 0; i < 5; i++) {
    await page.getByLabel('Verification code').fill('');
    await person.typeCode(page, await phone.wrong());
    await expect(page.getByRole('alert')).toBeVisible();
  }
  // Everything up to the last sign-in has to happen within the pause, which is 30 seconds.
  await expect(page.getByText(/Try again in/)).toBeVisible();
  await page.reload();
  await person.givePassword(page);
  await person.typeCode(page, await phone.next());
  await expect(page.getByText(/Try again in/)).toBeVisible();
  await page.close();
  await app.stop();

  const after = await begin();
  await person.givePassword(after);
  await person.typeCode(after, await phone.next());
  await expect(after.getByText(/Try again in/)).toBeVisible();
  await expectAccessible(after, 'Verification code, paused');
});

test('a recovery code opens the profile, in any case and without dashes, and once', async ({ has, page }) => {
  const { codes } = owners(has);
  await person.givePassword(page);
  await button(page, 'Use a recovery code').click();
  await expect(page.getByLabel('Recovery code')).toBeVisible();
  await expectAccessible(page, 'Recovery code');
  await page.getByLabel('Recovery code').pressSequentially(codes[6].replaceAll('-', '').toLowerCase());
  await button(page, 'Use recovery code').click();

  await expect(heading(page, 'You used recovery code 7.')).toBeVisible();
  await expect(page.getByText('9 of 10 left.')).toBeVisible();
  for (const offer of ['Change phone', 'Get new recovery codes'])
    await expect(button(page, offer)).toBeVisible();
  await expectAccessible(page, 'after a recovery code');
  await button(page, 'Continue').click();
  await person.lock(page);

  await person.signInByRecoveryCode(page, codes[6]);
  await expect(page.getByText('Recovery code 7 was already used.')).toBeVisible();
  await expectAccessible(page, 'Recovery code, used');
});

test('a recovery code that is none says so, and keeps what was typed', { tag: '@more' }, async ({ page }) => {
  await person.signInByRecoveryCode(page, 'ABCD-EFGH');
  await expect(page.getByText(/A recovery code has 16 letters and digits/)).toBeVisible();
  await expect(page.getByLabel('Recovery code')).toHaveValue('ABCD-EFGH');
  await page.getByLabel('Recovery code').fill('');
  await page.getByLabel('Recovery code').pressSequentially('0000-0000-0000-0000');
  await button(page, 'Use recovery code').click();
  await expect(page.getByText(/That code isn’t on sheet/)).toBeVisible();
});

test('after a recovery code the phone can be changed at once', { tag: '@more' }, async ({ has, page }) => {
  const { codes } = owners(has);
  await person.signInByRecoveryCode(page, codes[0]);
  await expect(heading(page, 'You used recovery code 1.')).toBeVisible();
  await button(page, 'Change phone').click();
  // The recovery code is the proof for this one act.
  await expect(heading(page, 'Scan the QR code')).toBeVisible();
  const next = await person.readKey(page);
  await person.typeCode(page, await next.next());
  await expect(page.getByText('Your new phone is set up.')).toBeVisible();
});
