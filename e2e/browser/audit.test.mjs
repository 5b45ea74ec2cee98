/** Settings, Audit log: reading, searching, verifying and exporting it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertAccessible } from '../harness/browser.mjs';
import {
  beginEnrolment,
  button,
  createWorkspace,
  heading,
  readKey,
  toProfile,
  typeCode,
} from '../harness/person.mjs';
import { scene } from '../harness/scene.mjs';

test('the owner reads the log, searches it, filters it and verifies it', async (t) => {
  const { page } = await scene(t);
  await createWorkspace(page);
  await page.getByLabel('Name', { exact: true }).fill('Amara <b>N.</b> Okafor');
  await button(page, 'Save').click();
  await page.getByText('Amara <b>N.</b> Okafor').first().waitFor();
  await beginEnrolment(page);
  const phone = await readKey(page);
  await typeCode(page, await phone.wrong());
  await page.getByRole('alert').waitFor();

  await button(page, 'Cancel').click();
  await toProfile(page);
  await button(page, 'Audit log').click();
  await heading(page, 'Audit log').waitFor();
  const entries = page.getByRole('listitem');
  await entries.filter({ hasText: 'Amara <b>N.</b> Okafor changed their name.' }).waitFor();
  await entries.filter({ hasText: 'It was Amara Okafor before.' }).waitFor();
  await entries.filter({ hasText: 'A wrong first code of a new phone was typed for' }).waitFor();
  await entries.filter({ hasText: 'created the workspace Northwind Legal.' }).waitFor();
  await assertAccessible(page, 'Audit log');

  await page.keyboard.press('/');
  await page.keyboard.type('NORTHWIND');
  await entries.filter({ hasText: 'changed their name' }).waitFor({ state: 'detached' });
  assert.equal(await entries.count(), 1);
  await page.getByLabel('Search the log').fill('nothing has these words');
  await page.getByText('Nothing found').waitFor();
  await page.getByLabel('Search the log').fill('');
  await page.getByLabel('Kind of event').selectOption('Names, emails, passwords');
  await entries.filter({ hasText: 'created the workspace' }).waitFor({ state: 'detached' });
  await page.getByLabel('Kind of event').selectOption('Any event');

  await button(page, 'Verify log').click();
  await page.getByText(/^Verified today at/).waitFor();
  await page.getByText(/entries were in their place and unchanged/).waitFor();
  await assertAccessible(page, 'Audit log, verified');
});
