/**
 * Takes the real application, in its real window, through the whole of 2FA and the contracts, and leaves
 * build/tour/NN-name.png, build/tour/recovery-sheet.pdf and build/tour/print-run.pdf. Run it with `make tour`.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import * as person from '../desktop/person.mjs';
import { root } from '../harness/app.mjs';
import { seed } from '../harness/seed.mjs';
import * as admin from './admin.mjs';
import * as contracts from './contracts.mjs';
import { enrolled, people } from './team.mjs';
import { visit as visitIn } from './visit.mjs';

const out = join(root, 'build/tour');
const { amara } = person;
let taken = 0;

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'tour-'));
const workspace = join(folder, 'workspace');

const picture = (window, name) =>
  window.picture(join(out, `${String(++taken).padStart(2, '0')}-${name}.png`));
const scanning = { role: 'heading', name: 'Scan the QR code' };
const heading = (window, name) => window.waitFor({ role: 'heading', name });

const visit = (env, act, where = workspace) => visitIn(where, env, act);

async function firstRun(window) {
  await picture(window, 'first-screen');
  await window.press('Create a workspace on this computer');
  await window.waitFor({ role: 'entry', name: 'Workspace name' });
  await picture(window, 'create-workspace');
  await window.fill('Workspace name', amara.workspace);
  await window.fill('Your name', amara.name);
  await window.fill('Email', 'amara.okafor');
  await window.fillPassword('Password', amara.password);
  await window.press('Create workspace');
  await window.waitFor({ says: 'Enter an email address in the format name@example.com.' });
  await picture(window, 'create-workspace-refused');
  await window.replace('Email', amara.email);
  await window.press('Create workspace');
  await person.toProfile(window);
  await picture(window, 'profile-2fa-off');
}

async function enable(window) {
  await window.press('Enable 2FA');
  await window.waitFor({ role: 'password text', name: 'Password' });
  await picture(window, 'step-up');
  await window.fillPassword('Password', amara.password);
  await window.press('Continue');
  await heading(window, 'Scan the QR code');
  await picture(window, 'enable-scan');
  const phone = await person.scanWithPhone(window, folder);
  await person.typeCode(window, await phone.wrong());
  await window.waitFor({ says: 'Incorrect code.' });
  await picture(window, 'enable-wrong-code');
  await person.retypeCode(window, await phone.next());
  await window.waitFor({ says: 'Code verified' });
  await picture(window, 'enable-recovery-codes');
  await person.saveTo(window, join(out, 'recovery-sheet.pdf'));
  await person.stored(window);
  await picture(window, 'enable-stored');
  await window.press('Continue');
  await window.waitFor({ role: 'push button', name: 'Edit 2FA' });
  await window.gone({ says: '2FA is on.' });
  await picture(window, 'profile-2fa-on');
  return phone;
}

async function signIn(window, phone) {
  await person.lock(window);
  await picture(window, 'locked');
  await window.fill('Email', amara.email);
  await window.fillPassword('Password', 'not the password');
  await window.press('Sign in');
  await window.waitFor({ says: 'Incorrect email or password.' });
  await picture(window, 'sign-in-refused');
  await window.replace('Password', amara.password, 'password text');
  await window.press('Sign in');
  await window.waitFor({ role: 'entry', name: 'Verification code' });
  await picture(window, 'verification-code');
  await person.typeCode(window, await phone.wrong());
  await window.waitFor({ says: 'Incorrect code.' });
  await picture(window, 'verification-code-wrong');
  await person.retypeCode(window, await phone.next());
  await window.waitFor({ says: 'wrong verification code' });
  await picture(window, 'told-of-attempts');
}

async function recover(window, codes) {
  await person.lock(window);
  await person.givePassword(window);
  await window.press('Use a recovery code');
  await window.fill('Recovery code', codes[0]);
  await picture(window, 'recovery-code');
  await window.press('Use recovery code');
  await heading(window, 'You used recovery code 1.');
  await picture(window, 'after-a-recovery-code');
  await window.press('Continue');
  await person.toProfile(window);
}

async function edit(window, phone) {
  await window.press('Edit 2FA');
  await heading(window, 'Recovery code activity');
  await picture(window, 'edit-2fa');

  await window.press('Change phone');
  await person.stepUp(window, phone, scanning);
  const next = await person.scanWithPhone(window, folder);
  await picture(window, 'change-phone');
  await person.typeCode(window, await next.next());
  await window.waitFor({ says: 'Your new phone is set up.' });
  await picture(window, 'change-phone-done');
  await window.press('Done');

  await heading(window, 'Recovery code activity');
  await window.press('Get new recovery codes');
  await person.stepUp(window, next, { role: 'push button', name: 'Save as…' });
  await picture(window, 'new-recovery-codes');
  await person.stored(window);
  await window.press('Continue');
  await heading(window, 'Recovery code activity');
  await window.gone({ says: 'Your new recovery codes are active.' });

  await window.press('Disable');
  await window.waitFor({ role: 'entry', name: 'Verification code' });
  await picture(window, 'disable');
  await window.press('Cancel');
  return next;
}

async function beside(window) {
  await window.press('Profile');
  await window.press('Change password');
  await window.waitFor({ role: 'password text', name: 'New password' });
  await picture(window, 'change-password');
  await window.press('Cancel');
  await window.press('Audit log');
  await window.press('Verify log');
  await window.waitFor({ role: 'push button', name: 'Verify log' }, (it) => it.enabled);
  await picture(window, 'audit-log');
  await window.press('Help');
  await heading(window, 'If you can’t sign in');
  await picture(window, 'help');
}

async function inTheDark(window, phone) {
  await picture(window, 'dark-sign-in');
  await person.givePassword(window);
  await window.waitFor({ role: 'entry', name: 'Verification code' });
  await picture(window, 'dark-verification-code');
  await person.typeCode(window, await phone.next());
  await person.toProfile(window);
  await picture(window, 'dark-profile');
  await contracts.inTheDark(window, picture);
  await window.press('Profile');
  await window.press('Edit 2FA');
  await heading(window, 'Recovery code activity');
  await window.press('Change phone');
  await person.stepUp(window, phone, scanning);
  await picture(window, 'dark-change-phone');
  await window.press('Cancel');
  await heading(window, 'Recovery code activity');
  await window.press('Disable');
  await person.typeCode(window, await phone.next());
  await window.press('Yes, deactivate');
  await window.waitFor({ role: 'push button', name: 'Enable 2FA' });
  await picture(window, 'dark-profile-2fa-off');
}

let phone;
try {
  await visit({}, async (window) => {
    await firstRun(window);
    phone = await enable(window);
    await signIn(window, phone);
    const codes = await person.readSheet(join(out, 'recovery-sheet.pdf'));
    await recover(window, codes);
    phone = await edit(window, phone);
    await beside(window);
    await contracts.asOwner(window, picture, { folder, phone });
  });
  await visit({ GTK_THEME: 'Adwaita:dark' }, (window) => inTheDark(window, phone));
  const team = join(folder, 'team');
  await mkdir(team);
  await seed(team, { people, enrolled, service: 'Countersign' });
  await visit({}, (window) => admin.asAdmin(window, picture, out), team);
  await visit({ GTK_THEME: 'Adwaita:dark' }, (window) => admin.inTheDark(window, picture), team);
  await visit(await person.withoutKeychain(), async (window) => {
    await window.waitFor({ says: 'no keychain' });
    await picture(window, 'no-keychain');
  });
  const alone = join(folder, 'alone');
  await mkdir(alone);
  await visit(
    await person.withoutKeychain(),
    async (window) => {
      await window.press('Store secrets in a file');
      await window.fillPassword('Passphrase', 'seven walnut ribbons in a row');
      await window.fillPassword('Passphrase again', 'seven walnut ribbons in a row');
      await window.waitFor({ says: 'Strong' });
      await picture(window, 'passphrase-file');
      await window.press('Create file');
      await person.createWorkspace(window);
    },
    alone,
  );
  await visit(
    await person.withoutKeychain(),
    async (window) => {
      await window.waitFor({ role: 'heading', name: 'Unlock the workspace' });
      await picture(window, 'unlock');
    },
    alone,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(
  `tour: ${taken} pictures, recovery-sheet.pdf and print-run.pdf are in ${relative(process.cwd(), out) || out}`,
);
