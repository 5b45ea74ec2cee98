/**
 * A workspace server of its own: countersignd with PostgreSQL, as `make server` starts them, in a folder that is removed with it.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patience, root, until } from './app.mjs';
import { amara } from './person.mjs';
import { run } from './phone.mjs';

/** Where servers are, and nothing else: while one is stopped, no other program takes its port. */
const host = '127.0.0.3';

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/**
 * Founds a workspace and serves it, or with `moved` takes one from a file that opens with the passphrase in another. `begin` starts it again
 * on the same address after `stop`.
 */
export async function startServer({ moved } = {}) {
  // PostgreSQL runs as another user where the tests run as root, who may not enter the desktop's own folder.
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'countersign-server-'));
  const address = `${host}:${await freePort()}`;
  let child;
  let said = '';
  let ended;
  const server = {
    address,
    /** The line with which its first owner joins, or that leads to a workspace that has moved. */
    invitation: '',
    async begin() {
      said = '';
      child = spawn(join(root, 'build/server.sh'), [folder], {
        env: {
          ...process.env,
          COUNTERSIGN_LISTEN: address,
          COUNTERSIGN_HEALTH_LISTEN: '127.0.0.1:0',
          COUNTERSIGN_WORKSPACE: amara.workspace,
          COUNTERSIGN_OWNER_NAME: amara.name,
          COUNTERSIGN_OWNER_EMAIL: amara.email,
          ...(moved && {
            COUNTERSIGN_IMPORT: moved.file,
            COUNTERSIGN_IMPORT_PASSPHRASE_FILE: moved.passphraseFile,
          }),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
      ended = new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', resolve);
      });
      const running = () => child.exitCode === null && child.signalCode === null;
      // A database is made, started and filled first, each of which takes its time where a machine is busy.
      const serves = () => said.includes('"msg":"serving"');
      await until('the server serves', { running, said: () => said }, serves, 4 * patience);
      server.invitation = /countersign:\S+/.exec(said)?.[0] ?? '';
    },
    /** Writes an export of its workspace. */
    exportTo: (path, passphraseFile) =>
      run('env', [
        `COUNTERSIGN_DATABASE=host=${join(folder, 'database')} user=countersign dbname=countersign`,
        `COUNTERSIGN_SERVER_KEY=${join(folder, 'server.key')}`,
        join(root, 'build/bin/countersignd'),
        'export',
        path,
        '--passphrase-file',
        passphraseFile,
      ]),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
    async remove() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.begin();
  return server;
}
