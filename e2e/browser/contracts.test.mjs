/** Contracts, the home after a sign-in: adding, reading, finding, the bin, and the Emergency Kit. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as contracts from '../harness/contracts.mjs';
import * as members from '../harness/members.mjs';
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button, dialog, heading } = person;
const { add, drawn, open, pdf, row, toast, toContracts } = contracts;

const lease = { 'Harbour lease.pdf': pdf('Harbour lease', 14) };
const memo = { 'Memorandum.txt': 'Weiß wrote: “agreed”.\n' };

/** An owner at the contracts, of which there are none. */
async function owner(page) {
  await person.createWorkspace(page);
  await toContracts(page);
}

test('contracts are added, read, found, renamed and tagged', async ({ page }) => {
  await owner(page);
  await expect(heading(page, 'Add your first contract')).toBeVisible();
  await expectAccessible(page, 'Contracts, none yet');
  await add(page, { ...lease, ...memo });
  await expectAccessible(page, 'Contracts');

  await open(page, 'Harbour lease.pdf');
  await drawn(page);
  await expect(page.getByText('PDF, 14 pages, added by Amara Okafor today')).toBeVisible();
  await expect(page.getByRole('figure').getByText('Harbour lease, page 1')).toBeAttached();
  await button(page, 'Next page').click();
  await expect(page.getByText('Page 2 of 14', { exact: true })).toBeVisible();
  await expect(page.getByRole('figure').getByText('Harbour lease, page 2')).toBeAttached();
  await expectAccessible(page, 'A PDF beside the table');
  await open(page, 'Memorandum.txt');
  await expect(page.getByText('Weiß wrote: “agreed”.')).toBeVisible();

  await page.keyboard.press('/');
  await page.keyboard.type('memo');
  await expect(row(page, 'Harbour')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(row(page, 'Harbour')).toBeVisible();

  await button(page, 'Actions for Memorandum.txt').click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await dialog(page).getByLabel('Name').fill('');
  await button(dialog(page), 'Rename').click();
  await expect(dialog(page).getByRole('alert')).toBeVisible();
  await expectAccessible(page, 'Rename, with an error');
  await dialog(page).getByLabel('Name').fill('Memo on parking.txt');
  await button(dialog(page), 'Rename').click();
  await expect(row(page, 'Memo on parking.txt')).toBeVisible();

  await button(page, 'Actions for Memo on parking.txt').click();
  await page.getByRole('menuitem', { name: 'Tag…' }).click();
  await dialog(page).getByLabel('Add a tag').fill('Åland');
  await page.keyboard.press('Enter');
  await expectAccessible(page, 'Tags');
  await button(dialog(page), 'Save').click();
  await expect(row(page, 'Åland')).toBeVisible();
  await page.getByLabel('Search contracts').fill('aland');
  await expect(row(page, 'Harbour')).toHaveCount(0);
  await page.getByLabel('Search contracts').fill('zebra');
  await expect(heading(page, 'No contracts found')).toBeVisible();
  await button(page, 'Show all').click();
  await expect(row(page, 'Harbour')).toBeVisible();

  await button(page, 'Audit log').click();
  await expect(page.getByText(/opened .*Harbour lease\.pdf/).first()).toBeVisible();
});

test('files that are hostile are shown inert, or not at all', async ({ app, elsewhere, page }) => {
  await owner(page);
  const { url } = elsewhere;
  const left = [];
  page.on('request', (it) => it.url().startsWith(app.url) || left.push(it.url()));
  page.on('dialog', (it) => left.push(`dialog ${it.message()}`));
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
  await expect(page.getByRole('figure').locator('a, input, form')).toHaveCount(0);
  await open(page, 'Script.svg');
  await expect(page.getByRole('figure').getByText('<rect width="40"', { exact: false })).toBeVisible();
  await open(page, 'Scan.png');
  await page
    .getByRole('figure')
    .getByRole('img')
    .evaluate((it) => it.decode());
  await open(page, 'Bomb.png');
  await expect(page.getByText('This image has too many pixels to show here.')).toBeVisible();
  await expect(page.getByRole('figure')).toHaveCount(0);
  await expectAccessible(page, 'An image that is too large');
  await expect(button(page, 'Save a copy…')).toBeEnabled();
  await open(page, 'Script.html');
  await expect(page.getByRole('figure').getByText('<!doctype html>')).toBeVisible();
  await open(page, 'Broken.pdf');
  await expect(page.getByText('This PDF can’t be shown')).toBeVisible();
  await expect(button(page, 'Save a copy…')).toBeEnabled();
  await open(page, 'Broken.png');
  await expect(page.getByText('This image can’t be shown')).toBeVisible();
  await open(page, '<img src=x onerror=alert(1)>.bin');
  await expect(page.getByText('This kind of file can’t be previewed.')).toBeVisible();
  await expectAccessible(page, 'A file without a preview');
  expect(await page.evaluate(() => globalThis.executed)).toBeUndefined();
  expect([elsewhere.asked, left]).toEqual([[], []]);
});

test(
  'what is removed lies in the bin, and only an owner or admin deletes it for good',
  { tag: '@more' },
  async ({ page }) => {
    await owner(page);
    await add(page, { ...lease, ...memo });
    await members.toMembers(page);
    const code = await members.add(page, members.priya);
    await person.lock(page);
    await members.redeem(page, code);
    await toContracts(page);
    await row(page, 'Memorandum.txt').click({ modifiers: ['Control'] });
    await row(page, 'Harbour lease.pdf').click({ modifiers: ['Shift'] });
    await expect(page.getByText('2 selected', { exact: true })).toBeVisible();
    await expectAccessible(page, 'Contracts, two selected');
    await button(page, 'Remove').click();
    await expect(toast(page, '2 contracts moved to Deleted for 30 days.')).toBeVisible();
    await page.getByRole('button', { name: /^Deleted/ }).click();
    await open(page, 'Memorandum.txt');
    await expect(
      page.getByText(/Removed by Priya Raman today\. It will be deleted permanently in \d+ days\./),
    ).toBeVisible();
    await expect(button(page, 'Delete permanently')).toHaveCount(0);
    await expectAccessible(page, 'The bin, as a member');
    await button(page, 'Restore').click();
    await expect(toast(page, 'Memorandum.txt restored')).toBeVisible();
    await person.lock(page);

    await person.signIn(page);
    await toContracts(page);
    await expect(row(page, 'Memorandum.txt')).toBeVisible();
    await page.getByRole('button', { name: /^Deleted/ }).click();
    await open(page, 'Harbour lease.pdf');
    await button(page, 'Delete permanently').click();
    await expect(dialog(page).getByText('This deletes Harbour lease.pdf.')).toBeVisible();
    await expectAccessible(page, 'Delete permanently');
    await button(dialog(page), 'Delete permanently').click();
    await expect(heading(page, 'No deleted contracts')).toBeVisible();
  },
);

test(
  'everything is within reach of the keyboard, and what is read ends with the lock',
  { tag: '@more' },
  async ({ page }) => {
    await owner(page);
    await add(page, { ...lease, ...memo, 'Third.txt': 'Three' });
    const read = page.waitForRequest((it) => it.url().includes('/contract/'));
    await row(page, 'Third.txt').focus();
    await page.keyboard.press('Enter');
    await expect(page.getByText('Three', { exact: true })).toBeVisible();
    const part = (await read).url();
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+ArrowDown');
    await expect(page.getByText('2 selected', { exact: true })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByText('2 selected', { exact: true })).toHaveCount(0);
    await page.keyboard.press('Delete');
    await expect(toast(page, 'moved to Deleted for 30 days.')).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('region', { name: 'Preview' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('region', { name: 'Preview' })).toHaveCount(0);
    await button(page, 'Check files').click();
    await expect(dialog(page).getByText(/contracts are intact\./)).toBeVisible();
    await expectAccessible(page, 'Check files');
    await page.keyboard.press('Escape');
    await person.lock(page);
    await expect.poll(async () => (await page.request.get(part)).status()).toBe(404);
  },
);

test(
  'a folder is dropped with what is in it, also what is empty or larger than one part',
  { tag: '@more' },
  async ({ folder, page }) => {
    await owner(page);
    const leases = join(folder, 'Leases');
    await mkdir(join(leases, '2026'), { recursive: true });
    await mkdir(join(folder, 'Nothing'));
    await writeFile(join(leases, 'Empty.txt'), '');
    await writeFile(join(leases, '2026', 'Large.bin'), Buffer.alloc(7_000_000, 'contract'));
    await contracts.dropPaths(page, [leases, join(folder, 'Nothing')]);
    await expect(toast(page, '2 contracts added.')).toBeVisible();
    await expect(page.getByText('Nothing wasn’t added. The folder has no files in it.')).toBeVisible();
    await expect(row(page, 'Large.bin').getByText('Leases')).toBeVisible();
    await expect(row(page, 'Large.bin').getByText('7 MB')).toBeVisible();
    await open(page, 'Empty.txt');
    await expect(page.getByText('This file is empty.')).toBeVisible();
    await button(page, 'Check files').click();
    await expect(dialog(page).getByText('2 contracts are intact.')).toBeVisible();
  },
);

test('what is dropped while something is added waits for its turn', { tag: '@more' }, async ({ page }) => {
  await owner(page);
  await contracts.drop(page, { 'Large.txt': 'x'.repeat(8_000_000), 'Annex.txt': 'annex' });
  await contracts.drop(page, memo);
  await contracts.drop(page, lease);
  for (const name of ['Large.txt', 'Annex.txt', 'Memorandum.txt', 'Harbour lease.pdf'])
    await expect(row(page, name)).toBeVisible();
  await expect(toast(page, '1 contract added.')).toBeVisible();
  await expect(page.getByText('wasn’t added')).toHaveCount(0);
});

test(
  'text and pictures are pasted, and a file that is there already is left out',
  { tag: '@more' },
  async ({ page }) => {
    await owner(page);
    const paste = (text) =>
      page.evaluate((it) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', it);
        document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
      }, text);
    await paste('A clause from an email');
    await expect(toast(page, '1 contract added.')).toBeVisible();
    await expect(row(page, 'Pasted text')).toBeVisible();
    await contracts.drop(page, memo);
    await expect(row(page, 'Memorandum.txt')).toBeVisible();
    await contracts.drop(page, memo);
    await expect(page.getByText('Memorandum.txt wasn’t added.')).toBeVisible();
    await expectAccessible(page, 'A file that was left out');
  },
);

test('the Emergency Kit makes its holder an owner, and an older one does not once the key is rotated', async ({
  page,
}) => {
  await owner(page);
  await add(page, memo);
  const make = async () => {
    await button(page, 'Create Emergency Kit').click();
    const password = dialog(page).getByLabel('Your password');
    const act = button(dialog(page), 'Create Emergency Kit');
    await expect(act).toBeVisible();
    await password.fill(person.amara.password);
    await act.click();
    const key = await dialog(page).getByRole('group', { name: 'Key', exact: true }).innerText();
    await expectAccessible(page, 'Emergency Kit');
    await page.keyboard.press('Escape'); // the key is not thrown away by a key
    await button(dialog(page).last(), 'Go back').click();
    await button(dialog(page), 'Print').click(); // nobody knows whether it was cancelled
    await button(dialog(page), 'Done').click();
    await expect(dialog(page).getByText('Close without a kit on paper?')).toBeVisible();
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
  expect(key.replace(/\s/g, '')).toMatch(/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
  await expect(page.getByText('Created today by Amara Okafor')).toBeVisible();
  await button(page, 'Rotate vault key').click();
  await dialog(page).getByLabel('Your password').fill(person.amara.password);
  await button(dialog(page), 'Rotate vault key').click();
  await expect(toast(page, 'Vault key rotated.')).toBeVisible();
  await expect(page.getByText('for an older key')).toBeVisible();
  const next = await make();
  await person.lock(page);

  await button(page, 'Use the Emergency Kit').click();
  await expectAccessible(page, 'Use the Emergency Kit');
  await use(key, 'Noor Haddad');
  await expect(page.getByText('That key doesn’t open')).toBeVisible();
  await expect(page.getByLabel('Your name')).toHaveValue('Noor Haddad');
  await use(next.toLowerCase(), 'Noor Haddad');
  await open(page, 'Memorandum.txt');
  await expect(page.getByText('Weiß wrote: “agreed”.')).toBeVisible();
  await expect(page.getByRole('complementary').getByText('Owner')).toBeVisible();
});
