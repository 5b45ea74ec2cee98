/** What is chosen for this computer, in the real window: through a lock and into the next start. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder, until } from '../harness/app.mjs';
import { run } from '../harness/phone.mjs';

const height = async (window, name) => (await window.waitFor({ role: 'heading', name })).box[3];

test('Ctrl with plus and minus changes the text size, through a lock and a start, and Ctrl+0 undoes it', async (t) => {
  const folder = join(await dataFolder(t), 'workspace');
  const window = await openWindow(t, folder);
  await person.createWorkspace(window);
  const usual = await height(window, 'Profile');
  await window.key('ctrl+plus', 'ctrl+plus');
  await window.waitFor({ says: 'Text size 125%' });
  const larger = await until('the heading is larger', window.app, async () => {
    const now = await height(window, 'Profile');
    return now > 1.2 * usual && now;
  });
  await person.lock(window);
  const atDoor = await height(window, 'Sign in');
  await person.givePassword(window);
  await person.toProfile(window);
  await until(
    'it is as large after the lock',
    window.app,
    async () => (await height(window, 'Profile')) === larger,
  );
  await window.press('Preferences');
  await window.waitFor({ role: 'combo box', name: 'Text size' });
  await window.waitFor({ says: '125%' });
  await window.app.stop();

  const next = await openWindow(t, folder);
  await until(
    'it is as large after a start',
    next.app,
    async () => Math.abs((await height(next, 'Sign in')) - atDoor) <= 2, // where it stands, it is rounded otherwise
  );
  await next.key('ctrl+minus');
  await next.waitFor({ says: 'Text size 110%' });
  await next.key('ctrl+0');
  await next.waitFor({ says: 'Text size 100%' });
  await until('it is as before', next.app, async () => (await height(next, 'Sign in')) < atDoor / 1.2);
});

test('a chosen theme is the window’s, through a lock and into the next start', async (t) => {
  const folder = await dataFolder(t);
  const workspace = join(folder, 'workspace');
  const window = await openWindow(t, workspace);
  /** How bright the page is, from 0 to 1. */
  const bright = async (of) =>
    Number(await run('identify', ['-format', '%[fx:mean]', await of.picture(join(folder, 'window.png'))]));
  await person.createWorkspace(window);
  await window.press('Preferences');
  await window.waitFor({ role: 'heading', name: 'Preferences' });
  assert.ok((await bright(window)) > 0.8);
  await window.click('radio button', 'Dark');
  await until('the page is dark', window.app, async () => (await bright(window)) < 0.3);
  await person.lock(window);
  await until('it is dark after the lock', window.app, async () => (await bright(window)) < 0.3);
  await window.app.stop();
  const next = await openWindow(t, workspace);
  await next.waitFor({ role: 'push button', name: 'Sign in' });
  await until('it is dark after a start', next.app, async () => (await bright(next)) < 0.3);
});

test('About says what runs, copies it without a name, and opens the data folder', async (t) => {
  const folder = await dataFolder(t);
  const [opened, workspace] = [join(folder, 'opened'), join(folder, 'workspace')];
  await writeFile(join(folder, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" >'${opened}'\n`, { mode: 0o755 });
  const window = await openWindow(t, workspace, { env: { PATH: `${folder}:${process.env.PATH}` } });
  await person.createWorkspace(window);
  await window.press('Preferences');
  await window.press('Copy details');
  const details = await until('the details are copied', window.app, () => window.clipboard());
  assert.match(details, /^Countersign \d+\.\d+\.\d+( \([0-9a-f]{12}\))?\n.+, \w+\nWebKitGTK 2\.\d+\.\d+$/);
  await window.press('Open data folder');
  await until('the file manager is asked', window.app, () => readFile(opened, 'utf8').catch(() => ''));
  assert.equal(await readFile(opened, 'utf8'), workspace);
});
