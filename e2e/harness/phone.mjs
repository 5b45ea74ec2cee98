/**
 * An authenticator app: oathtool, which knows nothing of Countersign. A code
 * works once, so the phone hands each out once, and waits for the clock where
 * the application would have to wait for it, too.
 */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { patience } from './app.mjs';

const period = 30;
const stepNow = () => Math.floor(Date.now() / 1000 / period);

export class Phone {
  #key;
  #last = -Infinity;

  /** key is base32, with or without the spaces between its groups; used is the step whose code was taken last. */
  constructor(key, used = -Infinity) {
    this.#key = key.replace(/\s/g, '');
    this.#last = used;
  }

  /** A code that is good now and that was not handed out before. */
  async next() {
    // The application takes the step before and the one after, and only upwards.
    const step = Math.max(this.#last + 1, stepNow() - (secondsLeft() > enough ? 1 : 0));
    while (step > stepNow() + 1) await pause(Math.max(secondsLeft() * 1000, 1));
    this.#last = step;
    return this.at(step * period);
  }

  /** The code of a moment, in seconds since 1970, whether good or not. */
  at(seconds) {
    return this.#from(seconds, 0);
  }

  /** Six digits that are no code of the last and the next 15 hours: an enrolment knows a clock that is 14 hours off. */
  async wrong() {
    const steps = (15 * 3600) / period;
    const near = new Set((await this.#from((stepNow() - steps) * period, 2 * steps)).split('\n'));
    for (let n = 0; ; n++) {
      const code = String(n).padStart(6, '0');
      if (!near.has(code)) return code;
    }
  }

  /** The code of a moment in seconds since 1970, and those of so many steps after it, each on a line. */
  #from(seconds, more) {
    const when = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
    // The key goes in on standard input: arguments are for everybody to read.
    return run(
      'oathtool',
      ['--totp', '--base32', `--window=${more}`, `--now=${when} UTC`, '-'],
      `${this.#key}\n`,
    );
  }
}

/**
 * Seconds for which the code of the step before has to stay good, so that it can be typed and checked, on a busy
 * machine, too. Where there is much more patience than usual, that code is not handed out at all.
 */
const enough = (20 * patience) / 30_000;

const secondsLeft = () => period - ((Date.now() / 1000) % period);

/** Runs a program and returns what it printed, without the last line's end. */
export function run(program, args, input = '') {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (data) => (out += data));
    child.stderr.setEncoding('utf8').on('data', (data) => (complaint += data));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(out.trimEnd()) : reject(new Error(`${program} ended with ${code}: ${complaint}`)),
    );
    child.stdin.on('error', () => {}); // a program may not care for its input
    child.stdin.end(input);
  });
}
