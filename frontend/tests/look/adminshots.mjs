/** The screens of owners and admins worth a look. */
import { button } from './steps.mjs';

const dialog = (page) => page.getByRole('dialog');

async function go(page, place, code) {
  await page.getByLabel('Email').fill('amara.okafor@example.com');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await button(page, 'Sign in').click();
  if (code) await page.getByLabel('Verification code').pressSequentially(code);
  const there = page.getByRole('button', { name: new RegExp(`^${place}`) }).first();
  await there.click();
}

async function openExport(page, typed = 'seven walnut ribbons in a row') {
  await go(page, 'Print runs');
  await button(page, 'Open an export…').click();
  await dialog(page).locator('input').fill(typed);
  await button(dialog(page), 'Open').click();
}

async function backup(page) {
  await go(page, 'Workspace');
  await button(page, 'Save backup').click();
}

const ago = (days) => new Date(Date.now() - days * 864e5).toISOString();

async function memberPage(page) {
  await go(page, 'Members');
  await page.getByText('Priya Raman').first().dblclick();
}

async function remove(page) {
  await go(page, 'Members');
  await button(page, 'Actions for Priya Raman').first().click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await button(dialog(page), 'Remove').waitFor();
}

const theirs = { signedBy: 'AAAA-3V9X-PT2R-8HJN-5CWD-0YFB-4ZGE-61AS', ours: false };

const clock = { now: '2026-11-28T09:31:00Z', newest: '2027-11-28T17:05:00Z' };

