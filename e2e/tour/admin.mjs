/** The tour as an admin takes it: members, a print run on paper, the policy, the ledger. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as person from '../desktop/person.mjs';
import { run } from '../harness/phone.mjs';

const { amara } = person;
const heading = (window, name) => window.waitFor({ role: 'heading', name });

/** Takes the tour in a window on a seeded workspace; `out` is where the run's file goes. */
export async function asAdmin(window, picture, out) {
  await person.givePassword(window);
  await person.toProfile(window);
  await window.press('Members');
  await window.waitFor({ says: 'Hannah Weiss' });
  await picture(window, 'members');
  await add(window, picture);
  await importPeople(window, picture, out);
  await issue(window, picture, out);
  await policy(window, picture);
}

async function add(window, picture) {
  await window.press('Add member');
  await window.fill('Name', 'Noor van Dijk');
  await window.fill('Email', 'noor@northwind.example');
  await picture(window, 'add-member');
  await window.key('Return');
  await heading(window, 'Invitation for Noor van Dijk');
  await picture(window, 'invitation');
  await window.press('Done');
}

async function importPeople(window, picture, out) {
  const list = join(out, 'people.csv');
  const rows = Array.from({ length: 29 }, (_, i) => `Guest ${i + 1};guest.${i + 1}@northwind.example`);
  await writeFile(list, ['Name;Email', ...rows, 'Guest 30;guest.30'].join('\n'));
  await window.press('Import…');
  await heading(window, 'Import members');
  await picture(window, 'import-columns');
  await window.press('Choose file…');
  await person.openFile(window, list);
  await window.waitFor({ role: 'push button', name: 'Add the 29 valid rows' });
  await picture(window, 'import');
  await window.press('Add the 29 valid rows');
  await window.fillPassword('Your password', amara.password);
  await picture(window, 'import-proof');
  await window.key('Return');
  await heading(window, '29 members added');
  await picture(window, 'import-done');
  await person.saveTo(window, join(out, 'invitations.pdf'), 'Save as PDF');
  await window.waitFor({ says: 'The invitations are in' });
  await window.press('Done');
  await heading(window, 'Members');
  await window.press('Profile'); // the table is at its beginning again after that
  await window.press('Members');
  await window.waitFor({ says: 'Aisha Bello' });
}

async function issue(window, picture, out) {
  for (const name of ['Aisha Bello', 'Beatriz Carvalho', 'Daniel Whitlock']) {
    await window.click('check box', `Select ${name}`);
  }
  await window.waitFor({ says: '3 selected' });
  await picture(window, 'members-selected');
  await window.press('Export recovery sheets');
  await window.fill('Reason', 'New sheets for the litigation team');
  await window.click('radio button', 'PDF');
  await window.click('check box', 'Export without encryption');
  await picture(window, 'issue-sheets');
  await window.press('Continue');
  await window.fillPassword('Your password', amara.password);
  await picture(window, 'issue-proof');
  await person.saveTo(window, join(out, 'print-run.pdf'));
  await window.waitFor({ role: 'push button', name: 'Show print run' });
  await picture(window, 'print-run-done');
  await window.press('Show print run');
  await window.waitFor({ says: 'Aisha Bello' });
  await picture(window, 'print-run');
  await window.press('Print runs');
  await window.waitFor({ says: 'Not confirmed' });
  await picture(window, 'print-runs');
  for (const [page, name] of [
    [1, 'print-run-cover'],
    [2, 'print-run-sheet'],
  ]) {
    const shown = ['-png', '-singlefile', '-r', '72', '-f', String(page), '-l', String(page)];
    await run('pdftoppm', [...shown, join(out, 'print-run.pdf'), join(out, name)]);
  }
}

async function policy(window, picture) {
  await window.press('Workspace');
  await window.waitFor({ says: 'Require two-factor authentication' });
  await picture(window, 'workspace');
}

export async function inTheDark(window, picture) {
  await person.givePassword(window);
  await person.toProfile(window);
  await window.press('Members');
  await window.waitFor({ says: 'Aisha Bello' });
  await picture(window, 'dark-members');
  await window.press('Print runs');
  await window.waitFor({ says: 'Not confirmed' });
  await picture(window, 'dark-print-runs');
  await window.press('Workspace');
  await window.waitFor({ says: 'Require two-factor authentication' });
  await picture(window, 'dark-workspace');
}
