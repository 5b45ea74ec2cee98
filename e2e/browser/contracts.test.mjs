/** Contracts, the home after a sign-in: adding, reading, finding, the bin, and the Emergency Kit. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test from 'node:test';
import { assertAccessible } from '../harness/browser.mjs';
import * as contracts from '../harness/contracts.mjs';
import { later } from '../harness/later.mjs';
import * as members from '../harness/members.mjs';
import * as person from '../harness/person.mjs';
import { scene } from '../harness/scene.mjs';

const { button, dialog, heading } = person;
const { add, drawn, open, pdf, row, toast, toContracts } = contracts;

const lease = { 'Harbour lease.pdf': pdf('Harbour lease', 14) };
const memo = { 'Memorandum.txt': 'Weiß wrote: “agreed”.\n' };

/** An owner at the contracts, of which there are none. */
async function owner(t) {
  const all = await scene(t);
  await person.createWorkspace(all.page);
  await toContracts(all.page);
  return all;
}

test('contracts are added, read, found, renamed and tagged', async (t) => {
  const { page } = await owner(t);
  await heading(page, 'Add your first contract').waitFor();
  await assertAccessible(page, 'Contracts, none yet');
  await add(page, { ...lease, ...memo });
  await assertAccessible(page, 'Contracts');

  await open(page, 'Harbour lease.pdf');
  await drawn(page);
  await page.getByText('PDF, 14 pages, added by Amara Okafor today').waitFor();
  await page.locator('figure').getByText('Harbour lease, page 1').waitFor({ state: 'attached' });
  await button(page, 'Next page').click();
  await page.getByText('Page 2 of 14', { exact: true }).waitFor();
  await page.locator('figure').getByText('Harbour lease, page 2').waitFor({ state: 'attached' });
  await assertAccessible(page, 'A PDF beside the table');
  await open(page, 'Memorandum.txt');
  await page.getByText('Weiß wrote: “agreed”.').waitFor();

  await page.keyboard.press('/');
  await page.keyboard.type('memo');
  await row(page, 'Harbour').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await row(page, 'Harbour').waitFor();

  await button(page, 'Actions for Memorandum.txt').click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await dialog(page).getByLabel('Name').fill('');
  await button(dialog(page), 'Rename').click();
  await dialog(page).getByRole('alert').waitFor();
  await assertAccessible(page, 'Rename, with an error');
  await dialog(page).getByLabel('Name').fill('Memo on parking.txt');
  await button(dialog(page), 'Rename').click();
  await row(page, 'Memo on parking.txt').waitFor();

  await button(page, 'Actions for Memo on parking.txt').click();
  await page.getByRole('menuitem', { name: 'Tag…' }).click();
  await dialog(page).getByLabel('Add a tag').fill('Åland');
  await page.keyboard.press('Enter');
  await assertAccessible(page, 'Tags');
  await button(dialog(page), 'Save').click();
  await row(page, 'Åland').waitFor();
  await page.getByLabel('Search contracts').fill('aland');
  await row(page, 'Harbour').waitFor({ state: 'detached' });
  await page.getByLabel('Search contracts').fill('zebra');
  await heading(page, 'No contract fits').waitFor();
  await button(page, 'Show all').click();
  await row(page, 'Harbour').waitFor();

  await button(page, 'Audit log').click();
  await page
    .getByText(/opened .*Harbour lease\.pdf/)
    .first()
    .waitFor();
});

