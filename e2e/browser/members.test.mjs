/** Settings, Members: who is there, who may do what to whom, and the table at any length. */
import * as members from '../harness/members.mjs';
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button, dialog, heading } = person;
const { priya, row, toMembers } = members;

/** An owner at the table, alone. */
async function owner(page) {
  await person.createWorkspace(page);
  await toMembers(page);
}

const hostile = { name: '<img src=x onerror=alert(1)>', email: 'x@example.com' };

test('a member is added with an invitation that is shown once', async ({ page }) => {
  await owner(page);
  await expectAccessible(page, 'Members, the owner alone');
  await button(page, 'Add member').click();
  await expectAccessible(page, 'Add member');
  await button(dialog(page), 'Add member').click();
  await expect(page.getByText('Enter a name.')).toBeVisible();
  await dialog(page).getByLabel('Name', { exact: true }).fill(priya.name);
  await dialog(page).getByLabel('Email').fill('priya.raman');
  await button(dialog(page), 'Add member').click();
  await expect(page.getByText('Enter an email address in the format name@example.com.')).toBeVisible();
  await expect(dialog(page).getByLabel('Name', { exact: true })).toHaveValue(priya.name);
  await expectAccessible(page, 'Add member, with an error');
  await dialog(page).getByLabel('Email').fill(priya.email);
  await button(dialog(page), 'Add member').click();
  await expect(heading(dialog(page), 'Invitation for Priya Raman')).toBeVisible();
  expect(await members.oneTimeCode(page)).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  await expectAccessible(page, 'Invitation');
  await button(dialog(page), 'Done').click();
  await expect(row(page, priya.email).getByText('Invited', { exact: true })).toBeVisible();
});

/* eslint-disable playwright/no-raw-locators -- a language has no role */
test('what is printed for a member is in their language', { tag: '@more' }, async ({ page }) => {
  await owner(page);
  await button(page, 'Add member').click();
  await dialog(page).getByLabel('Name', { exact: true }).fill('Aiko Mori');
  await dialog(page).getByLabel('Email').fill('aiko.mori@example.com');
  await dialog(page).getByLabel('Language').selectOption('日本語');
  await button(dialog(page), 'Add member').click();
  await expect(heading(dialog(page), 'Invitation for Aiko Mori')).toBeVisible();
  await button(dialog(page), 'Print').click();
  const paper = page.locator('article[lang="ja"][dir="ltr"]');
  await expect(paper).toContainText('への招待');
  await expect(paper).toContainText('aiko.mori@example.com');
  await button(dialog(page), 'Done').click();

  await row(page, 'aiko.mori@example.com').click();
  const language = page.getByLabel('Language', { exact: true });
  await expect(language).toHaveValue('ja');
  await language.selectOption('العربية');
  await expectAccessible(page, 'A member whose language is being changed');
  await button(page, 'Save').click();
  await expect(button(page, 'Save')).toHaveCount(0);
  await expect(language).toHaveValue('ar');
  await button(page, 'New invitation').click();
  await members.proveIn(page);
  await button(dialog(page), 'Create invitation').click();
  await button(dialog(page), 'Print').click();
  await expect(page.locator('article[lang="ar"][dir="rtl"]')).toContainText('aiko.mori@example.com');
  await expect(page.locator('html')).toHaveAttribute('lang', /^en/); // the page itself speaks as before
});
/* eslint-enable playwright/no-raw-locators */

test(
  'an invitation that was given out is seen, ended, and then opens nothing',
  { tag: '@more' },
  async ({ page }) => {
    await owner(page);
    const code = await members.add(page, priya);
    await page.getByLabel('Which members').selectOption('Codes given out');
    await row(page, priya.email).click();
    await expect(heading(page, 'Codes given out')).toBeVisible();
    await expect(page.getByText(/^Works until /)).toBeVisible();
    await expectAccessible(page, 'A member with a code that still works');
    await button(page, 'End invitation').click();
    await expect(page.getByText('Priya Raman can’t use it any more.')).toBeVisible();
    await button(dialog(page), 'End invitation').click();
    await expect(page.getByText('Invitation ended.')).toBeVisible();
    await expect(heading(page, 'Codes given out')).toHaveCount(0);
    await expect(page.getByText('ended the invitation for Priya Raman')).toBeVisible();
    await person.lock(page);
    await button(page, 'Not you?').click();
    await members.redeem(page, code);
    await expect(page.getByText('This code no longer works.')).toBeVisible();
  },
);

