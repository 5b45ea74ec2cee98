/**
 * The real window as a process: what it shows of itself to others, where it goes, and what is
 * left of a session once it was locked. Memory and files are searched from outside.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { lockAndSearch, pageOf } from '../desktop/search.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder, startProduction } from '../harness/app.mjs';
import { family, fromBase32, searchFiles, searchMemory, spellings } from '../harness/memory.mjs';
import { later } from '../harness/later.mjs';
import { Phone } from '../harness/phone.mjs';

test('a crash of the window or of its page leaves no dump', async (t) => {
  const window = await openWindow(t, await dataFolder(t));
  const processes = await family(window.app.pid);
  assert.ok(processes.some(({ name }) => name.startsWith('WebKitWebProces')));
  for (const { pid, name } of processes) {
    // One byte: less than any dump to a file, and Linux pipes none to a program either.
    assert.match(await readFile(`/proc/${pid}/limits`, 'utf8'), /^Max core file size +1 +1 /m, name);
  }
});

test('the window is drawn without the graphics card, and neither GTK nor WebKit prepares for one', async (t) => {
  const window = await openWindow(t, await dataFolder(t));
  await window.waitFor({ role: 'push button', name: 'Create a workspace on this computer' });
  assert.doesNotMatch(await readFile(`/proc/${window.app.pid}/maps`, 'utf8'), /libGLX_/);
  const { pid } = await pageOf(window);
  const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
  for (const set of ['GDK_GL=disable', 'WEBKIT_DISABLE_COMPOSITING_MODE=1']) {
    assert.ok(environment.includes(set), set);
  }
});

test('a second start brings the first window to the front and ends well', async (t) => {
  const folder = await dataFolder(t);
  const window = await openWindow(t, folder);
  const second = startProduction(folder);
  later(t, () => second.stop());
  assert.equal(await second.ended, 0);
  assert.ok(window.app.running());
  assert.equal((await family(window.app.pid)).filter(({ name }) => name === 'countersign').length, 1);
});

test('no inspector can be opened from outside', async (t) => {
  const folder = await dataFolder(t);
  const [port, other] = [29_871, 29_872];
  const env = {
    WEBKIT_INSPECTOR_SERVER: `127.0.0.1:${port}`,
    WEBKIT_INSPECTOR_HTTP_SERVER: `127.0.0.1:${other}`,
    GTK_DEBUG: 'interactive',
  };
  const window = await openWindow(t, folder, { env });
  await window.waitFor({ role: 'push button', name: 'Create a workspace on this computer' });
  for (const it of [port, other]) assert.equal(await listens(it), false, `something listens on ${it}`);
  await window.key('ctrl+shift+i', 'F12', 'ctrl+shift+d', 'ctrl+shift+c');
  await window.press('Create a workspace on this computer');
  await window.fill('Workspace name', 'Northwind Legal'); // the keys have all arrived by then
  const names = new Set((await window.find({})).map(({ name }) => name));
  for (const name of names) assert.doesNotMatch(name, /inspector/i);
});

const listens = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

test('after a lock the page is another process, and neither memory, files, arguments nor environment hold the secrets', async (t) => {
  const folder = await dataFolder(t);
  const window = await openWindow(t, join(folder, 'workspace'));
  await person.createWorkspace(window);
  await person.beginEnrolment(window);
  const key = (await window.scan(folder)).searchParams.get('secret');
  const phone = new Phone(key);
  await person.typeCode(window, await phone.next());
  const pdf = join(folder, 'sheet.pdf');
  await person.saveTo(window, pdf);
  await person.stored(window);
  await window.press('Continue');
  await window.waitFor({ role: 'push button', name: 'Edit 2FA' });

  const groups = key.match(/.{1,4}/g);
  const keys = {
    key: spellings(key, fromBase32(key)),
    'key in groups': spellings(groups.join(' ')),
    'key as the page gets it': spellings(groups.join('","')),
  };
  const codes = await person.readSheet(pdf);
  assert.equal(codes.length, 10);
  const mistyped = 'umbrella copper violin eight';
  const secrets = {
    ...keys,
    password: spellings(person.amara.password),
    'mistyped password': spellings(mistyped),
  };
  for (const [i, code] of codes.entries()) {
    secrets[`recovery code ${i + 1}`] = spellings(code);
    secrets[`recovery code ${i + 1} without dashes`] = spellings(code.replaceAll('-', ''));
  }

  // The search finds what is there: the page has just taken the password.
  assert.ok((await searchMemory((await pageOf(window)).pid, secrets)).hits.has('password in raw'));
  await lockAndSearch(t, window, secrets, { role: 'push button', name: 'Edit 2FA' });

  // Once more, by all that can be typed at the door.
  await window.fill('Email', person.amara.email);
  await window.fillPassword('Password', mistyped);
  await window.press('Sign in');
  await window.waitFor({ says: 'Incorrect email or password.' });
  // A password that is shown is told to the input method, as a recovery code is.
  await window.press('Show password');
  await window.replace('Password', person.amara.password, 'entry');
  await window.press('Sign in');
  await window.press('Use a recovery code');
  await window.fill('Recovery code', codes[2]);
  await window.press('Use recovery code');
  await window.waitFor({ role: 'heading', name: 'You used recovery code 3.' });
  await lockAndSearch(t, window, secrets, { role: 'push button', name: 'Edit 2FA' });

  // Everything that the programs of this desktop have written, but for the keyring and the sheet.
  const { hits, files } = await searchFiles([process.env.HOME, process.env.TMPDIR], secrets);
  assert.ok(files > 5, `only ${files} files`);
  assert.deepEqual(
    hits.filter((hit) => !hit.startsWith(pdf)),
    [],
  );
});
