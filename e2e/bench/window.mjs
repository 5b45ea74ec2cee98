/**
 * How long until the window can be used, beside an empty Wails window on the same machine:
 * from the start of the process until a screen reader finds the first thing to use. Run it
 * with make bench-window; it prints numbers and passes no judgement.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../harness/app.mjs';

const rounds = Number(process.env.ROUNDS ?? 10);
const reader = (application) => {
  const child = spawn('/usr/bin/python3', ['-W', 'ignore', join(root, 'e2e/desktop/reader.py'), application], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async there(role, name) {
      child.stdin.write(`${JSON.stringify({ ask: 'find', role, name })}\n`);
      return (JSON.parse((await lines.next()).value).answer ?? []).length > 0;
    },
    end: () => child.stdin.end(),
  };
};

async function once(program, application, role, name) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const eyes = reader(application);
  await eyes.there(role, name);
  const begun = performance.now();
  const app = spawn(join(root, 'build/bin', program), [], {
    env: { ...process.env, COUNTERSIGN_DATA_DIR: folder },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => app.once('exit', resolve));
  while (!(await eyes.there(role, name))) if (performance.now() - begun > 30_000) throw new Error(`${program} shows no ${name}`);
  const took = performance.now() - begun;
  app.kill();
  await ended;
  eyes.end();
  await rm(folder, { recursive: true, force: true });
  return took;
}

const middle = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
const ours = [];
const empty = [];
for (let i = 0; i < rounds + 1; i++) {
  const a = await once('emptywindow', 'emptywindow', 'push button', 'Ready');
  const b = await once('countersign', 'countersign', 'entry', 'Workspace name');
  if (i === 0) continue; // the first round fills the caches
  empty.push(a);
  ours.push(b);
}
console.log(`empty window ${Math.round(middle(empty))} ms, Countersign ${Math.round(middle(ours))} ms (middle of ${rounds}): ` +
  `${(middle(ours) / middle(empty)).toFixed(2)} times`);
