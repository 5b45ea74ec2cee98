/** A database that was changed from outside: what the person sees, and the owner's way on. */
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { amara, button, createWorkspace, dialog, heading, signIn } from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

test('an older copy of the database is found, opens nothing, and an owner goes on with it', async ({
  folder,
  open,
  start,
}) => {
  const database = join(folder, 'workspace.db');
  /** Starts the app on the folder, does what is asked on its page, and ends it. */
  const during = async (visit) => {
    const app = await start(folder);
    const page = await open(app.url);
    await visit(page);
    await page.close();
    await app.stop();
  };
  await during((page) => createWorkspace(page));
  await copyFile(database, `${database}.copy`);
  await during((page) => signIn(page));
  await copyFile(`${database}.copy`, database);
  await rm(`${database}.copy`);

  await during(async (page) => {
    await expect(page.getByText('This is an older copy. The newest entries are missing.')).toBeVisible();
    await expect(page.getByText(/^Last matching entry: today at/)).toBeVisible();
    await expect(page.getByText(amara.workspace), 'nothing of the workspace is shown').toHaveCount(0);
    await expect(page.getByLabel('Email'), 'no one can sign in').toHaveCount(0);
    await expectAccessible(page, 'Sealed');

    await button(page, 'Try again').click();
    await expect(page.getByText('This is an older copy. The newest entries are missing.')).toBeVisible();

    await button(page, 'Review as an owner…').click();
    const review = button(dialog(page), 'Review');
    await dialog(page).getByLabel('Email').fill(amara.email);
    await dialog(page).getByLabel('Password', { exact: true }).fill('not the password at all');
    await review.click();
    await expect(dialog(page).getByRole('alert')).toBeVisible();
    await expect(dialog(page).getByLabel('Email')).toHaveValue(amara.email);
    await dialog(page).getByLabel('Password', { exact: true }).fill(amara.password);
    await review.click();
    await expect(dialog(page).getByText('The newest ones are missing.')).toBeVisible();
    await expect(dialog(page).getByText('Owner · 2FA off')).toBeVisible();
    await button(dialog(page), 'Cancel').click(); // and nothing has changed
    await expect(page.getByText('This is an older copy. The newest entries are missing.')).toBeVisible();

    await button(page, 'Review as an owner…').click();
    await dialog(page).getByLabel('Email').fill(amara.email);
    await dialog(page).getByLabel('Password', { exact: true }).fill(amara.password);
    await review.click();
    const accept = button(dialog(page), 'Accept this database');
    await expect(accept).toBeVisible();
    await expect(accept, 'the box comes first').toBeDisabled();
    await dialog(page).getByLabel('I know why this database changed').check();
    await accept.click();
    await expect(heading(page, 'Sign in')).toBeVisible();
    await signIn(page);
  });
  await during((page) => signIn(page));
});
