/** Settings, Workspace: its name, the idle time, requiring 2FA, two people; and following the log. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { dataFolder } from '../harness/app.mjs';
import { assertAccessible, openPage } from '../harness/browser.mjs';
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
import { scene } from '../harness/scene.mjs';
import { seed } from '../harness/seed.mjs';

const toWorkspace = async (page) => {
  await button(page, 'Workspace').click();
  await heading(page, 'Export signature').waitFor();
};

test('the workspace’s name and idle time are changed in their rows', async (t) => {
  const { page } = await scene(t);
  await createWorkspace(page);
  await toWorkspace(page);
  await assertAccessible(page, 'Workspace');
  await page.getByLabel('Name', { exact: true }).fill('\u3164');
  await button(page, 'Save').click();
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), '\u3164');
  await page.getByLabel('Name', { exact: true }).fill('Northwind & <i>Sons</i>');
  await button(page, 'Save').click();
  await page.getByRole('complementary').getByText('Northwind & <i>Sons</i>').waitFor();
  await page.getByLabel('Lock after').selectOption('12 minutes');
  await button(page, 'Save').click();
  await page.getByText('The idle time is saved.').waitFor();
  await button(page, 'Audit log').click();
  await page.getByText('set the idle lock time to 12 minutes').waitFor();
});

test('2FA is not required where nobody could let others back in, and the refusal says why', async (t) => {
  const { page } = await scene(t);
  await createWorkspace(page);
  await enable(page);
  await toWorkspace(page);
  await button(page, 'Require 2FA').click();
  await dialog(page).getByText('Only Amara Okafor could let others back in.').waitFor();
  await assertAccessible(page, 'a refused rehearsal');
  assert.equal(await dialog(page).locator('button[type=submit]').count(), 0);
  await page.keyboard.press('Escape');
  await button(page, 'Ask for two people').click();
  await dialog(page).getByLabel('Your password').waitFor();
  await assertAccessible(page, 'Ask for two people');
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
});

test('a rehearsal names who would be blocked, then 2FA is required from a day on, and no longer', async (t) => {
  const folder = await dataFolder(t);
  const people = [
    { name: 'Daniel Whitlock', email: 'daniel@example.com', role: 'admin' },
    { name: 'Eun-ji <Park>', email: 'eunji@example.com', role: 'member' },
  ];
  await seed(folder, { people, enrolled: 1 });
  const { page } = await scene(t, { folder });
  await signIn(page);
  const { phone } = await enable(page);
  await toWorkspace(page);
  await button(page, 'Require 2FA').click();
  await dialog(page).getByText('Eun-ji <Park>').waitFor();
  await dialog(page)
    .getByText(/Amara Okafor and Daniel Whitlock could let others back in/)
    .waitFor();
  await assertAccessible(page, 'Require 2FA');
  const later = new Date().getFullYear() + 5;
  await dialog(page).getByLabel('From').fill('2020-01-01');
  await dialog(page).getByLabel('Your password').fill(amara.password);
  await typeCode(dialog(page), await phone.next());
  await dialog(page).locator('button[type=submit]').click();
  await dialog(page).getByText('This day has passed.').waitFor();
  await dialog(page).getByLabel('From').fill(`${later}-12-01`);
  await dialog(page).locator('button[type=submit]').click();
  await page.getByText(`Required from 1 December ${later}`).waitFor();
  await button(page, 'Stop requiring 2FA').click();
  await dialog(page).getByLabel('Your password').fill(amara.password);
  await typeCode(dialog(page), await phone.next());
  await button(dialog(page), 'Stop requiring 2FA').click();
  await page.getByText('Everybody’s own choice', { exact: true }).waitFor();
});

test('whoever has 2FA off is signed out on the day from which it is required, and comes back by enabling it', async (t) => {
  const folder = await dataFolder(t);
  const people = [
    { name: 'Daniel Whitlock', email: 'daniel@example.com', role: 'admin' },
    { name: 'Eun-ji Park', email: 'eunji@example.com', role: 'admin' },
  ];
  await seed(folder, { people, enrolled: 2 });
  const { page } = await scene(t, { folder });
  await signIn(page);
  await toWorkspace(page);
  await button(page, 'Require 2FA').click();
  await dialog(page).getByText('You are one of them', { exact: false }).waitFor();
  await assertAccessible(page, 'Require 2FA, of oneself too');
  const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  await dialog(page).getByLabel('From').fill(today);
  await dialog(page).getByLabel('Your password').fill(amara.password);
  await dialog(page).locator('button[type=submit]').click();
  await page.getByText('2FA is required in this workspace now.').waitFor();
  await page.getByText('Sign in to turn it on.').waitFor();
  await assertAccessible(page, 'Sign in, since 2FA is required');

  await givePassword(page);
  await heading(page, 'Enable 2FA to go on').waitFor();
  await button(page, 'Enable 2FA').click();
  const phone = await readKey(page);
  await typeCode(page, await phone.next());
  await readCodes(page);
  await keepCodes(page);
  await button(page, 'Edit 2FA').waitFor();
  await toWorkspace(page);
  await page.getByText('Required since today').waitFor();
});

test('the log of a person is followed live', async (t) => {
  const folder = await dataFolder(t);
  const people = [{ name: 'Daniel Whitlock', email: 'daniel@example.com', role: 'admin' }];
  await seed(folder, { people, enrolled: 1 });
  const { app, browser, page } = await scene(t, { folder });
  await signIn(page);
  await button(page, 'Audit log').click();
  const entries = page.getByRole('listitem');
  await entries.filter({ hasText: 'added Daniel Whitlock as an admin.' }).waitFor();
  await page.getByLabel('Person').selectOption('Daniel Whitlock');
  await entries.filter({ hasText: 'Daniel Whitlock turned on 2FA' }).waitFor();
  await entries.filter({ hasText: 'created the workspace' }).waitFor({ state: 'detached' });
  await assertAccessible(page, 'Audit log of a person');

  const elsewhere = await openPage(browser, app.url);
  await givePassword(elsewhere, { ...amara, email: 'daniel@example.com' });
  await elsewhere.getByRole('alert').waitFor();
  await entries.filter({ hasText: 'A wrong password was typed for Daniel Whitlock.' }).waitFor();
  await givePassword(elsewhere, { ...amara, password: 'not the right one at all' });
  await elsewhere.getByRole('alert').waitFor();
  await page.getByLabel('Person').selectOption('Anyone');
  await entries.filter({ hasText: 'A wrong password was typed for Amara Okafor.' }).waitFor();
});
