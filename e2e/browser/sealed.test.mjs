/** A database that was changed from outside: what the person sees, and the owner's way on. */
import assert from 'node:assert/strict';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { dataFolder, startDevelopment } from '../harness/app.mjs';
import { assertAccessible, assertQuiet, launch, openPage } from '../harness/browser.mjs';
import { later } from '../harness/later.mjs';
import { amara, button, createWorkspace, dialog, heading, signIn } from '../harness/person.mjs';

/** Starts the app on the folder, does what is asked on its page, and ends it. */
async function during(t, folder, visit) {
  const app = await startDevelopment(folder);
  const browser = await launch();
  later(t, async () => {
    await browser.close();
    await app.stop();
  });
  const page = await openPage(browser, app.url);
  await visit(page);
  assertQuiet(page);
  await browser.close();
  await app.stop();
}

test('an older copy of the database is found, opens nothing, and an owner goes on with it', async (t) => {
  const folder = await dataFolder(t);
  const database = join(folder, 'workspace.db');
  await during(t, folder, (page) => createWorkspace(page));
  await copyFile(database, `${database}.copy`);
  await during(t, folder, (page) => signIn(page));
  await copyFile(`${database}.copy`, database);
  await rm(`${database}.copy`);

  await during(t, folder, async (page) => {
    await page.getByText('It is an older copy: the newest events are missing.').waitFor();
    await page.getByText(/^Last good: today at/).waitFor();
    assert.equal(await page.getByText(amara.workspace).count(), 0, 'nothing of the workspace is shown');
    assert.equal(await page.getByLabel('Email').count(), 0, 'nobody can sign in');
    await assertAccessible(page, 'Sealed');

    await button(page, 'Try again').click();
    await page.getByText('It is an older copy: the newest events are missing.').waitFor();

    await button(page, 'Go on with it as an owner').click();
    const go = button(dialog(page), 'Go on');
    await dialog(page).getByLabel('Email').fill(amara.email);
    await dialog(page).getByLabel('Password', { exact: true }).fill('not the password at all');
    assert.ok(await go.isDisabled(), 'the box comes first');
    await dialog(page).getByLabel('I accept this database as it is').check();
    await assertAccessible(page, 'Go on with this database');
    await go.click();
    await dialog(page).getByRole('alert').waitFor();
    assert.equal(await dialog(page).getByLabel('Email').inputValue(), amara.email);
    await dialog(page).getByLabel('Password', { exact: true }).fill(amara.password);
    await go.click();
    await heading(page, 'Sign in').waitFor();
    await signIn(page);
  });
  await during(t, folder, (page) => signIn(page));
});
