/** Settings, Members: who is there, who may do what to whom, and the table at any length. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertAccessible } from '../harness/browser.mjs';
import * as members from '../harness/members.mjs';
import * as person from '../harness/person.mjs';
import { scene } from '../harness/scene.mjs';
import * as swift from '../harness/swift.mjs';

const { button, dialog, heading } = person;
const { priya, row, toMembers } = members;

/** An owner at the table, alone. */
async function owner(t) {
  const all = await scene(t);
  await person.createWorkspace(all.page);
  await toMembers(all.page);
  return all;
}

const hostile = { name: '<img src=x onerror=alert(1)>', email: 'x@example.com' };

test('a member is added with an invitation that is shown once', async (t) => {
  const { page } = await owner(t);
  await assertAccessible(page, 'Members, the owner alone');
  await button(page, 'Add member').click();
  await assertAccessible(page, 'Add member');
  await button(dialog(page), 'Add member').click();
  await page.getByText('The name is missing.').waitFor();
  await dialog(page).getByLabel('Name', { exact: true }).fill(priya.name);
  await dialog(page).getByLabel('Email').fill('priya.raman');
  await button(dialog(page), 'Add member').click();
  await page.getByText('The address lacks its @.').waitFor();
  assert.equal(await dialog(page).getByLabel('Name', { exact: true }).inputValue(), priya.name);
  await assertAccessible(page, 'Add member, with an error');
  await dialog(page).getByLabel('Email').fill(priya.email);
  await button(dialog(page), 'Add member').click();
  await heading(dialog(page), 'Invitation for Priya Raman').waitFor();
  assert.match(await members.oneTimeCode(page), /^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  await assertAccessible(page, 'Invitation');
  await button(dialog(page), 'Done').click();
  await row(page, priya.email).getByText('Invited', { exact: true }).waitFor();
});

test('a name is text, whatever it holds', async (t) => {
  const { page } = await owner(t);
  await members.add(page, hostile);
  assert.equal(await page.locator('main img').count(), 0);
  await row(page, hostile.email).click();
  await heading(page, hostile.name).waitFor();
  await button(page, 'Remove').click();
  await heading(dialog(page), `Remove ${hostile.name}`).waitFor();
});

test('an email that somebody has is refused beside its field', async (t) => {
  const { page } = await owner(t);
  await button(page, 'Add member').click();
  await dialog(page).getByLabel('Name', { exact: true }).fill('Another Amara');
  await dialog(page).getByLabel('Email').fill(person.amara.email.toUpperCase());
  await button(dialog(page), 'Add member').click();
  await page.getByText('Another profile in this workspace has that address.').waitFor();
});

test('an admin is added only with a proof, and may then not touch an owner', async (t) => {
  const { page } = await owner(t);
  await button(page, 'Add member').click();
  await dialog(page).getByText('Admin', { exact: true }).click();
  await dialog(page).getByLabel('Your password').waitFor();
  await button(dialog(page), 'Cancel').click();
  const code = await members.add(page, priya, { role: 'Admin', prove: () => members.proveIn(page) });
  await members.add(page, { name: 'Mateo Rossi', email: 'mateo.rossi@example.com' });
  await person.lock(page);
  await members.redeem(page, code);
  await person.toProfile(page);

  await toMembers(page);
  await button(page, 'Actions for Amara Okafor').click();
  assert.deepEqual(await page.getByRole('menuitem').allInnerTexts(), ['Open']);
  await page.keyboard.press('Escape');
  await button(page, 'Actions for Mateo Rossi').click();
  assert.deepEqual(await page.getByRole('menuitem').allInnerTexts(), ['Open', 'New invitation', 'Remove']);
  await page.keyboard.press('Escape');
  await button(page, 'Add member').click();
  assert.equal(await dialog(page).getByText('Role', { exact: true }).count(), 0);
});

test('a member has no place for admins', async (t) => {
  const { page } = await owner(t);
  const code = await members.add(page, priya);
  await person.lock(page);
  await members.redeem(page, code);
  await person.toProfile(page);
  for (const place of ['Members', 'Audit log']) assert.equal(await button(page, place).count(), 0);
});

test('a suspended member is kept out in words until somebody lets them in again', async (t) => {
  const { page } = await owner(t);
  const code = await members.add(page, priya);
  await person.lock(page);
  await members.redeem(page, code);
  await person.toProfile(page);
  await person.lock(page);
  await person.signIn(page);
  await toMembers(page);
  await members.act(page, priya.name, 'Suspend');
  await assertAccessible(page, 'Suspend');
  await button(dialog(page), 'Suspend').click();
  await row(page, priya.email).getByText('Suspended', { exact: true }).waitFor();

  await person.lock(page);
  await person.givePassword(page, priya);
  await page.getByText('Your profile is suspended.').waitFor();
  await page.reload();
  await person.signIn(page);
  await toMembers(page);
  await members.act(page, priya.name, 'Let in again');
  await button(dialog(page), 'Let in again').click();
  await page.getByText('Priya Raman can sign in again.').waitFor();
  await person.lock(page);
  await person.signIn(page, undefined, priya);
  await page.getByText(/Amara Okafor suspended your profile/).waitFor();
});

test('removing asks for a proof, and the last owner stays', async (t) => {
  const { page } = await owner(t);
  await members.add(page, priya);
  await members.act(page, person.amara.name, 'Change role');
  await dialog(page).getByText('Member', { exact: true }).click();
  await members.proveIn(page);
  await button(dialog(page), 'Change role').click();
  await page.getByText('This is the last owner.').waitFor();
  await assertAccessible(page, 'Change role, the last owner');
  await page.keyboard.press('Escape');

  await members.act(page, priya.name, 'Remove');
  await dialog(page).getByLabel('Your password').fill('not the right one at all');
  await button(dialog(page), 'Remove').click();
  await page.getByText('The password is not right.').waitFor();
  await members.proveIn(page);
  await button(dialog(page), 'Remove').click();
  await dialog(page).waitFor({ state: 'detached' });
  await row(page, priya.email).waitFor({ state: 'detached' });
});

test('everything on the table is done by keyboard alone', async (t) => {
  const { page } = await owner(t);
  for (const name of ['Beatriz Carvalho', 'Chidi Nwosu', 'Daniel Whitlock']) {
    await members.add(page, { name, email: `${name.split(' ')[0]}@example.com` });
  }
  await page.keyboard.press('/');
  await page.keyboard.type('a');
  await page.keyboard.press('Escape');
  assert.equal(await page.getByLabel('Search members').inputValue(), '');
  await page.keyboard.press('ArrowDown'); // Amara
  await page.keyboard.press('ArrowDown'); // Beatriz
  await page.keyboard.press('Space');
  await page.getByText('1 selected').waitFor();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('3 selected').waitFor();
  await assertAccessible(page, 'Members, three selected');
  await page.keyboard.press('Escape');
  await page.getByText('3 selected').waitFor({ state: 'detached' });
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await heading(page, 'Daniel Whitlock').waitFor();
  await assertAccessible(page, 'a member');
  await page.keyboard.press('Escape');
  await heading(page, 'Members').waitFor();
  // The focus is back on the row, and its menu is one Tab away.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('menu').waitFor();
  await assertAccessible(page, 'a menu');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'New invitation');
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), 'Actions for Daniel Whitlock');
});

