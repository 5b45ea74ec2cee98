/** After a full run nothing secret is in a file, in any encoding, but in the keyring. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder } from '../harness/app.mjs';

test('neither the data folder nor the folders of the page hold a password, a key or a code', async (t) => {
  const folder = await dataFolder(t);
  const workspace = join(folder, 'workspace');
  const window = await openWindow(t, workspace);
  await person.createWorkspace(window);
  await person.beginEnrolment(window);
  const uri = await window.scan(folder);
  const key = uri.searchParams.get('secret');
  const phone = person.phoneOf(uri);
  await person.typeCode(window, await phone.next());
  await person.saveTo(window, join(folder, 'sheet.pdf'));
  const codes = await person.readSheet(join(folder, 'sheet.pdf'));
  await person.stored(window);
  await window.press('Continue');
  await window.waitFor({ role: 'push button', name: 'Edit 2FA' });
  await person.lock(window);
  await person.givePassword(window);
  await window.press('Use a recovery code');
  await window.fill('Recovery code', codes[0]);
  await window.press('Use recovery code');
  await window.waitFor({ role: 'heading', name: 'You used recovery code 1.' });

  const secrets = {
    password: spellings(Buffer.from(person.amara.password)),
    key: [...spellings(base32(key)), ...spellings(Buffer.from(key))],
  };
  for (const [i, code] of codes.entries()) {
    secrets[`recovery code ${i + 1}`] = [code, code.replaceAll('-', '')].flatMap((c) =>
      spellings(Buffer.from(c)),
    );
  }
  const look = async (moment) => {
    for (const [name, bytes] of await files([workspace, process.env.HOME])) {
      for (const [what, forms] of Object.entries(secrets)) {
        assert.ok(!forms.some((form) => bytes.includes(form)), `${moment}, ${name} holds the ${what}`);
      }
    }
  };
  await look('while it runs');
  await window.app.stop();
  await look('when it has ended');
});

/** The bytes themselves, in either case, as hexadecimal digits and as base64 of any alignment. */
function spellings(bytes) {
  const hex = bytes.toString('hex');
  const forms = [
    bytes,
    Buffer.from(bytes.toString('latin1').toLowerCase(), 'latin1'),
    hex,
    hex.toUpperCase(),
  ];
  for (let shift = 0; shift < 3; shift++) {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // The characters at either end mix with what stands beside.
    forms.push(text.slice(shift ? 4 : 0, -4));
  }
  return forms.map((form) => Buffer.from(form));
}

function base32(text) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...text].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

/** All files below some folders with what is in them. The keyring's own are the keychain. */
async function files(folders) {
  const found = [];
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.path, entry.name);
      if (entry.isFile() && !path.includes('/keyrings/')) found.push([path, await readFile(path)]);
    }
  }
  return found;
}
