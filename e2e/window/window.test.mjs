/** What only the real window can show: clipboard, printing, locking, a second start. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder, patience, startProduction, until } from '../harness/app.mjs';
import { later } from '../harness/later.mjs';

test('a copied key is on the clipboard, marked as a secret, and leaves it in 30 seconds', async (t) => {
  const window = await openWindow(t, join(await dataFolder(t), 'workspace'));
  await person.createWorkspace(window);
  await person.beginEnrolment(window);
  await window.press('Copy key');
  const since = Date.now();
  const held = await until('the key is on the clipboard', window.app, () => window.clipboard());
  assert.match(held.replace(/\s/g, ''), /^[A-Z2-7]{32}$/);
  assert.equal(await window.clipboardMark(), 'secret', 'clipboard managers are told to keep no copy');
  assert.notEqual(await window.selection(), held, 'no click of a mouse pastes it');
  await until('the clipboard is empty', window.app, async () => !(await window.clipboard()), 2 * patience);
  assert.ok(Date.now() - since > 25_000, 'it stays long enough to be pasted');
});

test('a copied key leaves the clipboard at the lock, and at the end', async (t) => {
  const window = await openWindow(t, join(await dataFolder(t), 'workspace'));
  await person.createWorkspace(window);
  const copy = async () => {
    await person.beginEnrolment(window);
    await window.press('Copy key');
    await until('the key is on the clipboard', window.app, () => window.clipboard());
    return Date.now();
  };
  const since = await copy();
  await window.key('ctrl+l');
  await window.waitFor({ role: 'push button', name: 'Sign in' }); // who reads the clipboard meanwhile is in the way of it
  await until('the clipboard is empty', window.app, async () => !(await window.clipboard()));
  assert.ok(Date.now() - since < 25_000, 'before its time is over');

  await person.givePassword(window);
  await person.toProfile(window);
  await copy();
  await window.app.stop();
  assert.ok(!(await window.clipboard()));
});

test('what the person copies meanwhile stays, and what is theirs is not cleared on exit', async (t) => {
  const window = await openWindow(t, join(await dataFolder(t), 'workspace'));
  await person.createWorkspace(window);
  await person.beginEnrolment(window);
  await window.press('Copy key');
  await until('the key is on the clipboard', window.app, () => window.clipboard());
  await window.setClipboard('mine');
  await window.app.stop();
  assert.equal(await window.clipboard(), 'mine');
});

test('Print opens the system’s dialog with the sheet', async (t) => {
  const folder = await dataFolder(t);
  const window = await openWindow(t, join(folder, 'workspace'));
  await person.createWorkspace(window);
  await person.beginEnrolment(window);
  const phone = await person.scanWithPhone(window, folder);
  await person.typeCode(window, await phone.next());
  await window.press('Print');
  await window.enterDialog({ role: 'dialog', name: 'Print' });
  await window.key('Escape');
  await window.leaveDialog({ role: 'dialog', name: 'Print' });
  await window.waitFor({ role: 'push button', name: 'Save as…' });

  // A logout is not held up by it.
  await window.press('Print');
  await window.waitFor({ role: 'dialog', name: 'Print' });
  await window.app.stop();
});

test('Ctrl+L empties the screen: no name and no code can be read any more, and the email only where one signs in', async (t) => {
  const folder = await dataFolder(t);
  const window = await openWindow(t, join(folder, 'workspace'));
  await person.createWorkspace(window);
  await person.beginEnrolment(window);
  const phone = await person.scanWithPhone(window, folder);
  await person.typeCode(window, await phone.next());
  await window.waitFor({ role: 'push button', name: 'Save as…' });
  await person.lock(window);
  const tree = await window.tree();
  const email = `entry 'Email' '${person.amara.email}'`;
  assert.ok(tree.includes(email));
  const left = tree.replace(email, '');
  assert.doesNotMatch(left, /amara|Okafor|([0-9A-Z]{4}-){3}[0-9A-Z]{4}|QR code/i);
});

test('a second start ends by itself and leaves the first as it is', async (t) => {
  const folder = join(await dataFolder(t), 'workspace');
  const window = await openWindow(t, folder);
  await person.createWorkspace(window);
  const second = startProduction(folder);
  later(t, () => second.stop());
  await second.ended;
  assert.ok(window.app.running());
  await window.waitFor({ role: 'heading', name: 'Two-factor authentication' });
});

test('where there is no session bus, the application starts none that would outlive it', async (t) => {
  const folder = await dataFolder(t);
  const marker = join(folder, 'launched');
  await writeFile(join(folder, 'dbus-launch'), `#!/bin/sh\ntouch '${marker}'\nexit 1\n`, { mode: 0o755 });
  const env = {
    ...(await person.withoutKeychain()),
    DBUS_SESSION_BUS_ADDRESS: '',
    PATH: `${folder}:${process.env.PATH}`,
  };
  const window = await openWindow(t, join(folder, 'workspace'), { env });
  await window.waitFor({ role: 'heading', name: 'This computer has no keychain that Countersign can use.' });
  await window.app.stop();
  assert.ok(!existsSync(marker));
});
