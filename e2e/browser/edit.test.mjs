/** Edit 2FA: change phone, new codes, code usage, This was not me, Disable; and the password. */
import { itemsOf } from '../harness/keychain.mjs';
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { amara, button, dialog, heading } = person;

/** A profile with 2FA on, at Edit 2FA. */
async function editing(page) {
  await person.createWorkspace(page);
  const inHand = await person.enable(page);
  await person.edit(page);
  return inHand;
}

test('change phone: the old phone works until the new one’s code is right, then only the new one', async ({
  folder,
  page,
}) => {
  const { phone, codes } = await editing(page);
  await expectAccessible(page, 'Edit 2FA');
  const items = await itemsOf(folder);

  // Begun and left: the old phone still opens the profile.
  await button(page, 'Change phone').click();
  await expect(dialog(page)).toBeVisible();
  await expectAccessible(page, 'step-up with a code');
  await person.stepUp(page, phone);
  await person.readKey(page);
  await expectAccessible(page, 'Change phone');
  await button(page, 'Cancel').click();
  await expect(heading(page, 'Recovery code activity')).toBeVisible();
  await person.lock(page);
  await person.signIn(page, phone);
  expect(await itemsOf(folder), 'nothing of the new phone is left').toEqual(items);

  await person.edit(page);
  await button(page, 'Change phone').click();
  await person.stepUp(page, phone);
  const next = await person.readKey(page);
  await person.typeCode(page, await next.next());
  await expect(page.getByText('Your new phone is set up.')).toBeVisible();
  await expectAccessible(page, 'Change phone, done');
  await button(page, 'Done').click();

  await person.lock(page);
  await person.givePassword(page);
  await person.typeCode(page, await phone.next());
  await expect(page.getByText('Incorrect code.')).toBeVisible();
  await page.getByLabel('Verification code').fill('');
  await person.typeCode(page, await next.next());
  await person.toProfile(page);
  expect(await itemsOf(folder), 'the old phone’s key is gone').toHaveLength(items.length);

  await person.lock(page);
  await person.signInByRecoveryCode(page, codes[0]);
  await expect(heading(page, 'You used recovery code 1.')).toBeVisible();
});

test('new recovery codes: the old ones work until Continue, then only the new ones', async ({ page }) => {
  const { phone, codes } = await editing(page);
  await button(page, 'Get new recovery codes').click();
  await person.stepUp(page, phone);
  const fresh = await person.readCodes(page);
  expect(fresh.filter((code) => codes.includes(code))).toEqual([]);
  await expectAccessible(page, 'Get new recovery codes');
  await person.keepCodes(page);
  await expect(page.getByText('Your new recovery codes are active.')).toBeVisible();
  await person.lock(page);

  await person.signInByRecoveryCode(page, codes[0]);
  await expect(page.getByText(/That code isn’t on sheet/)).toBeVisible();
  await page.getByLabel('Recovery code').fill('');
  await page.getByLabel('Recovery code').pressSequentially(fresh[9]);
  await button(page, 'Use recovery code').click();
  await expect(heading(page, 'You used recovery code 10.')).toBeVisible();
});

test('leaving new recovery codes keeps the old ones good', { tag: '@more' }, async ({ page }) => {
  const { phone, codes } = await editing(page);
  await button(page, 'Get new recovery codes').click();
  await person.stepUp(page, phone);
  await person.readCodes(page);
  await button(page, 'Cancel').click();
  await button(dialog(page), 'Leave').click();
  await expect(heading(page, 'Recovery code activity')).toBeVisible();
  await person.lock(page);
  await person.signInByRecoveryCode(page, codes[4]);
  await expect(heading(page, 'You used recovery code 5.')).toBeVisible();
});

test(
  'code usage names the code and the time, and This was not me voids the rest',
  { tag: '@more' },
  async ({ page }) => {
    const { codes, phone } = await editing(page);
    await expect(page.getByText('No codes used yet')).toBeVisible();
    await person.lock(page);
    await person.signInByRecoveryCode(page, codes[2]);
    await button(page, 'Continue').click();
    await person.toProfile(page);
    await person.edit(page);
    await expect(page.getByText('Code 3', { exact: true })).toBeVisible();
    await button(page, 'This wasn’t me').click();
    await expectAccessible(page, 'This wasn’t me');
    await button(dialog(page), 'Cancel codes').click();
    await expect(page.getByText('Your remaining codes no longer work.').first()).toBeVisible();
    await expectAccessible(page, 'Edit 2FA, codes void');

    await person.lock(page);
    await person.signInByRecoveryCode(page, codes[3]);
    await expect(page.getByText('You have no recovery codes that work.')).toBeVisible();
    await button(page, 'Use a verification code').click();
    await person.typeCode(page, await phone.next());
    await person.toProfile(page);
  },
);

