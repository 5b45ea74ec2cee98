/** Preferences: how the window looks on this computer. */
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button, heading } = person;
const paper = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const html = (page) => page.getByRole('document');
const chosen = (page, group, name) =>
  page.getByRole('group', { name: group }).getByRole('radio', { name, exact: true });

async function toPreferences(page) {
  await button(page, 'Preferences').click();
  await expect(heading(page, 'Preferences')).toBeFocused();
}

test('theme and motion hold at once, and a page that begins anew begins with them', async ({
  app,
  page,
  open,
}) => {
  await person.createWorkspace(page);
  const light = await paper(page);
  await toPreferences(page);
  await expectAccessible(page, 'Preferences');
  await expect(chosen(page, 'Theme', 'System')).toBeChecked();
  await chosen(page, 'Theme', 'System').focus();
  await page.keyboard.press('ArrowRight');
  await expect(chosen(page, 'Theme', 'Light')).toBeChecked();
  await page.keyboard.press('ArrowRight');
  await expect(html(page)).toHaveAttribute('data-theme', 'dark');
  await expect.poll(() => paper(page)).not.toBe(light);
  await chosen(page, 'Motion', 'Reduced').check();
  await expect(html(page)).toHaveAttribute('data-motion', 'reduce');

  const again = await open(app.url);
  await expect(html(again)).toHaveAttribute('data-theme', 'dark');
  await expect(html(again)).toHaveAttribute('data-motion', 'reduce');
  await person.givePassword(again);
  await toPreferences(again);
  await expect(chosen(again, 'Theme', 'Dark')).toBeChecked();
  await expect(chosen(again, 'Motion', 'Reduced')).toBeChecked();
});

test('a light theme stays light where the system is dark', { tag: '@more' }, async ({ app, page, open }) => {
  await person.createWorkspace(page);
  await toPreferences(page);
  await chosen(page, 'Theme', 'Light').check();
  const light = await paper(page);
  await expect(html(page)).toHaveAttribute('data-theme', 'light');
  const dark = await open(app.url, { dark: true });
  await expect(heading(dark, 'Sign in')).toBeVisible();
  await expect.poll(() => paper(dark)).toBe(light);
});

test.describe('where there is no file manager', () => {
  test.use({ env: { PATH: '/nonexistent' } });

  test(
    'About says where the folder is; it and the licenses can be read before anybody is in',
    { tag: '@more' },
    async ({ folder, page }) => {
      await button(page, 'Help').click();
      const help = page.getByRole('dialog', { name: 'Help' });
      await button(help, 'Open data folder').click();
      await expect(help.getByRole('alert')).toContainText(folder);
      await button(help, 'Show licenses').click();
      const licenses = page.getByRole('dialog', { name: 'Licenses' });
      const svelte = licenses.getByRole('button', { name: /^svelte / });
      await svelte.press('Enter');
      await expect(svelte).toHaveAttribute('aria-expanded', 'true');
      await expect(licenses.getByText('Permission is hereby granted').first()).toBeVisible();
      await expectAccessible(page, 'Licenses');
      await page.keyboard.press('Escape');
      await expect(button(help, 'Show licenses')).toBeFocused();
      await button(help, 'Copy details').click();
      await expect(page.getByText('Details copied.')).toBeVisible();
    },
  );
});
