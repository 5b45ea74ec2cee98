/** Two people: what one admin asks for, another approves, and the first one then does; without a mouse. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { dataFolder } from '../harness/app.mjs';
import { assertAccessible } from '../harness/browser.mjs';
import { press, reach, reachRow, write } from '../harness/keyboard.mjs';
import { amara, button, dialog, enable, heading, lock, signIn } from '../harness/person.mjs';
import { oneTimeCode, priya } from '../harness/members.mjs';
import { Phone } from '../harness/phone.mjs';
import { scene } from '../harness/scene.mjs';
import { seed } from '../harness/seed.mjs';

// Everybody whom the seed has enrolled has one password.
const daniel = { ...priya, name: 'Daniel Whitlock', email: 'daniel@example.com' };
const mateo = { name: 'Mateo <b>Rossi</b>', email: 'mateo@example.com', role: 'member' };

test('adding a member, a print run that a second admin approves, and the workspace’s settings, all by keyboard', async (t) => {
  const folder = await dataFolder(t);
  const keys = await seed(folder, { people: [{ ...daniel, role: 'admin' }, mateo], enrolled: 2 });
  const second = new Phone(keys.find(({ email }) => email === daniel.email).key);
  // Enrolling has used up a code of now; these two are not handed out again.
  for (let used = 0; used < 2; used++) await second.next();
  const { page } = await scene(t, { folder });
  await signIn(page);
  const { phone } = await enable(page);
  const within = dialog(page);
  /** One's password and a code, and the act; a dialog shows where the keys are when it opens. */
  const prove = async (by, act, who = amara) => {
    await write(page, within.getByLabel('Your password', { exact: true }), who.password);
    await write(page, within.getByLabel('Verification code'), await by.next());
    await press(page, button(within, act));
  };

  // The workspace's settings.
  await press(page, button(page, 'Workspace'));
  await heading(page, 'Export signature').waitFor();
  await reach(page, page.getByLabel('Lock after'));
  await page.keyboard.type('9 m');
  await press(page, button(page, 'Save'));
  await page.getByText('The idle time is saved.').waitFor();
  await press(page, button(page, 'Save backup'));
  await reach(page, within.getByLabel('A passphrase'));
  await page.keyboard.press('ArrowRight');
  await reach(page, within.getByLabel('Recipient keys'));
  await assertAccessible(page, 'Save backup');
  await page.keyboard.press('Escape');
  await within.waitFor({ state: 'detached' });
  assert.ok(await button(page, 'Save backup').evaluate((it) => it === document.activeElement));
  await press(page, button(page, 'Ask for two people'));
  await prove(phone, 'Ask for two people');
  await page.getByText('Each of them waits for a second person.').waitFor();

  // A new member, with an invitation.
  await press(page, button(page, 'Members'));
  await press(page, button(page, 'Add member'));
  await write(page, within.getByLabel('Name', { exact: true }), 'Zoë Lindqvist');
  await write(page, within.getByLabel('Email'), 'zoe@example.com');
  await page.keyboard.press('Enter');
  await heading(within, 'Invitation for Zoë Lindqvist').waitFor();
  assert.match(await oneTimeCode(page), /^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  await press(page, button(within, 'Done'));

  // The print run.
  await reachRow(page, page.getByRole('grid', { name: 'Members' }), mateo.name);
  await page.keyboard.press('Space');
  await press(page, button(page, 'Print recovery sheets'));
  await within.getByText('This workspace asks for two people here.').waitFor();
  await write(page, within.getByLabel('Reason'), 'Lost <i>bag</i>');
  await page.keyboard.press('Enter');
  await prove(phone, 'Ask for approval');
  await within.getByText('It waits for a second admin now.').waitFor();
  await press(page, button(within, 'Close'));
  await press(page, button(page, 'Workspace'));
  await page.getByText(`You asked to issue a recovery sheet for ${mateo.name}.`).waitFor();
  assert.equal(await button(page, 'Approve').count(), 0);
  await assertAccessible(page, 'what one has asked for');

  await lock(page);
  await signIn(page, second, daniel);
  await press(page, page.getByRole('button', { name: /^Workspace 1 waits for you/ }));
  await page.getByText(`Amara Okafor asks to issue a recovery sheet for ${mateo.name}.`).waitFor();
  await page.getByText('Reason: Lost <i>bag</i>.', { exact: false }).waitFor();
  await assertAccessible(page, 'what waits for an admin');
  await press(page, button(page, 'Approve'));
  await assertAccessible(page, 'Approve');
  await prove(second, 'Approve', daniel);
  await page.getByText('Approved. Amara Okafor can go on.').waitFor();

  await lock(page);
  await signIn(page, phone);
  await press(page, page.getByRole('button', { name: /^Workspace 1 waits for you/ }));
  await press(page, button(page, 'Go on'));
  await within.getByText(`${mateo.name} gets a new sheet.`).waitFor();
  assert.equal(await within.getByLabel('Reason').inputValue(), 'Lost <i>bag</i>');
  await reach(page, within.getByLabel('A4'));
  await page.keyboard.press('ArrowRight');
  assert.ok(await within.getByLabel('Letter').isChecked());
  await press(page, button(within, 'Continue'));
  await prove(phone, 'Make the sheets');
  await within.getByText('Did every page print?').waitFor();
  await reach(page, within.getByLabel('I have all 2 pages'));
  await page.keyboard.press('Space');
  await press(page, button(within, 'Activate new codes'));
  await press(page, button(within, 'Show the run'));
  await heading(page, 'Print run 1').waitFor();
  await press(page, button(page, 'Workspace'));
  await heading(page, 'Export signature').waitFor();
  assert.equal(await page.getByText('Waiting for a second person').count(), 0);
});
