/** As a new admin would: an empty workspace, thirty people in a file, an invitation for each on paper. */
import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder } from '../harness/app.mjs';
import { run } from '../harness/phone.mjs';

const people = Array.from({ length: 30 }, (_, i) => `Person ${i + 1};person.${i + 1}@example.com`);

test('thirty people come from a file, each with an invitation on paper, and one of them comes in', async (t) => {
  const folder = await dataFolder(t);
  const list = join(folder, 'people.csv');
  await writeFile(list, `\ufeffName;E-mail\r\n${people.join('\r\n')}\r\n`);
  const window = await openWindow(t, join(folder, 'workspace'));
  await person.createWorkspace(window);
  await window.press('Members');
  await window.press('Import…');
  await window.press('Choose file…');
  await person.openFile(window, list);
  await window.press('Add 30 members');
  await window.fillPassword('Your password', person.amara.password);
  await window.key('Return');
  await window.waitFor({ role: 'heading', name: '30 members added' });
  const pdf = join(folder, 'invitations.pdf');
  await person.saveTo(window, pdf, 'Save as PDF');
  assert.equal((await stat(pdf)).mode & 0o777, 0o600);
  await window.waitFor({ says: 'The invitations are in invitations.pdf' });
  await window.press('Done');
  await window.waitFor({ says: 'person.1@example.com' });

  const pages = (await run('pdftotext', ['-raw', pdf, '-'])).split('\f').filter(Boolean);
  assert.equal(pages.length, 30);
  const page = pages.find((text) => text.includes('person.7@example.com'));
  const [code] = page.match(/\b([0-9A-Z]{4}-){3}[0-9A-Z]{4}\b/);
  await person.lock(window);
  await window.press('Use an invitation or reset code');
  await window.fill('Email', 'person.7@example.com');
  await window.fill('Invitation or reset code', code);
  await window.fillPassword('Password', 'harbour ribbon walnut twelve');
  await window.key('Return');
  await person.toProfile(window);
});
