/**
 * How long the window takes until it can be used, beside an empty Wails window, as a screen
 * reader sees it. Run it with `make bench`, on a machine that does nothing else.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as person from '../desktop/person.mjs';
import { openWindow, Window } from '../desktop/window.mjs';
import { start } from '../harness/app.mjs';

const rounds = 11;
const folder = await mkdtemp(join(tmpdir(), 'bench-'));

/** Does something that needs ends of its own. */
async function ending(act) {
  const ends = [];
  try {
    return await act({ after: (end) => ends.push(end) });
  } finally {
    for (const end of ends) await end();
  }
}

/** Milliseconds from the start of a program to the moment at which `ready` can be read. */
async function once(program, ready) {
  const begin = performance.now();
  const app = start(program, join(folder, 'workspace'));
  const window = new Window(app);
  try {
    await window.waitFor(ready);
    return performance.now() - begin;
  } finally {
    window.close();
    await app.stop();
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

try {
  await ending(async (t) => person.createWorkspace(await openWindow(t, join(folder, 'workspace'))));
  const times = { empty: [], countersign: [] };
  for (let i = 0; i < rounds; i++) {
    times.empty.push(await once('empty-window', { role: 'heading', name: 'Ready' }));
    times.countersign.push(await once('countersign', { role: 'push button', name: 'Sign in' }));
  }
  const [empty, full] = [median(times.empty), median(times.countersign)];
  console.log(`an empty window:  ${empty.toFixed(0)} ms (median of ${rounds})`);
  console.log(
    `the sign-in page: ${full.toFixed(0)} ms, ${(full / empty).toFixed(2)} times as long; 1.25 is the aim`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