test('a name is text, whatever it holds', { tag: '@more' }, async ({ page }) => {
  await owner(page);
  await members.add(page, hostile);
  await expect(page.getByRole('main').getByRole('img')).toHaveCount(0);
  await row(page, hostile.email).click();
  await expect(heading(page, hostile.name)).toBeVisible();
  await button(page, 'Remove').click();
  await expect(heading(dialog(page), `Remove ${hostile.name}`)).toBeVisible();
});

test('an email that somebody has is refused beside its field', { tag: '@more' }, async ({ page }) => {
  await owner(page);
  await button(page, 'Add member').click();
  await dialog(page).getByLabel('Name', { exact: true }).fill('Another Amara');
  await dialog(page).getByLabel('Email').fill(person.amara.email.toUpperCase());
  await button(dialog(page), 'Add member').click();
  await expect(page.getByText('Another account in this workspace uses that address.')).toBeVisible();
});

test(
  'an admin is added only with a proof, and may then not touch an owner',
  { tag: '@more' },
  async ({ page }) => {
    await owner(page);
    await button(page, 'Add member').click();
    await dialog(page).getByText('Admin', { exact: true }).click();
    await expect(dialog(page).getByLabel('Your password')).toBeVisible();
    await button(dialog(page), 'Cancel').click();
    const code = await members.add(page, priya, { role: 'Admin', prove: () => members.proveIn(page) });
    await members.add(page, { name: 'Mateo Rossi', email: 'mateo.rossi@example.com' });
    await person.lock(page);
    await members.redeem(page, code);
    await person.toProfile(page);

    await toMembers(page);
    await button(page, 'Actions for Amara Okafor').click();
    await expect(page.getByRole('menuitem')).toHaveText(['Open']);
    await page.keyboard.press('Escape');
    await button(page, 'Actions for Mateo Rossi').click();
    await expect(page.getByRole('menuitem')).toHaveText(['Open', 'New invitation', 'Remove']);
    await page.keyboard.press('Escape');
    await button(page, 'Add member').click();
    await expect(dialog(page).getByLabel('Email')).toBeVisible();
    await expect(dialog(page).getByText('Role', { exact: true })).toHaveCount(0);
  },
);

test('a member has no place for admins', { tag: '@more' }, async ({ page }) => {
  await owner(page);
  const code = await members.add(page, priya);
  await person.lock(page);
  await members.redeem(page, code);
  await person.toProfile(page);
  for (const place of ['Members', 'Audit log']) await expect(button(page, place)).toHaveCount(0);
});

test(
  'a suspended member is kept out in words until somebody lets them in again',
  { tag: '@more' },
  async ({ page }) => {
    await owner(page);
    const code = await members.add(page, priya);
    await person.lock(page);
    await members.redeem(page, code);
    await person.toProfile(page);
    await person.lock(page);
    await person.signIn(page);
    await toMembers(page);
    await members.act(page, priya.name, 'Suspend');
    await expectAccessible(page, 'Suspend');
    await button(dialog(page), 'Suspend').click();
    await expect(row(page, priya.email).getByText('Suspended', { exact: true })).toBeVisible();

    await person.lock(page);
    await person.givePassword(page, priya);
    await expect(page.getByText('Your account is suspended.')).toBeVisible();
    await page.reload();
    await person.signIn(page);
    await toMembers(page);
    await members.act(page, priya.name, 'Reactivate');
    await button(dialog(page), 'Reactivate').click();
    await expect(page.getByText('Priya Raman can sign in again.')).toBeVisible();
    await person.lock(page);
    await person.signIn(page, undefined, priya);
    await expect(page.getByText(/Amara Okafor suspended your account/)).toBeVisible();
  },
);

test('removing asks for a proof, and the last owner stays', { tag: '@more' }, async ({ page }) => {
  await owner(page);
  await members.add(page, priya);
  await members.act(page, person.amara.name, 'Change role');
  await dialog(page).getByText('Member', { exact: true }).click();
  await members.proveIn(page);
  await button(dialog(page), 'Change role').click();
  await expect(page.getByText('This is the last owner.')).toBeVisible();
  await expectAccessible(page, 'Change role, the last owner');
  await page.keyboard.press('Escape');

  await members.act(page, priya.name, 'Remove');
  await dialog(page).getByLabel('Your password').fill('not the right one at all');
  await button(dialog(page), 'Remove').click();
  await expect(page.getByText('Incorrect password.')).toBeVisible();
  await members.proveIn(page);
  await button(dialog(page), 'Remove').click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(row(page, priya.email)).toHaveCount(0);
});

