/** The first minutes: what is left to do, whom to ask, and refusals that lead on. */
import * as members from '../harness/members.mjs';
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button, dialog, heading } = person;
const checklist = (page) => page.getByRole('region', { name: 'Get started' });

async function toContracts(page) {
  await button(page, 'Contracts').click();
  await heading(page, 'Contracts').waitFor();
}

test(
  'the first screen says what this is and where an invitation is used, and leads back',
  { tag: '@more' },
  async ({ page }) => {
    await expect(page.getByText('stores your team’s contracts encrypted')).toBeVisible();
    await expect(page.getByText('on the computer that has the workspace')).toBeVisible();
    await button(page, 'Restore a backup').click();
    await expectAccessible(page, 'Restore a backup');
    await expect(button(page, 'Choose a backup file…')).toBeVisible();
    await button(page, 'Back').click();
    await person.toCreate(page);
    await expect(page.getByText('No one can look up this password.')).toBeVisible();
    for (const password of ['correct horse battery staple', 'Correct-Horse-Battery-Staple']) {
      await page.getByLabel('Workspace name').fill(person.amara.workspace);
      await page.getByLabel('Your name').fill(person.amara.name);
      await page.getByLabel('Email').fill(person.amara.email);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await button(page, 'Create workspace').click();
      await expect(page.getByRole('alert').getByText(/too easy to guess/)).toBeVisible();
    }
    await button(page, 'Back').click();
    await person.createWorkspace(page);
  },
);

test(
  'the checklist leads to each step, knows what is done, and stays away once it is put away',
  { tag: '@more' },
  async ({ page }) => {
    await person.createWorkspace(page);
    await toContracts(page);
    const list = checklist(page);
    await expect(list.getByText('0 of 6 done')).toBeVisible();
    await expectAccessible(page, 'Contracts, with the checklist');
    for (const [act, title] of [
      ['Create Emergency Kit', 'Create Emergency Kit'],
      ['Save backup', 'Save backup'],
      ['Add member', 'Add member'],
    ]) {
      await button(list, act).click();
      await expect(heading(dialog(page), title)).toBeVisible();
      await button(dialog(page), 'Cancel').click();
      await toContracts(page);
    }
    await button(list, 'Open Members').click();
    await expect(heading(page, 'Members')).toBeVisible();
    await expect(dialog(page)).toHaveCount(0);
    await toContracts(page);

    await button(list, 'Enable 2FA').click();
    await person.stepUp(page);
    const phone = await person.readKey(page);
    await person.typeCode(page, await phone.next());
    await person.readCodes(page);
    await person.keepCodes(page);
    await toContracts(page);
    await expect(list.getByText('2 of 6 done')).toBeVisible();
    await expect(button(list, 'Enable 2FA')).toHaveCount(0);

    await button(list, 'Hide checklist').click();
    await expect(list).toHaveCount(0);
    await expect(heading(page, 'Contracts')).toBeFocused();
    await person.lock(page);
    await person.signIn(page, phone);
    await toContracts(page);
    await expect(page.getByText('Add your first contract')).toBeVisible();
    await expect(list).toHaveCount(0);
    await person.toProfile(page);
    await button(page, 'Show checklist').click();
    await expect(list.getByText('2 of 6 done')).toBeVisible();
  },
);

test(
  'who cannot sign in is told whom to ask, as far as the owners allow',
  { tag: '@more' },
  async ({ page }) => {
    await person.createWorkspace(page);
    await button(page, 'Workspace').click();
    const contact = page.getByLabel('Support contact');
    await contact.fill('javascript:alert(1)');
    await button(page, 'Save').click();
    await expect(page.getByRole('alert')).toContainText('This link can’t be used here.');
    await expect(contact).toHaveValue('javascript:alert(1)');
    await contact.fill('Ask at the front desk');
    await button(page, 'Save').click();
    await expect(page.getByText('Support contact saved.')).toBeVisible();
    await person.lock(page);
    await button(page, 'Help').click();
    await expect(dialog(page).getByText('Ask at the front desk')).toBeVisible();
    await expect(dialog(page).getByText(person.amara.name)).toBeVisible();
    await expect(dialog(page).getByText(person.amara.email)).toHaveCount(0);
    await expectAccessible(page, 'Help, with whom to ask');
    await button(dialog(page), 'Close').click();

    await person.signIn(page);
    await button(page, 'Workspace').click();
    await button(page, 'Hide names').click();
    await expect(page.getByText('Not named')).toBeVisible();
    await person.lock(page);
    await button(page, 'Help').click();
    await expect(dialog(page).getByText('Ask at the front desk')).toBeVisible();
    await expect(dialog(page).getByText(person.amara.name)).toHaveCount(0);
  },
);

test(
  'an owner alone is led on where 2FA cannot be required, and refused approval before a password',
  { tag: '@more' },
  async ({ page }) => {
    await person.createWorkspace(page);
    await person.enable(page);
    await button(page, 'Workspace').click();
    await button(page, 'Require approval').click();
    await expect(dialog(page).getByRole('alert')).toContainText(
      'Fewer than two owners and admins have 2FA on.',
    );
    await expect(dialog(page).getByLabel('Your password')).toHaveCount(0);
    await button(dialog(page), 'Close').click();
    await button(page, 'Require 2FA').click();
    await expect(dialog(page).getByRole('alert')).toContainText(`Only ${person.amara.name} could help`);
    await button(dialog(page), 'Create Emergency Kit').click();
    await expect(heading(dialog(page), 'Create Emergency Kit')).toBeVisible();
    await button(dialog(page), 'Cancel').click();
    await button(page, 'Require 2FA').click();
    await button(dialog(page), 'Open Members').click();
    await expect(heading(page, 'Members')).toBeVisible();
  },
);

test(
  'members who are invited get new invitations at once, and are said to get no sheet',
  { tag: '@more' },
  async ({ page }) => {
    const { priya, row } = members;
    const ben = { ...priya, name: 'Ben Asante', email: 'ben.asante@example.com' };
    await person.createWorkspace(page);
    await members.toMembers(page);
    const first = await members.add(page, priya);
    await members.add(page, ben);
    for (const { name } of [priya, ben]) await page.getByRole('checkbox', { name: `Select ${name}` }).check();
    await expect(page.getByText('Invited members get recovery codes when they turn on 2FA.')).toBeVisible();
    await expect(button(page, 'Print recovery sheets')).toHaveCount(0);
    await expectAccessible(page, 'Members, invited ones selected');
    await page.getByRole('checkbox', { name: `Select ${person.amara.name}` }).check();
    await button(page, 'Print recovery sheets').click();
    await expect(dialog(page).getByText('hasn’t used their invitation yet.').first()).toBeVisible();
    await button(dialog(page), 'Print invitations').click();
    await expect(dialog(page).getByText('2 members get new invitations.')).toBeVisible();
    await members.proveIn(page);
    await button(dialog(page), 'Create invitations').click();
    await expect(heading(page, '2 new invitations')).toBeVisible();
    await expectAccessible(page, 'New invitations');
    await button(page, 'Done').click();
    await button(dialog(page), 'Close').click();
    await row(page, ben.email).waitFor();
    await person.lock(page);
    await members.redeem(page, first);
    await expect(page.getByRole('alert')).toBeVisible();
  },
);
