/**
 * Starts the real application with a data folder of its own. Run it inside
 * build/private-desktop.sh, which has the screen, the bus and the keyring.
 *
 * The development build serves its page to a browser, with the real Go methods
 * behind a websocket; the production build is a window only.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { later } from './later.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** How long anything may take before a test says that it does not happen. PATIENCE names other seconds. */
export const patience = 1000 * Number(process.env.PATIENCE ?? 30);

if (!process.env.PRIVATE_DESKTOP) {
  throw new Error(
    'These tests drive a real desktop: run them with make test-e2e, make test-window or make tour.',
  );
}

/** A folder for a workspace, removed when the test has ended. */
export async function dataFolder(t) {
  const path = await mkdtemp(join(tmpdir(), 'workspace-'));
  later(t, () => rm(path, { recursive: true, force: true }));
  return path;
}

/** Starts the development build and waits until its page is served at `url`. */
export async function startDevelopment(folder, { env = {} } = {}) {
  const port = await freePort();
  const app = start('countersign-dev', folder, {
    COUNTERSIGN_WINDOW: 'empty',
    ...env,
    // Wails' development build takes these from the environment, in small letters.
    devserver: `127.0.0.1:${port}`,
    assetdir: join(root, 'frontend/dist'),
  });
  await until('the page is served', app, () => opens(port));
  return Object.assign(app, { url: `http://127.0.0.1:${port}/` });
}

/** Starts the production build. Its window is another matter: see ../window. */
export const startProduction = (folder, { env = {} } = {}) => start('countersign', folder, env);

/** Starts a program, of build/bin unless its path is absolute, on a folder. */
export function start(name, folder, env = {}) {
  const child = spawn(resolve(root, 'build/bin', name), [], {
    env: { ...process.env, COUNTERSIGN_DATA_DIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  return {
    pid: child.pid,
    ended,
    /** Everything that it wrote to the terminal. */
    said: () => said,
    running: () => child.exitCode === null && child.signalCode === null,
    /** Ends it as a logout would, or with kill as a power cut would. */
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      let tooLate = false;
      const late = setTimeout(() => {
        tooLate = true;
        child.kill('SIGKILL');
      }, patience);
      await ended;
      clearTimeout(late);
      // A signal that comes before GTK has its loop ends none, and Wails hears no other. A development build serves its page earlier than that.
      const unheard =
        name === 'countersign-dev' && said.includes("gtk_main_quit: assertion 'main_loops != NULL' failed");
      if (tooLate && !unheard) throw new Error(`${name} did not end when it was told to:\n${said}`);
    },
  };
}

/** Waits until ask answers with something, as long as the application runs. */
export async function until(what, app, ask, within = patience) {
  const end = Date.now() + within;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (app && !app.running()) throw new Error(`The application ended before ${what}:\n${app.said()}`);
    if (Date.now() > end) throw new Error(`It took too long until ${what}:\n${app?.said() ?? ''}`);
    await pause(50);
  }
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const opens = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
