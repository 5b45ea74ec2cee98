/** Word documents beside the table: as they are written, and nothing of what they would do. */
import * as contracts from '../harness/contracts.mjs';
import * as word from '../harness/docx.mjs';
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button } = person;
const { add, open, toContracts } = contracts;

async function owner(page) {
  await person.createWorkspace(page);
  await toContracts(page);
}

const paper = (page) => page.getByRole('region', { name: 'Preview' }).getByRole('figure');

/** What stands before a paragraph, as it is counted. */
const before = (locator) => locator.evaluate((it) => getComputedStyle(it, '::before').content);

/* eslint-disable playwright/no-raw-locators -- much of what a document draws has no role */

test('Word documents are shown as they are written', { tag: '@more' }, async ({ page }) => {
  await owner(page);
  await add(page, {
    'Services.docx': word.sample('python-docx.docx'),
    'Agreement.docx': word.sample('pandoc.docx'),
    'Two pictures.docx': word.withPictures(),
    'Changed.docx': word.docx(
      '<w:p><w:r><w:t>It costs </w:t></w:r><w:del><w:r><w:delText>100</w:delText></w:r></w:del><w:ins><w:r><w:t>900</w:t></w:r></w:ins></w:p>',
    ),
  });
  await open(page, 'Services.docx');
  const shown = paper(page);
  await expect(shown.getByRole('heading', { name: 'Parties', level: 3 })).toBeVisible();
  await expect(shown.getByText('Service agreement, draft 3')).toHaveCount(2); // on each page
  await expect(shown.getByText('Confidential').first()).toBeVisible();
  await expect(shown.getByRole('row', { name: '1 March 1 200 € first' })).toBeVisible();
  await expect(shown.getByText('after two years, or')).toBeVisible();
  const arabic = shown.getByText('اتفاقية الخدمات');
  await expect(arabic).toHaveCSS('direction', 'rtl');
  await expect(shown.getByText('Nordlicht GmbH').first()).toHaveCSS('font-weight', '700');
  expect(await before(shown.getByText('after two years, or').locator('..'))).toContain('lower-alpha');
  expect(await before(shown.getByText('It ends').locator('..'))).toContain('counter');
  await expect(page.getByText('Layout and fonts may differ from Word’s.')).toBeVisible();
  await expectAccessible(page, 'A Word document beside the table');
  await button(page, 'Actions for Services.docx').click();
  await page.getByRole('menuitem', { name: 'Show larger' }).click();
  await expect(shown.getByRole('heading', { name: 'Signatures' })).toBeAttached();
  await expectAccessible(page, 'A Word document on a page of its own');
  await page.keyboard.press('Escape');
  await open(page, 'Agreement.docx');
  await expect(paper(page).getByText('サービス契約')).toHaveCSS('direction', 'ltr');
  await expect(paper(page).getByText('اتفاقية')).toHaveCSS('direction', 'rtl');
  await open(page, 'Two pictures.docx');
  await expect(paper(page).locator('img')).toHaveCount(1);
  await expect(paper(page).getByText('[A picture that can’t be shown]')).toBeVisible();
  await open(page, 'Changed.docx');
  await expect(paper(page).locator('del')).toHaveText('100');
  await expect(paper(page).locator('ins')).toHaveText('900');
});

test('Word documents that are hostile do nothing, or are not shown', async ({ app, elsewhere, page }) => {
  await owner(page);
  const { url } = elsewhere;
  const left = [];
  page.on(
    'request',
    (it) => it.url().startsWith(app.url) || it.url().startsWith('data:') || left.push(it.url()),
  );
  page.on('dialog', (it) => left.push(`dialog ${it.message()}`));
  await add(page, {
    'Hostile.docx': word.hostile(url),
    'Headers.docx': word.manyHeaders(),
    'Table.docx': word.table(1200, 60),
    'Macro.docx': word.withMacros(),
    'Macro.docm': word.docx(word.paragraph('macro')),
    'Broken.docx': 'PK\x03\x04 and nothing else',
    'Deep.docx': word.docx(
      '<w:tbl><w:tr><w:tc>'.repeat(60) + word.paragraph('x') + '</w:tc></w:tr></w:tbl>'.repeat(60),
    ),
  });
  await open(page, 'Hostile.docx');
  await expect(paper(page).getByText('Nothing happens')).toBeVisible();
  await expect(paper(page).getByText('a link')).toBeVisible();
  await expect(
    paper(page).locator('a, script, iframe, svg, form, style, link, [onload], [onerror], [href]'),
  ).toHaveCount(0);
  // Nothing of it lies above the window.
  await button(page, 'Actions for Hostile.docx').click();
  await page.keyboard.press('Escape');
  const says = (text) => expect(page.getByText(text)).toBeVisible();
  for (const name of ['Headers.docx', 'Table.docx', 'Deep.docx']) {
    await open(page, name);
    await says('This Word document has too much in it to show here.');
    await expect(paper(page)).toHaveCount(0);
    await expect(button(page, 'Save a copy…')).toBeEnabled();
  }
  await open(page, 'Macro.docx');
  await says('This Word document has macros, so it isn’t opened here.');
  await expectAccessible(page, 'A document with macros');
  await open(page, 'Macro.docm');
  await says('This kind of file can’t be previewed.');
  await open(page, 'Broken.docx');
  await says('This Word document can’t be shown.');
  expect(await page.evaluate(() => globalThis.executed)).toBeUndefined();
  expect([elsewhere.asked, left]).toEqual([[], []]);
});
