/** What a person does to reach a screen, and what the application answers by then. */
export const button = (page, name) => page.getByRole('button', { name, exact: true });

export async function signIn(page) {
  await page.getByLabel('Email').fill('amara.okafor@example.com');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await button(page, 'Sign in').click();
}

export async function toProfile(page) {
  await button(page, 'Profile').click();
  await page.getByRole('heading', { name: 'Two-factor authentication' }).waitFor();
}

export async function profileOff(page) {
  await signIn(page);
  await toProfile(page);
}

export async function profile(page) {
  await verify(page);
  await toProfile(page);
}

export async function verify(page, code = '123456') {
  await signIn(page);
  await page.getByLabel('Verification code').pressSequentially(code);
}

export async function enable(page) {
  await profileOff(page);
  await button(page, 'Enable 2FA').click();
  await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill('correct horse battery');
  await button(page, 'Continue').click();
}

export async function edit(page) {
  await profile(page);
  await button(page, 'Edit 2FA').click();
  await page.getByText('Recovery code activity').waitFor();
}

export async function stepUp(page, act) {
  await edit(page);
  await button(page, act).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await dialog.getByLabel('Verification code').pressSequentially('123456');
}

export const on = { on: true };
