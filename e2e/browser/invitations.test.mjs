/** The ways in with a one-time code, and where 2FA is required. */
import { expectClosed, ofCode } from '../harness/crossing.mjs';
import * as members from '../harness/members.mjs';
import { spellings } from '../harness/memory.mjs';
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button, dialog, heading } = person;
const { priya, redeem, row, toMembers } = members;

const isoDay = (date) => new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);

const daniel = { ...priya, name: 'Daniel Whitlock', email: 'daniel.whitlock@example.com' };

/** Signed in with a recovery code, after which one act asks for no other proof. */
async function recovered(page, code, who) {
  await person.signInByRecoveryCode(page, code, who);
  await button(page, 'Continue').click();
  await person.toProfile(page);
}

test.describe('with an invitation for Priya', () => {
  test.use({ home: { people: [{ ...priya, role: 'member' }] } });

  test('an invitation opens a profile with a password of one’s own, once', async ({ has, page }) => {
    const code = has[priya.email].invitation;
    await button(page, 'Use an invitation or reset code').click();
    await expectAccessible(page, 'Set your password');
    await button(page, 'Continue').click();
    await expect(page.getByText('Enter your email address.')).toBeVisible();
    await page.getByLabel('Email').fill(priya.email);
    await page.getByLabel('Invitation or reset code').fill('ABCD');
    await page.getByLabel('Password', { exact: true }).fill(priya.password);
    await button(page, 'Continue').click();
    await expect(page.getByText('This code has 16 letters and digits.')).toBeVisible();
    await page.getByLabel('Invitation or reset code').fill('0000-0000-0000-0000');
    await button(page, 'Continue').click();
    await expect(page.getByText('That email and code don’t match.')).toBeVisible();
    await expect(page.getByLabel('Password', { exact: true })).toHaveValue(priya.password);
    await expectAccessible(page, 'Set your password, wrong code');
    await page.getByLabel('Invitation or reset code').fill(code.toLowerCase().replaceAll('-', ''));
    await button(page, 'Continue').click();
    await person.toProfile(page);
    await expect(page.getByText('Member', { exact: true }).first()).toBeVisible();

    await person.lock(page);
    await redeem(page, code);
    await expect(page.getByText('That email and code don’t match.')).toBeVisible();
  });

  test(
    'a weak password costs no guess, and the way back keeps the email',
    { tag: '@more' },
    async ({ has, page }) => {
      const code = has[priya.email].invitation;
      await redeem(page, code, { ...priya, password: 'too short' });
      await expect(page.getByText('Your password is too short.')).toBeVisible();
      await button(page, 'Sign in').click();
      await expect(page.getByLabel('Email')).toHaveValue(priya.email);
    },
  );

  test('a new invitation replaces the one that is out', { tag: '@more' }, async ({ has, page }) => {
    const code = has[priya.email].invitation;
    await person.signIn(page);
    await toMembers(page);
    await members.act(page, priya.name, 'New invitation');
    await members.proveIn(page);
    await button(dialog(page), 'Create invitation').click();
    const next = await members.oneTimeCode(page);
    await button(dialog(page), 'Done').click();
    await person.lock(page);
    await redeem(page, code);
    await expect(page.getByText('That email and code don’t match.')).toBeVisible();
    await page.getByLabel('Invitation or reset code').fill(next);
    await button(page, 'Continue').click();
    await person.toProfile(page);
  });
});

test.describe('with Priya, who has 2FA on', () => {
  test.use({ home: { people: [{ ...priya, role: 'member' }], enrolled: 1 } });

  test(
    'a password reset leads to a new password, and 2FA is still needed',
    { tag: '@more' },
    async ({ has, page }) => {
      const { phone } = has[priya.email];
      await person.signIn(page);
      await toMembers(page);
      await members.act(page, priya.name, 'Reset password');
      await expectAccessible(page, 'Reset password');
      await members.proveIn(page);
      await button(dialog(page), 'Create code').click();
      const code = await members.oneTimeCode(page);
      await button(dialog(page), 'Done').click();
      await person.lock(page);
      const changed = { ...priya, password: 'meadow lantern gravel twelve' };
      await redeem(page, code, changed);
      await expect(page.getByLabel('Verification code')).toBeVisible();
      await person.typeCode(page, await phone.next());
      await person.toProfile(page);
      await expect(page.getByText(/Amara Okafor created a password reset code for you/)).toBeVisible();
      await person.lock(page);
      await person.signIn(page, phone, changed);
    },
  );

  test(
    'after a reset of 2FA the password alone opens, and the person is told',
    { tag: '@more' },
    async ({ page }) => {
      await person.signIn(page);
      await toMembers(page);
      await expect(row(page, priya.email).getByText('On', { exact: true })).toBeVisible();
      await members.act(page, priya.name, 'Reset 2FA');
      await expectAccessible(page, 'Reset 2FA');
      await members.proveIn(page);
      await button(dialog(page), 'Reset 2FA').click();
      await expect(row(page, priya.email).getByText('Off', { exact: true })).toBeVisible();
      await person.lock(page);
      await person.signIn(page, undefined, priya);
      await expect(page.getByText(/Amara Okafor reset your 2FA today/)).toBeVisible();
      await expectAccessible(page, 'Profile, 2FA was reset');
    },
  );
});

