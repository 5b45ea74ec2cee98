/** Settings, Workspace: its name, the idle time, requiring 2FA, two people; and following the log. */
import {
  amara,
  button,
  createWorkspace,
  dialog,
  enable,
  givePassword,
  heading,
  keepCodes,
  readCodes,
  readKey,
  signIn,
  typeCode,
} from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const toWorkspace = async (page) => {
  await button(page, 'Workspace').click();
  await expect(heading(page, 'Export signing key')).toBeVisible();
};

test('the workspace’s name and idle time are changed in their rows', { tag: '@more' }, async ({ page }) => {
  await createWorkspace(page);
  await toWorkspace(page);
  await expectAccessible(page, 'Workspace');
  await page.getByLabel('Name', { exact: true }).fill('\u3164');
  await button(page, 'Save').click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('\u3164');
  await page.getByLabel('Name', { exact: true }).fill('Northwind & <i>Sons</i>');
  await button(page, 'Save').click();
  await expect(page.getByRole('complementary').getByText('Northwind & <i>Sons</i>')).toBeVisible();
  await page.getByLabel('Auto-lock after').selectOption('12 minutes');
  await button(page, 'Save').click();
  await expect(page.getByText('Auto-lock time saved.')).toBeVisible();
  await button(page, 'Audit log').click();
  await expect(page.getByText('set auto-lock to 12 minutes')).toBeVisible();
});

test(
  '2FA is not required where nobody could let others back in, and the refusal says why',
  { tag: '@more' },
  async ({ page }) => {
    await createWorkspace(page);
    await enable(page);
    await toWorkspace(page);
    await button(page, 'Require 2FA').click();
    await expect(
      dialog(page).getByText('Only Amara Okafor could help a member who is locked out.'),
    ).toBeVisible();
    await expectAccessible(page, 'a refused rehearsal');
    await expect(button(dialog(page), 'Require 2FA')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await button(page, 'Require approval').click();
    await expect(dialog(page).getByText('Fewer than two owners and admins have 2FA on.')).toBeVisible();
    await expectAccessible(page, 'Require approval, refused');
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toHaveCount(0);
  },
);

test.describe('with an admin who has 2FA on, and a member who has it off', () => {
  const people = [
    { name: 'Daniel Whitlock', email: 'daniel@example.com', role: 'admin' },
    { name: 'Eun-ji <Park>', email: 'eunji@example.com', role: 'member' },
  ];
  test.use({ home: { people, enrolled: 1 } });

  test('a rehearsal names who would be blocked, then 2FA is required from a day on, and no longer', async ({
    page,
  }) => {
    await signIn(page);
    const { phone } = await enable(page);
    await toWorkspace(page);
    await button(page, 'Require 2FA').click();
    await expect(dialog(page).getByText('Eun-ji <Park>')).toBeVisible();
    await expect(
      dialog(page).getByText(/Amara Okafor and Daniel Whitlock can help members who are locked out/),
    ).toBeVisible();
    await expectAccessible(page, 'Require 2FA');
    const later = new Date().getFullYear() + 5;
    await dialog(page).getByLabel('From').fill('2020-01-01');
    await dialog(page).getByLabel('Your password').fill(amara.password);
    await typeCode(dialog(page), await phone.next());
    await button(dialog(page), 'Require 2FA').click();
    await expect(dialog(page).getByText('This date has passed.')).toBeVisible();
    await dialog(page).getByLabel('From').fill(`${later}-12-01`);
    await button(dialog(page), 'Require 2FA').click();
    await expect(page.getByText(`Required from 1 December ${later}`)).toBeVisible();
    // What was proven a moment ago is good for the policy.
    await button(page, 'Stop requiring 2FA').click();
    await expect(dialog(page).getByText(/2FA becomes optional again/)).toBeVisible();
    await expect(dialog(page).getByLabel('Your password')).toHaveCount(0);
    await button(dialog(page), 'Stop requiring 2FA').click();
    await expect(page.getByText('Optional', { exact: true })).toBeVisible();
  });
});

test.describe('with two admins who have 2FA on', () => {
  const people = [
    { name: 'Daniel Whitlock', email: 'daniel@example.com', role: 'admin' },
    { name: 'Eun-ji Park', email: 'eunji@example.com', role: 'admin' },
  ];
  test.use({ home: { people, enrolled: 2 } });

  test(
    'whoever has 2FA off is signed out on the day from which it is required, and comes back by enabling it',
    { tag: '@more' },
    async ({ page }) => {
      await signIn(page);
      await toWorkspace(page);
      await button(page, 'Require 2FA').click();
      await expect(dialog(page).getByText('This includes you', { exact: false })).toBeVisible();
      await expectAccessible(page, 'Require 2FA, of oneself too');
      const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
      await dialog(page).getByLabel('From').fill(today);
      await dialog(page).getByLabel('Your password').fill(amara.password);
      await button(dialog(page), 'Require 2FA').click();
      await expect(page.getByText('This workspace now requires 2FA.')).toBeVisible();
      await expect(page.getByText('Sign in to turn it on.')).toBeVisible();
      await expectAccessible(page, 'Sign in, since 2FA is required');

      await givePassword(page);
      await expect(heading(page, 'Turn on 2FA to continue')).toBeVisible();
      await button(page, 'Enable 2FA').click();
      const phone = await readKey(page);
      await typeCode(page, await phone.next());
      await readCodes(page);
      await keepCodes(page);
      await expect(button(page, 'Edit 2FA')).toBeVisible();
      await toWorkspace(page);
      await expect(page.getByText('Required since today')).toBeVisible();
    },
  );
});

test.describe('with an admin', () => {
  const people = [{ name: 'Daniel Whitlock', email: 'daniel@example.com', role: 'admin' }];
  test.use({ home: { people, enrolled: 1 } });

  test('the log of a person is followed live', { tag: '@more' }, async ({ app, open, page }) => {
    await signIn(page);
    await button(page, 'Audit log').click();
    const entries = page.getByRole('listitem');
    await expect(entries.filter({ hasText: 'added Daniel Whitlock as an admin.' })).toBeVisible();
    await page.getByLabel('Person').selectOption('Daniel Whitlock');
    await expect(entries.filter({ hasText: 'Daniel Whitlock turned on 2FA' })).toBeVisible();
    await expect(entries.filter({ hasText: 'created the workspace' })).toHaveCount(0);
    await expectAccessible(page, 'Audit log of a person');

    const elsewhere = await open(app.url);
    await givePassword(elsewhere, { ...amara, email: 'daniel@example.com' });
    await expect(elsewhere.getByRole('alert')).toBeVisible();
    await expect(entries.filter({ hasText: 'Incorrect password for Daniel Whitlock.' })).toBeVisible();
    await givePassword(elsewhere, { ...amara, password: 'not the right one at all' });
    await expect(elsewhere.getByRole('alert')).toBeVisible();
    await page.getByLabel('Person').selectOption('Anyone');
    await expect(entries.filter({ hasText: 'Incorrect password for Amara Okafor.' })).toBeVisible();
  });
});
