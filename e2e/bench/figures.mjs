/**
 * What a measurement says: a line for each figure, with what each round has given. `build/bench` makes the table of them.
 * ROUNDS says how many rounds there are, and SCALE how much of each is done: 0.1 is a tenth, to try the run.
 */
import { readFile } from 'node:fs/promises';
import { family } from '../harness/memory.mjs';

export const rounds = Number(process.env.ROUNDS ?? 5);

/** A number of things, as the run is scaled, and at least `least`. */
export const many = (n, least) => Math.max(least, Math.round(n * Number(process.env.SCALE ?? 1)));

/** { name, unit, better, goal, against, values, against_values }: see build/bench. */
export const figure = (f) => console.log(JSON.stringify(f));

/** Says what was not measured, and why. */
export const leaveOut = (why) => console.log(JSON.stringify({ left_out: why }));

/** Milliseconds, of which fewer are better. */
export const milliseconds = (name, values, more = {}) =>
  figure({ name, unit: 'ms', better: 'less', values, ...more });

/** What a program and all below it have in memory, in MB: what they share is divided among them. */
export async function memory(pid) {
  let kilobytes = 0;
  for (const { pid: one } of await family(pid)) {
    const rollup = await readFile(`/proc/${one}/smaps_rollup`, 'utf8');
    kilobytes += Number(rollup.match(/^Pss: +(\d+) kB$/m)[1]);
  }
  return (kilobytes * 1024) / 1e6;
}
