/**
 * What a person does on the page, in the words that are on it. Each act ends when the page
 * shows that it is done.
 */
import { Phone } from './phone.mjs';

export const amara = {
  workspace: 'Northwind Legal',
  name: 'Amara Okafor',
  email: 'amara.okafor@example.com',
  password: 'umbrella copper violin seven',
};

export const button = (within, name) => within.getByRole('button', { name, exact: true });
export const heading = (page, name) => page.getByRole('heading', { name, exact: true });
export const dialog = (page) => page.getByRole('dialog');
const password = (within) => within.getByLabel('Password', { exact: true });
const verificationCode = (within) => within.getByLabel('Verification code');

/** From the contracts, which are home after a sign-in, or another page to the Profile page. */
export async function toProfile(page) {
  // Edit 2FA, where one may be after a lock, has a way back of the same name.
  await button(page.getByRole('navigation', { name: 'Settings' }), 'Profile').click();
  await heading(page, 'Two-factor authentication').waitFor();
}

/** From the first screen to what a new workspace asks for. */
export async function toCreate(page) {
  await button(page, 'Create a workspace on this computer').click();
  await page.getByLabel('Workspace name').waitFor();
}

/** First run: the workspace and its owner, who is then on the Profile page. */
export async function createWorkspace(page, who = amara) {
  await toCreate(page);
  await fillWorkspace(page, who);
}

export async function fillWorkspace(page, who = amara) {
  await page.getByLabel('Workspace name').fill(who.workspace);
  await page.getByLabel('Your name').fill(who.name);
  await page.getByLabel('Email').fill(who.email);
  await password(page).fill(who.password);
  await button(page, 'Create workspace').click();
  await toProfile(page);
}

/** Email and password. What comes next depends on the profile. */
export async function givePassword(page, who = amara) {
  await page.getByLabel('Email').fill(who.email);
  await password(page).fill(who.password);
  await button(page, 'Sign in').click();
}

export async function signIn(page, phone, who = amara) {
  await givePassword(page, who);
  if (phone) await typeCode(page, await phone.next());
  await toProfile(page);
}

export async function signInByRecoveryCode(page, code, who = amara) {
  await givePassword(page, who);
  await button(page, 'Use a recovery code').click();
  await page.getByLabel('Recovery code').pressSequentially(code);
  await button(page, 'Use recovery code').click();
}

/** Typed digit by digit; at the sixth it submits itself. */
export const typeCode = (within, code) => verificationCode(within).pressSequentially(code);

export async function lock(page) {
  await page.keyboard.press('Control+l');
  await button(page, 'Sign in').waitFor();
}

/** The step-up before an act. With a phone, the code submits it. */
export async function stepUp(page, phone, who = amara) {
  await password(dialog(page)).fill(who.password);
  if (phone) await typeCode(dialog(page), await phone.next());
  else await button(dialog(page), 'Continue').click();
  await dialog(page).waitFor({ state: 'detached' });
}

/** From the Profile page to the page with the QR code. */
export async function beginEnrolment(page, who = amara) {
  await button(page, 'Enable 2FA').click();
  await stepUp(page, undefined, who);
  await heading(page, 'Scan the QR code').waitFor();
}

/** The phone that has typed in the key beside the QR code. */
export const readKey = async (page) =>
  new Phone(await page.getByRole('group', { name: 'Key', exact: true }).innerText());

/** The ten recovery codes on the page, in their order. */
export async function readCodes(page) {
  // The sheet for the printer is on the page, too, and is not to be seen.
  const codes = page.getByText(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/).filter({ visible: true });
  await codes.first().waitFor();
  return codes.allInnerTexts();
}

/** Ticks the box and continues. */
export async function keepCodes(page) {
  await page.getByLabel('I’ve stored these codes in a safe place').check();
  await button(page, 'Continue').click();
}

/** Turns 2FA on, from the Profile page and back to it. */
export async function enable(page, who = amara) {
  await beginEnrolment(page, who);
  const phone = await readKey(page);
  await typeCode(page, await phone.next());
  const codes = await readCodes(page);
  await keepCodes(page);
  await button(page, 'Edit 2FA').waitFor();
  return { phone, codes };
}

/** From the Profile page to Edit 2FA. */
export async function edit(page) {
  await button(page, 'Edit 2FA').click();
  await heading(page, 'Recovery code activity').waitFor();
}
