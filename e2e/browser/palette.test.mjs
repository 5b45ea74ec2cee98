/** Quick actions, shortcuts, and the search in Help. */
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button, dialog, heading } = person;
const field = (page) => page.getByRole('combobox', { name: 'Go to a page, or do something' });
const options = (page) => page.getByRole('listbox', { name: 'Quick actions' }).getByRole('option');
const chosen = (page) => page.getByRole('option', { selected: true });

async function find(page, text) {
  await page.keyboard.press('Control+k');
  await expect(field(page)).toBeFocused();
  if (text) await field(page).fill(text);
}

test('quick actions lead anywhere by keyboard, and do what the page would', async ({ page }) => {
  await person.createWorkspace(page);
  await find(page);
  await expect(options(page).first()).toContainText('Contracts');
  await expectAccessible(page, 'Quick actions');
  await expect(chosen(page)).toContainText('Contracts');
  await page.keyboard.press('ArrowDown');
  await expect(chosen(page)).toContainText('Profile');
  await expect(field(page)).toHaveAttribute('aria-activedescendant', await chosen(page).getAttribute('id'));
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(chosen(page)).toContainText('Lock');
  await expect(chosen(page)).toBeInViewport();
  await field(page).fill('zebra');
  await expect(page.getByText('No results for “zebra”.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(field(page)).toBeVisible();
  await field(page).fill('audit');
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Audit log')).toBeFocused();

  await find(page, 'member add');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByLabel('Name')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(heading(page, 'Members')).toBeVisible();
  await find(page);
  await expect(options(page).first()).toHaveText('Add member'); // used last
  await page.keyboard.press('Escape');
  await expect(field(page)).toHaveCount(0);

  await find(page, 'password');
  await options(page).filter({ hasText: 'Change password' }).click();
  await expect(dialog(page).getByLabel('Current password')).toBeFocused();
  await page.keyboard.press('Escape');
  await find(page, 'enable');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByLabel('Password', { exact: true })).toBeFocused();
  await page.keyboard.press('Escape');
  await find(page, 'backup');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Save backup' })).toBeVisible();
  await page.keyboard.press('Escape');
  await find(page, 'require');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Require 2FA' })).toBeVisible();
  await page.keyboard.press('Escape');
  await find(page, 'dark');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('document')).toHaveAttribute('data-theme', 'dark');
  await find(page, 'lock');
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Sign in')).toBeVisible();
});

test(
  'quick actions are not there before the sign-in, over a dialog, or where codes are to be kept',
  { tag: '@more' },
  async ({ page }) => {
    await heading(page, 'Welcome to Countersign').waitFor();
    await page.keyboard.press('Control+k');
    await person.createWorkspace(page);
    await button(page, 'Change password').click();
    await expect(dialog(page).getByLabel('Current password')).toBeFocused();
    await page.keyboard.press('Control+k');
    await page.keyboard.press('F1');
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toHaveCount(0);
    await person.beginEnrolment(page);
    await page.keyboard.press('Control+k');
    await page.getByLabel('Verification code').fill('12');
    await expect(field(page)).toHaveCount(0);
  },
);

test.describe('for a member', () => {
  const nora = {
    name: 'Nora Hill',
    email: 'nora.hill@example.com',
    password: 'copper violin seven umbrella',
  };
  test.use({ home: { owner: { ...person.amara }, people: [{ ...nora, role: 'member' }], enrolled: 1 } });

  test('quick actions are what a member may do', { tag: '@more' }, async ({ has, page }) => {
    await person.signIn(page, has[nora.email].phone, nora);
    await find(page);
    await expect(options(page).filter({ hasText: 'Change password' })).toHaveCount(1);
    await expect(options(page).filter({ hasText: 'Edit 2FA' })).toHaveCount(1);
    for (const not of ['Members', 'Workspace', 'Audit log', 'Add member', 'Require 2FA', 'Save backup']) {
      await expect(options(page).filter({ hasText: not })).toHaveCount(0);
    }
  });
});

test(
  '? shows the shortcuts where it is not typed, and F1 the help over what is typed',
  { tag: '@more' },
  async ({ page }) => {
    await person.toCreate(page);
    const name = page.getByLabel('Workspace name');
    await name.fill('What now');
    await name.press('?');
    await expect(name).toHaveValue('What now?');
    await page.keyboard.press('F1');
    const help = page.getByRole('dialog', { name: 'Help' });
    await expect(help.getByRole('searchbox')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(help).toHaveCount(0);
    await expect(name).toBeFocused();
    await expect(name).toHaveValue('What now?');

    await person.fillWorkspace(page);
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await expect(keys.getByText('Ctrl+K')).toBeVisible();
    await expectAccessible(page, 'Keyboard shortcuts');
    await button(keys, 'Help').click();
    await expect(page.getByRole('dialog', { name: 'Help' }).getByRole('searchbox')).toBeFocused();
  },
);

test('Help is searched in questions and answers', { tag: '@more' }, async ({ page }) => {
  await person.createWorkspace(page);
  await button(page, 'Help').click();
  await expect(heading(page, 'Help')).toBeFocused();
  await page.keyboard.press('/');
  const search = page.getByRole('searchbox', { name: 'Search help' });
  await expect(search).toBeFocused();
  await search.fill('important papers');
  await expect(page.getByText('Look for the recovery sheet first.')).toBeVisible();
  await expect(button(page, 'I forgot my password')).toHaveCount(0);
  await expect(page.getByRole('status').filter({ hasText: '1 answer' })).toHaveCount(1);
  await expectAccessible(page, 'Help, searched');
  await search.fill('zebra');
  await expect(page.getByText('No answers for “zebra”.', { exact: false })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(search).toHaveValue('');
  await expect(button(page, 'I forgot my password')).toBeVisible();
  await expect(page.getByText('Look for the recovery sheet first.')).toHaveCount(0);
});
