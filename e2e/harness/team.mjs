/** More people than one: what an admin does for them, and what they do at their first sign-in. */
import {
  button,
  dialog,
  keepCodes,
  lock,
  readCodes,
  readKey,
  signIn,
  stepUp,
  toProfile,
  typeCode,
} from './person.mjs';

export const chidi = {
  name: 'Chidi Nwosu',
  email: 'chidi.nwosu@example.com',
  password: 'harbour ribbon walnut twelve',
};
/** A name that is markup, and as long as names get. */
export const hostile = {
  name: '<img src=x onerror=alert(1)> & "Őrs" \u05d0\u05d1',
  email: 'ors.o-neill+legal@a-very-long-subdomain.of-a-firm.example.com',
  password: 'meadow copper lantern thirty',
};

/** Adds a member as an admin, from anywhere, and returns the code of the invitation. */
export async function addMember(page, who) {
  await button(page, 'Members').click();
  await button(page, 'Add member').click();
  await dialog(page).getByLabel('Name', { exact: true }).fill(who.name);
  await dialog(page).getByLabel('Email').fill(who.email);
  await dialog(page).locator('button[type=submit]').click();
  const code = dialog(page).getByText(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  await code.waitFor();
  const text = await code.innerText();
  await button(dialog(page), 'Done').click();
  return text;
}

/** At the door: takes the invitation and chooses a password. */
export async function redeem(page, who, code) {
  await button(page, 'I have an invitation').click();
  await page.getByLabel('Email').fill(who.email);
  await page.getByLabel('One-time code').fill(code);
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await page.locator('button[type=submit]').click();
  await toProfile(page);
}

/** Adds a member who then enables 2FA; the admin is signed in again. Gives their phone and codes. */
export async function join(page, who, admin, phone) {
  const code = await addMember(page, who);
  await lock(page);
  await redeem(page, who, code);
  await button(page, 'Enable 2FA').click();
  await stepUp(page, undefined, who);
  const own = await readKey(page);
  await typeCode(page, await own.next());
  const codes = await readCodes(page);
  await keepCodes(page);
  await button(page, 'Edit 2FA').waitFor();
  await lock(page);
  await signIn(page, phone, admin);
  return { who, phone: own, codes };
}
