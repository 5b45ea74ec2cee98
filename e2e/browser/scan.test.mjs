/** The QR code as a camera sees it: read from pictures of the page, for the longest names that are allowed. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertAccessible, openPage } from '../harness/browser.mjs';
import * as person from '../harness/person.mjs';
import { Phone, run } from '../harness/phone.mjs';
import { scene } from '../harness/scene.mjs';

const { amara, button, dialog } = person;

const names = {
  Latin: 'Überörtliche Sozietät für Gesellschaftsrecht ',
  Cyrillic: 'Нотариальная контора на Невском проспекте ',
  Arabic: 'مكتب المحاماة والاستشارات القانونية ',
  Thai: 'สำนักงานกฎหมายและทนายความ',
  Hindi: 'विधि एवं परामर्श कार्यालय ',
  Japanese: '弁護士法人中央総合法律事務所',
};
const longest = `${'amara.okafor-'.repeat(19)}@ex.com`;
assert.equal(longest.length, 254);

async function scan(page) {
  return new URL(await run('zbarimg', ['--quiet', '--raw', 'PNG:-'], await page.screenshot()));
}

/** How many of the screen's pixels a module of the QR code has. */
const pixels = (within) =>
  within
    .getByRole('img', { name: /^QR code for/ })
    .evaluate((svg) => (svg.getBoundingClientRect().width * devicePixelRatio) / svg.viewBox.baseVal.width);

for (const [script, words] of Object.entries(names)) {
  test(`the QR code is read with the longest names in ${script}, as it stands and enlarged`, async (t) => {
    const { page } = await scene(t);
    const workspace = [...words.repeat(9)].slice(0, 120).join('').trim();
    await person.createWorkspace(page, { ...amara, workspace, email: longest });
    await person.beginEnrolment(page);
    const key = (await page.getByRole('group', { name: 'Key', exact: true }).innerText()).replace(/\s/g, '');

    const uri = await scan(page);
    assert.equal(uri.searchParams.get('secret'), key);
    assert.equal(decodeURIComponent(uri.pathname), `/${longest}`);
    const issuer = uri.searchParams.get('issuer');
    const told = page.getByText(`Your app will show “${issuer}” and “${longest}”.`);
    if (issuer === workspace) assert.equal(await told.count(), 0);
    else {
      assert.ok(workspace.startsWith(issuer.slice(0, -1)) && issuer.endsWith('…'), issuer);
      assert.ok([...issuer].length > 30, issuer);
      await told.waitFor();
    }
    assert.ok((await pixels(page)) >= 3);
    assert.equal((await pixels(page)) % 1, 0, 'a module is not a whole number of pixels');

    await button(page, 'Enlarge').click();
    assert.deepEqual(await scan(page), uri);
    assert.ok((await pixels(dialog(page))) >= 5);
    assert.equal((await pixels(dialog(page))) % 1, 0);
    await page.keyboard.press('Escape');

    await person.typeCode(page, await new Phone(key).next());
    assert.equal((await person.readCodes(page)).length, 10);
  });
}

test('the QR code is enlarged by a click, and Escape, Close or a click end it where it began', async (t) => {
  const { page } = await scene(t);
  await person.createWorkspace(page);
  await person.beginEnrolment(page);
  const picture = page.getByRole('img', { name: /^QR code for/ });
  const { width } = await picture.boundingBox();
  assert.ok(width >= 17 * 16, `${width} pixels`);
  const enlarge = button(page, 'Enlarge');
  const over = dialog(page);

  await enlarge.focus();
  await page.keyboard.press('Enter');
  await over.waitFor();
  await assertAccessible(page, 'the QR code, enlarged');
  await page.keyboard.press('Escape');
  await over.waitFor({ state: 'detached' });
  assert.ok(await enlarge.evaluate((it) => it === document.activeElement));

  await enlarge.click();
  await button(over, 'Close').click();
  await over.waitFor({ state: 'detached' });
  assert.ok(await enlarge.evaluate((it) => it === document.activeElement));

  await picture.click();
  await over.getByRole('img').click();
  await over.waitFor({ state: 'detached' });
});

test('enlarged, the QR code is white in the dark and read at any ratio of pixels', async (t) => {
  const { app, browser, page } = await scene(t);
  await person.createWorkspace(page);
  await page.close();
  for (const zoom of [1.25, 2]) {
    const other = await openPage(browser, app.url, { dark: true, zoom });
    await person.givePassword(other);
    await person.toProfile(other);
    await person.beginEnrolment(other);
    await button(other, 'Enlarge').click();
    assert.match((await scan(other)).href, /^otpauth:\/\/totp\//);
    const module = await pixels(dialog(other)); // Chromium lays out in parts of 1/64 of a pixel
    assert.ok(Math.abs(module - Math.round(module)) < 1e-3, `${module} pixels`);
    await other.close();
  }
});
