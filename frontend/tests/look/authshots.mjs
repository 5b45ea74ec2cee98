/** The screens before a session worth a look. */
import { button, signIn, profileOff, verify, on } from './steps.mjs';

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

const first = { door: { stage: 'create', workspace: '', canRestore: true } };
const toCreate = (page) => button(page, 'Create a workspace on this computer').click();
const toJoin = (page) => button(page, 'Join a workspace').click();
const joined = { server: 'legal.example.com:8443', joined: true };
const workspaces = [
  { folder: '', name: 'Northwind Legal', inUse: true },
  { folder: 'a', name: 'Rossi, Weiß & Partners', server: 'legal.example.com:8443', inUse: false },
  { folder: 'b', name: 'مكتب الشمال للمحاماة', server: 'north.example.com:8443', inUse: false },
];
const toRestore = (page) => button(page, 'Restore a backup').click();

async function pickBackup(page) {
  await toRestore(page);
  await button(page, 'Choose a backup file…').click();
  await button(page, 'Check backup').waitFor();
}

async function checkBackup(page) {
  await pickBackup(page);
  await page.getByLabel('Passphrase').fill('harbour granite lantern 47');
  await button(page, 'Check backup').click();
  await page.getByLabel('Email').fill('amara.okafor@example.com');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
}

const absent = { door: { ...fault('keychain_absent').door, canUseFile: true } };

export const authShots = [
  {
    name: 'sign-in-kept',
    scenario: { door: { lockedEmail: 'amara.okafor@example.com', lockedFor: 'idle', quickUnlock: true } },
    act: (page) => page.getByText('Not you?').waitFor(),
  },
  {
    name: 'opening',
    scenario: { delay: 30_000 },
    act: (page) => page.getByText('Opening the workspace').waitFor(),
  },
  { name: 'first', scenario: first },
  { name: 'first-kit', scenario: { door: { ...first.door, kit: true } } },
  { name: 'join', scenario: first, act: toJoin },
  {
    name: 'join-wrong',
    scenario: first,
    act: async (page) => {
      await toJoin(page);
      await page.getByLabel('Invitation').fill('Welcome!');
      await button(page, 'Continue').click();
      await page.getByText('no invitation').waitFor();
    },
  },
  {
    name: 'join-by-hand',
    scenario: first,
    act: async (page) => {
      await toJoin(page);
      await button(page, 'Enter an invitation from paper').click();
      await page.getByLabel('Server', { exact: true }).fill('legal.example.com:8443');
      await page.getByLabel('Server key').fill('K5TQ-2ZJX-7MHF');
      await button(page, 'Continue').click();
      await page.getByText('That isn’t a server key').waitFor();
    },
  },
  {
    name: 'join-password',
    scenario: first,
    act: async (page) => {
      await toJoin(page);
      await page.getByLabel('Invitation').fill('countersign://join?server=legal.example.com');
      await button(page, 'Continue').click();
      await page.getByText('legal.example.com').waitFor();
    },
  },
  {
    name: 'workspaces',
    scenario: { door: { others: true }, workspaces },
    act: async (page) => {
      await button(page, 'Switch workspace').click();
      await page.getByText('Rossi').waitFor();
    },
  },
  {
    name: 'workspaces-one',
    scenario: { workspaces: workspaces.slice(0, 1) },
    act: async (page) => {
      await button(page, 'Add a workspace').click();
      await page.getByText('On this computer').waitFor();
    },
  },
  {
    name: 'workspaces-add',
    scenario: { door: { others: true }, workspaces },
    act: async (page) => {
      await button(page, 'Switch workspace').click();
      await button(page, 'Add a workspace').click();
      await page.getByText('Welcome').waitFor();
    },
  },
  { name: 'sign-in-others', scenario: { door: { others: true } } },
  { name: 'sign-in-server-others', scenario: { door: { ...joined, others: true } } },
  {
    name: 'restore-here',
    scenario: { door: joined },
    act: async (page) => {
      await button(page, 'Move back to this computer').click();
      await button(page, 'Choose an export…').waitFor();
    },
  },
  { name: 'sign-in-server', scenario: { door: joined } },
  {
    name: 'add-computer',
    scenario: { door: joined },
    act: async (page) => {
      await button(page, 'Use a code from your other computer').click();
      await page.getByLabel('Email').fill('amara@example.com');
      await page.getByLabel('Code from your other computer').fill('A1B2-C3D4-E5F6-G7H8');
      await button(page, 'Add this computer').click();
      await page.getByText('That email and code don’t match.').waitFor();
    },
  },
  {
    name: 'leave-server',
    scenario: { door: joined },
    act: (page) => button(page, 'Leave this workspace').click(),
  },
  {
    name: 'fault-server-away',
    scenario: { door: { ...fault('server_unreachable').door, joined: true } },
    act: (page) => page.getByText('keeps trying').waitFor(),
  },
  { name: 'restore', scenario: first, act: toRestore },
  {
    name: 'restore-unreadable',
    scenario: { ...first, pickFails: 'export_unknown' },
    act: async (page) => {
      await toRestore(page);
      await button(page, 'Choose a backup file…').click();
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'restore-passphrase', scenario: first, act: pickBackup },
  {
    name: 'restore-wrong',
    scenario: first,
    act: async (page) => {
      await pickBackup(page);
      await page.getByLabel('Passphrase').fill('wrong');
      await button(page, 'Check backup').click();
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'restore-key', scenario: { ...first, lock: 'keys' }, act: pickBackup },
  {
    name: 'restore-checking',
    scenario: { ...first, reading: true },
    act: async (page) => {
      await pickBackup(page);
      await page.getByLabel('Passphrase').fill('harbour granite lantern 47');
      await button(page, 'Check backup').click();
      await page.getByText('61% read').waitFor();
    },
  },
  { name: 'restore-owner', scenario: first, act: checkBackup },
  {
    name: 'restore-code',
    scenario: first,
    act: async (page) => {
      await checkBackup(page);
      await button(page, 'Restore workspace').click();
      await page.getByLabel('Verification code').waitFor();
    },
  },
  {
    name: 'restore-lives',
    scenario: { ...first, lives: true },
    act: async (page) => {
      await checkBackup(page);
      await button(page, 'Restore workspace').click();
      await page.getByRole('checkbox').waitFor();
    },
  },
  {
    name: 'restore-done',
    scenario: first,
    act: async (page) => {
      await checkBackup(page);
      await button(page, 'Restore workspace').click();
      await page.getByLabel('Verification code').pressSequentially('123456');
      await page.getByText('Workspace restored').waitFor();
    },
  },
  { name: 'create', scenario: first, act: toCreate },
  {
    name: 'create-error',
    scenario: first,
    act: async (page) => {
      await toCreate(page);
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
  {
    name: 'sign-in-help',
    scenario: {
      support: {
        contact: 'helpdesk@northwind.example',
        opens: true,
        names: ['Amara Okafor', 'Hannah Weiß', 'Mateo Rossi'],
      },
    },
    act: async (page) => {
      await button(page, 'Help').click();
      await page.getByText('Hannah Weiß').waitFor();
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
      await dialog.getByText('Who can sign in').waitFor();
    },
  },
  {
    name: 'fault-folder',
    scenario: fault('folder_read_only', { folder: '/home/amara/.local/share/Countersign' }),
  },
  {
    name: 'kit-door',
    scenario: { door: { kit: true } },
    act: async (page) => {
      await button(page, 'Use the Emergency Kit').click();
      await page.getByLabel('Key').fill('AGE-SECRET-KEY-1 QPZR Y9X8 GF2T VDW0 S3JN');
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
