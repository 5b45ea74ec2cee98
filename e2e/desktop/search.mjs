/** What a locked window still knows, searched from outside. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { until } from '../harness/app.mjs';
import { family, found, searchMemory } from '../harness/memory.mjs';
import * as person from './person.mjs';

/**
 * Locks the window, waits for the page that follows, and searches all of its processes. The page
 * before had something on it that is gone then.
 */
export async function lockAndSearch(t, window, secrets, before) {
  const former = await pageOf(window);
  await person.lock(window);
  await until('the page is another process', window.app, async () => {
    const now = await pageOf(window);
    return now && now.pid !== former.pid;
  });
  await window.waitFor({ role: 'push button', name: 'Sign in' });
  await window.gone(before);
  for (const { pid, name } of await family(window.app.pid)) {
    const { hits, size, where } = await searchMemory(pid, secrets);
    assert.ok(size > 1 << 20, `${name} was not searched`);
    if (process.env.MEASURE) t.diagnostic(`${name}: ${where.join('; ') || 'nothing'}`);
    assert.deepEqual([...hits], [], `${name} after the lock`);
    for (const part of ['cmdline', 'environ']) {
      assert.deepEqual(found(await readFile(`/proc/${pid}/${part}`), secrets), [], `${part} of ${name}`);
    }
  }
}

/** The process that draws the page. */
export const pageOf = async (window) =>
  (await family(window.app.pid)).find(({ name }) => name.startsWith('WebKitWebProces'));
