/**
 * How long the window takes until its first field can be typed into, and how much memory it has then, beside an empty
 * Wails window, and beside KeePassXC if that is installed, until its window asks for a password. All are seen as a
 * screen reader sees them. `make bench` runs it.
 *
 * They take turns, so that what else the machine does meets all. Beside the medians stand the least times, which are
 * what the programs need; the rest is waiting for the machine.
 */
import { execFileSync, spawn } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { root, start } from '../harness/app.mjs';
import { figure, leaveOut, many, memory, milliseconds, rounds } from './figures.mjs';

const turns = many(3 * rounds, 3);
const folder = await mkdtemp(join(tmpdir(), 'bench-'));
const programs = {
  empty: { path: 'empty-window', role: 'heading', name: 'Ready' },
  countersign: { path: 'countersign', role: 'entry', name: 'Email' },
};
const keepass = '/usr/bin/keepassxc';
if (
  await access(keepass).then(
    () => true,
    () => false,
  )
)
  programs.keepass = await makeKeepass();
else leaveOut('the start beside KeePassXC: keepassxc is not installed');

/** KeePassXC with a database, which asks for its password. */
async function makeKeepass() {
  const database = join(folder, 'keepass.kdbx');
  execFileSync('keepassxc-cli', ['db-create', '--set-password', database], {
    input: 'umbrella copper violin seven\numbrella copper violin seven\n',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const path = join(folder, 'keepass');
  await writeFile(
    path,
    `#!/bin/sh\nQT_ACCESSIBILITY=1 QT_LINUX_ACCESSIBILITY_ALWAYS_ON=1 exec ${keepass} --config "${folder}/keepass.ini" "${database}"\n`,
    { mode: 0o700 },
  );
  await writeFile(
    join(folder, 'keepass.ini'),
    '[General]\nConfigVersion=2\nUpdateCheckMessageShown=true\nSingleInstance=false\n[GUI]\nCheckForUpdates=false\n',
  );
  return { path, application: 'KeePassXC', role: 'frame', name: 'keepass.kdbx [Locked] - KeePassXC' };
}

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
 * Milliseconds from the start of a program to the moment at which something is shown and can be used, and its memory
 * when it has come to rest. The screen reader is there before the program starts.
 */
async function once({ path, application = 'countersign', role, name }) {
  const reader = spawn(
    '/usr/bin/python3',
    ['-W', 'ignore', join(root, 'e2e/bench/watch.py'), application, role, name],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const said = createInterface({ input: reader.stdout })[Symbol.asyncIterator]();
  const hear = async (word) => {
    const { value } = await said.next();
    if (value !== word) throw new Error(`The reader of ${path} did not say that it is ${word}.`);
  };
  await hear('watching');
  const begin = performance.now();
  const app = start(path, join(folder, 'workspace'));
  try {
    await hear('there');
    const took = performance.now() - begin;
    await pause(2000);
    return { took, memory: await memory(app.pid) };
  } finally {
    reader.kill();
    await app.stop();
  }
}

const p90 = (all) => all.toSorted((a, b) => a - b)[Math.ceil(0.9 * all.length) - 1];

try {
  await ending(async (t) => person.createWorkspace(await openWindow(t, join(folder, 'workspace'))));
  const found = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let i = 0; i <= turns; i++) {
    for (const name of Object.keys(programs)) {
      const is = await once(programs[name]);
      if (i > 0) found[name].push(is); // the first warms up
    }
  }
  // What was waited for takes what is typed.
  await ending(async (t) => {
    const window = await openWindow(t, join(folder, 'workspace'), { ready: false });
    await window.fill('Email', person.amara.email);
  });
  const took = (name) => found[name].map((it) => it.took);
  const besides = [['empty', 'an empty window', 1.15]];
  if (found.keepass) besides.push(['keepass', 'KeePassXC', 2]);
  for (const [name, against, goal] of besides) {
    for (const [of, choose] of [
      ['', (all) => all],
      [', least', (all) => [Math.min(...all)]],
      [', p90', (all) => [p90(all)]],
    ]) {
      const more = { against, goal, against_values: choose(took(name)) };
      milliseconds(`start until the sign-in${of}`, choose(took('countersign')), more);
    }
  }
  figure({
    name: 'memory at the sign-in',
    unit: 'MB',
    better: 'less',
    goal: 1.1,
    against: 'an empty window',
    values: found.countersign.map((it) => it.memory),
    against_values: found.empty.map((it) => it.memory),
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
