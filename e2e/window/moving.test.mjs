/** A workspace moves to a server and back, through the system's own dialogs and countersignd. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder } from '../harness/app.mjs';
import { later } from '../harness/later.mjs';
import { startServer } from '../harness/server.mjs';

const { amara } = person;
const passphrase = 'seven walnut ribbons in a row';
const lease = 'Lease of the mill';

async function readLease(window) {
  await window.press('Contracts');
  await window.clickOn({ role: 'table cell' }, (it) => it.text.includes(lease));
  await window.waitFor({ says: 'keeps the wheel in repair' });
}

/** Enters one code after the other until it is taken: those that the phone may have shown before a move are worth nothing after it. */
async function enterCodes(window, phone, after) {
  const used = { says: 'That code was already used.' };
  await person.typeCode(window, await phone.next());
  for (;;) {
    await window.key('Return');
    if ((await window.first(after, used)) === 0) return;
    await person.retypeCode(window, await phone.next());
    await window.gone(used);
  }
}

async function signIn(window, phone) {
  await person.givePassword(window);
  await person.typeCode(window, await phone.next());
  await window.waitFor({ role: 'push button', name: 'Contracts' });
}

test('a workspace moves to a server and back, with its password, phone and contracts', async (t) => {
  const folder = await dataFolder(t);
  const passphraseFile = join(folder, 'passphrase');
  await writeFile(passphraseFile, passphrase, { mode: 0o600 });
  const window = await openWindow(t, join(folder, 'workspace'));
  await person.createWorkspace(window);
  await person.beginEnrolment(window);
  const phone = await person.scanWithPhone(window, folder);
  await person.typeCode(window, await phone.next());
  await person.stored(window);
  await window.press('Continue');
  const source = join(folder, `${lease}.txt`);
  await writeFile(source, 'The tenant keeps the wheel in repair.');
  await window.press('Contracts');
  await window.press('Add contract');
  await person.openSeveral(window, source);
  await window.waitFor({ says: lease });

  await window.press('Workspace');
  await window.press('Create file for a server');
  await window.fillPassword('Passphrase', passphrase);
  await window.fillPassword('Passphrase again', passphrase);
  await window.fillPassword('Your password', amara.password);
  await person.typeCode(window, await phone.next());
  const file = join(folder, 'move.age');
  await person.saveTo(window, file);
  await window.waitFor({ says: 'Saved as move.age.' });

  const server = await startServer({ moved: { file, passphraseFile } });
  later(t, () => server.remove());
  await window.press('Finish the move');
  await window.fill('Line from the operator', server.invitation);
  await window.fillPassword('Your password', amara.password);
  await enterCodes(window, phone, { says: `Stored on ${server.address}` });
  await signIn(window, phone);
  await readLease(window);

  await person.lock(window);
  const back = join(folder, 'export.age');
  await server.exportTo(back, passphraseFile);
  await server.stop();
  await window.press('Move back to this computer');
  await window.press('Choose an export…');
  await person.openFile(window, back);
  await window.fillPassword('Passphrase', passphrase);
  await window.press('Check backup');
  await window.waitFor({ says: 'The backup is intact' });
  await window.fill('Email', amara.email);
  await window.fillPassword('Password', amara.password);
  await window.press('Restore workspace');
  await enterCodes(window, phone, { says: 'The workspace is back on this computer' });
  await window.waitFor({ says: 'Stored on this computer only' });
  await person.givePassword(window);
  await enterCodes(window, phone, { role: 'push button', name: 'Contracts' });
  await readLease(window);
});
