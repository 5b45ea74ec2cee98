/**
 * The second half of the tour: two desktops, each with a screen, a keyring and a home of its own, and a server that both join. It leaves
 * build/tour/owner-NN-name.png and build/tour/member-NN-name.png. Run it with `make tour`.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../harness/app.mjs';
import { startServer } from '../harness/server.mjs';
import { Meeting } from './meeting.mjs';

const folder = await mkdtemp(join(tmpdir(), 'tour-meeting-'));
const meeting = new Meeting(folder);
const server = await startServer();

/** Somebody at a desktop. Where it fails the others are ended, too. */
function desktop(who) {
  const child = spawn(
    join(root, 'build/private-desktop.sh'),
    ['node', join(root, 'e2e/tour/desktop.mjs'), who],
    { env: { ...process.env, MEETING: folder }, detached: true, stdio: 'inherit' },
  );
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`The ${who} ended with ${code}.`)),
    );
  });
  const running = () => child.exitCode === null && child.signalCode === null;
  return { ended, running, said: () => '', stop: () => running() && process.kill(-child.pid) };
}

/** The server is away while the member looks. */
async function beAway(member) {
  await meeting.take('stop the server', member);
  await server.stop();
  await meeting.give('the server is away');
  await meeting.take('start the server', member);
  await server.begin();
  await meeting.give('the server is back');
}

const people = [desktop('owner'), desktop('member')];
try {
  await meeting.give('the first invitation', server.invitation);
  await meeting.give('the address', server.address);
  await Promise.all([...people.map(({ ended }) => ended), beAway(people[1])]);
} finally {
  for (const { stop } of people) stop();
  await Promise.allSettled(people.map(({ ended }) => ended));
  await server.remove();
  await rm(folder, { recursive: true, force: true });
}
console.log('tour: two desktops and a server are in owner-… and member-…');
