/** What is done with a contract that is open: searching in it, making it larger, turning its pages. */
import * as contracts from '../harness/contracts.mjs';
import * as word from '../harness/docx.mjs';
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button } = person;
const { add, drawn, open, pdf, row, toContracts } = contracts;

async function owner(page) {
  await person.createWorkspace(page);
  await toContracts(page);
}

const preview = (page) => page.getByRole('region', { name: 'Preview' });
const paper = (page) => preview(page).getByRole('figure');
const field = (page) => page.getByRole('searchbox', { name: 'Search this document' });

/** Looks for a text, and waits for what is said of it. */
async function find(page, text, said) {
  await page.keyboard.press('Control+f');
  await field(page).fill(text);
  await expect(page.getByRole('search').getByRole('status')).toHaveText(said);
}

/** How many marks lie over what stands on the page as text. */
const marked = (page, name) => page.evaluate((it) => globalThis.CSS.highlights.get(it)?.size ?? 0, name);

test('all pages of a PDF are searched, and Escape ends the search before the preview', async ({ page }) => {
  await owner(page);
  await add(page, { 'Harbour lease.pdf': pdf('Harbour lease', 14) });
  await open(page, 'Harbour lease.pdf');
  await drawn(page);
  await find(page, 'LEASE,  page 1', '1 of 6');
  await page.keyboard.press('Shift+Enter');
  await expect(page.getByText('Page 14 of 14', { exact: true })).toBeVisible();
  await expect(page.getByRole('search').getByRole('status')).toHaveText('6 of 6');
  await expect(paper(page).getByText('Harbour lease, page 14')).toBeAttached();
  await page.keyboard.press('Escape');
  await expect(field(page)).toHaveCount(0);
  await expect(preview(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(preview(page)).toHaveCount(0);
});

/* eslint-disable playwright/no-raw-locators -- marks have no role */

test(
  'what is found is marked, in PDF, Word documents and text, and forgotten with the preview',
  { tag: '@more' },
  async ({ page }) => {
    await owner(page);
    await add(page, {
      'Harbour lease.pdf': pdf('Harbour lease', 3),
      'Services.docx': word.sample('python-docx.docx'),
      'Rents.csv': `Month;Rent\n${'March;900\n'.repeat(400)}Straße;1\n`,
      'Logo.png': contracts.png(40, 40),
    });
    await open(page, 'Harbour lease.pdf');
    await drawn(page);
    await find(page, 'page', '1 of 3');
    await expectAccessible(page, 'A search in a PDF');
    const here = paper(page).locator('.mark.here');
    await expect(here).toHaveCount(1);
    // It lies on the word: "Harbour lease, page 1" begins at 40 of 499, and is 18 high.
    const [leaf, box] = await Promise.all(
      [paper(page).locator('canvas'), here].map((it) => it.boundingBox()),
    );
    const at = (length) => Math.round(((length - leaf.x) / leaf.width) * 499);
    expect(at(box.x)).toBeGreaterThan(40 + 100);
    expect(at(box.x + box.width)).toBeLessThan(40 + 190);
    await button(page, 'Next match').click();
    await expect(page.getByText('Page 2 of 3', { exact: true })).toBeVisible();
    await button(page, 'Next page').click();
    await expect(paper(page).locator('.mark')).toHaveCount(1);
    await find(page, 'zebra', 'Not found');
    await expect(button(page, 'Next match')).toBeDisabled();
    await expect(paper(page).locator('.mark')).toHaveCount(0);

    await open(page, 'Services.docx');
    await expect(field(page)).toHaveCount(0);
    await expect(paper(page)).toBeVisible();
    await find(page, 'confidential', /^1 of \d+$/);
    expect(await marked(page, 'found')).toBeGreaterThan(1);
    expect(await marked(page, 'found-here')).toBe(1);
    await expectAccessible(page, 'A search in a Word document');
    const top = await paper(page).evaluate((it) => it.scrollTop);
    await page.keyboard.press('Shift+Enter');
    await expect.poll(() => paper(page).evaluate((it) => it.scrollTop)).toBeGreaterThan(top);

    await open(page, 'Rents.csv');
    expect(await marked(page, 'found')).toBe(0);
    await expect(paper(page)).toBeVisible();
    await find(page, 'STRASSE', '1 of 1');
    await expect.poll(() => paper(page).evaluate((it) => it.scrollTop)).toBeGreaterThan(1000);
    await expectAccessible(page, 'A search in a text');
    await button(page, 'Close the search').click();
    await expect(paper(page)).toBeVisible();
    expect(await marked(page, 'found')).toBe(0);
    await find(page, 'rent', '1 of 1');
    await person.lock(page);
    expect([await marked(page, 'found'), await marked(page, 'found-here')]).toEqual([0, 0]);

    await person.signIn(page);
    await toContracts(page);
    await open(page, 'Logo.png');
    await page.keyboard.press('Control+f'); // a picture has no text: the table is searched
    await expect(page.getByRole('searchbox', { name: 'Search contracts' })).toBeFocused();
  },
);

/** Where the middle of what is in sight is on the paper: a part of its width, and of its height. */
const middle = (page) =>
  paper(page).evaluate((place) => {
    const { left, top, width, height } = place.firstElementChild.getBoundingClientRect();
    const it = place.getBoundingClientRect();
    const share = (at, from, length) => Math.round(((at - from) / length) * 50);
    return [
      share(it.left + place.clientWidth / 2, left, width),
      share(it.top + place.clientHeight / 2, top, height),
    ];
  });

const wide = (page) => paper(page).evaluate((it) => it.firstElementChild.getBoundingClientRect().width);

test(
  'what is read is made larger and smaller, around what is in the middle',
  { tag: '@more' },
  async ({ page }) => {
    await owner(page);
    await add(page, {
      'Harbour lease.pdf': pdf('Harbour lease', 2),
      'Services.docx': word.sample('python-docx.docx'),
      'Logo.png': contracts.png(40, 40),
    });
    const says = (size) => expect(preview(page).getByText(size, { exact: true })).toBeVisible();
    for (const name of ['Harbour lease.pdf', 'Services.docx']) {
      await open(page, name);
      await says('100%');
      await expect(paper(page)).toBeVisible();
      await paper(page).focus();
      const fits = await wide(page);
      for (const size of ['125%', '150%', '200%']) {
        await page.keyboard.press('Control+Equal');
        await says(size);
      }
      await expect.poll(async () => Math.round(((await wide(page)) / fits) * 10)).toBe(20);
      await paper(page).evaluate((it) => it.scrollTo(it.scrollWidth / 3, it.scrollHeight / 4));
      const before = await middle(page);
      await button(page, 'Zoom in').click();
      await says('300%');
      expect(await middle(page)).toEqual(before);
      await page.keyboard.press('Control+Minus');
      await says('200%');
      expect(await middle(page)).toEqual(before);
      await expectAccessible(page, `${name}, larger`);
      await button(page, 'Fit to width').click();
      await says('100%');
      expect(Math.abs((await wide(page)) - fits)).toBeLessThan(2);
      await row(page, name).focus();
      await page.keyboard.press('Control+Minus'); // that of the window
      await page.keyboard.press('Control+0');
      await says('100%');
    }
    await open(page, 'Logo.png');
    await says('100%');
    for (let i = 0; i < 5; i++) await button(page, 'Zoom in').click();
    await says('400%');
    expect(await wide(page)).toBe(160);
  },
);

test('the pages of a PDF are a list of pictures, and a field', { tag: '@more' }, async ({ page }) => {
  await owner(page);
  await add(page, {
    'Long.pdf': pdf('Long', 300),
    'Short.pdf': pdf('Short', 1),
  });
  await open(page, 'Long.pdf');
  await drawn(page);
  const pages = page.getByRole('listbox', { name: 'Pages' });
  await expect(pages).toHaveCount(0); // no room beside the table
  await button(page, 'Page thumbnails').click();
  const option = (n) => pages.getByRole('option', { name: `Page ${n}`, exact: true });
  await expect(option(1)).toHaveAttribute('aria-selected', 'true');
  await expect(option(2).locator('canvas')).toBeVisible();
  await expectAccessible(page, 'A PDF with its pages beside it');
  // Few of them are there, and fewer are drawn.
  await expect.poll(() => pages.getByRole('option').count()).toBeLessThan(40);
  await option(3).click();
  await expect(page.getByText('Page 3 of 300', { exact: true })).toBeAttached();
  await page.keyboard.press('ArrowDown');
  await expect(option(4)).toBeFocused();
  await page.keyboard.press('End');
  await expect(option(300)).toBeFocused();
  await expect(option(300)).toBeInViewport();
  await expect(option(300).locator('canvas')).toBeVisible();
  await expect(paper(page).getByText('Long, page 300')).toBeAttached();
  await expect(option(1)).toHaveCount(0);

  const number = page.getByLabel('Page number');
  await expect(number).toHaveValue('300');
  for (const [typed, shown] of [
    ['17', '17'],
    ['٢٠', '20'],
    ['0', '1'],
    ['999', '300'],
    ['x', '300'],
  ]) {
    await number.fill(typed);
    await page.keyboard.press('Enter');
    await expect(number).toHaveValue(shown);
    await expect(option(shown)).toHaveAttribute('aria-selected', 'true');
  }
  await button(page, 'Page thumbnails').click();
  await expect(pages).toHaveCount(0);
  await button(page, 'Actions for Long.pdf').click();
  await page.getByRole('menuitem', { name: 'Show larger' }).click();
  await expect(button(page, 'Page thumbnails')).toHaveAttribute('aria-expanded', 'false'); // as it was chosen
  await page.keyboard.press('Escape');
  await open(page, 'Short.pdf');
  await drawn(page);
  await expect(button(page, 'Page thumbnails')).toHaveCount(0);
});

test(
  'the pages are open where there is room for them, and closed at 800 by 600',
  { tag: '@more' },
  async ({ page }) => {
    await owner(page);
    await add(page, { 'Harbour lease.pdf': pdf('Harbour lease', 14) });
    await open(page, 'Harbour lease.pdf');
    await button(page, 'Actions for Harbour lease.pdf').click();
    await page.getByRole('menuitem', { name: 'Show larger' }).click();
    const pages = page.getByRole('listbox', { name: 'Pages' });
    await page.setViewportSize({ width: 1080, height: 720 });
    await expect(pages).toBeVisible();
    await expectAccessible(page, 'A PDF on a page of its own');
    await page.setViewportSize({ width: 800, height: 600 });
    await expect(pages).toHaveCount(0);
  },
);
