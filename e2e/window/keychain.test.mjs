/** The keychain of the desktop, locked while the application is closed. */
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder, until } from '../harness/app.mjs';
import { later } from '../harness/later.mjs';
import { run } from '../harness/phone.mjs';

test('a locked keychain is asked for; closing the question is told apart, and answering it opens the workspace', async (t) => {
  const folder = join(await dataFolder(t), 'workspace');
  const first = await openWindow(t, folder);
  await person.createWorkspace(first);
  await first.app.stop();

  await lockKeyring();
  const window = await openWindow(t, folder);
  await answerPrompt(window, 'Escape');
  await window.waitFor({ says: 'wasn’t allowed to use the keychain' });
  await window.place();
  await window.press('Try again');
  await answerPrompt(window, 'Return', process.env.PRIVATE_KEYRING_PASSWORD);
  await window.waitFor({ role: 'push button', name: 'Sign in' });
});

test('a keychain that hangs is said not to answer, and opens the workspace once it does', async (t) => {
  const folder = join(await dataFolder(t), 'workspace');
  const first = await openWindow(t, folder);
  await person.createWorkspace(first);
  await first.app.stop();

  const keyring = Number(process.env.PRIVATE_KEYRING_PID);
  process.kill(keyring, 'SIGSTOP');
  later(t, () => process.kill(keyring, 'SIGCONT'));
  const window = await openWindow(t, folder);
  await window.waitFor({ role: 'heading', name: 'The keychain isn’t responding.' });
  process.kill(keyring, 'SIGCONT');
  await window.press('Try again');
  await window.waitFor({ role: 'push button', name: 'Sign in' });
});

const lockKeyring = () =>
  run('gdbus', [
    ...[
      'call',
      '--session',
      '--dest',
      'org.freedesktop.secrets',
      '--object-path',
      '/org/freedesktop/secrets',
    ],
    ...['--method', 'org.freedesktop.Secret.Service.Lock', "['/org/freedesktop/secrets/collection/login']"],
  ]);

/** Answers the system's own dialog for the keyring's password. */
async function answerPrompt(window, key, password = '') {
  const prompts = () =>
    run('xdotool', ['search', '--onlyvisible', '--class', 'gcr-prompter']).catch(() => '');
  const id = await until('the system asks for the password', window.app, prompts);
  await run('xdotool', ['windowfocus', '--sync', id.split('\n')[0]]);
  await window.type(password);
  await window.key(key);
  await until('the question is gone', window.app, async () => (await prompts()) === '');
}
