/** What a person does in the real window, in the words that are on it. */
import { access } from 'node:fs/promises';
import { until } from '../harness/app.mjs';
import { amara } from '../harness/person.mjs';
import { Phone, run } from '../harness/phone.mjs';

export { amara };

export async function createWorkspace(window, who = amara) {
  await window.press('Create a workspace on this computer');
  await window.fill('Workspace name', who.workspace);
  await window.fill('Your name', who.name);
  await window.fill('Email', who.email);
  await window.fillPassword('Password', who.password);
  await window.press('Create workspace');
  await toProfile(window);
}

/** From the contracts, which are home after a sign-in, or another page to the Profile page. */
export async function toProfile(window) {
  await window.press('Profile');
  await window.waitFor({ role: 'heading', name: 'Two-factor authentication' });
}

export async function givePassword(window, who = amara) {
  await window.fill('Email', who.email);
  await window.fillPassword('Password', who.password);
  await window.press('Sign in');
}

export async function lock(window) {
  await window.key('ctrl+l');
  await window.waitFor({ role: 'push button', name: 'Sign in' });
}

/** From the Profile page to the QR code. */
export async function beginEnrolment(window, who = amara) {
  await window.press('Enable 2FA');
  await window.fillPassword('Password', who.password);
  await window.press('Continue');
  await window.waitFor({ role: 'heading', name: 'Scan the QR code' });
}

/** The phone that has scanned the QR code on the screen, with nobody's help. */
export const scanWithPhone = async (window, folder) => phoneOf(await window.scan(folder));

/** The phone that holds what an otpauth address says. */
export const phoneOf = (uri) => new Phone(uri.searchParams.get('secret'));

export async function typeCode(window, code) {
  await window.click('entry', 'Verification code');
  await window.waitFor({ role: 'entry', name: 'Verification code' }, (it) => it.focused);
  await window.type(code);
}

/** Types a code over the one before. */
export async function retypeCode(window, code) {
  await window.click('entry', 'Verification code');
  await window.key('ctrl+a');
  await window.type(code);
}

/**
 * The step-up, up to what comes after it. It asks for password and code, unless the sign-in just
 * before was proof enough.
 */
export async function stepUp(window, phone, after, who = amara) {
  if ((await window.first(after, { role: 'password text', name: 'Password' })) === 0) return;
  await window.fillPassword('Password', who.password);
  await typeCode(window, await phone.next());
  await window.waitFor(after);
}

export const stored = (window) => window.click('check box', 'I’ve stored these codes in a safe place');

/** The ten codes on a recovery sheet, in their order, as pdftotext reads them. */
export async function readSheet(pdf) {
  const text = await run('pdftotext', ['-raw', pdf, '-']);
  return text.match(/\b([0-9A-Z]{4}-){3}[0-9A-Z]{4}\b/g);
}

/** An environment in which nobody keeps secrets, but the window can still be read. */
export async function withoutKeychain() {
  const said = await run('gdbus', [
    'call',
    '--session',
    '--dest',
    'org.a11y.Bus',
    '--object-path',
    '/org/a11y/bus',
    '--method',
    'org.a11y.Bus.GetAddress',
  ]);
  return {
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus',
    AT_SPI_BUS_ADDRESS: said.match(/'(.*)'/)[1],
  };
}

/** GTK's save dialog takes a whole path in its name field. The file is made once the dialog has gone. */
export async function saveTo(window, path, button = 'Save as…') {
  await window.press(button);
  await window.enterDialog({ role: 'file chooser' });
  await window.key('ctrl+a');
  await window.type(path);
  await window.waitFor({ role: 'text', name: '' }, (it) => it.text === path);
  await window.press('Save');
  await window.leaveDialog({ role: 'file chooser' });
  await until(`${path} is there`, window.app, () =>
    access(path).then(
      () => true,
      () => false,
    ),
  );
}

/** GTK's open dialog takes a whole path once Ctrl+L has asked for it. */
export async function openFile(window, path) {
  await typePath(window, path);
  await window.key('Return');
  await window.leaveDialog({ role: 'file chooser' });
}

/** The dialog for several files stays open on Return. */
export async function openSeveral(window, path) {
  await typePath(window, path);
  await window.press('Open');
  await window.leaveDialog({ role: 'file chooser' });
}

async function typePath(window, path) {
  await window.enterDialog({ role: 'file chooser' });
  await window.key('ctrl+l');
  await window.key('ctrl+a');
  await window.type(path);
  await window.waitFor({ role: 'text', name: '' }, (it) => it.text === path || it.text === `${path}/`);
}
