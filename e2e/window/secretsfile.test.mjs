/** A system without a keychain: a file with a passphrase keeps the secrets, if its person wants that. */
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder } from '../harness/app.mjs';
import { fromBase32, searchFiles, spellings } from '../harness/memory.mjs';
import { Phone } from '../harness/phone.mjs';

const passphrase = 'seven walnut ribbons in a row';
const absent = 'This computer has no keychain that Countersign can use.';

test('without a keychain, a file with a passphrase keeps the secrets, and is asked for at the next start', async (t) => {
  const folder = await dataFolder(t);
  const workspace = join(folder, 'workspace');
  const env = await person.withoutKeychain();
  const first = await openWindow(t, workspace, { env });
  await first.waitFor({ role: 'heading', name: absent });
  assert.ok(!(await readdir(workspace)).includes('secrets'), 'nothing falls back silently');

  await first.press('Store secrets in a file');
  await first.fillPassword('Passphrase', passphrase);
  await first.fillPassword('Passphrase again', `${passphrase}.`);
  await first.press('Create file');
  await first.waitFor({ says: 'The passphrases don’t match.' });
  await first.replace('Passphrase again', passphrase, 'password text');
  await first.press('Create file');
  await person.createWorkspace(first);
  await person.beginEnrolment(first);
  const key = (await first.scan(folder)).searchParams.get('secret');
  const phone = new Phone(key);
  await person.typeCode(first, await phone.next());
  await person.saveTo(first, join(folder, 'sheet.pdf'));
  await person.stored(first);
  await first.press('Continue');
  await first.waitFor({ role: 'push button', name: 'Edit 2FA' });
  await first.app.stop();

  const window = await openWindow(t, workspace, { env });
  await window.waitFor({ role: 'heading', name: 'Unlock the workspace' });
  await window.fillPassword('Passphrase', 'seven walnut ribbons in a row no');
  await window.press('Unlock');
  await window.waitFor({ says: 'Incorrect passphrase.' });
  await window.replace('Passphrase', passphrase, 'password text');
  await window.press('Unlock');
  await person.givePassword(window);
  await window.waitFor({ role: 'entry', name: 'Verification code' });
  await person.typeCode(window, await phone.next());
  await window.waitFor({ role: 'push button', name: 'Profile' });
  // A lock of the window asks for the password, as with a keychain that stays unlocked.
  await person.lock(window);
  await window.app.stop();

  for (const name of await readdir(workspace)) {
    const { mode } = await stat(join(workspace, name));
    assert.equal(mode & 0o077, 0, `${name} is its owner's alone`);
  }
  const { hits } = await searchFiles([workspace, process.env.HOME], {
    passphrase: spellings(passphrase),
    key: spellings(key, fromBase32(key)),
  });
  assert.deepEqual(hits, []);
});
