/** What owners and admins do with members, and how members get in, in the words on the page. */
import * as person from './person.mjs';

const { button, dialog, heading } = person;

export const priya = {
  workspace: person.amara.workspace,
  name: 'Priya Raman',
  email: 'priya.raman@example.com',
  password: 'granite willow harbour nine',
};

/** To Settings, Members. */
export async function toMembers(page) {
  await button(page, 'Members').click();
  await heading(page, 'Members').waitFor();
  await page.getByRole('grid', { name: 'Members' }).waitFor();
}

export const row = (page, name) => page.getByRole('row').filter({ hasText: name });

/** The one-time code of the dialog that shows it. */
export const oneTimeCode = (page) =>
  dialog(page)
    .getByText(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/)
    .innerText();

/** Adds a member, from the table and back to it. Returns the code of the invitation. */
export async function add(page, who, { role, prove } = {}) {
  await button(page, 'Add member').click();
  await dialog(page).getByLabel('Name', { exact: true }).fill(who.name);
  await dialog(page).getByLabel('Email').fill(who.email);
  if (role) await dialog(page).getByText(role, { exact: true }).click();
  if (prove) await prove();
  await button(dialog(page), 'Add member').click();
  await heading(dialog(page), `Invitation for ${who.name}`).waitFor();
  const code = await oneTimeCode(page);
  await button(dialog(page), 'Done').click();
  await row(page, who.email).waitFor();
  return code;
}

/**
 * One's own password, and a code where 2FA is on, in a dialog that asks for other things, too. The code carries the act out, unless
 * another field is empty or the act cannot be taken back.
 */
export async function proveIn(page, phone, who = person.amara) {
  await dialog(page).getByLabel('Your password').fill(who.password);
  if (phone) await person.typeCode(dialog(page), await phone.next());
}

/** Chooses an act from the menu of a row. */
export async function act(page, name, label) {
  await button(page, `Actions for ${name}`).click();
  await page.getByRole('menuitem', { name: label, exact: true }).click();
  await dialog(page).waitFor();
}

/** From Sign in: an invitation or a password reset, and the password that is chosen. */
export async function redeem(page, code, who = priya) {
  await button(page, 'Use an invitation or reset code').click();
  await page.getByLabel('Email').fill(who.email);
  await page.getByLabel('Invitation or reset code').fill(code);
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await button(page, 'Continue').click();
}

/** Settings, Workspace: requires 2FA from a day on, written 2026-12-01. */
export async function requireFrom(page, day, phone, who) {
  await button(page, 'Workspace').click();
  await button(page, 'Require 2FA').click();
  await dialog(page).getByLabel('From', { exact: true }).fill(day);
  await proveIn(page, phone, who);
  if (!phone) await button(dialog(page), 'Require 2FA').click();
  await dialog(page).waitFor({ state: 'detached' });
}
