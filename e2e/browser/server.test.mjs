/** A workspace at a server: its members join from programs of their own. */
import * as contracts from '../harness/contracts.mjs';
import * as members from '../harness/members.mjs';
import * as person from '../harness/person.mjs';
import { choose, joinBy, test } from './atserver.mjs';
import { expect, expectAccessible } from './fixtures.mjs';

const { amara, button, dialog, heading } = person;
const sam = { name: 'Sam Lee', email: 'sam.lee@example.com', password: 'granite lagoon whisper 47' };

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
  await expect(page.getByText('This computer', { exact: true })).toBeVisible(); // nothing else asks the server any more
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

test(
  'a server that is away at the start is asked again by itself',
  { tag: '@more' },
  async ({ folder, open, server, start }) => {
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
  },
);

test(
  'leaving a server asks first, and the first screen is there again',
  { tag: '@more' },
  async ({ page, server }) => {
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
  },
);

test(
  'what others do arrives in the open window, and what is typed there stays',
  { tag: '@more' },
  async ({ page, server, another }) => {
    test.slow();
    await joinBy(page, server.invitation, amara);
    await members.toMembers(page);
    await button(page, 'Add member').click();
    await dialog(page).getByLabel('Name', { exact: true }).fill(sam.name);
    await dialog(page).getByLabel('Email').fill(sam.email);
    await button(dialog(page), 'Add member').click();
    await heading(dialog(page), `Invitation for ${sam.name}`).waitFor();
    const code = await members.oneTimeCode(page);
    const key = await dialog(page)
      .getByText(/^([A-Z2-7]{4}-){7}[A-Z2-7]{4}$/)
      .textContent();
    await button(dialog(page), 'Done').click();
    const theirs = await another();
    await button(theirs, 'Join a workspace').click();
    await button(theirs, 'Enter an invitation from paper').click();
    await theirs.getByLabel('Server', { exact: true }).fill(server.address);
    await theirs.getByLabel('Server key').fill(key);
    await button(theirs, 'Continue').click();
    await theirs.getByLabel('Email').fill(sam.email);
    await theirs.getByLabel('Invitation or reset code').fill(code);
    await choose(theirs, sam);

    // Their role changes while they type.
    await theirs.getByLabel('Name', { exact: true }).fill('Samantha');
    await expect(button(theirs, 'Members')).toHaveCount(0);
    await members.act(page, sam.name, 'Change role');
    await dialog(page).getByText('Admin', { exact: true }).click();
    await members.proveIn(page);
    await button(dialog(page), 'Change role').click();
    await expect(theirs.getByText(/^Amara Okafor changed your role .*: Admin\./)).toBeVisible();
    await expect(button(theirs, 'Members')).toBeVisible();
    await expect(theirs.getByLabel('Name', { exact: true })).toHaveValue('Samantha');
    await expectAccessible(theirs, 'News in an open window');
    await button(theirs, 'Save').click();
    await expect(theirs.getByText('Name saved.')).toBeVisible();

    // They are suspended, and their window locks by itself.
    await members.act(page, sam.name, 'Suspend');
    await button(dialog(page), 'Suspend').click();
    await heading(theirs, 'Sign in').waitFor();
    await expect(theirs.getByText('Your session has ended.')).toBeVisible();
  },
);
