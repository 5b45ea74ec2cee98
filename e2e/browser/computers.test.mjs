/** My computers: from which somebody signs in to a workspace at a server. */
import { forgetItems, itemsOf } from '../harness/keychain.mjs';
import * as members from '../harness/members.mjs';
import * as person from '../harness/person.mjs';
import { choose, joinBy, test } from './atserver.mjs';
import { expect, expectAccessible } from './fixtures.mjs';

const { amara, button, dialog, heading } = person;

test('a second computer is added with a code from the first, and removed there', async ({
  folder,
  page,
  server,
  another,
}) => {
  test.slow();
  await joinBy(page, server.invitation, amara);
  const { phone } = await person.enable(page);
  await person.toProfile(page);
  await expect(page.getByText('This computer', { exact: true })).toBeVisible();
  await button(page, 'Add a computer').click();
  await dialog(page).getByLabel('Password', { exact: true }).fill(amara.password);
  await person.typeCode(dialog(page), await phone.next());
  await heading(dialog(page), 'Code for your other computer').waitFor();
  await expectAccessible(page, 'Code for another computer');
  const code = await members.oneTimeCode(page);
  const key = await dialog(page)
    .getByText(/^([A-Z2-7]{4}-){7}[A-Z2-7]{4}$/)
    .textContent();
  await button(dialog(page), 'Done').click();
  await expect(page.getByText(/^A code can be used until /)).toBeVisible();

  // All programs of a test share a keychain. The first one has read what it needs, so this one is at another computer.
  await forgetItems((await itemsOf(folder)).filter((name) => /\/(device|computer)$/.test(name)));
  const laptop = await another();
  await button(laptop, 'Join a workspace').click();
  await button(laptop, 'Enter an invitation from paper').click();
  await laptop.getByLabel('Server', { exact: true }).fill(server.address);
  await laptop.getByLabel('Server key').fill(key);
  await button(laptop, 'Continue').click();
  await button(laptop, 'Use a code from your other computer').click();
  await expectAccessible(laptop, 'Add this computer');
  await laptop.getByLabel('Email').fill(amara.email);
  await laptop.getByLabel('Code from your other computer').fill('ABCD-EFGH-JKMN-PQRS');
  await button(laptop, 'Add this computer').click();
  await expect(laptop.getByText('That email and code don’t match.')).toBeVisible();
  await laptop.getByLabel('Code from your other computer').fill(code.toLowerCase());
  await button(laptop, 'Add this computer').click();
  await expect(laptop.getByText('This computer is yours now.')).toBeVisible();
  await person.signIn(laptop, phone);

  await page.reload();
  await person.signIn(page, phone);
  await expect(page.getByText(/was added to your account/)).toBeVisible();
  const row = button(page, 'Remove…');
  await expect(row).toHaveCount(1);
  await button(page, 'Rename').last().click();
  await dialog(page).getByLabel('Name').fill('Laptop');
  await button(dialog(page), 'Save').click();
  await expect(page.getByText('Laptop', { exact: true })).toBeVisible();
  await row.click();
  await expectAccessible(page, 'Remove a computer');
  await members.proveIn(page, phone);
  await button(dialog(page), 'Remove').click();
  await expect(row).toHaveCount(0);
  await expect(page.getByText('Laptop was removed.')).toBeVisible();
  await heading(laptop, 'Sign in').waitFor(); // its window is locked without a click
  await laptop.getByLabel('Email').fill(amara.email);
  await laptop.getByLabel('Password', { exact: true }).fill(amara.password);
  await button(laptop, 'Sign in').click();
  await expect(laptop.getByText('No one uses this email on this computer yet.')).toBeVisible();
});

test(
  'an owner removes the only computer of a member, who comes in with a reset code',
  { tag: '@more' },
  async ({ folder, page, server, another }) => {
    test.slow();
    await joinBy(page, server.invitation, amara);
    await members.toMembers(page);
    const invitation = await members.add(page, members.priya);

    // All programs of a test share a keychain. The first one has read what it needs, so this one is at another computer.
    await forgetItems((await itemsOf(folder)).filter((name) => /\/(device|computer)$/.test(name)));
    const laptop = await another();
    await button(laptop, 'Join a workspace').click();
    await button(laptop, 'Enter an invitation from paper').click();
    await laptop.getByLabel('Server', { exact: true }).fill(server.address);
    await laptop.getByLabel('Server key').fill(new URL(server.invitation).searchParams.get('key') ?? '');
    await button(laptop, 'Continue').click();
    await laptop.getByLabel('Email').fill(members.priya.email);
    await laptop.getByLabel('Invitation or reset code').fill(invitation);
    await choose(laptop, members.priya);
    await expect(laptop.getByText('This computer', { exact: true })).toBeVisible();

    await members.row(page, members.priya.email).dblclick();
    await expect(
      page.getByText('Priya Raman can sign in only on these computers.', { exact: false }),
    ).toBeVisible();
    await button(page, 'Remove…').click();
    await expect(
      dialog(page).getByText('It’s the only computer of Priya Raman.', { exact: false }),
    ).toBeVisible();
    await expectAccessible(page, 'Remove a member’s computer');
    await members.proveIn(page);
    await button(dialog(page), 'Remove').click();
    await expect(page.getByText('Priya Raman’s last computer was removed.', { exact: false })).toBeVisible();
    await heading(laptop, 'Sign in').waitFor(); // its window is locked without a click
    await laptop.getByLabel('Email').fill(members.priya.email);
    await laptop.getByLabel('Password', { exact: true }).fill(members.priya.password);
    await button(laptop, 'Sign in').click();
    await expect(laptop.getByText('No one uses this email on this computer yet.')).toBeVisible();

    await button(page, 'Reset password').first().click();
    await button(dialog(page), 'Create code').click();
    const code = await members.oneTimeCode(page);
    await button(dialog(page), 'Done').click();
    const next = { ...members.priya, password: 'harbour pencil orbit fifty' };
    await members.redeem(laptop, code, next);
    await person.toProfile(laptop);
    await expect(
      laptop.getByText('It was your last one, so your old password no longer works.'),
    ).toBeVisible();
    await expect(
      page.getByText('Priya Raman can sign in only on these computers.', { exact: false }),
    ).toBeVisible();
  },
);
