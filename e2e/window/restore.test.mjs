/** A backup through the system's own dialogs, restored on the first screen of a window that has no workspace. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder, until } from '../harness/app.mjs';

const passphrase = 'seven walnut ribbons in a row';

test('a backup whose folder is lost is checked, restored by its owner, and signed in to', async (t) => {
  const folder = await dataFolder(t);
  const workspace = join(folder, 'workspace');
  const first = await openWindow(t, workspace);
  await person.createWorkspace(first);
  await first.press('Workspace');
  await first.press('Save backup');
  await first.fillPassword('Passphrase', passphrase);
  await first.fillPassword('Passphrase again', passphrase);
  await first.fillPassword('Your password', person.amara.password);
  const backup = join(folder, 'backup.age');
  await person.saveTo(first, backup);
  await until('the backup is there', first.app, () => existsSync(backup)); // what is said of it goes away again
  await first.app.stop();
  await rm(workspace, { recursive: true });

  const second = await openWindow(t, workspace);
  await second.press('Restore a backup');
  await second.press('Choose a backup file…');
  await person.openFile(second, backup);
  await second.fillPassword('Passphrase', 'another one');
  await second.press('Check backup');
  await second.waitFor({ says: 'This passphrase doesn’t open the file.' });
  await second.replace('Passphrase', passphrase, 'password text');
  await second.press('Check backup');
  await second.waitFor({ says: 'The backup is intact' });
  await second.waitFor({ says: person.amara.workspace });
  await second.fill('Email', person.amara.email);
  await second.fillPassword('Password', person.amara.password);
  await second.press('Restore workspace');
  // The keychain is the same, and another folder might use its keys.
  await second.click('check box', 'The workspace that uses these keys is lost. Replace them.');
  await second.press('Restore workspace');
  await second.waitFor({ role: 'heading', name: 'Sign in' });
  await person.givePassword(second);
  await person.toProfile(second);
});
