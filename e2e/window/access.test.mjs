/** The real window as a screen reader and the keyboard have it: WebKitGTK tells less than is on the page, if we let it. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { assertHeard } from '../desktop/heard.mjs';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder, until } from '../harness/app.mjs';

const open = async (t) => {
  const folder = await dataFolder(t);
  return { folder, window: await openWindow(t, join(folder, 'workspace')) };
};

/** Waits until something in particular has the keys. */
async function assertFocus(window, what) {
  let now;
  await until(`the focus is on ${what}`, window.app, async () => {
    now = await window.focused();
    return what instanceof RegExp ? what.test(now) : now === what;
  }).catch((error) => assert.fail(`${error.message}; it is on ${now}`));
}

test('a screen reader is told every word of every page', async (t) => {
  const { window } = await open(t);
  await assertHeard(window, 'Welcome to Countersign');
  await person.createWorkspace(window);
  await assertHeard(window, 'Profile');
  for (const page of [
    'Contracts',
    'Preferences',
    'Members',
    'Print runs',
    'Workspace',
    'Audit log',
    'Help',
  ]) {
    await window.press(page);
    await window.waitFor({ role: 'heading', name: page });
    await assertHeard(window, page);
    if (page === 'Members') {
      await window.press('2FA adoption');
      await window.waitFor({ role: 'heading', name: '2FA adoption' });
      await assertHeard(window, '2FA adoption', /^\d+$/); // the scale of the chart, which is told in words
    }
  }
  await window.press('I lost both');
  await window.waitFor({ says: 'Look for the recovery sheet first.' });
  await window.press('Quick actions');
  await assertFocus(window, /^(combo box|entry) Go to a page, or do something$/);
  await window.type('audit');
  await window.waitFor({ role: 'list item', name: 'Audit log Page' });
  await window.key('Return');
  await assertFocus(window, 'heading Audit log');
  await person.lock(window);
  await assertHeard(window, 'Sign in');
});

test('from Enable to Disable something always has the focus, and all is told', async (t) => {
  const { folder, window } = await open(t);
  await person.createWorkspace(window);
  await assertFocus(window, 'heading Profile');
  await window.press('Enable 2FA');
  await assertFocus(window, 'password text Password');
  const stops = ['push button Show password', 'push button Cancel', 'push button Continue'];
  for (const stop of [...stops, 'password text Password']) {
    await window.key('Tab');
    await assertFocus(window, stop);
  }
  await window.key('shift+Tab');
  await assertFocus(window, 'push button Continue');
  await window.key('Tab');
  await window.type(person.amara.password);
  await window.key('Return');
  await assertFocus(window, 'heading Enable 2FA');
  await assertHeard(window, 'Enable 2FA');
  const phone = await person.scanWithPhone(window, folder);
  await person.typeCode(window, await phone.next());
  await window.waitFor({ role: 'push button', name: 'Save as…' });
  await assertHeard(window, 'Enable 2FA', /^\d$/); // the digits of the code, which are a field's
  await person.stored(window);
  await window.press('Continue');
  await assertFocus(window, 'heading Profile');
  await assertHeard(window, 'Profile');
  await window.press('Edit 2FA');
  await assertFocus(window, 'heading Edit 2FA');
  await window.waitFor({ says: 'No codes used yet' });
  await assertHeard(window, 'Edit 2FA');
  await window.press('Disable');
  await assertFocus(window, 'entry Verification code');
  await window.type(await phone.next());
  await window.key('Return');
  await window.waitFor({ role: 'push button', name: 'Enable 2FA' });
  await assertFocus(window, 'heading Profile');
});

test('the first contract and the next member take the focus of what is gone', async (t) => {
  const { folder, window } = await open(t);
  const source = join(folder, 'harbour.txt');
  await writeFile(source, 'The rent is nine hundred.');
  await person.createWorkspace(window);
  await window.press('Contracts');
  await window.press('Add contract');
  await person.openSeveral(window, source);
  await assertFocus(window, /^table row .*/);
  await assertHeard(window, 'Contracts');

  await window.press('Members');
  await window.press('Add member');
  await assertFocus(window, 'entry Name');
  await window.type('Nora Hill');
  await window.key('Tab');
  await window.type('nora.hill@example.com');
  await window.key('Return');
  await window.press('Done');
  await window.click('combo box', 'Actions for Nora Hill');
  await window.click('menu item', 'Remove');
  await assertFocus(window, 'password text Your password');
  await window.type(person.amara.password);
  await window.key('Return');
  await window.gone({ role: 'check box', name: 'Select Nora Hill' });
  await assertFocus(window, /^table row .*/);
  await assertHeard(window, 'Members');
});
