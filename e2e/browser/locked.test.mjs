/** What a person finds again after a lock, and what is asked before something typed is lost. */
import { amara, button, dialog, givePassword, heading, lock, toProfile } from '../harness/person.mjs';
import { answered, expect, expectAccessible, test } from './fixtures.mjs';

test.use({ home: { owner: amara } });

test('after a lock the person is known, where they were, and what they had typed is there', async ({
  page,
}) => {
  await givePassword(page);
  await button(page, 'Workspace').click();
  const name = page.getByLabel('Name', { exact: true });
  const kept = answered(page, 'Auth', 'Keep', 'Southwind Legal');
  await name.fill('Southwind Legal');
  await kept;
  await lock(page);
  await expect(page.getByLabel('Email')).toHaveValue(amara.email);
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await expectAccessible(page, 'Sign in, after a lock');
  await page.getByLabel('Password', { exact: true }).fill(amara.password);
  await button(page, 'Sign in').click();
  await expect(name).toHaveValue('Southwind Legal');
  await button(page, 'Save').click();
  await expect(button(page, 'Save')).toHaveCount(0);

  await lock(page);
  await button(page, 'Not you?').click();
  await expect(page.getByLabel('Email')).toHaveValue('');
  await expect(page.getByLabel('Email')).toBeFocused();
  await expect(button(page, 'Not you?')).toHaveCount(0);
  await givePassword(page);
  await expect(heading(page, 'Contracts')).toBeVisible();
});

test('what is typed is asked about before it is left', async ({ page }) => {
  await givePassword(page);
  await toProfile(page);
  const name = page.getByLabel('Name', { exact: true });
  await name.fill('Amara N.');
  await button(page, 'Preferences').click();
  await expect(heading(dialog(page), 'Discard your changes?')).toBeVisible();
  await expect(button(dialog(page), 'Keep editing')).toBeFocused();
  await expectAccessible(page, 'Before typed text is left');
  await page.keyboard.press('Escape');
  await expect(name).toHaveValue('Amara N.');
  await button(page, 'Preferences').click();
  await button(dialog(page), 'Discard').click();
  await expect(heading(page, 'Preferences')).toBeVisible();
  await toProfile(page);
  await expect(name).toHaveValue(amara.name);

  await button(page, 'Members').click();
  await button(page, 'Add member').click();
  await dialog(page).getByLabel('Name', { exact: true }).fill('Zoë');
  await button(dialog(page), 'Cancel').click();
  await button(page, 'Keep editing').click();
  await expect(dialog(page).getByLabel('Name', { exact: true })).toHaveValue('Zoë');
  await button(dialog(page), 'Cancel').click();
  await button(page, 'Discard').click();
  await expect(dialog(page)).toHaveCount(0);
});
