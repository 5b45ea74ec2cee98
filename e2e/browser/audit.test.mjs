/** Settings, Audit log: reading, searching, verifying and exporting it. */
import {
  beginEnrolment,
  button,
  createWorkspace,
  heading,
  readKey,
  toProfile,
  typeCode,
} from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

test('the owner reads the log, searches it, filters it and verifies it', async ({ page }) => {
  await createWorkspace(page);
  await page.getByLabel('Name', { exact: true }).fill('Amara <b>N.</b> Okafor');
  await button(page, 'Save').click();
  await expect(page.getByText('Amara <b>N.</b> Okafor').first()).toBeVisible();
  await beginEnrolment(page);
  const phone = await readKey(page);
  await typeCode(page, await phone.wrong());
  await expect(page.getByRole('alert')).toBeVisible();

  await button(page, 'Cancel').click();
  await toProfile(page);
  await button(page, 'Audit log').click();
  await expect(heading(page, 'Audit log')).toBeVisible();
  const entries = page.getByRole('listitem');
  await expect(entries.filter({ hasText: 'Amara <b>N.</b> Okafor changed their name.' })).toBeVisible();
  await expect(entries.filter({ hasText: 'It was Amara Okafor before.' })).toBeVisible();
  await expect(entries.filter({ hasText: 'Incorrect setup code for' })).toBeVisible();
  await expect(entries.filter({ hasText: 'created the workspace Northwind Legal.' })).toBeVisible();
  await expectAccessible(page, 'Audit log');

  await page.keyboard.press('/');
  await page.keyboard.type('NORTHWIND');
  await expect(entries.filter({ hasText: 'changed their name' })).toHaveCount(0);
  await expect(entries).toHaveCount(1);
  await page.getByLabel('Search the log').fill('nothing has these words');
  await expect(page.getByText('No entries found')).toBeVisible();
  await page.getByLabel('Search the log').fill('');
  await page.getByLabel('Kind of event').selectOption('Names, emails, passwords');
  await expect(entries.filter({ hasText: 'created the workspace' })).toHaveCount(0);
  await page.getByLabel('Kind of event').selectOption('Any event');

  await button(page, 'Verify log').click();
  await expect(page.getByText(/^Verified today at/)).toBeVisible();
  await expect(page.getByText(/entries are intact/)).toBeVisible();
  await expectAccessible(page, 'Audit log, verified');
});
