/**
 * The Emergency Kit at the door of the real window: after the keychain is lost it opens the
 * contracts in a workspace of a new owner, and where the workspace opens it makes another owner, of
 * whom the others are told.
 */
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as person from '../desktop/person.mjs';
import { openWindow } from '../desktop/window.mjs';
import { dataFolder } from '../harness/app.mjs';
import { forgetItems, itemsOf } from '../harness/keychain.mjs';
import { run } from '../harness/phone.mjs';

const phrase = 'The rent is nine hundred and twelve guilders a month.';

const ines = {
  workspace: 'Northwind after the fire',
  name: 'Ines Duarte',
  email: 'ines.duarte@example.com',
  password: 'gravel lantern oboe 42',
};

/** A window whose owner is signed in, with a contract, and the key that another program reads on the kit. */
async function withContractAndKit(t) {
  const folder = await dataFolder(t);
  const workspace = join(folder, 'workspace');
  const source = join(folder, 'lease.txt');
  await writeFile(source, phrase);
  const window = await openWindow(t, workspace);
  await person.createWorkspace(window);
  await window.press('Contracts');
  await window.press('Add contract');
  await person.openSeveral(window, source);
  await lease(window);

  await window.press('Workspace');
  await window.press('Create Emergency Kit');
  await window.fillPassword('Your password', person.amara.password);
  await window.key('Return');
  await window.waitFor({ says: 'This key opens all contracts.' });
  const picture = await window.picture(join(folder, 'kit.png'));
  const key = (await run('zbarimg', ['--quiet', '--raw', picture])).trim();
  assert.match(key, /^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
  await window.click('check box', 'I have this page and will store it in a safe place');
  await window.press('Done');
  return { window, workspace, key };
}

/** The contract in the list. */
const inList = [{ role: 'table cell' }, (it) => it.text.includes('lease.txt')];
const lease = (window) => window.waitFor(...inList);

/** Opens the contract and reads it. */
async function readLease(window) {
  await window.clickOn(...inList);
  await window.waitFor({ says: phrase });
}

/** Types what the door asks for of somebody who has the kit. */
async function useKit(window, key, who) {
  await window.press('Use the Emergency Kit');
  await window.fill('Key', key);
  if (who.workspace) await window.fill('Workspace name', who.workspace);
  await window.fill('Your name', who.name);
  await window.fill('Email', who.email);
  await window.fillPassword('New password', who.password);
  await window.press('Open the workspace');
}

test('after the keychain is lost, the Emergency Kit opens the contracts in a workspace of a new owner', async (t) => {
  const { window: first, workspace, key } = await withContractAndKit(t);
  await first.app.stop();
  const items = await itemsOf(workspace, 'Countersign');
  assert.ok(items.length >= 4, `the keychain holds ${items}`);
  await forgetItems(items, 'Countersign');

  const window = await openWindow(t, workspace);
  await window.waitFor({
    role: 'heading',
    name: 'An item of this workspace is missing from the keychain.',
  });
  await window.waitFor({ says: 'Anyone who has the Emergency Kit can still open the contracts.' });
  await useKit(window, key, ines);
  await readLease(window);

  // It is a whole workspace: its owner signs in again, and its log says where it comes from.
  await person.lock(window);
  await person.givePassword(window, ines);
  await readLease(window);
  await window.press('Audit log');
  await window.waitFor({ says: 'with the Emergency Kit of one that was lost, and with a contract of it.' });

  // The old workspace was set aside, and the keychain is the new one's.
  const databases = (await readdir(workspace)).filter((name) => /^workspace.*\.db/.test(name));
  assert.ok(databases.length >= 2, `the folder holds ${databases}`);
  const now = await itemsOf(workspace, 'Countersign');
  assert.ok(now.length >= 4 && now.every((name) => !items.includes(name)), `the keychain holds ${now}`);
});

test('an owner is told at the next sign-in who used the Emergency Kit', async (t) => {
  const { window, key } = await withContractAndKit(t);
  await person.lock(window);
  await useKit(window, key, { ...ines, workspace: undefined });
  await readLease(window);

  await person.lock(window);
  await person.givePassword(window);
  await window.waitFor({ says: `${ines.name} (${ines.email}) used the Emergency Kit` });
  await window.waitFor({ says: 'rotate the vault key and create a new Emergency Kit in Workspace.' });
  await person.lock(window); // it is told once
  await person.givePassword(window);
  await lease(window);
  assert.deepEqual(await window.find({ says: 'used the Emergency Kit' }), []);
});
