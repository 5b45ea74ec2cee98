/** Two people: what one admin asks for, another approves, and the first one then does. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { dataFolder } from '../harness/app.mjs';
import { assertAccessible } from '../harness/browser.mjs';
import { amara, button, dialog, enable, heading, lock, signIn, typeCode } from '../harness/person.mjs';
import { priya } from '../harness/members.mjs';
import { Phone } from '../harness/phone.mjs';
import { scene } from '../harness/scene.mjs';
import { seed } from '../harness/seed.mjs';

// Everybody whom the seed has enrolled has one password.
const daniel = { ...priya, name: 'Daniel Whitlock', email: 'daniel@example.com' };
const mateo = { name: 'Mateo <b>Rossi</b>', email: 'mateo@example.com', role: 'member' };

test('a print run waits for a second admin, who sees it, approves it, and the first goes on', async (t) => {
  const folder = await dataFolder(t);
  const keys = await seed(folder, { people: [{ ...daniel, role: 'admin' }, mateo], enrolled: 2 });
  const second = new Phone(keys.find(({ email }) => email === daniel.email).key);
  // Enrolling has used up a code of now; these two are not handed out again.
  for (let used = 0; used < 2; used++) await second.next();
  const { page } = await scene(t, { folder });
  await signIn(page);
  const { phone } = await enable(page);
  const prove = async (by, who = amara) => {
    await dialog(page).getByLabel('Your password').fill(who.password);
    await typeCode(dialog(page), await by.next());
  };

  await button(page, 'Workspace').click();
  await button(page, 'Ask for two people').click();
  await prove(phone);
  await button(dialog(page), 'Ask for two people').click();
  await page.getByText('Each of them waits for a second person.').waitFor();

  await button(page, 'Members').click();
  await page.getByLabel(`Select ${mateo.name}`, { exact: true }).check();
  await button(page, 'Print recovery sheets').click();
  await dialog(page).getByText('This workspace asks for two people here.').waitFor();
  await dialog(page).getByLabel('Reason').fill('Lost <i>bag</i>');
  await button(dialog(page), 'Continue').click();
  await prove(phone);
  await button(dialog(page), 'Ask for approval').click();
  await dialog(page).getByText('It waits for a second admin now.').waitFor();
  await button(dialog(page), 'Close').click();
  await button(page, 'Workspace').click();
  await page.getByText(`You asked to issue a recovery sheet for ${mateo.name}.`).waitFor();
  assert.equal(await button(page, 'Approve').count(), 0);
  await assertAccessible(page, 'what one has asked for');

  await lock(page);
  await signIn(page, second, daniel);
  await page.getByRole('button', { name: /^Workspace 1 waits for you/ }).click();
  await page.getByText(`Amara Okafor asks to issue a recovery sheet for ${mateo.name}.`).waitFor();
  await page.getByText('Reason: Lost <i>bag</i>.', { exact: false }).waitFor();
  await assertAccessible(page, 'what waits for an admin');
  await button(page, 'Approve').click();
  await assertAccessible(page, 'Approve');
  await prove(second, daniel);
  await button(dialog(page), 'Approve').click();
  await page.getByText('Approved. Amara Okafor can go on.').waitFor();

  await lock(page);
  await signIn(page, phone);
  await page.getByRole('button', { name: /^Workspace 1 waits for you/ }).click();
  await button(page, 'Go on').click();
  await dialog(page).getByText(`${mateo.name} gets a new sheet.`).waitFor();
  assert.equal(await dialog(page).getByLabel('Reason').inputValue(), 'Lost <i>bag</i>');
  await button(dialog(page), 'Continue').click();
  await prove(phone);
  await button(dialog(page), 'Make the sheets').click();
  await dialog(page).getByText('Are the sheets on paper?').waitFor();
  await button(dialog(page), 'Put in force').click();
  await button(dialog(page), 'Show the run').click();
  await heading(page, 'Print run 1').waitFor();
  await button(page, 'Workspace').click();
  await heading(page, 'Export signature').waitFor();
  assert.equal(await page.getByText('Waiting for a second person').count(), 0);
});