export const adminShots = [
  { name: 'clock-behind', scenario: { policy: { clock } }, act: (page) => go(page, 'Workspace') },
  {
    name: 'clock-confirm',
    scenario: { policy: { clock } },
    act: async (page) => {
      await go(page, 'Workspace');
      await button(page, 'Confirm the clock').click();
    },
  },
  { name: 'members', act: (page) => go(page, 'Members') },
  {
    name: 'adoption',
    scenario: { policy: { requireFrom: new Date(Date.now() + 30 * 864e5).toISOString() } },
    act: async (page) => {
      await go(page, 'Members');
      await button(page, '2FA adoption').click();
      await page.getByRole('img', { name: '2FA over time' }).waitFor();
    },
  },
  {
    name: 'adoption-print',
    act: async (page) => {
      await go(page, 'Members');
      await button(page, '2FA adoption').click();
      await button(page, 'Print reminders').click();
      await dialog(page).getByText('pages are ready to print.').waitFor();
      await button(dialog(page), 'Print').click(); // which loads the languages of the pages
      await page.getByText('2要素認証を有効にしてください').waitFor({ state: 'attached' });
    },
  },
  {
    name: 'adoption-table',
    act: async (page) => {
      await go(page, 'Members');
      await button(page, '2FA adoption').click();
      await button(page, 'Show as table').click();
    },
  },
  {
    name: 'adoption-lost',
    scenario: { lost: true },
    act: async (page) => {
      await go(page, 'Members');
      await button(page, '2FA adoption').click();
      await page.getByRole('heading', { name: 'Sheet not confirmed' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'invitation-server',
    scenario: { door: { server: 'legal.example.com:8443', joined: true } },
    act: async (page) => {
      await go(page, 'Members');
      await button(page, 'Add member').click();
      await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Sam Lee');
      await page.getByRole('dialog').getByLabel('Email').fill('sam.lee@example.com');
      await page.getByRole('dialog').getByRole('button', { name: 'Add member' }).click();
      await page.getByText('legal.example.com').first().waitFor();
    },
  },
  {
    name: 'member',
    act: async (page) => {
      await go(page, 'Members');
      await page.getByText('Priya Raman').first().dblclick();
      await page.getByRole('heading', { name: 'Recent activity' }).scrollIntoViewIfNeeded();
      await page.getByText('Today at', { exact: false }).last().waitFor();
      await page.getByRole('button', { name: 'Show in Audit log' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'member-codes',
    act: async (page) => {
      await go(page, 'Members');
      await page.getByText('Priya Raman').first().dblclick();
      await page.getByRole('button', { name: 'End temporary code' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'member-end-code',
    act: async (page) => {
      await go(page, 'Members');
      await page.getByText('Priya Raman').first().dblclick();
      await button(page, 'End temporary code').click();
      await button(dialog(page), 'End temporary code').click();
      await page.getByText('This code no longer works.').waitFor();
    },
  },
  {
    name: 'member-computers',
    scenario: {
      memberComputers: {
        computers: [
          { id: 'a', name: 'Office', addedAt: ago(60), lastUsedAt: ago(1) },
          {
            id: 'b',
            name: 'Priya’s laptop, the one with a name that is rather long for a row',
            addedAt: ago(3),
          },
        ],
        needsReset: false,
      },
    },
    act: async (page) => {
      await memberPage(page);
      await button(page, 'Remove…').last().scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'member-computer-last',
    scenario: {
      memberComputers: {
        computers: [{ id: 'a', name: 'Laptop', addedAt: ago(60), lastUsedAt: ago(1) }],
        needsReset: false,
      },
    },
    act: async (page) => {
      await memberPage(page);
      await button(page, 'Remove…').click();
      await dialog(page).waitFor();
    },
  },
  {
    name: 'member-computer-none',
    scenario: { memberComputers: { computers: [], needsReset: true } },
    act: async (page) => {
      await memberPage(page);
      await page.getByText('last computer was removed').scrollIntoViewIfNeeded();
    },
  },
  { name: 'member-remove', act: remove },
  {
    name: 'member-remove-confirmed',
    scenario: { stepUp: { password: false, factor: false, authenticatorOff: false } },
    act: remove,
  },
  {
    name: 'member-quiet',
    scenario: { quiet: true },
    act: async (page) => {
      await go(page, 'Members');
      await page.getByText('Priya Raman').first().dblclick();
      await page.getByText('No activity').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'member-audit',
    act: async (page) => {
      await go(page, 'Members');
      await page.getByText('Priya Raman').first().dblclick();
      await page.getByRole('button', { name: 'Show in Audit log' }).click();
      await page.getByRole('heading', { name: 'Audit log' }).waitFor();
    },
  },
  {
    name: 'import-first',
    act: async (page) => {
      await go(page, 'Members');
      await button(page, 'Import…').click();
      await button(dialog(page), 'Save template…').click();
      await page.getByText('Template saved').waitFor();
    },
  },
  {
    name: 'import-first-wrong',
    scenario: { profile: { role: 'admin', permissions: ['administer', 'purge'] } },
    act: async (page) => {
      await go(page, 'Members');
      await button(page, 'Import…').click();
      await button(dialog(page), 'Choose file…').click();
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'runs', act: (page) => go(page, 'Print runs') },
  {
    name: 'runs-left',
    scenario: { left: true },
    act: async (page) => {
      await go(page, 'Print runs');
      await page.getByText('Yearly renewal for the office in Leeds').click();
      await page.getByLabel('Select sheet 2 of Chidi Nwosu').first().check();
    },
  },
  { name: 'runs-none', scenario: { noRuns: true }, act: (page) => go(page, 'Print runs') },
  {
    name: 'export-passphrase',
    act: async (page) => {
      await go(page, 'Print runs');
      await button(page, 'Open an export…').click();
    },
  },
  { name: 'export-wrong', act: (page) => openExport(page, 'wrong') },
  {
    name: 'export-key',
    scenario: { picked: { lock: 'keys' } },
    act: async (page) => {
      await go(page, 'Print runs');
      await button(page, 'Open an export…').click();
      await button(page, 'Choose a key file…').click();
    },
  },
  { name: 'export-ours', act: openExport },
  {
    name: 'export-saved',
    act: async (page) => {
      await openExport(page);
      await button(page, 'Save the files…').click();
    },
  },
  {
    name: 'export-theirs',
    scenario: { view: { ...theirs, workspace: '<b>Northwind</b> '.repeat(12), by: 'Ő'.repeat(120) } },
    act: openExport,
  },
  {
    name: 'export-backup',
    scenario: {
      view: {
        kind: 'workspace-backup',
        details: { event: '412' },
        files: [{ name: 'workspace.db', size: 4_200_000 }],
      },
    },
    act: openExport,
  },
  { name: 'export-edited', scenario: { openFails: 'export_edited' }, act: openExport },
  {
    name: 'export-unknown',
    scenario: { pickFails: 'export_unknown' },
    act: async (page) => {
      await go(page, 'Print runs');
      await button(page, 'Open an export…').click();
    },
  },
  {
    name: 'workspace-help',
    scenario: { approvals: [] },
    act: async (page) => {
      await go(page, 'Workspace');
      await page.getByText('Support contact', { exact: true }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'require-alone',
    scenario: {
      on: true,
      approvals: [],
      policy: { require2FA: false, twoPeople: false },
      rehearsal: { possible: false, keepers: [{ id: 'p1', name: 'Amara Okafor' }], ready: 1 },
    },
    act: async (page) => {
      await go(page, 'Workspace', '123456');
      await button(page, 'Require 2FA').click();
      await dialog(page).getByRole('alert').waitFor();
    },
  },
  {
    name: 'approval-alone',
    scenario: { approvals: [], policy: { twoPeople: false }, rehearsal: { approval: false } },
    act: async (page) => {
      await go(page, 'Workspace');
      await button(page, 'Require approval').click();
      await dialog(page).getByRole('alert').waitFor();
    },
  },
  { name: 'approvals', act: (page) => go(page, 'Workspace') },
  {
    name: 'approvals-policy',
    scenario: { ofPolicy: true },
    act: (page) => go(page, 'Workspace'),
  },
  {
    name: 'policy-drop-ask',
    scenario: { approvals: [] },
    act: async (page) => {
      await go(page, 'Workspace');
      await button(page, 'Stop requiring 2FA').click();
      await dialog(page).getByLabel('Reason').waitFor();
    },
  },
  {
    name: 'policy-drop-waits',
    scenario: { ofPolicy: true },
    act: async (page) => {
      await go(page, 'Workspace');
      await button(page, 'Stop requiring 2FA').first().click();
      await dialog(page).getByText('This is waiting for a second admin.').waitFor();
    },
  },
  {
    // Printed, too: the longest reason, in the widest letters.
    name: 'cover',
    scenario: {
      policy: { twoPeople: false },
      run: {
        reason: 'W'.repeat(17).concat(' ').repeat(7).slice(0, 117) + 'END',
        by: 'W'.repeat(120),
        approvedBy: 'W'.repeat(120),
        workspace: 'W'.repeat(120),
      },
    },
    act: async (page) => {
      await go(page, 'Workspace');
      await button(page, 'Continue').click();
      await button(dialog(page), 'Continue').click();
      await dialog(page).getByLabel('Your password', { exact: true }).fill('x');
      await dialog(page).getByLabel('Verification code').pressSequentially('123456');
      await page.getByText('Did every page print?').waitFor();
    },
  },
  {
    name: 'workspace',
    scenario: { approvals: [] },
    act: async (page) => {
      await go(page, 'Workspace');
      await page.getByText('Backup', { exact: true }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'move',
    scenario: { approvals: [] },
    act: async (page) => {
      await go(page, 'Workspace');
      await button(page, 'Finish the move').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'move-file',
    scenario: { approvals: [] },
    act: async (page) => {
      await go(page, 'Workspace');
      await button(page, 'Create file for a server').click();
      await dialog(page).getByLabel('Passphrase again').waitFor();
    },
  },
  {
    name: 'move-finish',
    scenario: { on: true, approvals: [] },
    act: async (page) => {
      await go(page, 'Workspace', '123456');
      await button(page, 'Finish the move').click();
      await dialog(page)
        .getByLabel('Line from the operator')
        .fill('countersign://join?server=legal.example.com:8443');
    },
  },
  {
    name: 'workspace-secrets',
    scenario: { approvals: [], policy: { secretsFile: true } },
    act: async (page) => {
      await go(page, 'Workspace');
      await page.getByText('Secrets', { exact: true }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'change-passphrase',
    scenario: { approvals: [], policy: { secretsFile: true } },
    act: async (page) => {
      await go(page, 'Workspace');
      await button(page, 'Change passphrase').click();
      await page.getByLabel('New passphrase').fill('seven walnut ribbons');
      await page.getByLabel('Passphrase again').fill('seven walnut ribbon');
      await button(page, 'Save').last().click();
    },
  },
  { name: 'backup', act: backup },
  {
    name: 'backup-keys',
    act: async (page) => {
      await backup(page);
      await page.getByText('Keys', { exact: true }).click();
      await page.getByLabel('Recipient keys').fill('AGE-SECRET-KEY-1');
      await dialog(page).getByLabel('Your password', { exact: true }).fill('x');
      await dialog(page).getByLabel('Verification code').pressSequentially('123456');
      await page
        .getByRole('button', { name: 'Save…' })
        .click({ timeout: 1000 })
        .catch(() => {});
    },
  },
];