test('disable asks for a code, and then the password alone opens the profile and no key is left', async ({
  folder,
  page,
}) => {
  const { phone } = await editing(page);
  const withKey = await itemsOf(folder);
  await button(page, 'Disable').click();
  await expectAccessible(page, 'Disable 2FA');
  await person.typeCode(dialog(page), await phone.wrong());
  await button(dialog(page), 'Yes, deactivate').click();
  await expect(dialog(page).getByText('Incorrect code.')).toBeVisible();
  await dialog(page).getByLabel('Verification code').fill('');
  await person.typeCode(dialog(page), await phone.next());
  await button(dialog(page), 'Yes, deactivate').click();
  await expect(page.getByText('2FA is off.')).toBeVisible();
  expect(await itemsOf(folder)).toHaveLength(withKey.length - 1);
  await person.lock(page);
  await person.signIn(page);
  await expect(button(page, 'Enable 2FA')).toBeVisible();
});

test('disable takes a recovery code, too', { tag: '@more' }, async ({ page }) => {
  const { codes } = await editing(page);
  await button(page, 'Disable').click();
  await button(dialog(page), 'Use a recovery code').click();
  await dialog(page).getByLabel('Recovery code').pressSequentially(codes[1]);
  await button(dialog(page), 'Yes, deactivate').click();
  await expect(page.getByText('2FA is off.')).toBeVisible();
});

test('a changed password is the one that opens from then on', { tag: '@more' }, async ({ page }) => {
  await person.createWorkspace(page);
  await button(page, 'Change password').click();
  await expectAccessible(page, 'Change password');
  const fresh = 'lantern orbit pebble nine';
  await dialog(page).getByLabel('Current password').fill('not the current password');
  await dialog(page).getByLabel('New password').fill(fresh);
  await button(dialog(page), 'Change password').click();
  await expect(dialog(page).getByRole('alert')).toBeVisible();
  await dialog(page).getByLabel('Current password').fill(amara.password);
  await button(dialog(page), 'Change password').click();
  await expect(page.getByText('Password changed.')).toBeVisible();
  await person.lock(page);
  await person.givePassword(page);
  await expect(page.getByRole('alert').getByText(/Incorrect email or password/)).toBeVisible();
  await page.getByLabel('Email').fill('');
  await person.signIn(page, undefined, { ...amara, password: fresh });
});

test('name and email are changed in their rows', { tag: '@more' }, async ({ page }) => {
  await person.createWorkspace(page);
  await page.getByLabel('Name', { exact: true }).fill('Amara O. Okafor');
  await button(page, 'Save').click();
  await expect(page.getByText('Name saved.')).toBeVisible();
  await page.getByLabel('Email').fill('nonsense');
  await button(page, 'Save').click();
  await expect(page.getByRole('alert').getByText(/in the format name@example.com/)).toBeVisible();
  await expect(page.getByLabel('Email')).toHaveValue('nonsense');
  await page.getByLabel('Email').fill('amara@example.com');
  await button(page, 'Save').click();
  await expect(dialog(page).getByText('From now on, you’ll sign in with amara@example.com.')).toBeVisible();
  await expectAccessible(page, 'Change email');
  // Left, and then with a wrong password: what was typed stays.
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByLabel('Email')).toHaveValue('amara@example.com');
  await button(page, 'Save').click();
  await dialog(page).getByLabel('Password', { exact: true }).fill('not the password at all');
  await button(dialog(page), 'Continue').click();
  await expect(dialog(page).getByRole('alert')).toBeVisible();
  await person.stepUp(page);
  await expect(page.getByText('Email saved.')).toBeVisible();
  await expect(page.getByLabel('Email')).toHaveValue('amara@example.com');

  await person.lock(page);
  const renamed = { ...amara, email: 'Amara@Example.com' };
  await person.givePassword(page, renamed);
  const told = page.getByText('Your email was changed from amara.okafor@example.com to amara@example.com');
  await expect(told).toBeVisible();
  await expectAccessible(page, 'told of a new email');
  // Told until it is put away, or whoever changed it could have taken the news by signing in.
  await person.lock(page);
  await person.signIn(page, undefined, renamed);
  await expect(told).toBeVisible();
  await button(page, 'Dismiss').click();
  await expect(told).toHaveCount(0);
  await person.lock(page);
  await person.signIn(page, undefined, renamed);
  await expect(page.getByLabel('Email')).toHaveValue('Amara@Example.com'.toLowerCase());
  await expect(told).toHaveCount(0);
});

