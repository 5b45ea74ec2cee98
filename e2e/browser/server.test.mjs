/** A workspace at a server: its members join from programs of their own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as contracts from '../harness/contracts.mjs';
import { forgetItems, itemsOf } from '../harness/keychain.mjs';
import * as members from '../harness/members.mjs';
import * as person from '../harness/person.mjs';
import { startServer } from '../harness/server.mjs';
import { expect, expectAccessible, test as base } from './fixtures.mjs';

const { amara, button, dialog, heading } = person;
const sam = { name: 'Sam Lee', email: 'sam.lee@example.com', password: 'granite lagoon whisper 47' };

const test = base.extend({
  server: async ({}, use) => {
    const server = await startServer();
    await use(server);
    await server.remove();
  },

  /** Another program with a data folder of its own. */
  another: async ({ open, start }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'workspace-'));
    await use(async () => open((await start(folder)).url));
    await rm(folder, { recursive: true, force: true });
  },
});

/** Joins by the line that was pasted, and chooses a password. */
async function joinBy(page, invitation, who) {
  await button(page, 'Join a workspace').click();
  await page.getByLabel('Invitation').fill(`Welcome to the team! ${invitation}`);
  await button(page, 'Continue').click();
  await heading(page, 'Set your password').waitFor();
  await choose(page, who);
}

async function choose(page, who) {
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await button(page, 'Continue').click();
  await person.toProfile(page);
}

test('an owner and a member join a server, turn on 2FA there, and share a contract', async ({
  page,
  server,
  another,
}) => {
  test.slow();
  await button(page, 'Join a workspace').click();
  await expectAccessible(page, 'Join a workspace');
  await page.getByLabel('Invitation').fill('Welcome to the team!');
  await button(page, 'Continue').click();
  await expect(page.getByText('There’s no invitation in this text.')).toBeVisible();
  await expect(page.getByLabel('Invitation')).toHaveValue('Welcome to the team!');
  await button(page, 'Back').click();
  await joinBy(page, server.invitation, amara);
  await person.enable(page);
  await contracts.toContracts(page);
  await contracts.add(page, { 'Lease of the mill.txt': 'The lease of the mill.' });

  await members.toMembers(page);
  await button(page, 'Add member').click();
  await dialog(page).getByLabel('Name', { exact: true }).fill(sam.name);
  await dialog(page).getByLabel('Email').fill(sam.email);
  await button(dialog(page), 'Add member').click();
  await heading(dialog(page), `Invitation for ${sam.name}`).waitFor();
  const code = await members.oneTimeCode(page);
  await expect(dialog(page).getByText(server.address)).toBeVisible();
  const key = await dialog(page)
    .getByText(/^([A-Z2-7]{4}-){7}[A-Z2-7]{4}$/)
    .textContent();
  await expectAccessible(page, 'Invitation of a server');
  await button(dialog(page), 'Done').click();

  const theirs = await another();
  await button(theirs, 'Join a workspace').click();
  await button(theirs, 'Enter an invitation from paper').click();
  await expectAccessible(theirs, 'Join a workspace, from paper');
  await theirs.getByLabel('Server', { exact: true }).fill(server.address);
  await theirs
    .getByLabel('Server key')
    .fill(`${key.slice(0, -1)}${key.endsWith('A') ? 'Q' : 'A'}`.toLowerCase());
  await button(theirs, 'Continue').click();
  await expect(theirs.getByText('This isn’t the server that your invitation names.')).toBeVisible();
  await theirs.getByLabel('Server key').fill(key.toLowerCase());
  await button(theirs, 'Continue').click();
  await heading(theirs, 'Set your password').waitFor();
  await theirs.getByLabel('Email').fill(sam.email);
  await theirs.getByLabel('Invitation or reset code').fill(code);
  await choose(theirs, sam);
  const { phone } = await person.enable(theirs, sam);
  await person.lock(theirs);
  await expect(theirs.getByText(`Stored on ${server.address}`)).toBeVisible();
  await person.signIn(theirs, phone, sam);
  await contracts.toContracts(theirs);
  await contracts.open(theirs, 'Lease of the mill.txt');
  await expect(theirs.getByText('The lease of the mill.')).toBeVisible();
});

test('a server that is away is said to be, and nothing that was typed is lost', async ({ page, server }) => {
  test.slow();
  await joinBy(page, server.invitation, amara);
  await server.stop();
  await page.getByLabel('Name', { exact: true }).fill('Amara A. Okafor');
  await button(page, 'Save').click();
  await expect(page.getByText('Countersign can’t reach the server.')).toBeVisible();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Amara A. Okafor');
  await server.begin();
  await button(page, 'Save').click(); // whoever was signed in still is
  await expect(page.getByText('Name saved.')).toBeVisible();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Amara A. Okafor');
});

