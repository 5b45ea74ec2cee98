/** Authenticator apps: a second one is added, and then one of the two is renamed, changed and removed. */
import { itemsOf } from '../harness/keychain.mjs';
import * as members from '../harness/members.mjs';
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button, dialog, heading } = person;

test('a second authenticator app is added, opens the profile, and is removed', async ({ folder, page }) => {
  test.slow();
  await person.createWorkspace(page);
  const { phone } = await person.enable(page);
  await person.edit(page);
  const items = await itemsOf(folder);
  await expect(button(page, 'Remove…')).toHaveCount(0); // the only one goes with Disable
  await button(page, 'Add an app').click();
  const name = dialog(page).getByLabel('Name');
  await expect(name).toBeFocused();
  await expect(name).toHaveValue('Authenticator app 2');
  await expectAccessible(page, 'Add an app');
  await name.fill(' ');
  await members.proveIn(page, phone);
  await button(dialog(page), 'Continue').click();
  await expect(dialog(page).getByText('Enter a name of 1 to 40 characters.')).toBeVisible();
  await name.fill('Tablet');
  await button(dialog(page), 'Continue').click(); // the code was not spent on that
  const tablet = await person.readKey(page);
  await expect(heading(page, 'Add an authenticator app')).toBeVisible();
  await expectAccessible(page, 'Add an authenticator app');
  await person.typeCode(page, await tablet.next());
  await expect(page.getByText('You can now sign in with a code from Tablet.')).toBeVisible();
  await button(page, 'Done').click();
  await expect(button(page, 'Remove…')).toHaveCount(2);
  await expectAccessible(page, 'Edit 2FA with two apps');

  await person.lock(page);
  await person.signIn(page, tablet);
  await expect(page.getByText(/“Tablet” was added to your account/)).toBeVisible();
  await button(page, 'Edit 2FA').first().click(); // that of the notice
  await heading(page, 'Recovery code activity').waitFor();
  await button(page, 'Rename').first().click();
  await dialog(page).getByLabel('Name').fill('Phone');
  await button(dialog(page), 'Save').click();
  await expect(page.getByText('Phone', { exact: true })).toBeVisible();

  // Which of them is asked where that is not evident.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Change phone');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('Which authenticator app do you want to replace?')).toBeVisible();
  await expectAccessible(page, 'Which app');
  await button(dialog(page), 'Change phone').last().click();
  await expect(dialog(page).getByText(/Tablet keeps working until you verify the new phone/)).toBeVisible();
  await button(dialog(page), 'Cancel').click();

  await button(page, 'Remove…').last().click();
  await expect(heading(dialog(page), 'Remove Tablet?')).toBeVisible();
  await expectAccessible(page, 'Remove an app');
  await members.proveIn(page, phone);
  await button(dialog(page), 'Remove').click();
  await expect(page.getByText('Tablet was removed.')).toBeVisible();
  await expect(button(page, 'Remove…')).toHaveCount(0);
  expect(await itemsOf(folder), 'its key is gone').toEqual(items);

  await person.lock(page);
  await person.givePassword(page);
  await person.typeCode(page, await tablet.next());
  await expect(page.getByText('Incorrect code.')).toBeVisible();
  await page.getByLabel('Verification code').fill('');
  await person.typeCode(page, await phone.next());
  await person.toProfile(page);
});
