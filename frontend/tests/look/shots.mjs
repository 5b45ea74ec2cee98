/** Each screen in each state worth a look: what the application answers, and what a person does. */
const button = (page, name) => page.getByRole('button', { name, exact: true });

async function signIn(page) {
  await page.getByLabel('Email').fill('amara.okafor@example.com');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await button(page, 'Sign in').click();
}

async function toProfile(page) {
  await button(page, 'Profile').click();
  await page.getByRole('heading', { name: 'Two-factor authentication' }).waitFor();
}

async function profileOff(page) {
  await signIn(page);
  await toProfile(page);
}

async function profile(page) {
  await verify(page);
  await toProfile(page);
}

async function verify(page, code = '123456') {
  await signIn(page);
  await page.getByLabel('Verification code').pressSequentially(code);
}

async function enable(page) {
  await profileOff(page);
  await button(page, 'Enable 2FA').click();
  await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill('correct horse battery');
  await button(page, 'Continue').click();
}

async function edit(page) {
  await profile(page);
  await button(page, 'Edit 2FA').click();
  await page.getByText('Recovery code activity').waitFor();
}

async function stepUp(page, act) {
  await edit(page);
  await button(page, act).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await dialog.getByLabel('Verification code').pressSequentially('123456');
}

/** Home after sign-in; the rest of the pictures begin on the profile. */
async function contracts(page, name) {
  await signIn(page);
  const rows = page.getByRole('row');
  await rows.nth(1).waitFor();
  if (name) await rows.filter({ hasText: name }).click();
}

const drawn = (page) => page.getByRole('figure').locator('canvas').waitFor();
const notice = { welcome: { failedCodes: 1, lastFailedAt: new Date().toISOString() } };
const tagged = {
  each: { pdf: { tags: ['lease', 'harbour'] }, g: { tags: ['framework'] }, k: { missing: true } },
};
const kinds = {
  more: [
    { id: 'png', name: 'Signature of Lindqvist.png', kind: 'image', type: 'image/png' },
    { id: 'huge', name: 'Survey plan.png', kind: 'image', type: 'image/png', unseen: 'large' },
    { id: 'text', name: 'Memorandum.txt', kind: 'text', type: 'text/plain' },
    { id: 'html', name: 'Offer.html', kind: 'text', type: 'text/html' },
    { id: 'broken', name: 'Cut short.pdf' },
  ],
};

const on = { on: true };
const fault = (code, args) => ({ door: { stage: 'fault', fault: { code, message: code, args } } });

const sealed = {
  door: {
    ...fault('not_authentic').door,
    dataFolder: '/home/amara/.local/share/Countersign',
    integrity: {
      lastGood: '2026-11-20T16:40:00Z',
      acceptable: true,
      findings: [
        { kind: 'older-copy', table: '', count: 1 },
        { kind: 'row-changed', table: 'factor', count: 2 },
        { kind: 'row-removed', table: 'document', count: 3 },
      ],
    },
  },
  review: {
    lastGood: '2026-11-20T16:40:00Z',
    changed: [
      { kind: 'row-removed', table: 'document', count: 3 },
      { kind: 'row-changed', table: 'factor', name: 'Mateo Rossi', count: 1 },
      { kind: 'row-added', table: 'vaultkey', name: 'Hannah Weiß', count: 2 },
      { kind: 'row-changed', table: 'workspace', count: 1 },
    ],
    people: [
      { name: 'Amara Okafor', email: 'amara.okafor@example.com', role: 'owner', on: true, suspended: false },
      { name: 'Mateo Rossi', email: 'mateo.rossi@example.com', role: 'owner', on: false, suspended: true },
      { name: 'Hannah Weiß', email: 'hannah.weiss@example.com', role: 'admin', on: true, suspended: false },
    ],
    members: 12,
    openCodes: 2,
    codesEnd: true,
    contracts: {
      closed: false,
      there: 218,
      missing: ['Harbour lease 2026.pdf', 'Warehouse insurance, signed.pdf'],
      more: 4,
      strange: 1,
    },
  },
};
const absent = { door: { ...fault('keychain_absent').door, canUseFile: true } };

