/** Two people: what one admin asks for, another approves, and the first one then does; without a mouse. */
import { press, reach, reachRow, write } from '../harness/keyboard.mjs';
import { amara, button, dialog, enable, heading, lock, signIn } from '../harness/person.mjs';
import { oneTimeCode, priya } from '../harness/members.mjs';
import { answered, expect, expectAccessible, test } from './fixtures.mjs';

// Everybody whom the seed has enrolled has one password.
const daniel = { ...priya, name: 'Daniel Whitlock', email: 'daniel@example.com' };
const mateo = { name: 'Mateo <b>Rossi</b>', email: 'mateo@example.com', role: 'member' };

test.use({ home: { people: [{ ...daniel, role: 'admin' }, mateo], enrolled: 2 } });

test('adding a member, a print run that a second admin approves, and the workspace’s settings, all by keyboard', async ({
  has,
  page,
}) => {
  const second = has[daniel.email].phone;
  await signIn(page);
  const { phone } = await enable(page);
  const within = dialog(page);
  /** One's password and a code, whose last digit carries the act out; a dialog shows where the keys are when it opens. */
  const prove = async (by, act, who = amara) => {
    await expect(button(within, act)).toBeVisible();
    await write(page, within.getByLabel('Your password', { exact: true }), who.password);
    await write(page, within.getByLabel('Verification code'), await by.next());
  };

  // The workspace's settings.
  await press(page, button(page, 'Workspace'));
  await expect(heading(page, 'Export signing key')).toBeVisible();
  await reach(page, page.getByLabel('Auto-lock after'));
  await page.keyboard.type('9 m');
  await press(page, button(page, 'Save'));
  await expect(page.getByText('Auto-lock time saved.')).toBeVisible();
  await press(page, button(page, 'Save backup'));
  await reach(page, within.getByLabel('A passphrase'));
  await page.keyboard.press('ArrowRight');
  await reach(page, within.getByLabel('Recipient keys'));
  await expectAccessible(page, 'Save backup');
  await page.keyboard.press('Escape');
  await expect(within).toHaveCount(0);
  await expect(button(page, 'Save backup')).toBeFocused();
  await press(page, button(page, 'Require approval'));
  await prove(phone, 'Require approval');
  await expect(page.getByText('A second admin must approve each action.')).toBeVisible();

  // A new member, with an invitation.
  await press(page, button(page, 'Members'));
  await press(page, button(page, 'Add member'));
  await write(page, within.getByLabel('Name', { exact: true }), 'Zoë Lindqvist');
  await write(page, within.getByLabel('Email'), 'zoe@example.com');
  await page.keyboard.press('Enter');
  await expect(heading(within, 'Invitation for Zoë Lindqvist')).toBeVisible();
  expect(await oneTimeCode(page)).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  await press(page, button(within, 'Done'));

  // The print run.
  await reachRow(page, page.getByRole('grid', { name: 'Members' }), mateo.name);
  await page.keyboard.press('Space');
  await press(page, button(page, 'Print recovery sheets'));
  await expect(within.getByText('A second admin must approve this before anything happens.')).toBeVisible();
  await write(page, within.getByLabel('Reason'), 'Lost <i>bag</i>');
  await page.keyboard.press('Enter');
  await prove(phone, 'Ask for approval');
  await expect(within.getByText('This is waiting for a second admin.')).toBeVisible();
  await press(page, button(within, 'Close'));
  await press(page, button(page, 'Workspace'));
  await expect(page.getByText(`You asked to issue a recovery sheet for ${mateo.name}.`)).toBeVisible();
  await expect(button(page, 'Approve')).toHaveCount(0);
  await expectAccessible(page, 'what one has asked for');

  await lock(page);
  await signIn(page, second, daniel);
  await press(page, page.getByRole('button', { name: /^Workspace 1 waits for you/ }));
  await expect(
    page.getByText(`Amara Okafor wants to issue a recovery sheet for ${mateo.name}.`),
  ).toBeVisible();
  await expect(page.getByText('Reason: Lost <i>bag</i>.', { exact: false })).toBeVisible();
  await expectAccessible(page, 'what waits for an admin');
  await press(page, button(page, 'Approve'));
  await expectAccessible(page, 'Approve');
  await prove(second, 'Approve', daniel);
  await expect(page.getByText('Approved. Amara Okafor can continue.')).toBeVisible();

  await lock(page);
  await signIn(page, phone);
  await press(page, page.getByRole('button', { name: /^Workspace 1 waits for you/ }));
  await press(page, button(page, 'Continue'));
  await expect(within.getByText(`${mateo.name} will get a new sheet.`)).toBeVisible();
  await expect(within.getByLabel('Reason')).toHaveValue('Lost <i>bag</i>');
  await reach(page, within.getByLabel('A4'));
  await page.keyboard.press('ArrowRight');
  await expect(within.getByLabel('Letter')).toBeChecked();
  await press(page, button(within, 'Continue'));
  await prove(phone, 'Create sheets');
  await expect(within.getByText('Did every page print?')).toBeVisible();
  await reach(page, within.getByLabel('I have all 2 pages'));
  await page.keyboard.press('Space');
  await press(page, button(within, 'Activate new codes'));
  await press(page, button(within, 'Show print run'));
  await expect(heading(page, 'Print run 1')).toBeVisible();
  await expect(button(page, 'Workspace'), 'nothing waits any more').toBeVisible();
  const read = answered(page, 'Settings', 'Approvals');
  await press(page, button(page, 'Workspace'));
  await expect(heading(page, 'Export signing key')).toBeVisible();
  await read;
  await expect(page.getByText('Waiting for approval')).toHaveCount(0);
});