test('files that are hostile are shown inert, or not at all', async (t) => {
  const { page, app } = await owner(t);
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(t, () => server.close());
  const url = `http://127.0.0.1:${server.address().port}/`;
  const elsewhere = [];
  page.on('request', (it) => it.url().startsWith(app.url) || elsewhere.push(it.url()));
  page.on('dialog', (it) => elsewhere.push(`dialog ${it.message()}`));
  const script = `globalThis.executed = true; fetch('${url}script')`;
  await add(page, {
    'Script.pdf': contracts.hostilePdf(url),
    'Script.svg': `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="${script}">
      <image href="${url}image"/><script>${script}</script><rect width="40" height="40" fill="#2648a4"/></svg>`,
    'Script.html': `<!doctype html><script>${script}</script><img src="${url}html" onerror="${script}">`,
    'Scan.png': contracts.png(40, 30),
    'Bomb.png': contracts.png(20_000, 20_000),
    'Broken.pdf': '%PDF-1.7\nand nothing else',
    'Broken.png': Buffer.from('89504e470d0a1a0a0000', 'hex'),
    '<img src=x onerror=alert(1)>.bin': Buffer.from([0, 1, 2, 3]),
  });
  await open(page, 'Script.pdf');
  await drawn(page);
  assert.equal(await page.locator('figure').locator('a, input, form').count(), 0);
  await open(page, 'Script.svg');
  await page.locator('pre').getByText('<rect width="40"', { exact: false }).waitFor();
  await open(page, 'Scan.png');
  await page.locator('figure img').evaluate((it) => it.decode());
  await open(page, 'Bomb.png');
  await page.getByText('This image has too many pixels to show here.').waitFor();
  assert.equal(await page.locator('figure img').count(), 0);
  await assertAccessible(page, 'An image that is too large');
  assert.ok(await button(page, 'Save a copy…').isEnabled());
  await open(page, 'Script.html');
  await page.locator('pre').getByText('<!doctype html>').waitFor();
  await open(page, 'Broken.pdf');
  await page.getByText('This PDF cannot be shown').waitFor();
  assert.ok(await button(page, 'Save a copy…').isEnabled());
  await open(page, 'Broken.png');
  await page.getByText('This image can’t be shown').waitFor();
  await open(page, '<img src=x onerror=alert(1)>.bin');
  await page.getByText('There is no preview for this kind of file.').waitFor();
  await assertAccessible(page, 'A file without a preview');
  assert.equal(await page.evaluate(() => globalThis.executed), undefined);
  assert.deepEqual([asked, elsewhere], [[], []]);
});

test('what is removed lies in the bin, and only an owner or admin deletes it for good', async (t) => {
  const { page } = await owner(t);
  await add(page, { ...lease, ...memo });
  await members.toMembers(page);
  const code = await members.add(page, members.priya);
  await person.lock(page);
  await members.redeem(page, code);
  await toContracts(page);
  await row(page, 'Memorandum.txt').click({ modifiers: ['Control'] });
  await row(page, 'Harbour lease.pdf').click({ modifiers: ['Shift'] });
  await page.getByText('2 selected', { exact: true }).waitFor();
  await assertAccessible(page, 'Contracts, two selected');
  await button(page, 'Remove').click();
  await toast(page, '2 contracts are in the bin for 30 days.').waitFor();
  await page.getByRole('button', { name: /^Bin/ }).click();
  await open(page, 'Memorandum.txt');
  await page.getByText(/Removed by Priya Raman today\. It stays in the bin for \d+ more days\./).waitFor();
  assert.equal(await button(page, 'Delete for good').count(), 0);
  await assertAccessible(page, 'The bin, as a member');
  await button(page, 'Put back').click();
  await toast(page, 'Memorandum.txt is back').waitFor();
  await person.lock(page);

  await person.signIn(page);
  await toContracts(page);
  await row(page, 'Memorandum.txt').waitFor();
  await page.getByRole('button', { name: /^Bin/ }).click();
  await open(page, 'Harbour lease.pdf');
  await button(page, 'Delete for good').click();
  await dialog(page).getByText('Harbour lease.pdf will be gone.').waitFor();
  await assertAccessible(page, 'Delete for good');
  await button(dialog(page), 'Delete for good').click();
  await heading(page, 'The bin is empty').waitFor();
});

