/** Creating a workspace, signing in and out, and what is refused there. */
import {
  amara,
  button,
  createWorkspace,
  fillWorkspace,
  givePassword,
  lock,
  signIn,
  toCreate,
  toProfile,
} from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

test('a new person creates a workspace, signs out and signs in again', async ({ page }) => {
  await expectAccessible(page, 'Welcome to Countersign');
  await createWorkspace(page);
  await expectAccessible(page, 'Profile');
  await expect(page.getByLabel('Email')).toHaveValue(amara.email);
  await lock(page);
  await expectAccessible(page, 'Sign in');
  await expect(page.getByText(amara.workspace).first()).toBeVisible();
  await signIn(page);
});

test(
  'each field says what is wrong with it, and everything stays typed',
  { tag: '@more' },
  async ({ page }) => {
    const field = (label) => page.getByLabel(label, { exact: true });
    const right = {
      'Workspace name': amara.workspace,
      'Your name': amara.name,
      Email: amara.email,
      Password: amara.password,
    };
    const bad = [
      ['Workspace name', '', /Enter a name for the workspace/],
      ['Workspace name', 'x'.repeat(500), /too long/],
      ['Workspace name', 'a\u0007b', /isn’t supported/],
      ['Your name', '', /Enter your name/],
      ['Your name', '\u202eAmara', /aren’t supported/],
      ['Email', '', /Enter your email address/],
      ['Email', 'amara.okafor', /in the format name@example\.com/],
      ['Email', 'amara okafor@example.com', /Remove the space/],
      ['Password', '', /Enter your password/],
      ['Password', 'short', /too short/],
      ['Password', 'password12345678', /too easy to guess/],
      ['Password', '🗝'.repeat(1100), /too long/],
    ];
    await toCreate(page);
    for (const [label, text] of Object.entries(right)) await field(label).fill(text);
    for (const [label, text, sentence] of bad) {
      await field(label).fill(text);
      await button(page, 'Create workspace').click();
      const error = page.getByRole('alert');
      await expect(error.getByText(sentence)).toBeVisible();
      await expect(field(label), `${label}: ${text}`).toHaveAttribute('aria-invalid', 'true');
      await expect(field(label), `${label} is described by its error`).toHaveAccessibleDescription(sentence);
      await expect(field(label), `${label} has the focus`).toBeFocused();
      for (const [other, kept] of Object.entries(right)) {
        await expect(field(other), `${other} stays typed`).toHaveValue(other === label ? text : kept);
      }
      if (label === 'Email') await expectAccessible(page, 'Create your workspace, refused');
      await field(label).fill(right[label]);
    }
    await fillWorkspace(page);
  },
);

test('names and passwords in any script are taken as they are', { tag: '@more' }, async ({ page }) => {
  const who = {
    workspace: '北風 & Søn 🧭',
    name: 'מאיה <img src=x>',
    email: 'maya@example.com',
    password: 'пароль 密码 🗝 längere Worte',
  };
  await createWorkspace(page, who);
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue(who.name);
  await lock(page);
  await signIn(page, undefined, who);
});

test('a wrong password and an unknown email are refused in the same words, and both stay typed', async ({
  page,
}) => {
  await createWorkspace(page);
  await lock(page);
  const alert = page.getByRole('alert');
  const refused = async (email) => {
    await givePassword(page, { email, password: 'not the password at all' });
    await expect(alert).toHaveText(/Incorrect email or password\./);
    await expect(page.getByLabel('Email')).toHaveValue(email);
    return alert.innerText();
  };
  const words = await refused(amara.email);
  await page.getByLabel('Email').fill('');
  await expect(alert).toHaveCount(0);
  expect(await refused('nobody@example.com')).toBe(words);
  await expectAccessible(page, 'Sign in, refused');
});

test('the password can be shown, and is hidden again on leaving', { tag: '@more' }, async ({ page }) => {
  await toCreate(page);
  const field = page.getByLabel('Password', { exact: true });
  await field.fill(amara.password);
  await expect(field).toHaveAttribute('type', 'password');
  await button(page, 'Show password').click();
  await expect(field).toHaveAttribute('type', 'text');
  await button(page, 'Hide password').click();
  await expect(field).toHaveAttribute('type', 'password');
});

test('everything at the door works by keyboard alone', async ({ page }) => {
  await expect(page.getByRole('heading', { name: 'Welcome to Countersign' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Workspace name')).toBeFocused();
  for (const text of [amara.workspace, amara.name, amara.email, amara.password]) {
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter'); // on Show password, which the Tab before has reached
  await expect(button(page, 'Hide password')).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await toProfile(page);
});

test('locking drops the session for good: neither Back nor a reload brings the page back', async ({
  page,
}) => {
  await createWorkspace(page);
  await lock(page);
  await page.goBack();
  await page.goForward();
  await expect(button(page, 'Sign in')).toBeVisible();
  await page.reload();
  await expect(button(page, 'Sign in')).toBeVisible();
  const kept = await page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    cookies: document.cookie,
    databases: (await indexedDB.databases()).length,
  }));
  expect(kept).toEqual({ local: {}, session: {}, cookies: '', databases: 0 });
});
