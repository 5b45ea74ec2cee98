/** For tests of a workspace at a server: the server, more programs, and how somebody joins. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as person from '../harness/person.mjs';
import { startServer } from '../harness/server.mjs';
import { test as base } from './fixtures.mjs';

const { button, heading } = person;

export const test = base.extend({
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
export async function joinBy(page, invitation, who) {
  await button(page, 'Join a workspace').click();
  await page.getByLabel('Invitation').fill(`Welcome to the team! ${invitation}`);
  await button(page, 'Continue').click();
  await heading(page, 'Set your password').waitFor();
  await choose(page, who);
}

export async function choose(page, who) {
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await button(page, 'Continue').click();
  await person.toProfile(page);
}