test('everything is within reach of the keyboard, and what is read ends with the lock', async (t) => {
  const { page } = await owner(t);
  await add(page, { ...lease, ...memo, 'Third.txt': 'Three' });
  const parts = [];
  page.on('request', (it) => it.url().includes('/contract/') && parts.push(it.url()));
  await row(page, 'Third.txt').focus();
  await page.keyboard.press('Enter');
  await page.getByText('Three', { exact: true }).waitFor();
  const [part] = parts;
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('2 selected', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('2 selected', { exact: true }).waitFor({ state: 'detached' });
  await page.keyboard.press('Delete');
  await toast(page, 'is in the bin for 30 days.').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Preview' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('region', { name: 'Preview' }).waitFor({ state: 'detached' });
  await button(page, 'Check documents').click();
  await dialog(page)
    .getByText(/documents are as they were added\./)
    .waitFor();
  await assertAccessible(page, 'Check documents');
  await page.keyboard.press('Escape');
  await person.lock(page);
  assert.equal(await page.evaluate((url) => fetch(url).then(({ status }) => status), part), 404);
  page.complaints.splice(0); // the console tells of that 404
});

test('a folder is dropped with what is in it, also what is empty or larger than one part', async (t) => {
  const { folder, page } = await owner(t);
  const leases = join(folder, 'Leases');
  await mkdir(join(leases, '2026'), { recursive: true });
  await mkdir(join(folder, 'Nothing'));
  await writeFile(join(leases, 'Empty.txt'), '');
  await writeFile(join(leases, '2026', 'Large.bin'), Buffer.alloc(7_000_000, 'contract'));
  await contracts.dropPaths(page, [leases, join(folder, 'Nothing')]);
  await toast(page, '2 contracts added.').waitFor();
  await page.getByText('Nothing wasn’t added. The folder has no files in it.').waitFor();
  await row(page, 'Large.bin').getByText('Leases').waitFor();
  await row(page, 'Large.bin').getByText('7 MB').waitFor();
  await open(page, 'Empty.txt');
  await page.getByText('This file is empty.').waitFor();
  await button(page, 'Check documents').click();
  await dialog(page).getByText('2 documents are as they were added.').waitFor();
});

test('what is dropped while something is added waits for its turn', async (t) => {
  const { page } = await owner(t);
  await contracts.drop(page, { 'Large.txt': 'x'.repeat(8_000_000), 'Annex.txt': 'annex' });
  await contracts.drop(page, memo);
  await contracts.drop(page, lease);
  for (const name of ['Large.txt', 'Annex.txt', 'Memorandum.txt', 'Harbour lease.pdf'])
    await row(page, name).waitFor();
  assert.equal(await page.getByText('wasn’t added').count(), 0);
});

test('text and pictures are pasted, and a file that is there already is left out', async (t) => {
  const { page } = await owner(t);
  const paste = (text) =>
    page.evaluate((it) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', it);
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    }, text);
  await paste('A clause from an email');
  await toast(page, '1 contract added.').waitFor();
  await row(page, 'Pasted text').waitFor();
  await contracts.drop(page, memo);
  await row(page, 'Memorandum.txt').waitFor();
  await contracts.drop(page, memo);
  await page.getByText('Memorandum.txt wasn’t added.').waitFor();
  await assertAccessible(page, 'A file that was left out');
});

test('the Emergency Kit makes its holder an owner, and an older one does not once the key is rotated', async (t) => {
  const { page } = await owner(t);
  await add(page, memo);
  const make = async () => {
    await button(page, 'Make Emergency Kit').click();
    const password = dialog(page).getByLabel('Your password');
    const act = button(dialog(page), 'Make Emergency Kit');
    await act.waitFor();
    await password.fill(person.amara.password);
    await act.click();
    const key = await dialog(page).getByRole('group', { name: 'Key', exact: true }).innerText();
    await assertAccessible(page, 'Emergency Kit');
    await page.keyboard.press('Escape'); // the key is not thrown away by a key
    await button(dialog(page).last(), 'Go back').click();
    await button(dialog(page), 'Print').click(); // nobody knows whether it was cancelled
    await button(dialog(page), 'Done').click();
    await dialog(page).getByText('Close without a kit on paper?').waitFor();
    await button(dialog(page).last(), 'Go back').click();
    await dialog(page).getByLabel('I have this page and will store it in a safe place').check();
    await button(dialog(page), 'Done').click();
    return key;
  };
  const use = async (key, name) => {
    await page.getByLabel('Key').fill(key);
    await page.getByLabel('Your name').fill(name);
    await page.getByLabel('Email').fill('new.owner@example.com');
    await page.getByLabel('New password').fill(members.priya.password);
    await button(page, 'Open the workspace').click();
  };
  await button(page, 'Workspace').click();
  const key = await make();
  assert.match(key.replace(/\s/g, ''), /^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
  await page.getByText('Made today by Amara Okafor').waitFor();
  await button(page, 'Rotate vault key').click();
  await dialog(page).getByLabel('Your password').fill(person.amara.password);
  await button(dialog(page), 'Rotate vault key').click();
  await toast(page, 'The vault key is rotated.').waitFor();
  await page.getByText('for an older key').waitFor();
  const next = await make();
  await person.lock(page);

  await button(page, 'Use the Emergency Kit').click();
  await assertAccessible(page, 'Use the Emergency Kit');
  await use(key, 'Noor Haddad');
  await page.getByText('That key does not open').waitFor();
  assert.equal(await page.getByLabel('Your name').inputValue(), 'Noor Haddad');
  await use(next.toLowerCase(), 'Noor Haddad');
  await open(page, 'Memorandum.txt');
  await page.getByText('Weiß wrote: “agreed”.').waitFor();
  await page.locator('.me').getByText('Owner').waitFor();
});
