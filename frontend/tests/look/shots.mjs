/** Each screen in each state worth a look: what the application answers, and what a person does. */
const button = (page, name) => page.getByRole('button', { name, exact: true });

async function signIn(page) {
  await page.getByLabel('Email').fill('amara.okafor@example.com');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await button(page, 'Sign in').click();
}

async function verify(page, code = '123456') {
  await signIn(page);
  await page.getByLabel('Verification code').pressSequentially(code);
}

async function enable(page) {
  await signIn(page);
  await button(page, 'Enable 2FA').click();
  await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill('correct horse battery');
  await button(page, 'Continue').click();
}

async function edit(page) {
  await verify(page);
  await button(page, 'Edit 2FA').click();
  await page.getByText('Code usage').waitFor();
}

async function stepUp(page, act) {
  await edit(page);
  await button(page, act).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await dialog.getByLabel('Verification code').pressSequentially('123456');
}

const on = { on: true };
const fault = (code, args) => ({ door: { stage: 'fault', fault: { code, message: code, args } } });

export const shots = [
  {
    name: 'opening',
    scenario: { delay: 30_000 },
    act: (page) => page.waitForTimeout(900),
  },
  { name: 'create', scenario: { door: { stage: 'create', workspace: '' } } },
  {
    name: 'create-error',
    scenario: { door: { stage: 'create', workspace: '' } },
    act: async (page) => {
      await page.getByLabel('Workspace name').fill('Northwind Legal');
      await page.getByLabel('Your name').fill('Amara Okafor');
      await page.getByLabel('Email').fill('amara.okafor');
      await page.getByLabel('Password', { exact: true }).fill('correct horse');
      await button(page, 'Create workspace').click();
      await page.getByText('which this workspace asks for').waitFor();
    },
  },
  {
    name: 'sign-in',
    act: async (page) => {
      await page.getByLabel('Email').fill('amara.okafor@example.com');
      await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
    },
  },
  {
    name: 'sign-in-wrong',
    act: async (page) => {
      await page.getByLabel('Email').fill('amara.okafor@example.com');
      await page.getByLabel('Password', { exact: true }).fill('wrong');
      await button(page, 'Sign in').click();
    },
  },
  { name: 'verify', scenario: on, act: (page) => signIn(page) },
  { name: 'verify-wrong', scenario: on, act: (page) => verify(page, '000000') },
  { name: 'verify-throttled', scenario: on, act: (page) => verify(page, '444444') },
  {
    name: 'recovery',
    scenario: on,
    act: async (page) => {
      await signIn(page);
      await button(page, 'Use a recovery code').click();
      await page.getByLabel('Recovery code').pressSequentially('7k3m9qxt2w');
    },
  },
  {
    name: 'recovery-used',
    scenario: on,
    act: async (page) => {
      await signIn(page);
      await button(page, 'Use a recovery code').click();
      await page.getByLabel('Recovery code').pressSequentially('00009qxt2whfb6nd');
      await button(page, 'Use recovery code').click();
    },
  },
  { name: 'authenticator-off', scenario: { on: true, authenticatorOff: true }, act: signIn },
  {
    name: 'recovered',
    scenario: on,
    act: async (page) => {
      await signIn(page);
      await button(page, 'Use a recovery code').click();
      await page.getByLabel('Recovery code').pressSequentially('7k3m9qxt2whfb6nd');
      await button(page, 'Use recovery code').click();
      await page.getByText('7 of 10 are left').waitFor();
    },
  },
  { name: 'fault-keychain', scenario: fault('keychain_absent') },
  {
    name: 'fault-folder',
    scenario: fault('folder_read_only', { folder: '/home/amara/.local/share/Countersign' }),
  },
  { name: 'profile-off', act: signIn },
  {
    name: 'profile-edit',
    act: async (page) => {
      await signIn(page);
      await page.getByLabel('Name', { exact: true }).fill('Amara O.');
      await page.getByLabel('Email').fill('amara');
      await page.getByLabel('Email').press('Enter');
    },
  },
  { name: 'profile', scenario: on, act: (page) => verify(page) },
  {
    name: 'profile-notices',
    scenario: {
      on: true,
      codes: { left: 2, used: [1, 2, 3, 4, 5, 6, 7, 8], warn: true },
      welcome: {
        failedCodes: 3,
        lastFailedAt: new Date().toISOString(),
        failedPasswords: 1,
        lastFailedPasswordAt: new Date(0).toISOString(),
      },
    },
    act: (page) => verify(page),
  },
  {
    name: 'profile-void',
    scenario: {
      on: true,
      codes: { left: 0, voided: true, warn: true },
      twoFactor: { authenticatorOff: true },
    },
    act: (page) => verify(page),
  },
  {
    name: 'password',
    scenario: on,
    act: async (page) => {
      await verify(page);
      await button(page, 'Change password').click();
      await page.getByLabel('New password').fill('correct horse bat');
      await page.getByText('Strong.').waitFor();
    },
  },
  {
    name: 'step-up',
    act: async (page) => {
      await signIn(page);
      await button(page, 'Enable 2FA').click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'enable-waiting', act: enable },
  {
    name: 'enable-wrong',
    act: async (page) => {
      await enable(page);
      await page.getByLabel('Verification code').pressSequentially('111111');
    },
  },
  {
    name: 'enable-codes',
    act: async (page) => {
      await enable(page);
      await page.getByLabel('Verification code').pressSequentially('592716');
      await page.getByRole('checkbox').check();
    },
  },
  {
    name: 'enable-leave',
    act: async (page) => {
      await enable(page);
      await page.getByLabel('Verification code').pressSequentially('592716');
      await page.getByRole('checkbox').check();
      await button(page, 'Cancel').click();
    },
  },
  {
    name: 'enabled',
    act: async (page) => {
      await enable(page);
      await page.getByLabel('Verification code').pressSequentially('592716');
      await page.getByRole('checkbox').check();
      await button(page, 'Continue').click();
      await page.getByText('2FA is on.').waitFor();
    },
  },
  { name: 'edit', scenario: on, act: edit },
  { name: 'edit-unused', scenario: { on: true, codes: { used: [], left: 10 } }, act: edit },
  {
    name: 'not-me',
    scenario: on,
    act: async (page) => {
      await edit(page);
      await button(page, 'This was not me').click();
    },
  },
  {
    name: 'disable',
    scenario: on,
    act: async (page) => {
      await edit(page);
      await button(page, 'Disable').click();
    },
  },
  {
    name: 'disable-recovery',
    scenario: on,
    act: async (page) => {
      await edit(page);
      await button(page, 'Disable').click();
      await button(page, 'Use a recovery code').click();
      await page.getByLabel('Recovery code').pressSequentially('abc');
      await button(page, 'Yes, deactivate').click();
    },
  },
  { name: 'change-phone', scenario: on, act: (page) => stepUp(page, 'Change phone') },
  {
    name: 'change-phone-done',
    scenario: on,
    act: async (page) => {
      await stepUp(page, 'Change phone');
      await page.getByRole('heading', { name: 'Change phone', level: 1 }).waitFor();
      await page.getByLabel('Verification code').pressSequentially('592716');
      await page.getByText('Your new phone is in use').waitFor();
    },
  },
  { name: 'new-codes', scenario: on, act: (page) => stepUp(page, 'Get new recovery codes') },
  {
    name: 'print',
    scenario: on,
    act: async (page) => {
      await stepUp(page, 'Get new recovery codes');
      await page.getByRole('checkbox').waitFor();
    },
  },
  {
    name: 'help',
    act: async (page) => {
      await signIn(page);
      await button(page, 'Help').click();
      await page.getByText('I lost my recovery codes').click();
    },
  },
  { name: 'door-help', act: (page) => button(page, 'Help').click() },
  {
    name: 'locked',
    act: async (page) => {
      await signIn(page);
      await page.getByRole('heading', { name: 'Profile' }).waitFor();
      await page.evaluate(() => window.fakeEmit('locked', { reason: 'idle', minutes: 5 }));
    },
  },
];