test.describe('heard', () => {
  test.use({ heard: true });

  test(
    'a temporary code sets up another phone with new codes, the lost ones end, and no code crosses in clear',
    { tag: '@more' },
    async ({ page }) => {
      await person.createWorkspace(page);
      await toMembers(page);
      const invitation = await members.add(page, priya);
      await person.lock(page);
      await redeem(page, invitation);
      await person.toProfile(page);
      await button(page, 'Enable 2FA').click();
      await person.stepUp(page, undefined, priya);
      await person.typeCode(page, await (await person.readKey(page)).next());
      const lost = await person.readCodes(page);
      await person.keepCodes(page);
      await expect(button(page, 'Edit 2FA')).toBeVisible();
      await person.lock(page);
      await person.signIn(page);
      await toMembers(page);
      await members.act(page, priya.name, 'Create temporary code');
      await members.proveIn(page);
      await button(dialog(page), 'Create code').click();
      const code = await members.oneTimeCode(page);
      await expectAccessible(page, 'Temporary code');
      await button(dialog(page), 'Done').click();
      await person.lock(page);

      await person.givePassword(page, priya);
      await button(page, 'Use a temporary code').click();
      await page.getByLabel('Temporary code').fill('0000-0000-0000-0000');
      await button(page, 'Use temporary code').click();
      await expect(page.getByText('Incorrect temporary code.')).toBeVisible();
      await expectAccessible(page, 'Temporary code, wrong');
      await page.getByLabel('Temporary code').fill(code);
      await button(page, 'Use temporary code').click();
      await expect(heading(page, 'Set up your new phone')).toBeVisible();
      const next = await person.readKey(page);
      await button(page, 'Cancel').click();
      await expect(dialog(page).getByText('Your temporary code is used up', { exact: false })).toBeVisible();
      await button(dialog(page), 'Go back').click();
      await person.typeCode(page, await next.next());
      const codes = await person.readCodes(page);
      await expectAccessible(page, 'New phone, with its codes');
      await person.keepCodes(page);
      await expect(page.getByText(/Amara Okafor created a temporary code for you/)).toBeVisible();
      await person.lock(page);
      await person.signInByRecoveryCode(page, lost[0], priya);
      await expect(page.getByText(/That code isn’t on sheet/)).toBeVisible();
      await page.getByLabel('Recovery code').fill('');
      await page.getByLabel('Recovery code').pressSequentially(codes[0]);
      await button(page, 'Use recovery code').click();
      await expect(page.getByText(/You used recovery code/).first()).toBeVisible();
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
      await expect(dialog(page).getByText('This passphrase is too short or easy to guess.')).toBeVisible();
      await expectAccessible(page, 'Save backup, with an error');
      await dialog(page).getByText('Keys', { exact: true }).click();
      await dialog(page).getByLabel('Recipient keys').fill('AGE-SECRET-KEY-1');
      await button(dialog(page), 'Save as…').click();
      await expect(dialog(page).getByText('Line 1 is a private key.')).toBeVisible();
      await expectAccessible(page, 'Save backup for a key, with an error');

      const secrets = {
        ...ofCode('invitation', invitation),
        ...ofCode('temporary code', code),
        ...ofCode('new recovery code', codes[0]),
        passphrase: spellings(passphrase),
        'chosen password': spellings(priya.password),
        password: spellings(person.amara.password),
      };
      expectClosed(page.crossed, secrets, [
        'Auth.Redeem',
        'Members.HelpCode',
        'Auth.UseHelpCode',
        'Settings.Backup',
      ]);
    },
  );
});

