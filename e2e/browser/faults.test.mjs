/** What the person sees when the keychain or the folder is not as it should be. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as person from '../harness/person.mjs';
import { run } from '../harness/phone.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button, heading } = person;

// A folder with a workspace in it, closed.
test.use({ home: {} });

const database = 'workspace.db';
const changed = 'This workspace was changed outside Countersign, or an older copy was put in its place.';

/** Opens a page with that heading, which everybody can read. */
async function expectFault(page, sentence) {
  await expect(heading(page, sentence)).toBeVisible();
  await expectAccessible(page, sentence);
  await expect(button(page, 'Try again')).toBeVisible();
}

test.describe('without a keychain', () => {
  test.use({ env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' } });

  test('the workspace does not open, and the screen says how to get one', async ({ page }) => {
    await expectFault(page, 'This computer has no keychain that Countersign can use.');
    await expect(page.getByText('sudo apt install gnome-keyring')).toBeVisible();
  });
});

for (const [what, spoil, sentence] of [
  ['cut short', (bytes) => bytes.subarray(0, 5000), 'The workspace’s database is damaged.'],
  [
    'of random bytes',
    (bytes) => Buffer.from(bytes.map((_, i) => (i * 197 + 61) % 251)),
    'The workspace’s database is damaged.',
  ],
]) {
  test(
    `a database ${what} is said to be damaged, and stays as it is`,
    { tag: what === 'cut short' ? [] : '@more' },
    async ({ begin, folder }) => {
      const file = join(folder, database);
      const spoiled = spoil(await readFile(file));
      await writeFile(file, spoiled);
      await expectFault(await begin(), sentence);
      expect(await readFile(file)).toEqual(spoiled);
    },
  );
}

test(
  'a database from a newer version is not opened, and the screen says which file',
  { tag: '@more' },
  async ({ begin, folder }) => {
    await sql(folder, 'INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)');
    const page = await begin();
    await expectFault(page, 'This workspace was last opened by a newer version of Countersign.');
  },
);

test.describe('of an owner who has 2FA on', () => {
  test.use({ home: { owner: { ...person.amara, twoFactor: true } } });

  test(
    '2FA switched off in the file opens nothing: the screen says that it was changed from outside',
    { tag: '@more' },
    async ({ begin, folder }) => {
      await sql(folder, 'DELETE FROM factors');
      const sealed = await begin();
      await expectFault(sealed, changed);
      await expect(sealed.getByText('1 entry about two-factor authentication')).toBeVisible();
      await expect(sealed.getByLabel('Password', { exact: true }), 'nothing to sign in with').toHaveCount(0);

      // The only owner's account is not the one that the keychain knows: the password is not enough.
      await expect(sealed.getByText('this database can’t be accepted')).toBeVisible();
      await expect(button(sealed, 'Review as an owner…'), 'nothing to accept it with').toHaveCount(0);
    },
  );

  test(
    'an owner reviews a database that was changed, and accepts it by password and phone',
    { tag: '@more' },
    async ({ begin, folder, has }) => {
      const { phone } = has[person.amara.email];
      await sql(folder, 'UPDATE workspace SET idle_minutes = 12');
      const sealed = await begin();
      await expectFault(sealed, changed);
      await expect(sealed.getByText('Changed: 1 entry about workspace settings.')).toBeVisible();
      await button(sealed, 'Review as an owner…').click();
      const dialog = person.dialog(sealed);
      await dialog.getByLabel('Email').fill(person.amara.email);
      await dialog.getByLabel('Password', { exact: true }).fill(person.amara.password);
      await expectAccessible(sealed, 'proving an owner to a changed database');
      await button(dialog, 'Review').click();
      await expect(dialog.getByLabel('Verification code')).toBeVisible();
      await dialog.getByLabel('Verification code').pressSequentially(await phone.next());
      await expect(dialog.getByRole('heading', { name: 'Accept this database?' })).toBeVisible();
      await expect(dialog.getByText('workspace settings changed')).toBeVisible();
      await expectAccessible(sealed, 'what accepting a changed database means');
      await dialog.getByLabel('I know why this database changed').check();
      await button(dialog, 'Accept this database').click();
      await expect(heading(sealed, 'Sign in')).toBeVisible();
    },
  );
});

test(
  'a second start on a folder that is open says so, and touches nothing',
  { tag: '@more' },
  async ({ app, begin, page }) => {
    // Another bus, so that the first does not simply come to the front.
    await person.signIn(page);
    const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
    const other = await begin({ env });
    await expect(heading(other, 'Countersign already has this workspace open.')).toBeVisible();
    await expectAccessible(other, 'a second start');
    expect(app.running()).toBe(true);
    await person.lock(page);
    await person.signIn(page);
  },
);

/** Changes a closed workspace's database as anybody could, with SQLite. */
const sql = (folder, statement) => run('/usr/bin/python3', ['-c', change, join(folder, database), statement]);

const change = `
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    db.execute(sys.argv[2])
`;