test('with 2FA on, a new email takes a code, too', { tag: '@more' }, async ({ page }) => {
  await person.createWorkspace(page);
  const { phone } = await person.enable(page);
  await page.getByLabel('Email').fill('amara@example.com');
  await button(page, 'Save').click();
  await expect(dialog(page).getByLabel('Verification code')).toBeVisible();
  await person.stepUp(page, phone);
  await expect(page.getByText('Email saved.')).toBeVisible();
});

test.describe('beside an admin who has 2FA on', () => {
  const people = [{ name: 'Daniel Whitlock', email: 'daniel@example.com', role: 'admin' }];
  test.use({ home: { people, enrolled: 1 } });

  test(
    'a password that is too short without 2FA is made longer at the next sign-in',
    { tag: '@more' },
    async ({ page }) => {
      await person.signIn(page);
      const { codes } = await person.enable(page);
      const prove = async (number) => {
        await button(dialog(page), 'Use a recovery code').click();
        await dialog(page).getByLabel('Recovery code').pressSequentially(codes[number]);
      };
      const toPolicy = async () => {
        await button(page, 'Workspace').click();
        await expect(heading(page, 'Export signing key')).toBeVisible();
      };
      await toPolicy();
      await button(page, 'Require 2FA').click();
      const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
      await dialog(page).getByLabel('From').fill(today);
      await dialog(page).getByLabel('Your password').fill(amara.password);
      await prove(0);
      await button(dialog(page), 'Require 2FA').click();
      await expect(page.getByText('Required since')).toBeVisible();

      await person.toProfile(page);
      await button(page, 'Change password').click();
      const brief = 'qv7#Lm2z';
      await dialog(page).getByLabel('Current password').fill(amara.password);
      await dialog(page).getByLabel('New password').fill(brief);
      await prove(1);
      await button(dialog(page), 'Change password').click();
      await expect(page.getByText('Password changed.')).toBeVisible();

      await toPolicy();
      await button(page, 'Stop requiring 2FA').click();
      await expect(dialog(page).getByText('choose a longer one')).toBeVisible();
      await expect(dialog(page).getByLabel('Your password')).toHaveCount(0); // proven a moment ago, for the policy
      await button(dialog(page), 'Stop requiring 2FA').click();
      await expect(page.getByText('Optional', { exact: true })).toBeVisible();

      await person.toProfile(page);
      await person.edit(page);
      await button(page, 'Disable').click();
      await expect(
        dialog(page).getByText('You’ll choose a longer one the next time you sign in.'),
      ).toBeVisible();
      await expectAccessible(page, 'Disable 2FA, with a short password');
      await prove(2);
      await button(dialog(page), 'Yes, deactivate').click();
      await expect(page.getByText('2FA is off.')).toBeVisible();
      await person.lock(page);

      await person.givePassword(page, { ...amara, password: brief });
      await expect(heading(page, 'Choose a longer password')).toBeVisible();
      await expectAccessible(page, 'Choose a longer password');
      await page.getByLabel('New password').fill('fourteen chars');
      await button(page, 'Choose password').click();
      await expect(page.getByRole('alert')).toBeVisible();
      await expect(page.getByLabel('New password')).toHaveValue('fourteen chars');
      // Left, nothing has changed.
      await button(page, 'Not you?').click();
      await person.givePassword(page, { ...amara, password: brief });
      await page.getByLabel('New password').fill('lantern orbit pebble nine');
      await button(page, 'Choose password').click();
      await expect(page.getByText('Password changed.')).toBeVisible();
      await person.lock(page);
      await person.signIn(page, undefined, { ...amara, password: 'lantern orbit pebble nine' });
    },
  );
});

test('help can be read before and after signing in', { tag: '@more' }, async ({ page }) => {
  await button(page, 'Help').click();
  await expect(page.getByText('I lost my recovery codes')).toBeVisible();
  await expectAccessible(page, 'Help at the door');
  await page.keyboard.press('Escape');
  await person.createWorkspace(page);
  await button(page, 'Help').click();
  await page.getByText('I lost my recovery codes').click();
  await expectAccessible(page, 'Help');
});
