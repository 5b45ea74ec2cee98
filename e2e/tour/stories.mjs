/** What an owner and a member do at their own computers, with a server between them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as person from '../desktop/person.mjs';
import { until } from '../harness/app.mjs';

const { amara } = person;
const sam = { name: 'Sam Lee', email: 'sam.lee@example.com', password: 'granite lagoon whisper 47' };
const heading = (window, name) => window.waitFor({ role: 'heading', name });
const lease = 'Lease of the mill';

/** From the first screen to the profile, with an invitation. */
async function joinBy(window, picture, invitation, who) {
  await window.press('Join a workspace');
  await window.fill('Invitation', invitation);
  await picture(window, 'join');
  await window.press('Continue');
  await heading(window, 'Set your password');
  await window.fillPassword('Password', who.password);
  await picture(window, 'join-password');
  await window.press('Continue');
  await person.toProfile(window);
}

async function enable(window, folder, who) {
  await person.beginEnrolment(window, who);
  return finishEnrolment(window, folder);
}

/** Scans the QR code that shows, and keeps the codes. */
async function finishEnrolment(window, folder) {
  const phone = await person.scanWithPhone(window, folder);
  await person.typeCode(window, await phone.next());
  await person.stored(window);
  await window.press('Continue');
  return phone;
}

/** Adds a contract and a member, and helps that member when their phone is lost. */
export async function owner(window, { picture, meeting, folder }) {
  await joinBy(window, picture, await meeting.take('the first invitation'), amara);
  await picture(window, 'profile');
  const phone = await enable(window, folder, amara);
  await window.waitFor({ role: 'push button', name: 'Edit 2FA' });

  const file = join(folder, `${lease}.txt`);
  await writeFile(file, 'The tenant keeps the wheel in repair.');
  await window.press('Contracts');
  await window.press('Add contract');
  await person.openSeveral(window, file);
  await window.waitFor({ says: lease });

  await window.press('Members');
  await window.press('Add member');
  await window.fill('Name', sam.name);
  await window.fill('Email', sam.email);
  await window.key('Return');
  await heading(window, `Invitation for ${sam.name}`);
  await picture(window, 'invitation');
  await window.press('Copy');
  await meeting.give('an invitation', await copied(window, /^countersign:\S+$/));
  await window.press('Done');

  await meeting.take('a phone is lost');
  await window.press('Profile'); // the table is at its beginning again after that
  await window.press('Members');
  await window.click('combo box', `Actions for ${sam.name}`);
  await window.click('menu item', 'Create temporary code');
  await window.fillPassword('Your password', amara.password);
  await picture(window, 'temporary-code-proof');
  await person.typeCode(window, await phone.next()); // six digits are enough
  await heading(window, `Temporary code for ${sam.name}`);
  await picture(window, 'temporary-code');
  await window.press('Copy');
  await meeting.give('a temporary code', await copied(window, /([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/));
  await window.press('Done');
  await meeting.take('the contract is read');
}

/** What is on the clipboard, once there is this. */
const copied = (window, what) =>
  until('it is on the clipboard', window.app, async () => what.exec(await window.clipboard())?.[0]);

/** Joins, reads the owner’s contract, loses the phone, is helped, and finds the server away. */
export async function member(window, { picture, meeting, folder }) {
  await picture(window, 'first-screen');
  await joinBy(window, picture, await meeting.take('an invitation'), sam);
  await picture(window, 'profile');
  const lost = await enable(window, folder, sam);
  await window.waitFor({ role: 'push button', name: 'Edit 2FA' });
  await window.gone({ says: '2FA is on.' });
  await window.key('End');
  await picture(window, 'my-computers');
  await person.lock(window);
  await picture(window, 'sign-in');
  await person.givePassword(window, sam);
  await person.typeCode(window, await lost.next());
  await readLease(window);
  await picture(window, 'contract');

  await person.lock(window);
  await person.givePassword(window, sam);
  await meeting.give('a phone is lost');
  await window.press('Use a temporary code');
  await window.fill('Temporary code', await meeting.take('a temporary code'));
  await picture(window, 'temporary-code');
  await window.press('Use temporary code');
  await heading(window, 'Set up your new phone');
  await picture(window, 'new-phone');
  const phone = await finishEnrolment(window, folder);
  await window.waitFor({ says: 'created a temporary code for you' });
  await picture(window, 'told-of-the-code');
  await readLease(window);

  await person.lock(window);
  await meeting.give('stop the server');
  await meeting.take('the server is away');
  await person.givePassword(window, sam);
  await window.waitFor({ says: 'Countersign can’t reach the server.' });
  await picture(window, 'server-away');
  await meeting.give('start the server');
  await meeting.take('the server is back');
  await window.press('Sign in');
  await person.typeCode(window, await phone.next());
  await readLease(window);
  await meeting.give('the contract is read');
}

async function readLease(window) {
  await window.press('Contracts');
  await window.clickOn({ role: 'table cell' }, (it) => it.text.includes(lease));
  await window.waitFor({ says: 'keeps the wheel in repair' });
}