test('a search ignores case and accents, and a filter that leaves nobody can be undone', async (t) => {
  const { page } = await owner(t);
  await members.add(page, { name: 'Søren Åberg', email: 'sa@example.com' });
  await page.getByLabel('Search members').fill('aberg SOREN');
  await row(page, 'Amara').waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('row').count(), 2); // with the head
  await page.getByLabel('Search members').fill('');
  await page.getByRole('button', { name: /^Overdue/ }).click();
  await heading(page, 'Nobody found').waitFor();
  await assertAccessible(page, 'Members, nobody found');
  await button(page, 'Show everybody').click();
  await row(page, 'Amara').waitFor();
  await page.getByLabel('Which members').selectOption('Invited');
  await row(page, 'Amara').waitFor({ state: 'detached' });
});

test('the table has been read when Members is opened, and is forgotten at a lock', async (t) => {
  const { page } = await scene(t);
  await person.createWorkspace(page);
  // Read once after the sign-in, unasked; after that the application never answers.
  const read = await page.evaluate(() => {
    const { Members } = globalThis.go.app;
    const list = Members.List;
    return new Promise((done) => {
      Members.List = async (session) => {
        const view = await list(session);
        Members.List = () => new Promise(() => {});
        setTimeout(() => done(view.members.name), 0);
        return view;
      };
    });
  });
  assert.deepEqual(read, [person.amara.name]);
  await button(page, 'Members').click();
  await row(page, person.amara.name).waitFor();

  await person.lock(page);
  await person.signIn(page);
  await button(page, 'Members').click();
  await page.getByText('Reading the members').waitFor();
  assert.equal(await row(page, person.amara.name).count(), 0);
});