test.describe('with an owner and an admin who have 2FA on, and an invitation for Priya', () => {
  const people = [
    { ...daniel, role: 'admin' },
    { ...priya, role: 'member' },
  ];
  test.use({ home: { owner: { ...person.amara, twoFactor: true }, people, enrolled: 1 } });

  test(
    'where 2FA is required, one gets as far as enrolling, and then in',
    { tag: '@more' },
    async ({ app, has, open, page }) => {
      const admin = has[daniel.email];
      const code = has[priya.email].invitation;
      await person.signIn(page, admin.phone, daniel);
      await members.requireFrom(page, isoDay(new Date()), admin.phone, daniel);
      await person.lock(page);
      await redeem(page, code);
      await expect(heading(page, 'Turn on 2FA to continue')).toBeVisible();
      await expect(
        page.getByText(/Northwind Legal has required two-factor authentication since today/),
      ).toBeVisible();
      await expectAccessible(page, 'Turn on 2FA to continue');
      await button(page, 'Enable 2FA').click();
      await expect(heading(page, 'Scan the QR code')).toBeVisible();
      await expectAccessible(page, 'Enable 2FA, required');
      // Leaving is always possible, also by locking; the password that was chosen holds.
      await button(page, 'Cancel').click();
      await expect(page.getByText('You left before 2FA was on.')).toBeVisible();
      await person.givePassword(page, priya);
      await button(page, 'Enable 2FA').click();
      await expect(heading(page, 'Scan the QR code')).toBeVisible();
      await page.keyboard.press('Control+l');
      await expect(button(page, 'Sign in')).toBeVisible();

      await person.givePassword(page, priya);
      await button(page, 'Enable 2FA').click();
      const phone = await person.readKey(page);
      await person.typeCode(page, await phone.next());
      await person.readCodes(page);
      await person.keepCodes(page);
      await expect(button(page, 'Edit 2FA')).toBeVisible();
      await person.lock(page);
      const again = await open(app.url);
      await person.signIn(again, phone, priya);
      await button(again, 'Edit 2FA').click();
      await expect(
        again.getByText('This workspace requires 2FA, so it can’t be turned off.', { exact: false }),
      ).toBeVisible();
    },
  );

  test(
    'where two people are needed, a reset waits for the second one',
    { tag: '@more' },
    async ({ has, page }) => {
      const owner = has[person.amara.email];
      const admin = has[daniel.email];
      const code = has[priya.email].invitation;
      await redeem(page, code);
      await person.toProfile(page);
      await person.lock(page);
      await recovered(page, owner.codes[0]);
      await button(page, 'Workspace').click();
      await button(page, 'Require approval').click();
      await button(dialog(page), 'Require approval').click();
      await expect(page.getByText('Approval is now required.')).toBeVisible();

      await toMembers(page);
      await members.act(page, priya.name, 'Reset password');
      await members.proveIn(page, owner.phone);
      await expect(page.getByText('Enter a reason.')).toHaveCount(0);
      await button(dialog(page), 'Ask for approval').click();
      await expect(page.getByText('Enter a reason.')).toBeVisible();
      await expectAccessible(page, 'the reason is missing');
      await dialog(page).getByLabel('Reason').fill('She rang: it is forgotten');
      await button(dialog(page), 'Ask for approval').click();
      await expect(page.getByText(/Daniel Whitlock can approve it in Settings > Workspace/)).toBeVisible();
      await button(dialog(page), 'Close').click();
      await members.act(page, priya.name, 'Reset password');
      await expect(page.getByText(/This is waiting for a second admin/)).toBeVisible();
      await page.keyboard.press('Escape');
      await person.lock(page);

      await recovered(page, admin.codes[0], daniel);
      await page.getByRole('button', { name: /^Workspace/ }).click();
      await button(page, 'Approve').click();
      await button(dialog(page), 'Approve').click();
      await expect(page.getByText('Approved. Amara Okafor can continue.')).toBeVisible();
      await person.lock(page);

      await recovered(page, owner.codes[1]);
      await toMembers(page);
      await members.act(page, priya.name, 'Reset password');
      await expect(page.getByText('Approved. Reason: She rang: it is forgotten')).toBeVisible();
      await button(dialog(page), 'Create code').click();
      expect(await members.oneTimeCode(page)).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
    },
  );
});