test('a server that is away at the start is asked again by itself', async ({
  folder,
  open,
  server,
  start,
}) => {
  test.slow();
  const app = await start(folder);
  const first = await open(app.url);
  await joinBy(first, server.invitation, amara);
  await first.goto('about:blank'); // whose application ends before it
  await app.stop();
  await server.stop();
  const page = await open((await start(folder)).url);
  await expect(heading(page, 'Countersign can’t reach the server.')).toBeVisible();
  await expect(page.getByText('keeps trying')).toBeVisible();
  await expectAccessible(page, 'The server is away');
  await server.begin();
  await expect(button(page, 'Sign in')).toBeVisible({ timeout: 90_000 });
  await person.signIn(page);
});

test('leaving a server asks first, and the first screen is there again', async ({ page, server }) => {
  await joinBy(page, server.invitation, amara);
  await person.lock(page);
  await button(page, 'Leave this workspace').click();
  await expectAccessible(page, 'Leave this workspace');
  await button(dialog(page), 'Cancel').click();
  await button(page, 'Leave this workspace').click();
  await button(dialog(page), 'Leave').click();
  await expect(heading(page, 'Welcome to Countersign')).toBeVisible();
  await button(page, 'Join a workspace').click();
  await page.getByLabel('Invitation').fill(server.invitation);
  await button(page, 'Continue').click();
  await heading(page, 'Set your password').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(amara.password);
  await button(page, 'Continue').click();
  await expect(page.getByText('That email and code don’t match.')).toBeVisible(); // the invitation was for one time
});

test('a second computer is added with a code from the first, and removed there', async ({
  folder,
  page,
  server,
  another,
}) => {
  test.slow();
  await joinBy(page, server.invitation, amara);
  const { phone } = await person.enable(page);
  await person.toProfile(page);
  await expect(page.getByText('This computer', { exact: true })).toBeVisible();
  await button(page, 'Add a computer').click();
  await dialog(page).getByLabel('Password', { exact: true }).fill(amara.password);
  await person.typeCode(dialog(page), await phone.next());
  await heading(dialog(page), 'Code for your other computer').waitFor();
  await expectAccessible(page, 'Code for another computer');
  const code = await members.oneTimeCode(page);
  const key = await dialog(page)
    .getByText(/^([A-Z2-7]{4}-){7}[A-Z2-7]{4}$/)
    .textContent();
  await button(dialog(page), 'Done').click();
  await expect(page.getByText(/^A code can be used until today/)).toBeVisible();

  // All programs of a test share a keychain. The first one has read what it needs, so this one is at another computer.
  await forgetItems((await itemsOf(folder)).filter((name) => /\/(device|computer)$/.test(name)));
  const laptop = await another();
  await button(laptop, 'Join a workspace').click();
  await button(laptop, 'Enter an invitation from paper').click();
  await laptop.getByLabel('Server', { exact: true }).fill(server.address);
  await laptop.getByLabel('Server key').fill(key);
  await button(laptop, 'Continue').click();
  await button(laptop, 'Use a code from your other computer').click();
  await expectAccessible(laptop, 'Add this computer');
  await laptop.getByLabel('Email').fill(amara.email);
  await laptop.getByLabel('Code from your other computer').fill('ABCD-EFGH-JKMN-PQRS');
  await button(laptop, 'Add this computer').click();
  await expect(laptop.getByText('That email and code don’t match.')).toBeVisible();
  await laptop.getByLabel('Code from your other computer').fill(code.toLowerCase());
  await button(laptop, 'Add this computer').click();
  await expect(laptop.getByText('This computer is yours now.')).toBeVisible();
  await person.signIn(laptop, phone);

  await page.reload();
  await person.signIn(page, phone);
  await expect(page.getByText(/was added to your account/)).toBeVisible();
  const row = button(page, 'Remove…');
  await expect(row).toHaveCount(1);
  await button(page, 'Rename').last().click();
  await dialog(page).getByLabel('Name').fill('Laptop');
  await button(dialog(page), 'Save').click();
  await expect(page.getByText('Laptop', { exact: true })).toBeVisible();
  await row.click();
  await expectAccessible(page, 'Remove a computer');
  await members.proveIn(page, phone);
  await button(dialog(page), 'Remove').click();
  await expect(row).toHaveCount(0);
  await expect(page.getByText('Laptop was removed.')).toBeVisible();
  await laptop.getByLabel('Name', { exact: true }).fill('Amara A. Okafor');
  await button(laptop, 'Save').click();
  await heading(laptop, 'Sign in').waitFor();
  await laptop.getByLabel('Email').fill(amara.email);
  await laptop.getByLabel('Password', { exact: true }).fill(amara.password);
  await button(laptop, 'Sign in').click();
  await expect(laptop.getByText('No one uses this email on this computer yet.')).toBeVisible();
});
