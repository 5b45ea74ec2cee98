/** What a person finds again after a lock, and what is asked before something typed is lost. */
import {
  amara,
  button,
  dialog,
  enable,
  givePassword,
  heading,
  lock,
  toProfile,
  typeCode,
} from '../harness/person.mjs';
import { proveIn } from '../harness/members.mjs';
import { answered, expect, expectAccessible, test } from './fixtures.mjs';

test.use({ home: { owner: amara } });

test('after a lock the person is known, where they were, and what they had typed is there', async ({
  page,
}) => {
  await givePassword(page);
  await button(page, 'Workspace').click();
  const name = page.getByLabel('Name', { exact: true });
  const kept = answered(page, 'Auth', 'Keep', 'Southwind Legal');
  await name.fill('Southwind Legal');
  await kept;
  await lock(page);
  await expect(page.getByLabel('Email')).toHaveValue(amara.email);
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await expectAccessible(page, 'Sign in, after a lock');
  await page.getByLabel('Password', { exact: true }).fill(amara.password);
  await button(page, 'Sign in').click();
  await expect(name).toHaveValue('Southwind Legal');
  await button(page, 'Save').click();
  await expect(button(page, 'Save')).toHaveCount(0);

  await lock(page);
  await button(page, 'Not you?').click();
  await expect(page.getByLabel('Email')).toHaveValue('');
  await expect(page.getByLabel('Email')).toBeFocused();
  await expect(button(page, 'Not you?')).toHaveCount(0);
  await givePassword(page);
  await expect(heading(page, 'Contracts')).toBeVisible();
});

test('what is typed is asked about before it is left', { tag: '@more' }, async ({ page }) => {
  await givePassword(page);
  await toProfile(page);
  const name = page.getByLabel('Name', { exact: true });
  await name.fill('Amara N.');
  await button(page, 'Preferences').click();
  await expect(heading(dialog(page), 'Discard your changes?')).toBeVisible();
  await expect(button(dialog(page), 'Keep editing')).toBeFocused();
  await expectAccessible(page, 'Before typed text is left');
  await page.keyboard.press('Escape');
  await expect(name).toHaveValue('Amara N.');
  await button(page, 'Preferences').click();
  await button(dialog(page), 'Discard').click();
  await expect(heading(page, 'Preferences')).toBeVisible();
  await toProfile(page);
  await expect(name).toHaveValue(amara.name);

  await button(page, 'Members').click();
  await button(page, 'Add member').click();
  await dialog(page).getByLabel('Name', { exact: true }).fill('Zoë');
  await button(dialog(page), 'Cancel').click();
  await button(page, 'Keep editing').click();
  await expect(dialog(page).getByLabel('Name', { exact: true })).toHaveValue('Zoë');
  await button(dialog(page), 'Cancel').click();
  await button(page, 'Discard').click();
  await expect(dialog(page)).toHaveCount(0);
});

// It takes a minute: no workspace locks sooner.
test(
  'an idle window counts down, locks, and opens with the password alone where that is allowed',
  { tag: '@more' },
  async ({ page }) => {
    await givePassword(page);
    await toProfile(page);
    const { phone } = await enable(page);
    await button(page, 'Workspace').click();
    await button(page, 'Allow quick unlock').click();
    await expectAccessible(page, 'Allow quick unlock');
    await proveIn(page, phone);
    await expect(page.getByText('Quick unlock allowed.')).toBeVisible();
    await page.getByLabel('Auto-lock after').selectOption('1 minute');
    await button(page, 'Save').click();
    await expect(page.getByText('Auto-lock time saved.')).toBeVisible();

    const countdown = dialog(page).getByRole('timer');
    await expect(countdown).toBeVisible({ timeout: 120_000 });
    await expectAccessible(page, 'The last seconds before a lock');
    const left = async () => Number((await countdown.innerText()).match(/\d+/)[0]);
    const before = await left();
    await expect.poll(left).toBeLessThan(before);
    await button(dialog(page), 'Stay signed in').click();
    await expect(countdown).toHaveCount(0);

    await expect(heading(page, 'Unlock')).toBeVisible({ timeout: 180_000 });
    await expect(page.getByText('Locked after 1 minute of inactivity.')).toBeVisible();
    await expect(page.getByText('You don’t need a code.')).toBeVisible();
    await expectAccessible(page, 'Unlock, after an idle lock');
    const password = page.getByLabel('Password', { exact: true });
    await expect(password).toBeFocused();
    await password.fill('not the password at all');
    await button(page, 'Unlock').click();
    await expect(page.getByText('Incorrect email or password.')).toBeVisible();
    await password.fill(amara.password);
    await button(page, 'Unlock').click();
    await expect(page.getByLabel('Auto-lock after')).toBeVisible(); // where they were
    await button(page, 'Audit log').click();
    await expect(page.getByText('unlocked Countersign with a password')).toBeVisible();

    await lock(page); // by hand: the code is due
    await password.fill(amara.password);
    await button(page, 'Sign in').click();
    await typeCode(page, await phone.next());
    await expect(button(page, 'Profile')).toBeVisible();
  },
);
