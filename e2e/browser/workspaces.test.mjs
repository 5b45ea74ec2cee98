/** Several workspaces on one computer: one is chosen where somebody signs in. */
import * as person from '../harness/person.mjs';
import { joinBy, test } from './atserver.mjs';
import { answered, expect, expectAccessible } from './fixtures.mjs';

const { amara, button, heading } = person;
const consulting = { ...amara, workspace: 'Okafor Consulting', password: 'harbour meadow ribbon twelve' };
const row = (page, name) => page.getByRole('listitem').filter({ hasText: name }).getByRole('button');

test(
  'a second workspace on the computer is added, and each is signed in to by itself',
  { tag: '@more' },
  async ({ folder, open, start }) => {
    const app = await start(folder);
    const page = await open(app.url);
    await person.createWorkspace(page);
    const kept = answered(page, 'Auth', 'Keep', 'Amara A. Okafor');
    await page.getByLabel('Name', { exact: true }).fill('Amara A. Okafor');
    await kept;
    await person.lock(page);
    await button(page, 'Add a workspace').click();
    await expectAccessible(page, 'Your workspaces');
    await expect(page.getByRole('listitem')).toHaveCount(1);
    await button(page, 'Add a workspace').click();
    await button(page, 'Your workspaces').click(); // and back again
    await expect(page.getByRole('listitem')).toHaveCount(1);
    await row(page, amara.workspace).click();
    await expect(heading(page, amara.workspace)).toBeVisible();

    await button(page, 'Add a workspace').click();
    await button(page, 'Add a workspace').click();
    await person.createWorkspace(page, consulting);
    await person.lock(page);
    await expect(heading(page, consulting.workspace)).toBeVisible();
    await person.givePassword(page, amara); // that of the other workspace
    await expect(page.getByText('Incorrect email or password.')).toBeVisible();

    await button(page, 'Switch workspace').click();
    await expect(page.getByRole('listitem')).toHaveText([/Northwind Legal/, /Okafor Consulting/]);
    await expect(row(page, consulting.workspace)).toHaveAttribute('aria-current', 'true');
    await row(page, amara.workspace).click();
    await expect(heading(page, amara.workspace)).toBeVisible();
    await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
    await person.givePassword(page);
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Amara A. Okafor'); // what was typed before the lock
    await page.close();
    await app.stop();

    const next = await open((await start(folder)).url);
    await expect(heading(next, amara.workspace)).toBeVisible();
  },
);

test(
  'a workspace at a server that is away leaves the others usable',
  { tag: '@more' },
  async ({ page, server }) => {
    test.slow();
    await person.createWorkspace(page, consulting);
    await person.lock(page);
    await button(page, 'Add a workspace').click();
    await button(page, 'Add a workspace').click();
    await joinBy(page, server.invitation, amara);
    await person.lock(page);
    await expect(page.getByText(`Stored on ${server.address}`)).toBeVisible();

    await button(page, 'Switch workspace').click();
    await row(page, consulting.workspace).click();
    await expect(heading(page, consulting.workspace)).toBeVisible();
    await server.stop();
    await button(page, 'Switch workspace').click();
    await row(page, amara.workspace).click();
    await expect(page.getByText('Countersign can’t reach the server.')).toBeVisible();
    await button(page, 'Switch workspace').click();
    await row(page, consulting.workspace).click();
    await person.signIn(page, undefined, consulting);
    await server.begin();
    await person.lock(page);
    await button(page, 'Switch workspace').click();
    await row(page, amara.workspace).click();
    await person.signIn(page, undefined, amara);
  },
);
