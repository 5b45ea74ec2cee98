/** How the window starts where something is missing, or where it is open already. */
import assert from 'node:assert/strict';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder, startProduction } from '../harness/app.mjs';
import { later } from '../harness/later.mjs';

/** Starts it where it cannot go on, and returns what it says. */
async function startInVain(t, folder, env) {
  const app = startProduction(folder, { env });
  later(t, () => app.stop());
  assert.equal(await app.ended, 1, app.said());
  return app.said();
}

const displays = {
  'no display': { DISPLAY: '', GDK_BACKEND: undefined },
  'an X display that is gone': { DISPLAY: ':987', GDK_BACKEND: undefined },
  'a Wayland display that is gone': {
    DISPLAY: '',
    GDK_BACKEND: undefined,
    WAYLAND_DISPLAY: 'wayland-987',
    XDG_SESSION_TYPE: 'wayland',
  },
};
for (const [what, env] of Object.entries(displays)) {
  test(`with ${what}, the start ends in words and writes nothing`, async (t) => {
    const folder = await dataFolder(t);
    const said = await startInVain(t, join(folder, 'workspace'), env);
    assert.equal(said, 'countersign: no display found. Start Countersign from a desktop session.\n');
    assert.deepEqual(await readdir(folder), []);
  });
}

test('without a home folder, the start ends in words', async (t) => {
  const said = await startInVain(t, '', { HOME: '', XDG_DATA_HOME: '' });
  assert.match(said, /^countersign: no home folder is known: set HOME, or .* --data-dir\n$/);
});

test('a Wayland display that is gone is no matter where X11 is there', async (t) => {
  const env = { GDK_BACKEND: '', WAYLAND_DISPLAY: 'wayland-987', XDG_SESSION_TYPE: 'wayland' };
  const window = await openWindow(t, join(await dataFolder(t), 'workspace'), { env });
  await window.waitFor({ role: 'push button', name: 'Create a workspace on this computer' });
});

test('without a runtime folder, the window opens all the same', async (t) => {
  const env = { XDG_RUNTIME_DIR: '/nonexistent' };
  const window = await openWindow(t, join(await dataFolder(t), 'workspace'), { env });
  await window.waitFor({ role: 'push button', name: 'Create a workspace on this computer' });
});

test('a second start through a symbolic link brings the first window to the front', async (t) => {
  const folder = await dataFolder(t);
  const workspace = join(folder, 'workspace');
  await symlink(workspace, join(folder, 'link')); // it leads to what is not there yet
  const window = await openWindow(t, workspace);
  await window.waitFor({ role: 'push button', name: 'Create a workspace on this computer' });
  await mkdir(join(folder, 'elsewhere'));
  await symlink(folder, join(folder, 'elsewhere', 'folder'));
  for (const way of [join(folder, 'link'), join(folder, 'elsewhere', 'folder', 'link')]) {
    const second = startProduction(way);
    later(t, () => second.stop());
    assert.equal(await second.ended, 0, second.said());
  }
  assert.ok(window.app.running());
});
