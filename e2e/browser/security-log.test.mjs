/** A member's own security log, and what admins see of a member's activity. */
import { priya, row, toMembers } from '../harness/members.mjs';
import { button, heading, lock, signIn, toProfile, typeCode } from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

test.use({ home: { people: [{ ...priya, role: 'member' }], enrolled: 1 } });

test('a member reads their own security log, and an admin what the member did of late', async ({
  has,
  page,
}) => {
  const { phone } = has[priya.email];
  await page.getByLabel('Email').fill(priya.email);
  await page.getByLabel('Password', { exact: true }).fill(priya.password);
  await button(page, 'Sign in').click();
  await typeCode(page, await phone.wrong());
  await expect(page.getByRole('alert')).toBeVisible();
  await typeCode(page, await phone.next());
  await toProfile(page);
  await button(page, 'Security log').click();
  await expect(heading(page, 'Security log')).toBeVisible();
  const entries = page.getByRole('listitem');
  await expect(
    entries.first().getByText('Priya Raman signed in with a password and a verification code.'),
  ).toBeVisible();
  await expect(
    entries
      .filter({ hasText: 'Incorrect verification code for Priya Raman.' })
      .getByText('someone knows your password'),
  ).toBeVisible();
  await expect(entries.filter({ hasText: 'created the workspace' })).toHaveCount(0);
  await expectAccessible(page, 'Security log');
  await button(page, 'Change password').click();
  await expect(page.getByRole('dialog').getByLabel('Current password')).toBeFocused();
  await page.keyboard.press('Escape');
  await lock(page);

  await signIn(page);
  await toMembers(page);
  await row(page, priya.email).click();
  await expect(heading(page, 'Recent activity')).toBeVisible();
  await expect(page.getByText('Incorrect verification code for Priya Raman.')).toBeVisible();
  await expectAccessible(page, 'A member, with their activity');
  await button(page, 'Show in Audit log').click();
  await expect(heading(page, 'Audit log')).toBeVisible();
  await expect(page.getByLabel('Person')).toHaveValue(/.+/);
  await expect(entries.first()).toContainText('Priya Raman');
  await expect(entries.filter({ hasText: 'created the workspace' })).toHaveCount(0);
});

test('two members compare the code of the log', { tag: '@more' }, async ({ page }) => {
  await signIn(page);
  await toProfile(page);
  await button(page, 'Security log').click();
  const code = page.getByText(/^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/);
  await expect(code).toBeVisible();
  const event = await page.getByText(/^At event \d+:/).textContent();
  await button(page, 'Compare').click();
  const dialog = page.getByRole('dialog');
  await expectAccessible(page, 'Comparing the log');
  await dialog.getByLabel('Event').fill(/\d+/.exec(event)[0]);
  await dialog.getByLabel('Log code').fill('ABCD-EFGH-JKLM-NPQR');
  await button(dialog, 'Compare').click();
  await expect(dialog.getByText('The log has another code.')).toBeVisible();
  await dialog.getByLabel('Log code').fill(await code.textContent());
  await button(dialog, 'Compare').click();
  await expect(page.getByText('You both see the same log.')).toBeVisible();
  await expect(dialog).toBeHidden();
});

test('a log code that can’t be read is asked for again', { tag: '@more' }, async ({ page }) => {
  await signIn(page);
  await toProfile(page);
  await page.evaluate(() => {
    const { Profile } = globalThis.go.app;
    const { LogState } = Profile;
    Profile.LogState = async () => {
      Profile.LogState = LogState;
      throw new Error('the first time');
    };
  });
  await button(page, 'Security log').click();
  await expect(page.getByText('Something went wrong inside Countersign.')).toBeVisible();
  await button(page, 'Try again').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^At event \d+:/)).toBeVisible();
  await expect(button(page, 'Compare')).toBeFocused();
});
