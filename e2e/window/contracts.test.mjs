/**
 * Contracts in the real window, with nobody's help: added through the system's dialog, read on the
 * page, saved as a copy, gone from memory and disk after a lock, and opened by the age tool with
 * what zbarimg reads on the Emergency Kit.
 */
import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { lockAndSearch, pageOf } from '../desktop/search.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder, root } from '../harness/app.mjs';
import { searchFiles, searchMemory, spellings } from '../harness/memory.mjs';
import { run } from '../harness/phone.mjs';

const phrase = 'nine hundred and twelve guilders a month';
const text = pdf(`The rent is ${phrase}.`);

/** The least PDF that says something. */
function pdf(says) {
  const page = `BT /F1 12 Tf 72 720 Td (${says}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${page.length} >>\nstream\n${page}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const places = objects.map((object, i) => {
    const place = file.length;
    file += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  return `${file}xref\n0 6\n0000000000 65535 f \n${places.join('')}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
}

test('a contract is added, read and copied, leaves nothing behind at a lock, and opens with the Emergency Kit', async (t) => {
  const folder = await dataFolder(t);
  const workspace = join(folder, 'workspace');
  const source = join(folder, 'harbour.pdf');
  await writeFile(source, text);
  const window = await openWindow(t, workspace);
  await person.createWorkspace(window);
  await window.press('Contracts');
  await window.press('Add contract');
  await person.openSeveral(window, source);
  await window.clickOn({ role: 'table cell' }, (it) => it.text.includes('harbour.pdf'));
  await window.waitFor({ says: phrase }); // beside the drawn page, for screen readers

  const copy = join(folder, 'copy.pdf');
  await person.saveTo(window, copy, 'Save a copy…');
  assert.equal(await readFile(copy, 'utf8'), text);
  assert.equal((await stat(copy)).mode & 0o777, 0o600);

  // The search finds what is there: the page shows it.
  const secrets = { phrase: spellings(phrase) };
  assert.ok((await searchMemory((await pageOf(window)).pid, secrets)).hits.has('phrase in raw'));
  await lockAndSearch(t, window, secrets, { role: 'push button', name: 'Save a copy…' });
  const { hits, files } = await searchFiles([folder, process.env.HOME, process.env.TMPDIR], {
    ...secrets,
    name: spellings('harbour.pdf'),
  });
  assert.ok(files > 5, `only ${files} files`);
  assert.deepEqual(
    hits.filter((hit) => !hit.startsWith(source) && !hit.startsWith(copy)),
    [],
  );

  await person.givePassword(window);
  await window.press('Workspace');
  await window.press('Create Emergency Kit');
  await window.fillPassword('Your password', person.amara.password);
  await window.key('Return');
  await window.waitFor({ says: 'This key opens all contracts.' });
  const picture = await window.picture(join(folder, 'kit.png'));
  const key = (await run('zbarimg', ['--quiet', '--raw', picture])).trim();
  assert.match(key, /^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
  const kit = join(folder, 'kit.txt');
  await writeFile(kit, `${key}\n`);
  const age = (file) =>
    run(join(root, 'build/bin/age'), ['-d', '-i', kit, join(workspace, 'documents', file)]);
  const [name] = (await readdir(join(workspace, 'documents'))).filter((file) => file !== 'contents.age');
  assert.equal(await age(name), text.trimEnd());
  assert.ok((await age('contents.age')).includes(`${name},harbour.pdf,${text.length},application/pdf,`));
});
