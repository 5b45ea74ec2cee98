/** What a person does in the real window, in the words that are on it. */
import { amara } from '../harness/person.mjs';
import { Phone } from '../harness/phone.mjs';

export { amara };

export async function createWorkspace(window, who = amara) {
  await window.fill('Workspace name', who.workspace);
  await window.fill('Your name', who.name);
  await window.fill('Email', who.email);
  await window.fillPassword('Password', who.password);
  await window.press('Create workspace');
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
export async function scanWithPhone(window, folder) {
  const uri = await window.scan(folder);
  return new Phone(uri.searchParams.get('secret'));
}

export async function typeCode(window, code) {
  await window.click('entry', 'Verification code');
  await window.waitFor({ role: 'entry', name: 'Verification code' }, (it) => it.focused);
  await window.type(code);
}

/** GTK's save dialog takes a whole path in its name field. */
export async function saveTo(window, path) {
  await window.press('Save as…');
  await window.enterDialog({ role: 'file chooser' });
  await window.key('ctrl+a');
  await window.type(path);
  await window.waitFor({ role: 'text', name: '' }, (it) => it.text === path);
  await window.press('Save');
  await window.leaveDialog({ role: 'file chooser' });
}