export const shots = [
  {
    name: 'opening',
    scenario: { delay: 30_000 },
    act: (page) => page.getByText('Opening the workspace').waitFor(),
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
      await page.getByText(/Add \d+ more characters?\./).waitFor();
    },
  },
  {
    name: 'sign-in',
    act: async (page) => {
      await page.getByLabel('Email').fill('amara.okafor@example.com');
      await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
    },
  },
  { name: 'sign-in-kit', scenario: { door: { kit: true } } },
  {
    name: 'sign-in-wrong',
    act: async (page) => {
      await page.getByLabel('Email').fill('amara.okafor@example.com');
      await page.getByLabel('Password', { exact: true }).fill('wrong');
      await button(page, 'Sign in').click();
    },
  },
  {
    name: 'choose-password',
    scenario: { short: true },
    act: async (page) => {
      await signIn(page);
      await page.getByLabel('New password').fill('granite lagoon');
      await page.getByText(/Add \d+ more characters?\./).waitFor();
    },
  },
  {
    name: 'choose-password-short',
    scenario: { short: true },
    act: async (page) => {
      await signIn(page);
      await page.getByLabel('New password').fill('granite lagoon');
      await button(page, 'Choose password').click();
      await page.getByRole('alert').waitFor();
    },
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
  { name: 'verify', scenario: on, act: (page) => signIn(page) },
  { name: 'verify-wrong', scenario: on, act: (page) => verify(page, '000000') },
  { name: 'verify-throttled', scenario: on, act: (page) => verify(page, '444444') },
  {
    name: 'recovery',
    scenario: on,
    act: async (page) => {
      await signIn(page);
      await button(page, 'Use a recovery code').click();
      await page.getByLabel('Recovery code', { exact: true }).pressSequentially('7k3m9qxt2w');
    },
  },
  {
    name: 'recovery-used',
    scenario: on,
    act: async (page) => {
      await signIn(page);
      await button(page, 'Use a recovery code').click();
      await page.getByLabel('Recovery code', { exact: true }).pressSequentially('00009qxt2whfb6nd');
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
      await page.getByLabel('Recovery code', { exact: true }).pressSequentially('7k3m9qxt2whfb6nd');
      await button(page, 'Use recovery code').click();
      await page.getByText('7 of 10 left').waitFor();
    },
  },
  { name: 'fault-keychain', scenario: fault('keychain_absent') },
  { name: 'fault-keychain-file', scenario: absent },
  {
    name: 'secrets-file',
    scenario: absent,
    act: async (page) => {
      await button(page, 'Store secrets in a file').click();
      await page.getByLabel('Passphrase', { exact: true }).fill('seven walnut ribbons');
      await page.getByLabel('Passphrase again').fill('seven walnut ribbon');
      await button(page, 'Create file').click();
    },
  },
  { name: 'unlock', scenario: { door: { stage: 'unlock', workspace: '', secretsFile: true } } },
  {
    name: 'fault-kit',
    scenario: { door: { ...fault('keychain_item_missing').door, kit: true } },
  },
  {
    name: 'kit-lost',
    scenario: { door: { ...fault('keychain_item_missing').door, kit: true } },
    act: (page) => button(page, 'Use the Emergency Kit').click(),
  },
  { name: 'sealed', scenario: sealed },
  {
    name: 'sealed-hopeless',
    scenario: {
      door: { ...sealed.door, kit: true, integrity: { ...sealed.door.integrity, acceptable: false } },
    },
  },
  { name: 'sealed-proof', scenario: sealed, act: (page) => button(page, 'Review as an owner…').click() },
  {
    name: 'sealed-review',
    scenario: sealed,
    act: async (page) => {
      await button(page, 'Review as an owner…').click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Email').fill('amara.okafor@example.com');
      await dialog.getByLabel('Password', { exact: true }).fill('correct horse battery');
      await button(dialog, 'Review').click();
      await dialog.getByLabel('Verification code').pressSequentially('123456');
      await button(dialog, 'Review').click();
      await dialog.getByText('Who can sign in').waitFor();
    },
  },
  {
    name: 'fault-folder',
    scenario: fault('folder_read_only', { folder: '/home/amara/.local/share/Countersign' }),
  },
  {
    name: 'contracts',
    scenario: notice,
    act: (page) => contracts(page, 'Harbour lease').then(() => drawn(page)),
  },
  { name: 'contracts-list', act: (page) => contracts(page) },
  {
    name: 'contracts-tagged',
    scenario: tagged,
    act: async (page) => {
      await contracts(page, 'Harbour lease');
      await drawn(page);
      await button(page, 'Next page').click();
      await page.getByText('Page 2 of 14', { exact: true }).waitFor();
    },
  },
  { name: 'contracts-missing', scenario: tagged, act: (page) => contracts(page, 'Alder') },
  { name: 'contracts-other', act: (page) => contracts(page, 'template') },
  { name: 'contracts-image', scenario: kinds, act: (page) => contracts(page, 'Signature') },
  { name: 'contracts-image-large', scenario: kinds, act: (page) => contracts(page, 'Survey') },
  { name: 'contracts-text', scenario: kinds, act: (page) => contracts(page, 'Memorandum') },
  { name: 'contracts-html', scenario: kinds, act: (page) => contracts(page, 'Offer') },
  {
    name: 'contracts-broken',
    scenario: kinds,
    act: async (page) => {
      await contracts(page, 'Cut short');
      await page.getByText('This PDF can’t be shown').waitFor();
    },
  },
  {
    name: 'contracts-large',
    act: async (page) => {
      await contracts(page, 'Harbour lease');
      await drawn(page);
      await button(page, 'Actions for Harbour lease, unit 4').click();
      const larger = page.getByRole('menuitem', { name: 'Show larger' });
      if (await larger.count()) await larger.click();
      await drawn(page);
    },
  },
  {
    name: 'contracts-menu',
    act: async (page) => {
      await contracts(page, 'Harbour lease');
      await drawn(page);
      await button(page, 'Actions for Harbour lease, unit 4').click();
    },
  },
  {
    name: 'contracts-selected',
    act: async (page) => {
      await contracts(page);
      const rows = page.getByRole('row');
      await rows.nth(2).click({ modifiers: ['Control'] });
      await rows.nth(5).click({ modifiers: ['Shift'] });
    },
  },
  {
    name: 'contracts-search',
    scenario: tagged,
    act: async (page) => {
      await contracts(page);
      await page.keyboard.press('/');
      await page.keyboard.type('lease harb');
    },
  },
  {
    name: 'contracts-none',
    act: async (page) => {
      await contracts(page);
      await page.getByLabel('Search contracts').fill('zebra');
    },
  },
  { name: 'contracts-empty', scenario: { nothing: true }, act: signIn },
  { name: 'contracts-waiting', scenario: { nothing: true, contracts: { state: 'waiting' } }, act: signIn },
  {
    name: 'contracts-tags',
    scenario: tagged,
    act: async (page) => {
      await contracts(page);
      await page
        .getByRole('row')
        .filter({ hasText: 'Harbour' })
        .click({ modifiers: ['Control'] });
      await page
        .getByRole('row')
        .filter({ hasText: 'template' })
        .click({ modifiers: ['Control'] });
      await button(page, 'Tag…').click();
    },
  },
  {
    name: 'contracts-rename',
    act: async (page) => {
      await contracts(page, 'Harbour lease');
      await drawn(page);
      await button(page, 'Actions for Harbour lease, unit 4').click();
      await page.getByRole('menuitem', { name: 'Rename' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('');
      await button(page.getByRole('dialog'), 'Rename').click();
    },
  },
  {
    name: 'contracts-add',
    act: async (page) => {
      await contracts(page);
      await button(page, 'Add contract').click();
    },
  },
  {
    name: 'contracts-adding',
    act: async (page) => {
      await contracts(page);
      await page.evaluate(() =>
        window.fakeEmit('adding', {
          phase: 'adding',
          name: 'Facility agreement, Northern Trust.pdf',
          done: 2,
          total: 14,
          bytes: 31e6,
          totalBytes: 94e6,
          waiting: 5,
        }),
      );
      await page.getByText('Adding 3 of 14').waitFor();
    },
  },
  {
    name: 'contracts-left',
    act: async (page) => {
      await contracts(page);
      await page.evaluate(() =>
        window.fakeEmit('adding', {
          phase: 'done',
          added: ['a', 'b'],
          leftOutCount: 60,
          leftOut: [
            'unreadable',
            'link',
            'special',
            'changed',
            'already_there',
            'disk_full',
            'name_long',
          ].map((reason, i) => ({ name: `Folder/Scan ${i}.pdf`, reason })),
        }),
      );
      await button(page, 'Show which').click();
    },
  },
  {
    name: 'contracts-drop',
    act: async (page) => {
      await contracts(page);
      await page.evaluate(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['x'], 'Lease.pdf'));
        window.dispatchEvent(new DragEvent('dragover', { dataTransfer, cancelable: true }));
      });
    },
  },
  {
    name: 'contracts-bin',
    act: async (page) => {
      await contracts(page, 'Harbour lease');
      await drawn(page);
      await button(page, 'Remove').click();
      await page.getByText('to Deleted for 30 days').waitFor();
      await page.getByRole('button', { name: /^Deleted/ }).click();
      await page.getByRole('row').nth(1).click();
      await drawn(page);
    },
  },
  {
    name: 'contracts-check',
    act: async (page) => {
      await contracts(page);
      await button(page, 'Check files').click();
      await page.evaluate(() =>
        window.fakeEmit('checking', {
          done: 12,
          total: 12,
          bytes: 5e6,
          totalBytes: 5e6,
          name: '',
          finished: true,
          stopped: false,
          good: 10,
          bad: [
            { id: 'k', name: 'Share purchase agreement, Alder', problem: 'missing' },
            { id: 'l', name: 'Supplier framework, Ostrava Glass', problem: 'changed' },
          ],
          unknown: ['stray.age'],
        }),
      );
      await page.getByText('2 contracts aren’t.').waitFor();
    },
  },
  {
    name: 'contracts-checking',
    act: async (page) => {
      await contracts(page);
      await button(page, 'Check files').click();
      await page.evaluate(() =>
        window.fakeEmit('checking', {
          done: 4,
          total: 12,
          bytes: 2e6,
          totalBytes: 5e6,
          name: 'Engagement letter, Sato Holdings',
          finished: false,
          good: 4,
        }),
      );
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
    name: 'kit-door',
    scenario: { door: { kit: true } },
    act: async (page) => {
      await button(page, 'Use the Emergency Kit').click();
      await page.getByLabel('Key').fill('AGE-SECRET-KEY-1 QPZR Y9X8 GF2T VDW0 S3JN');
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
    act: profile,
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
  { name: 'door-help', act: (page) => button(page, 'Help').click() },
  {
    name: 'locked',
    act: async (page) => {
      await profileOff(page);
      await page.getByRole('heading', { name: 'Profile' }).waitFor();
      await page.evaluate(() => window.fakeEmit('locked', { reason: 'idle', minutes: 5 }));
    },
  },
];
