/** Creating a workspace, signing in and out, and what is refused there. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertAccessible } from '../harness/browser.mjs';
import { amara, button, createWorkspace, givePassword, lock, signIn, toProfile } from '../harness/person.mjs';
import { scene } from '../harness/scene.mjs';

test('a new person creates a workspace, signs out and signs in again', async (t) => {
  const { page } = await scene(t);
  await assertAccessible(page, 'Create your workspace');
  await createWorkspace(page);
  await assertAccessible(page, 'Profile');
  assert.equal(await page.getByLabel('Email').inputValue(), amara.email);
  await lock(page);
  await assertAccessible(page, 'Sign in');
  assert.ok(await page.getByText(amara.workspace).first().isVisible());
  await signIn(page);
});

test('each field says what is wrong with it, and everything stays typed', async (t) => {
  const { page } = await scene(t);
  const field = (label) => page.getByLabel(label, { exact: true });
  const right = {
    'Workspace name': amara.workspace,
    'Your name': amara.name,
    Email: amara.email,
    Password: amara.password,
  };
  const bad = [
    ['Workspace name', '', /has no name yet/],
    ['Workspace name', 'x'.repeat(500), /too long/],
    ['Workspace name', 'a\u0007b', /can’t be shown/],
    ['Your name', '', /name is missing/],
    ['Your name', '\u202eAmara', /cannot be shown/],
    ['Email', '', /missing/],
    ['Email', 'amara.okafor', /lacks its @/],
    ['Email', 'amara okafor@example.com', /has a space/],
    ['Password', '', /missing/],
    ['Password', 'short', /has 5 characters/],
    ['Password', 'password12345678', /among the first that somebody would try/],
    ['Password', '🗝'.repeat(1100), /too long/],
  ];
  for (const [label, text] of Object.entries(right)) await field(label).fill(text);
  for (const [label, text, sentence] of bad) {
    await field(label).fill(text);
    await button(page, 'Create workspace').click();
    const error = page.getByRole('alert');
    await error.getByText(sentence).waitFor();
    assert.equal(await field(label).getAttribute('aria-invalid'), 'true', `${label}: ${text}`);
    const described = (await field(label).getAttribute('aria-describedby')).split(' ');
    assert.ok(described.includes(await error.getAttribute('id')), `${label} is described by its error`);
    assert.ok(await field(label).evaluate((f) => f === document.activeElement), `${label} has the focus`);
    for (const [other, kept] of Object.entries(right)) {
      assert.equal(await field(other).inputValue(), other === label ? text : kept, `${other} stays typed`);
    }
    if (label === 'Email') await assertAccessible(page, 'Create your workspace, refused');
    await field(label).fill(right[label]);
  }
  await createWorkspace(page);
});

test('names and passwords in any script are taken as they are', async (t) => {
  const who = {
    workspace: '北風 & Søn 🧭',
    name: 'מאיה <img src=x>',
    email: 'maya@example.com',
    password: 'пароль 密码 🗝 längere Worte',
  };
  const { page } = await scene(t);
  await createWorkspace(page, who);
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), who.name);
  await lock(page);
  await signIn(page, undefined, who);
});

test('a wrong password and an unknown email are refused in the same words, and both stay typed', async (t) => {
  const { page } = await scene(t);
  await createWorkspace(page);
  await lock(page);
  const answers = [];
  for (const email of [amara.email, 'nobody@example.com']) {
    await givePassword(page, { email, password: 'not the password at all' });
    answers.push(await page.getByRole('alert').innerText());
    assert.equal(await page.getByLabel('Email').inputValue(), email);
    await page.getByLabel('Email').fill('');
  }
  assert.equal(answers[0], answers[1]);
  assert.match(answers[0], /^The email or the password is not right\./);
  await assertAccessible(page, 'Sign in, refused');
});

test('the password can be shown, and is hidden again on leaving', async (t) => {
  const { page } = await scene(t);
  const field = page.getByLabel('Password', { exact: true });
  await field.fill(amara.password);
  assert.equal(await field.getAttribute('type'), 'password');
  await button(page, 'Show password').click();
  assert.equal(await field.getAttribute('type'), 'text');
  await button(page, 'Hide password').click();
  assert.equal(await field.getAttribute('type'), 'password');
});

test('everything at the door works by keyboard alone', async (t) => {
  const { page } = await scene(t);
  await page.getByLabel('Workspace name').and(page.locator(':focus')).waitFor();
  for (const text of [amara.workspace, amara.name, amara.email, amara.password]) {
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter'); // on Show password, which the Tab before has reached
  await button(page, 'Hide password').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await toProfile(page);
});

test('locking drops the session for good: neither Back nor a reload brings the page back', async (t) => {
  const { page } = await scene(t);
  await createWorkspace(page);
  await lock(page);
  await page.goBack();
  await page.goForward();
  await button(page, 'Sign in').waitFor();
  await page.reload();
  await button(page, 'Sign in').waitFor();
  const kept = await page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    cookies: document.cookie,
    databases: (await indexedDB.databases()).length,
  }));
  assert.deepEqual(kept, { local: {}, session: {}, cookies: '', databases: 0 });
});
