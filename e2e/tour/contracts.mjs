/** The tour of the contracts: added, read, searched, removed, checked, and the Emergency Kit. */
import { copyFile, mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as person from '../desktop/person.mjs';
import { run } from '../harness/phone.mjs';

/** The row of a contract, as a window finds it. */
const harbourLease = [{ role: 'table cell' }, (it) => it.text.includes('Harbour lease')];

const heading = (window, name) => window.waitFor({ role: 'heading', name });

/** Names and sizes, in KB. */
const contracts = [
  ['Amendment 2, Calloway Freight', 184],
  ['Data processing addendum, Tern Analytics', 312],
  ['Engagement letter, Sato Holdings', 96],
  ['Harbour lease, unit 4', 1200],
  ['Licence agreement, Fielding Press', 240],
  ['Master services agreement, Calloway Freight', 528],
  ['Non-disclosure agreement, Brightwater Labs', 88],
  ['Power of attorney, Lindqvist', 71],
  ['Settlement deed, Mercer and Hale', 402],
  ['Share purchase agreement, Alder', 2600],
  ['Supplier framework, Ostrava Glass', 690],
];

const lease = `<!doctype html><meta charset="utf-8"><title>Lease</title>
<style>@page { margin: 22mm } body { font: 11pt/1.5 sans-serif } h1 { font-size: 16pt } h2 { font-size: 11pt; margin: 1.2em 0 0 } p { margin: .3em 0 }</style>
<h1>Lease of unit 4, Harbour Yard</h1>
<p>made on 26 October 2026 between Harbour Yard Estates (the Landlord) and Northwind Legal (the Tenant).
<h2>1. Premises</h2><p>The Landlord lets to the Tenant the second floor of unit 4, shown edged in black on the plan in schedule 1, together with the right to use the common parts, the goods lift and four parking places.
<h2>2. Term</h2><p>Five years from 1 January 2027. Either party may end this lease on the third anniversary by six months’ notice in writing.
<h2>3. Rent</h2><p>The Tenant pays the yearly rent in four equal parts, in advance, on the first day of each quarter. The rent is reviewed once, on the third anniversary.
<h2>4. Repair</h2><p>The Tenant keeps the inside of the premises in the state recorded in schedule 3. The Landlord keeps the roof, the walls and the common parts sound and weathertight.
<h2>5. Use</h2><p>The premises are used as offices. The Tenant may share them with a company of its own group, and with nobody else without the Landlord’s consent, which is not withheld without a reason.
<h2>6. Signatures</h2><p>This lease is signed and countersigned in two copies, one for each party.
<div style="break-before: page"></div><h2>Schedule 1</h2><p>Plan of the second floor.`;

/** Files to add, made with Chromium; what follows a PDF's end gives each its own size. */
async function papers(folder) {
  const into = join(folder, 'Signed');
  await mkdir(into);
  const html = join(folder, 'lease.html');
  const pdf = join(folder, 'lease.pdf');
  await writeFile(html, lease);
  await run(process.env.CHROMIUM ?? '/usr/bin/chromium', [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-pdf-header-footer',
    `--user-data-dir=${join(folder, 'chromium')}`,
    `--print-to-pdf=${pdf}`,
    `file://${html}`,
  ]);
  for (const [name, size] of contracts) {
    const path = join(into, `${name}.pdf`);
    await copyFile(pdf, path);
    if (size > 100) await truncate(path, size * 1000);
  }
  await writeFile(
    join(into, 'Notes on the lease.txt'),
    'Ask about the goods lift.\nThe rent is reviewed once.\n',
  );
  return into;
}

/** Takes the tour as the owner who is signed in; `phone` is theirs. */
export async function asOwner(window, picture, { folder, phone }) {
  await window.press('Contracts');
  await heading(window, 'Contracts');
  await picture(window, 'contracts-empty');
  await window.press('Add a folder…');
  await person.openSeveral(window, await papers(folder));
  await window.waitFor({ says: '12 contracts added' });
  await window.clickOn(...harbourLease);
  await window.waitFor({ says: 'Page 1 of 2' });
  await window.gone({ says: '12 contracts added' });
  await picture(window, 'contracts');
  await window.fill('Search contracts', 'callo');
  await window.waitFor({ says: '2 contracts' });
  await picture(window, 'contracts-search');
  await window.replace('Search contracts', '');
  await window.key('BackSpace');
  await window.press('Check files');
  await window.waitFor({ says: 'are intact' });
  await picture(window, 'contracts-check');
  await window.key('Escape');

  await window.press('Workspace');
  await window.press('Create Emergency Kit');
  await window.fillPassword('Your password', person.amara.password);
  await person.typeCode(window, await phone.next());
  await window.key('Return');
  await window.waitFor({ says: 'This key opens all contracts.' });
  await picture(window, 'emergency-kit');
  await window.click('check box', 'I have this page and will store it in a safe place');
  await window.press('Done');
}

/** The same home in the dark, from the door. */
export async function inTheDark(window, picture) {
  await window.press('Contracts');
  await window.clickOn(...harbourLease);
  await window.waitFor({ says: 'Page 1 of 2' });
  await picture(window, 'dark-contracts');
}
