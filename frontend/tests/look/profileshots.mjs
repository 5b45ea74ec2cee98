/** The screens of one’s own account worth a look: profile, enrolment, codes, the kit, help. */
import { button, signIn, verify, profileOff, profile, enable, edit, stepUp, on } from './steps.mjs';

/** An app for each name, the first one without. */
const apps = (...names) =>
  ['', ...names].map((name, i) => ({
    number: i + 1,
    name,
    addedAt: `2026-0${3 + i}-14T08:00:00Z`,
    ...(i < 3 && { lastUsedAt: new Date(Date.now() - i * 86_400_000).toISOString(), lastUsedFor: 'sign-in' }),
  }));
const severalApps = { on: true, twoFactor: { apps: apps('Tablet at the office') } };
const fiveApps = {
  on: true,
  twoFactor: { apps: apps('Tablet', 'Key chain', 'The old phone with the cracked screen in', 'هاتف العمل') },
};

export const profileShots = [
  {
    name: 'check-codes-home',
    scenario: { on: true, codes: { checkDue: true } },
    act: async (page) => {
      await verify(page);
      await page.getByText('Do you still have your recovery codes?').waitFor();
    },
  },
  {
    name: 'check-codes-profile',
    scenario: {
      on: true,
      codes: { checkDue: true, checkedAt: new Date(Date.now() - 91 * 864e5).toISOString() },
    },
    act: profile,
  },
  {
    name: 'check-codes',
    scenario: { on: true, codes: { checkDue: true } },
    act: async (page) => {
      await profile(page);
      await button(page, 'Check your codes').click();
      await page.getByLabel('Sheet number').fill('1');
      await button(page.getByRole('dialog'), 'Check your codes').click();
      await page.getByText('Your current codes are on another sheet.').waitFor();
    },
  },
  {
    name: 'checklist-hidden',
    scenario: { checklist: { 'two-factor': false, codes: false }, away: true },
    act: profileOff,
  },
  {
    name: 'change-email',
    scenario: on,
    act: async (page) => {
      await profile(page);
      await page.getByLabel('Email').fill('amara.okafor-lindqvist@northwind-legal.example.com');
      await button(page, 'Save').click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'email-changed',
    scenario: {
      on: true,
      welcome: {
        news: [
          {
            kind: 'email-changed',
            at: new Date().toISOString(),
            by: 'Amara Okafor',
            detail: { from: 'amara@northwind.example', to: 'amara.okafor@example.com', factor: 'code' },
          },
        ],
      },
    },
    act: profile,
  },
  {
    name: 'disable-short',
    scenario: { on: true, twoFactor: { shortPassword: true } },
    act: async (page) => {
      await edit(page);
      await button(page, 'Disable').click();
    },
  },
  {
    name: 'kit',
    scenario: { stepUp: { password: false, factor: false, authenticatorOff: false } },
    act: async (page) => {
      await signIn(page);
      await page.getByRole('button', { name: /^Workspace/ }).click();
      await button(page, 'Create Emergency Kit').click();
      await button(page.getByRole('dialog'), 'Create Emergency Kit').click();
      await button(page.getByRole('dialog'), 'Print').waitFor();
    },
  },
  {
    name: 'keys',
    scenario: {
      kit: { madeAt: '2026-11-02T10:00:00Z', madeBy: 'Amara Okafor', current: false },
      rotation: { running: true, held: false, done: 812, total: 2400 },
    },
    act: async (page) => {
      await signIn(page);
      await page.getByRole('button', { name: /^Workspace/ }).click();
      await page.getByText('812 of 2,400').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'preferences',
    act: async (page) => {
      await signIn(page);
      await button(page, 'Preferences').click();
      await page.getByText('Reduced').waitFor();
    },
  },
  {
    name: 'preferences-dark',
    scenario: { unkept: true },
    act: async (page) => {
      await signIn(page);
      await button(page, 'Preferences').click();
      await page.getByText('Dark').click();
      await page.getByText('Countersign can’t write to the data folder.').waitFor();
    },
  },
  {
    name: 'about',
    act: async (page) => {
      await signIn(page);
      await button(page, 'Help').click();
      await button(page, 'Open data folder').click();
      await page.getByRole('alert').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'licenses',
    act: async (page) => {
      await signIn(page);
      await button(page, 'Preferences').click();
      await button(page, 'Show licenses').click();
      await page.getByRole('button', { name: /^filippo/ }).click();
    },
  },
  {
    name: 'palette',
    act: async (page) => {
      await signIn(page);
      await button(page, 'Profile').click();
      await page.keyboard.press('Control+k');
      await page.keyboard.press('ArrowDown');
      await page.getByRole('combobox').waitFor();
    },
  },
  {
    name: 'palette-search',
    act: async (page) => {
      await signIn(page);
      await button(page, 'Quick actions').click();
      await page.getByRole('combobox').fill('add');
    },
  },
  {
    name: 'palette-none',
    act: async (page) => {
      await signIn(page);
      await button(page, 'Quick actions').click();
      await page.getByRole('combobox').fill('zebra');
    },
  },
  {
    name: 'shortcuts',
    act: async (page) => {
      await signIn(page);
      await button(page, 'Profile').click();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'help-search',
    act: async (page) => {
      await signIn(page);
      await button(page, 'Help').click();
      await page.getByRole('searchbox').fill('lost phone');
    },
  },
  {
    name: 'help-none',
    act: async (page) => {
      await signIn(page);
      await button(page, 'Help').click();
      await page.getByRole('searchbox').fill('zebra');
    },
  },
  {
    name: 'security-log',
    scenario: on,
    act: async (page) => {
      await profile(page);
      await button(page, 'Security log').click();
      await page.getByText('If you don’t recognize').waitFor();
    },
  },
  {
    name: 'security-log-away',
    scenario: { ...on, logAway: true },
    act: async (page) => {
      await profile(page);
      await button(page, 'Security log').click();
      await button(page, 'Try again').waitFor();
    },
  },
  {
    name: 'security-log-older',
    scenario: on,
    act: async (page) => {
      await profile(page);
      await button(page, 'Security log').click();
      await button(page, 'Show older entries').click();
      await page.getByRole('listitem').last().scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'leaving',
    act: async (page) => {
      await profileOff(page);
      await page.getByLabel('Name', { exact: true }).fill('Amara O.');
      await button(page, 'Preferences').click();
      await page.getByText('Discard your changes?').waitFor();
    },
  },
  {
    name: 'locking',
    act: async (page) => {
      await profileOff(page);
      await page.evaluate(() => window.fakeEmit('locking', { seconds: 27, limit: false }));
      await page.getByText('Countersign locks in').waitFor();
    },
  },
  {
    name: 'locking-limit',
    act: async (page) => {
      await profileOff(page);
      await page.evaluate(() => window.fakeEmit('locking', { seconds: 27, limit: true }));
      await page.getByText('You’ll be signed out').waitFor();
    },
  },
  { name: 'profile-off', act: profileOff },
  {
    name: 'profile-edit',
    act: async (page) => {
      await profileOff(page);
      await page.getByLabel('Name', { exact: true }).fill('Amara O.');
      await page.getByLabel('Email').fill('amara');
      await page.getByLabel('Email').press('Enter');
    },
  },
  { name: 'profile', scenario: on, act: profile },
  {
    name: 'computers',
    scenario: { on: true, strange: true, door: { server: 'legal.example.com:8443', joined: true } },
    act: async (page) => {
      await profile(page);
      await page.getByText('Another computer').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'computer-code',
    scenario: { on: true, door: { server: 'legal.example.com:8443', joined: true } },
    act: async (page) => {
      await profile(page);
      await button(page, 'Add a computer').click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Password', { exact: true }).fill('correct horse battery');
      await dialog.getByLabel('Verification code').pressSequentially('123456');
      await page.getByText('A1B2-C3D4-E5F6-G7H8').waitFor();
    },
  },
  {
    name: 'computer-remove',
    scenario: { on: true, door: { server: 'legal.example.com:8443', joined: true } },
    act: async (page) => {
      await profile(page);
      await button(page, 'Remove…').first().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'computer-rename',
    scenario: { on: true, door: { server: 'legal.example.com:8443', joined: true } },
    act: async (page) => {
      await profile(page);
      await button(page, 'Rename').first().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'profile-notices',
    scenario: {
      on: true,
      codes: { left: 2, used: [1, 2, 3, 4, 5, 6, 7, 8], warn: true },
      welcome: {
        failedCodes: 3,
        lastFailedAt: new Date().toISOString(),
        failedPasswords: 1,
        lastFailedPasswordAt: new Date(Date.now() - 26 * 3_600_000).toISOString(),
      },
    },
    act: profile,
  },
  {
    name: 'profile-news',
    scenario: {
      on: true,
      welcome: {
        news: [
          {
            ...{ kind: 'app-added', by: 'Amara Okafor', detail: { app: 'Tablet in the drawer' }, stays: 412 },
            at: new Date(Date.now() - 3_600_000).toISOString(),
          },
          {
            ...{ kind: 'email-changed', by: 'Amara Okafor', stays: 398 },
            detail: { from: 'amara@example.com', to: 'amara.okafor-whitlock@northwind-legal.example.com' },
            at: new Date(Date.now() - 50 * 3_600_000).toISOString(),
          },
        ],
      },
    },
    act: async (page) => {
      await profile(page);
      await button(page, 'Dismiss').first().waitFor();
    },
  },
  {
    name: 'profile-void',
    scenario: {
      on: true,
      codes: { left: 0, voided: true, warn: true },
      twoFactor: { authenticatorOff: true },
    },
    act: profile,
  },
  {
    name: 'password',
    scenario: on,
    act: async (page) => {
      await profile(page);
      await button(page, 'Change password').click();
      await page.getByLabel('New password').fill('correct horse bat');
      await page.getByText('Strong.').waitFor();
    },
  },
  {
    name: 'step-up',
    act: async (page) => {
      await profileOff(page);
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
      await button(page, 'This wasn’t me').click();
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
      await page.getByLabel('Recovery code', { exact: true }).pressSequentially('abc');
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
      await page.getByText('Your new phone is set up').waitFor();
    },
  },
  { name: 'apps', scenario: severalApps, act: edit },
  {
    name: 'apps-full',
    scenario: fiveApps,
    act: async (page) => {
      await edit(page);
      await page.getByRole('heading', { name: 'Authenticator apps' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'apps-which',
    scenario: severalApps,
    act: async (page) => {
      await edit(page);
      await page.keyboard.press('Control+k');
      await page.keyboard.type('Change phone');
      await page.keyboard.press('Enter');
      await page.getByText('Which authenticator app').waitFor();
    },
  },
  {
    name: 'app-add',
    scenario: severalApps,
    act: async (page) => {
      await edit(page);
      await button(page, 'Add an app').click();
      await page.getByLabel('Your password').waitFor();
    },
  },
  {
    name: 'app-added',
    scenario: on,
    act: async (page) => {
      await edit(page);
      await button(page, 'Add an app').click();
      await page.getByLabel('Your password').fill('tundra velvet orchard 91');
      await page.getByRole('dialog').getByLabel('Verification code').pressSequentially('592716');
      await page.getByRole('heading', { name: 'Add an authenticator app', level: 1 }).waitFor();
      await page.getByLabel('Verification code').pressSequentially('592716');
      await page.getByText('You can now sign in').waitFor();
    },
  },
  {
    name: 'app-remove',
    scenario: severalApps,
    act: async (page) => {
      await edit(page);
      await page.getByRole('button', { name: 'Remove…' }).last().click();
      await page.getByLabel('Your password').waitFor();
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
      await profileOff(page);
      await button(page, 'Help').click();
      await page.getByText('I lost my recovery codes').click();
    },
  },
];
