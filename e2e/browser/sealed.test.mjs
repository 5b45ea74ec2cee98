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
    await page.getByText('This is an older copy. The newest entries are missing.').waitFor();
    await page.getByText(/^Last entry that fits: today at/).waitFor();
    assert.equal(await page.getByText(amara.workspace).count(), 0, 'nothing of the workspace is shown');
    assert.equal(await page.getByLabel('Email').count(), 0, 'nobody can sign in');
    await assertAccessible(page, 'Sealed');

    await button(page, 'Try again').click();
    await page.getByText('This is an older copy. The newest entries are missing.').waitFor();

    await button(page, 'Review as an owner…').click();
    const review = button(dialog(page), 'Review');
    await dialog(page).getByLabel('Email').fill(amara.email);
    await dialog(page).getByLabel('Password', { exact: true }).fill('not the password at all');
    await review.click();
    await dialog(page).getByRole('alert').waitFor();
    assert.equal(await dialog(page).getByLabel('Email').inputValue(), amara.email);
    await dialog(page).getByLabel('Password', { exact: true }).fill(amara.password);
    await review.click();
    await dialog(page).getByText('The newest ones are missing.').waitFor();
    await dialog(page).getByText('Owner · 2FA off').waitFor();
    await button(dialog(page), 'Cancel').click(); // and nothing has changed
    await page.getByText('This is an older copy. The newest entries are missing.').waitFor();

    await button(page, 'Review as an owner…').click();
    await dialog(page).getByLabel('Email').fill(amara.email);
    await dialog(page).getByLabel('Password', { exact: true }).fill(amara.password);
    await review.click();
    const accept = button(dialog(page), 'Accept this database');
    await accept.waitFor();
    assert.ok(await accept.isDisabled(), 'the box comes first');
    await dialog(page).getByLabel('I know why this database changed').check();
    await accept.click();
    await heading(page, 'Sign in').waitFor();
    await signIn(page);
  });
  await during(t, folder, (page) => signIn(page));
});
