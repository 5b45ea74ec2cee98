/**
 * The screens of a workspace of several people, in one language: the door, an invitation, an admin’s pages, help for a
 * lost phone, a second admin’s approval, printing, a backup, and a database that is damaged. They leave
 * build/tour/LANGUAGE-NN-name.png.
 *
 *   node screens.mjs en ar ja
 */
import { mkdir, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import * as person from '../desktop/person.mjs';
import { root, until } from '../harness/app.mjs';
import { Phone } from '../harness/phone.mjs';
import { seed } from '../harness/seed.mjs';
import { spoken } from './spoken.mjs';
import { enrolled, people } from './team.mjs';
import { visit } from './visit.mjs';

const { amara } = person;
/** Of everybody whom the seed has enrolled. */
const password = 'granite willow harbour nine';
const [hannah, mateo] = people;
const invited = people[enrolled];

const heading = (window, name) => window.waitFor({ role: 'heading', name });
const copied = (window, what) =>
  until('it is on the clipboard', window.app, async () => what.exec(await window.clipboard())?.[0]);

async function redeem(window, picture, invitation) {
  await window.waitFor({ role: 'push button', name: 'Sign in' });
  await picture('sign-in');
  await window.press('Use an invitation or reset code');
  await window.fill('Email', invited.email);
  await window.fill('Invitation or reset code', invitation);
  await window.fillPassword('Password', password);
  await picture('invitation');
  await window.press('Continue');
  await heading(window, 'Contracts');
  await picture('home-of-a-member');
  await window.press('Profile');
  await heading(window, 'Two-factor authentication');
  await picture('profile');
  await window.press('Preferences');
  await heading(window, 'Preferences');
  await picture('preferences');
  await person.lock(window);
}

async function prove(window, phone) {
  await window.fillPassword('Your password', amara.password);
  await person.typeCode(window, await phone.next());
}

/** To a member’s page. */
async function open(window, { name }) {
  await window.press('Members');
  await window.click('combo box', `Actions for ${name}`);
  await window.click('menu item', 'Open');
  await heading(window, name);
}

async function admin(window, picture, phone) {
  await person.givePassword(window);
  await window.waitFor({ role: 'entry', name: 'Verification code' });
  await picture('verification-code');
  await person.typeCode(window, await phone.next());
  await window.press('Members');
  await window.waitFor({ says: hannah.name });
  await picture('members');
  await window.press('2FA adoption');
  await heading(window, '2FA adoption');
  await picture('adoption');
  await open(window, mateo);
  await picture('member');
  await window.press('Create temporary code');
  await prove(window, phone);
  await heading(window, `Temporary code for ${mateo.name}`);
  await picture('temporary-code-given');
  await window.press('Copy');
  const code = await copied(window, /([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  await window.press('Done');

  await window.press('Workspace');
  await window.press('Require 2FA');
  await window.waitFor({ says: 'Until then, everyone sees the date on their profile.' });
  await picture('require-2fa');
  await window.key('Escape');
  await window.press('Save backup');
  await heading(window, 'Save backup');
  await picture('backup');
  await window.key('Escape');
  await window.press('Require approval');
  await prove(window, phone);
  await window.waitFor({ says: 'A second admin must approve each action.' });
  await picture('workspace');
  await open(window, mateo);
  await window.press('Reset 2FA');
  await window.waitFor({ says: 'A second admin must approve this before anything happens.' });
  await picture('approval');
  await window.key('Escape');

  await window.press('Members');
  await window.click('check box', `Select ${mateo.name}`);
  await window.press('Print recovery sheets');
  await window.waitFor({ role: 'entry', name: 'Reason' });
  await picture('printing');
  await window.key('Escape');
  await window.press('Audit log');
  await heading(window, 'Audit log');
  await picture('audit-log');
  await window.press('Help');
  await heading(window, 'Help');
  await picture('help');
  await person.lock(window);
  return code;
}

async function lost(window, picture, code) {
  await person.givePassword(window, { ...mateo, password });
  await window.press('Use a temporary code');
  await window.fill('Temporary code', code);
  await picture('temporary-code');
  await window.press('Use temporary code');
  await heading(window, 'Set up your new phone');
  await picture('new-phone');
}

const out = join(root, 'build/tour');
await mkdir(out, { recursive: true });
const tags = { en: 'en_GB', ar: 'ar_EG', ja: 'ja_JP', de: 'de_DE', fr: 'fr_FR', es: 'es_ES' };

async function tour(language) {
  let taken = 0;
  const folder = await mkdtemp(join(tmpdir(), 'tour-'));
  const env = { LC_ALL: `${tags[language] ?? language}.UTF-8` };
  const inside = (act) =>
    visit(folder, env, (window) =>
      act(spoken(window, language), (name) =>
        window.picture(join(out, `${language}-${String(++taken).padStart(2, '0')}-${name}.png`)),
      ),
    );
  try {
    const has = await seed(folder, {
      owner: { ...amara, twoFactor: true },
      people,
      enrolled,
      service: 'Countersign',
    });
    const by = Object.fromEntries(has.map((it) => [it.email, it]));
    const { key, step } = by[amara.email];
    await inside(async (window, picture) => {
      await redeem(window, picture, by[invited.email].invitation);
      await lost(window, picture, await admin(window, picture, new Phone(key, step)));
    });
    await truncate(join(folder, 'workspace.db'), 5000);
    await inside(async (window, picture) => {
      await heading(window, 'The workspace’s database is damaged.');
      await picture('damaged');
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`tour: ${taken} pictures in ${language} are in ${relative(process.cwd(), out) || out}`);
}

for (const language of process.argv.slice(2)) await tour(language);
