/** A second app, the door after an idle lock, and a page in another language, as a screen reader has them. It takes a minute: no workspace locks sooner. */
import test from 'node:test';
import { assertHeard } from '../desktop/heard.mjs';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder, until } from '../harness/app.mjs';

/** Chooses from a list, which GTK shows in a window of its own. */
async function choose(window, name, option) {
  await window.click('combo box', name);
  await window.click('table cell', option);
}

/** A second authenticator app, from Edit 2FA and back to it. */
async function addApp(window, folder, phone) {
  await window.press('Add an app');
  await window.waitFor({ role: 'entry', name: 'Name' }, (it) => it.focused);
  await window.fillPassword('Your password', person.amara.password);
  await person.typeCode(window, await phone.next());
  await window.waitFor({ role: 'heading', name: 'Scan the QR code' });
  await assertHeard(window, 'Add an authenticator app');
  const second = await person.scanWithPhone(window, folder);
  await person.typeCode(window, await second.next());
  await window.waitFor({ says: 'You can now sign in with a code from Authenticator app 2.' });
  await assertHeard(window, 'Add an authenticator app', /^\d$/); // the digits of the code, which are a field's
  await window.press('Done');
  await window.waitFor({ role: 'heading', name: 'Authenticator apps' });
  await window.waitFor({ says: 'Authenticator app 2' });
  await assertHeard(window, 'Edit 2FA');
}

test('a second app and an idle window’s door are told, in another language, too', async (t) => {
  const folder = await dataFolder(t);
  const window = await openWindow(t, `${folder}/workspace`);
  await person.createWorkspace(window);
  await person.beginEnrolment(window);
  const phone = await person.scanWithPhone(window, folder);
  await person.typeCode(window, await phone.next());
  await window.waitFor({ role: 'push button', name: 'Save as…' });
  await person.stored(window);
  await window.press('Continue');
  await window.press('Edit 2FA');
  await window.waitFor({ says: 'No codes used yet' });
  await addApp(window, folder, phone);

  await window.press('Preferences');
  await choose(window, 'Language', 'Deutsch');
  await window.waitFor({ role: 'heading', name: 'Einstellungen' });
  await assertHeard(window, 'Einstellungen', /^Strg\+[KL]$/); // the keys beside the buttons
  await choose(window, 'Sprache', 'English');
  await window.waitFor({ role: 'heading', name: 'Preferences' });

  await window.press('Workspace');
  await window.press('Allow quick unlock');
  const allowed = { says: 'the password alone unlocks' };
  await window.fillPassword('Your password', person.amara.password);
  await person.typeCode(window, await phone.next());
  await window.waitFor(allowed);
  await choose(window, 'Auto-lock after', '1 minute');
  await window.press('Save');
  await until(
    'the window has locked itself',
    window.app,
    async () => (await window.find({ role: 'heading', name: 'Unlock' })).length > 0,
    240_000,
  );
  await assertHeard(window, 'Unlock');
  await window.fillPassword('Password', person.amara.password);
  await window.press('Unlock');
  await window.waitFor({ role: 'heading', name: 'Workspace' });
  await window.waitFor(allowed);
});