test('10,000 members scroll, sort, search and are selected', async (t) => {
  const { page } = await owner(t);
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
        members.codesLeft.push(i % 11);
        members.sheet.push(i);
        members.run.push(0);
        members.issuedAt.push(Math.round(now - i * 86_400));
        members.handedOverAt.push(0);
        members.acknowledgedAt.push(0);
        members.lastSignInAt.push(Math.round(now - i * 3600));
        members.createdAt.push(members.createdAt[0]);
        members.invitedUntil.push(0);
      }
      return view;
    };
  });
  const times = [];
  for (let i = 0; i < 5; i++) {
    times.push(await swift.opening(page));
    if (i < 4) await button(page, 'Profile').click();
  }
  t.diagnostic(`opening 10,000 members: ${swift.said(times)}`);
  t.diagnostic(`a key in the search: ${swift.said(await swift.searching(page, 'soren aberg 99'))}`);
  await assertAccessible(page, 'Members, 10,000');

  await page.getByLabel('Search members').fill('');
  assert.ok((await page.getByRole('row').count()) < 60, 'only the rows in sight are drawn');
  assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '10001');
  await row(page, 'Aisha').first().focus();
  await page.keyboard.press('End');
  await page.locator('[aria-rowindex="10001"]:focus').waitFor();
  await page.keyboard.press('Control+a');
  await page.getByText('10,000 selected').waitFor();
  await page.getByRole('button', { name: 'Codes left' }).click();
  assert.equal(
    await page.getByRole('columnheader', { name: 'Codes left' }).getAttribute('aria-sort'),
    'ascending',
  );
  await page.getByLabel('Which members').selectOption('Few codes left');
  await page.getByText(/are not in sight/).waitFor();
  await button(page, 'Clear').click();
  await page.getByText('10,000 selected').waitFor({ state: 'detached' });
});

test('an import shows each row with its problem, and adds only the good ones by choice', async (t) => {
  const { page } = await owner(t);
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
  await heading(page, 'Import members').waitFor();
  await page.getByText('The address lacks its @.').waitFor();
  await page.getByText('The name is missing.').waitFor();
  await page.getByText('<b>Bo</b>').waitFor();
  await assertAccessible(page, 'Import members');
  await page.getByRole('button', { name: /^With a problem/ }).click();
  await row(page, 'Ana Lima').waitFor({ state: 'detached' });
  await button(page, 'Add only the 1 good row').click();
  await dialog(page).getByLabel('Your password').waitFor();
  await assertAccessible(page, 'Import, the proof');
  await members.proveIn(page);
  await button(dialog(page), 'Add 1 member').click();
  // Nothing was picked on the other side, which says so and adds nobody.
  await page.getByText('There is no list to import.').waitFor();
  await button(dialog(page), 'Cancel').click();
  await page.keyboard.press('Escape');
  await heading(page, 'Members').waitFor();
});
