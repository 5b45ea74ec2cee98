/** Where the window is: at the next start, on other screens, and behind others at a second start. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder, startProduction, until } from '../harness/app.mjs';
import { later } from '../harness/later.mjs';
import { run } from '../harness/phone.mjs';

/** Waits until the window stands somewhere, and fails with where it is. */
async function assertBox(window, want) {
  let now;
  await until('the window is there', window.app, async () => {
    now = await window.box();
    return String(now) === String(want);
  }).catch(() => assert.deepEqual(now, want));
}

const kept = async (folder) => JSON.parse(await readFile(join(folder, 'preferences.json'), 'utf8')).window;

test('the window begins in the middle, and the next time where it was left, as large as it was', async (t) => {
  const folder = join(await dataFolder(t), 'workspace');
  const window = await openWindow(t, folder, { stays: true });
  await assertBox(window, [100, 90, 1080, 720]); // of 1280 × 900
  await run('xdotool', ['windowsize', '--sync', window.id, '900', '600']);
  await run('xdotool', ['windowmove', '--sync', window.id, '150', '120']);
  await assertBox(window, [150, 120, 900, 600]);
  await window.app.stop();
  assert.deepEqual(await kept(folder), { x: 150, y: 120, width: 900, height: 600 });

  const next = await openWindow(t, folder, { stays: true });
  await assertBox(next, [150, 120, 900, 600]);
  await next.app.stop();
  assert.deepEqual(await kept(folder), { x: 150, y: 120, width: 900, height: 600 });
});

test('a window whose monitor is gone comes back to one that is there', async (t) => {
  const folder = join(await dataFolder(t), 'workspace');
  await mkdir(folder, { mode: 0o700 });
  const was = { x: 3000, y: 200, width: 900, height: 600 };
  await writeFile(join(folder, 'preferences.json'), JSON.stringify({ window: was }));
  const window = await openWindow(t, folder, { stays: true });
  await assertBox(window, [190, 150, 900, 600]);
  await window.app.stop();

  await writeFile(join(folder, 'preferences.json'), JSON.stringify({ window: { ...was, x: 900, y: -50 } }));
  const next = await openWindow(t, folder, { stays: true });
  await assertBox(next, [380, 0, 900, 600]);
});

test('a second start gives the keys to the first window, which was behind another', async (t) => {
  const [folder, elsewhere] = [await dataFolder(t), await dataFolder(t)];
  const window = await openWindow(t, folder);
  const other = await openWindow(t, elsewhere);
  assert.notEqual(other.id, window.id);
  const focused = () => run('xdotool', ['getwindowfocus']).then((id) => id.trim());
  await run('xdotool', ['windowfocus', '--sync', other.id]);
  await until('the other has the keys', other.app, async () => (await focused()) === other.id);
  const second = startProduction(folder);
  later(t, () => second.stop());
  assert.equal(await second.ended, 0, second.said());
  await until('the first has the keys', window.app, async () => (await focused()) === window.id);
});