test('one proof is good for one act after another on members, and for nothing else', async ({ page }) => {
  await owner(page);
  await members.add(page, priya);
  await members.act(page, priya.name, 'Change role');
  await dialog(page).getByText('Admin', { exact: true }).click();
  await expect(
    dialog(page).getByText('You won’t be asked again for similar changes in the next 10 minutes.'),
  ).toBeVisible();
  await expectAccessible(page, 'Change role');
  await members.proveIn(page);
  await button(dialog(page), 'Change role').click();
  await expect(row(page, priya.email).getByText('Admin', { exact: true })).toBeVisible();

  await members.act(page, priya.name, 'Remove');
  await expect(button(dialog(page), 'Cancel')).toBeFocused();
  await expect(dialog(page).getByLabel('Your password')).toHaveCount(0);
  await expectAccessible(page, 'Remove, confirmed before');
  await button(dialog(page), 'Remove').click();
  await expect(row(page, priya.email)).toHaveCount(0);

  await button(page, 'Workspace').click();
  await button(page, 'Save backup').click();
  await expect(dialog(page).getByLabel('Your password')).toBeVisible();
});

test('everything on the table is done by keyboard alone', { tag: '@more' }, async ({ page }) => {
  await owner(page);
  for (const name of ['Beatriz Carvalho', 'Chidi Nwosu', 'Daniel Whitlock']) {
    await members.add(page, { name, email: `${name.split(' ')[0]}@example.com` });
  }
  await page.keyboard.press('/');
  await page.keyboard.type('a');
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Search members')).toHaveValue('');
  await page.keyboard.press('ArrowDown'); // Amara
  await page.keyboard.press('ArrowDown'); // Beatriz
  await page.keyboard.press('Space');
  await expect(page.getByText('1 selected')).toBeVisible();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByText('3 selected')).toBeVisible();
  await expectAccessible(page, 'Members, three selected');
  await page.keyboard.press('Escape');
  await expect(page.getByText('3 selected')).toHaveCount(0);
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Daniel Whitlock')).toBeVisible();
  await expectAccessible(page, 'a member');
  await page.keyboard.press('Escape');
  await expect(heading(page, 'Members')).toBeVisible();
  // The focus is back on the row, and its menu is one Tab away.
  await expect(row(page, 'Daniel Whitlock')).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'a menu');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'New invitation' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(button(page, 'Actions for Daniel Whitlock')).toBeFocused();
});

test(
  'a search ignores case and accents, and a filter that leaves nobody can be undone',
  { tag: '@more' },
  async ({ page }) => {
    await owner(page);
    await members.add(page, { name: 'Søren Åberg', email: 'sa@example.com' });
    await page.getByLabel('Search members').fill('aberg SOREN');
    await expect(row(page, 'Amara')).toHaveCount(0);
    await expect(page.getByRole('row')).toHaveCount(2); // with the head
    await page.getByLabel('Search members').fill('');
    await page.getByRole('button', { name: /^Overdue/ }).click();
    await expect(heading(page, 'No members found')).toBeVisible();
    await expectAccessible(page, 'Members, nobody found');
    await button(page, 'Show all').click();
    await expect(row(page, 'Amara')).toBeVisible();
    await page.getByLabel('Which members').selectOption('Invited');
    await expect(row(page, 'Amara')).toHaveCount(0);
  },
);

test(
  'the table has been read when Members is opened, and is forgotten at a lock',
  { tag: '@more' },
  async ({ page }) => {
    await person.createWorkspace(page);
    // Read once after the sign-in, unasked; after that the application never answers.
    const read = await page.evaluate(() => {
      const { Members } = globalThis.go.app;
      const list = Members.List;
      return new Promise((done) => {
        Members.List = async (session) => {
          const view = await list(session);
          Members.List = () => new Promise(() => {});
          requestAnimationFrame(() => done(view.members.name));
          return view;
        };
      });
    });
    expect(read).toEqual([person.amara.name]);
    await button(page, 'Members').click();
    await expect(row(page, person.amara.name)).toBeVisible();

    await person.lock(page);
    await person.signIn(page);
    await button(page, 'Members').click();
    await expect(page.getByText('Loading members')).toBeVisible();
    await expect(row(page, person.amara.name)).toHaveCount(0);
  },
);

