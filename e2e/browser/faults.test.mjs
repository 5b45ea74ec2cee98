/** What the person sees when the keychain or the folder is not as it should be. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { dataFolder, startDevelopment } from '../harness/app.mjs';
import { assertAccessible, openPage } from '../harness/browser.mjs';
import { later } from '../harness/later.mjs';
import * as person from '../harness/person.mjs';
import { run } from '../harness/phone.mjs';
import { scene } from '../harness/scene.mjs';

const { button, heading } = person;

/** A folder with a workspace in it, closed. */
async function closedWorkspace(t) {
  const { app, browser, folder, page } = await scene(t);
  await person.createWorkspace(page);
  await page.close();
  await app.stop();
  return { browser, folder };
}

/** Opens a folder and wants a screen with that heading, that can be read by everybody. */
async function wantFault(t, browser, folder, sentence, env) {
  const app = await startDevelopment(folder, { env });
  later(t, () => app.stop());
  const page = await openPage(browser, app.url);
  await heading(page, sentence).waitFor();
  await assertAccessible(page, sentence);
  assert.ok(await button(page, 'Try again').isVisible());
  return page;
}

test('without a keychain the workspace does not open, and the screen says how to get one', async (t) => {
  const { browser, folder } = await closedWorkspace(t);
  const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
  const page = await wantFault(
    t,
    browser,
    folder,
    'This computer has no keychain that Countersign can use.',
    env,
  );
  assert.ok(await page.getByText('sudo apt install gnome-keyring').isVisible());
});

for (const [what, spoil, sentence] of [
  ['cut short', (bytes) => bytes.subarray(0, 5000), 'The workspace’s database is damaged.'],
  [
    'of random bytes',
    (bytes) => Buffer.from(bytes.map((_, i) => (i * 197 + 61) % 251)),
    'The workspace’s database is damaged.',
  ],
]) {
  test(`a database ${what} is said to be damaged, and stays as it is`, async (t) => {
    const { browser, folder } = await closedWorkspace(t);
    const file = join(
      folder,
      (await readdir(folder)).find((name) => /\.(db|sqlite3?)$/.test(name)),
    );
    const spoiled = spoil(await readFile(file));
    await writeFile(file, spoiled);
    await wantFault(t, browser, folder, sentence);
    assert.deepEqual(await readFile(file), spoiled);
  });
}

test('a database from a newer version is not opened, and the screen says which file', async (t) => {
  const { browser, folder } = await closedWorkspace(t);
  await sql(folder, 'INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)');
  await wantFault(t, browser, folder, 'This workspace was last opened by a newer version of Countersign.');
});

test('2FA switched off in the file opens nothing: the screen says that it was changed from outside', async (t) => {
  const { app, browser, folder, page } = await scene(t);
  await person.createWorkspace(page);
  await person.enable(page);
  await page.close();
  await app.stop();
  await sql(folder, 'DELETE FROM factors');
  const sentence = 'This workspace was changed from outside, or put back from an older copy.';
  const sealed = await wantFault(t, browser, folder, sentence);
  assert.ok(await sealed.getByText('1 entry about two-factor authentication').isVisible());
  assert.equal(await sealed.getByLabel('Password', { exact: true }).count(), 0, 'nothing to sign in with');

  // The only owner's account is not the one that the keychain knows: the password is not enough.
  await sealed.getByText('this database can’t be accepted').waitFor();
  assert.equal(await button(sealed, 'Review as an owner…').count(), 0, 'nothing to accept it with');
});

test('an owner reviews a database that was changed, and accepts it by password and phone', async (t) => {
  const { app, browser, folder, page } = await scene(t);
  await person.createWorkspace(page);
  const { phone } = await person.enable(page);
  await page.close();
  await app.stop();
  await sql(folder, 'UPDATE workspace SET idle_minutes = 12');
  const sentence = 'This workspace was changed from outside, or put back from an older copy.';
  const sealed = await wantFault(t, browser, folder, sentence);
  await sealed.getByText('Changed: 1 entry about workspace settings.').waitFor();
  await button(sealed, 'Review as an owner…').click();
  const dialog = person.dialog(sealed);
  await dialog.getByLabel('Email').fill(person.amara.email);
  await dialog.getByLabel('Password', { exact: true }).fill(person.amara.password);
  await assertAccessible(sealed, 'proving an owner to a changed database');
  await button(dialog, 'Review').click();
  await dialog.getByLabel('Verification code').waitFor();
  await dialog.getByLabel('Verification code').pressSequentially(await phone.next());
  await button(dialog, 'Review').click();
  await dialog.getByRole('heading', { name: 'Accept this database?' }).waitFor();
  await dialog.getByText('workspace settings changed').waitFor();
  await assertAccessible(sealed, 'what accepting a changed database means');
  await dialog.getByLabel('I know why this database changed').check();
  await button(dialog, 'Accept this database').click();
  await heading(sealed, 'Sign in').waitFor();
});

test('a second start on a folder that is open says so, and touches nothing', async (t) => {
  const { app, browser, folder, page } = await scene(t);
  await person.createWorkspace(page);
  // Another bus, so that the first does not simply come to the front.
  const second = await startDevelopment(folder, {
    env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' },
  });
  later(t, () => second.stop());
  const other = await openPage(browser, second.url);
  await heading(other, 'Countersign has this workspace open already.').waitFor();
  await assertAccessible(other, 'a second start');
  assert.ok(app.running());
  await person.lock(page);
  await person.signIn(page);
});

const database = async (folder) =>
  join(
    folder,
    (await readdir(folder)).find((name) => /\.(db|sqlite3?)$/.test(name)),
  );

/** Changes a closed workspace's database as anybody could, with SQLite. */
const sql = async (folder, statement) =>
  run('/usr/bin/python3', ['-c', change, await database(folder), statement]);

const change = `
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    db.execute(sys.argv[2])
`;
