/** Whether memory grows while a person locks the window and signs in again, many times. `make bench` runs it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { figure, many, memory } from './figures.mjs';

const times = many(300, 20);
const first = Math.round(times / 10); // what is loaded once is loaded by then
const folder = await mkdtemp(join(tmpdir(), 'bench-'));
const ends = [];

try {
  const window = await openWindow({ after: (end) => ends.push(end) }, join(folder, 'workspace'));
  await person.createWorkspace(window);
  const sizes = [];
  for (let i = 1; i <= times; i++) {
    await person.lock(window);
    await person.givePassword(window);
    await window.waitFor({ role: 'push button', name: 'Profile' });
    if (i !== first && i !== times) continue;
    await person.lock(window);
    // What is free is given back after a while.
    await pause(60_000);
    sizes.push(await memory(window.app.pid));
    await person.givePassword(window);
    await window.waitFor({ role: 'push button', name: 'Profile' });
  }
  figure({
    name: `memory after ${times} rounds of lock and sign-in`,
    unit: 'MB',
    better: 'less',
    goal: 1.05, // none: what is beyond is more than noise
    against: `after ${first}`,
    values: sizes.slice(1),
    against_values: sizes.slice(0, 1),
  });
} finally {
  for (const end of ends) await end();
  await rm(folder, { recursive: true, force: true });
}
