/** A print run through the system's own save dialog, read back and used by others. */
import assert from 'node:assert/strict';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder } from '../harness/app.mjs';
import { run } from '../harness/phone.mjs';
import { seed } from '../harness/seed.mjs';

const people = ['Aisha Bello', 'Chidi Nwosu', 'Priya Raman'].map((name) => ({
  name,
  email: `${name.split(' ')[0].toLowerCase()}@example.com`,
  role: 'member',
}));
const theirPassword = 'granite willow harbour nine'; // of everybody whom seed has enrolled
const passphrase = 'seven walnut ribbons in a row';

test('a run of three is saved as PDF and encrypted, for its owner alone, opened and verified, and a code of it opens a profile', async (t) => {
  const folder = await dataFolder(t);
  const workspace = join(folder, 'workspace');
  await mkdir(workspace);
  await seed(workspace, { people, enrolled: people.length, service: 'Countersign' });
  const window = await openWindow(t, workspace);
  await person.givePassword(window);
  await person.toProfile(window);
  await window.press('Members');
  for (const { name } of people) await window.click('check box', `Select ${name}`);
  await window.press('Export recovery sheets');
  await window.fill('Reason', 'A new year');
  await window.click('radio button', 'PDF');
  await window.click('check box', 'Export without encryption');
  await window.press('Continue');
  await window.fillPassword('Your password', person.amara.password);
  const pdf = join(folder, 'run.pdf');
  await person.saveTo(window, pdf);
  await window.waitFor({ says: '3 of 3 members have new codes' });
  await window.press('Close');

  assert.equal((await stat(pdf)).mode & 0o777, 0o600);
  const pages = (await run('pdftotext', ['-raw', pdf, '-'])).split('\f');
  assert.match(pages[0], /Print run 1/);
  for (const { name } of people) assert.match(pages[0], new RegExp(name));
  const mine = pages.find((page, n) => n > 0 && page.includes('Chidi Nwosu'));
  assert.equal(mine.match(/\b([0-9A-Z]{4}-){3}[0-9A-Z]{4}\b/g).length, 10);

  // Once more, encrypted, and then opened as whoever gets such a file does.
  await window.press('Export recovery sheets');
  await window.fill('Reason', 'For the safe');
  await window.fillPassword('Passphrase', passphrase);
  await window.fillPassword('Passphrase again', passphrase);
  await window.press('Continue');
  await window.fillPassword('Your password', person.amara.password);
  const age = join(folder, 'run.age');
  await person.saveTo(window, age);
  await window.waitFor({ says: '3 of 3 members have new codes' });
  await window.press('Show print run');
  await window.press('Print runs');
  await window.press('Open an export…');
  await person.openFile(window, age);
  await window.fillPassword('Passphrase', 'not the one');
  await window.key('Return');
  await window.waitFor({ says: 'This passphrase doesn’t open the file.' });
  await window.key('ctrl+a');
  await window.type(passphrase);
  await window.key('Return');
  await window.waitFor({ says: 'This file is intact, and this workspace signed it.' });
  await window.waitFor({ says: 'recovery-codes.csv' });
  const out = join(folder, 'taken out');
  await person.saveTo(window, out, 'Save the files…');
  await window.waitFor({ says: `taken out is in ${folder}` });
  assert.equal((await stat(out)).mode & 0o777, 0o700);
  assert.equal((await stat(join(out, 'recovery-sheets.pdf'))).mode & 0o777, 0o600);
  const rows = (await readFile(join(out, 'recovery-codes.csv'), 'utf8')).split('\n');
  const codes = rows.find((row) => row.includes(people[1].email)).match(/\b([0-9A-Z]{4}-){3}[0-9A-Z]{4}\b/g);
  assert.equal(codes.length, 10);
  await window.press('Close');

  await person.lock(window);
  await person.givePassword(window, { email: people[1].email, password: theirPassword });
  await window.press('Use a recovery code');
  await window.fill('Recovery code', codes[2]);
  await window.press('Use recovery code');
  await window.waitFor({ role: 'heading', name: 'You used recovery code 3.' });
});