test('10,000 members scroll, sort, search and are selected', { tag: '@more' }, async ({ page }) => {
  await owner(page);
  await button(page, 'Profile').click();
  // The real page on an answer as long as it may be: making so many takes minutes.
  await page.evaluate(() => {
    const list = globalThis.go.app.Members.List;
    globalThis.go.app.Members.List = async (session) => {
      const view = await list(session);
      const now = Date.now() / 1000;
      const { members } = view;
      members.role.of = ['owner', 'member']; // the owner is the only one so far
      members.twoFactor.of = [...members.twoFactor.of, 'on', 'off', 'overdue'];
      const on = ['on', 'on', 'off', 'overdue'].map((word) => members.twoFactor.of.indexOf(word));
      for (let i = 1; i < 10_000; i++) {
        members.id.push(`member-${i}`);
        members.name.push(
          `${['Aisha', 'Chidi', 'Søren', 'Hannah'][i % 4]} ${['Bello', 'Weiß', 'Åberg'][i % 3]} ${i}`,
        );
        members.email.push(`member.${i}@example.com`);
        members.role.at.push(members.role.of.indexOf('member'));
        members.state.at.push(members.state.at[0]);
        members.twoFactor.at.push(on[i % on.length]);
        members.onSince.push(0);
        members.codesLeft.push(i % 11);
        members.sheet.push(i);
        members.run.push(0);
        members.issuedAt.push(Math.round(now - i * 86_400));
        members.handedOverAt.push(0);
        members.acknowledgedAt.push(0);
        members.checkedAt.push(0);
        members.lastSignInAt.push(Math.round(now - i * 3600));
        members.createdAt.push(members.createdAt[0]);
        members.invitedUntil.push(0);
      }
      return view;
    };
  });
  await button(page, 'Members').click();
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '10001');
  await page.getByLabel('Search members').fill('soren aberg 99');
  await expect(row(page, 'Søren Åberg 9902')).toBeVisible();
  await expect(row(page, 'Amara Okafor')).toHaveCount(0);
  await expectAccessible(page, 'Members, 10,000');

  await page.getByLabel('Search members').fill('');
  const drawn = () => page.getByRole('row').count();
  await expect.poll(drawn, 'only the rows in sight are drawn').toBeLessThan(60);
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '10001');
  await row(page, 'Aisha').first().focus();
  await page.keyboard.press('End');
  const last = page.getByRole('row').last();
  await expect(last).toBeFocused();
  await expect(last).toHaveAttribute('aria-rowindex', '10001');
  await page.keyboard.press('Control+a');
  await expect(page.getByText('10,000 selected')).toBeVisible();
  await page.getByRole('button', { name: 'Codes left' }).click();
  await expect(page.getByRole('columnheader', { name: 'Codes left' })).toHaveAttribute(
    'aria-sort',
    'ascending',
  );
  await page.getByLabel('Which members').selectOption('Few codes left');
  await expect(page.getByText(/of them aren’t shown/)).toBeVisible();
  await button(page, 'Clear').click();
  await expect(page.getByText('10,000 selected')).toHaveCount(0);
});

test(
  'an import shows each row with its problem, and adds only the good ones by choice',
  { tag: '@more' },
  async ({ page }) => {
    await owner(page);
    // In place of the system's file dialog, which is no part of the page.
    await page.evaluate(() => {
      const row = (line, name, email, problem = null) => ({ line, name, email, role: 'member', problem });
      const at = { code: 'email_form', field: 'email', args: { why: 'at' } };
      const nameless = { code: 'name_required', field: 'name', args: {} };
      globalThis.go.app.Import.Pick = async () => ({
        name: 'staff <b>.csv',
        header: true,
        good: 1,
        bad: 2,
        rows: [
          row(2, 'Ana Lima', 'ana@example.com'),
          row(3, '<b>Bo</b>', 'bo', at),
          row(4, '', 'c@example.com', nameless),
        ],
      });
    });
    await button(page, 'Import…').click();
    await expect(dialog(page).getByText('Zoë Lindqvist,zoe@example.com,admin')).toBeVisible();
    await expect(button(dialog(page), 'Choose file…')).toBeFocused();
    await expectAccessible(page, 'Import members, its columns');
    await button(dialog(page), 'Choose file…').click();
    await expect(dialog(page)).toHaveCount(0);
    await expect(heading(page, 'Import members')).toBeVisible();
    await expect(page.getByText('Enter an email address in the format name@example.com.')).toBeVisible();
    await expect(page.getByText('Enter a name.')).toBeVisible();
    await expect(page.getByText('<b>Bo</b>')).toBeVisible();
    await expectAccessible(page, 'Import members');
    await page.getByRole('button', { name: /^With problems/ }).click();
    await expect(row(page, 'Ana Lima')).toHaveCount(0);
    await button(page, 'Add the 1 valid row').click();
    await expect(dialog(page).getByLabel('Your password')).toBeVisible();
    await expectAccessible(page, 'Import, the proof');
    await members.proveIn(page);
    await button(dialog(page), 'Add 1 member').click();
    // Nothing was picked on the other side, which says so and adds nobody.
    await expect(page.getByText('There’s no list to import.')).toBeVisible();
    await button(dialog(page), 'Cancel').click();
    await page.keyboard.press('Escape');
    await expect(heading(page, 'Members')).toBeVisible();
  },
);
