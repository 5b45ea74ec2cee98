/**
 * How long the window takes until its first field can be typed into, beside an empty Wails window,
 * as a screen reader sees it. Run it with `make bench`, on a machine that does nothing else.
 *
 * The two take turns, so that what else the machine does meets both. Beside the medians stand the
 * least times, which are what the programs need; the rest is waiting for the machine.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { root, start } from '../harness/app.mjs';

const rounds = 15;
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

/**
 * Milliseconds from the start of a program to the moment at which something is shown and can be
 * used. The screen reader is there before the program starts.
 */
async function once(program, role, name) {
  const reader = spawn(
    '/usr/bin/python3',
    ['-W', 'ignore', join(root, 'e2e/bench/watch.py'), 'countersign', role, name],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const said = createInterface({ input: reader.stdout })[Symbol.asyncIterator]();
  const hear = async (word) => {
    const { value } = await said.next();
    if (value !== word) throw new Error(`The reader of ${program} did not say that it is ${word}.`);
  };
  await hear('watching');
  const begin = performance.now();
  const app = start(program, join(folder, 'workspace'));
  try {
    await hear('there');
    return performance.now() - begin;
  } finally {
    reader.kill();
    await app.stop();
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

const told = (times) =>
  `${median(times).toFixed(0)} ms (median of ${rounds}), ${Math.min(...times).toFixed(0)} at the least`;

try {
  await ending(async (t) => person.createWorkspace(await openWindow(t, join(folder, 'workspace'))));
  const times = { empty: [], countersign: [] };
  for (let i = 0; i < rounds; i++) {
    times.empty.push(await once('empty-window', 'heading', 'Ready'));
    times.countersign.push(await once('countersign', 'entry', 'Email'));
  }
  // What was waited for takes what is typed.
  await ending(async (t) => {
    const window = await openWindow(t, join(folder, 'workspace'), { ready: false });
    await window.fill('Email', person.amara.email);
  });
  const ratio = (of) => (of(times.countersign) / of(times.empty)).toFixed(2);
  console.log(`an empty window:  ${told(times.empty)}`);
  console.log(`the sign-in page: ${told(times.countersign)}`);
  console.log(
    `${ratio(median)} times as long, of the least times ${ratio((all) => Math.min(...all))}; 1.25 is the aim`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
