/**
 * Nobody helps: everything is read from the window, the screen and the file by programs that
 * know nothing of Countersign, and what they read opens the profile.
 */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder } from '../harness/app.mjs';

test('zbarimg reads the QR code, oathtool makes the codes, pdftotext reads the sheet, and both open the profile', async (t) => {
  const folder = await dataFolder(t);
  const window = await openWindow(t, join(folder, 'workspace'));
  await person.createWorkspace(window);

  await person.beginEnrolment(window);
  const phone = await person.scanWithPhone(window, folder);
  await person.typeCode(window, await phone.next());
  const pdf = join(folder, 'sheet.pdf');
  await person.saveTo(window, pdf);
  await person.stored(window);
  await window.press('Continue');
  await window.waitFor({ role: 'push button', name: 'Edit 2FA' });

  await person.lock(window);
  await person.givePassword(window);
  await person.typeCode(window, await phone.next());
  await person.toProfile(window);
  await window.waitFor({ role: 'push button', name: 'Edit 2FA' });

  assert.equal((await stat(pdf)).mode & 0o777, 0o600);
  const codes = await person.readSheet(pdf);
  assert.equal(codes.length, 10);
  await person.lock(window);
  await person.givePassword(window);
  await window.press('Use a recovery code');
  await window.fill('Recovery code', codes[0]);
  await window.press('Use recovery code');
  await window.waitFor({ role: 'heading', name: 'You used recovery code 1.' });
});
