/** The screens of contracts worth a look. */
import { button, signIn } from './steps.mjs';

/** Home after sign-in; the rest of the pictures begin on the profile. */
async function contracts(page, name) {
  await signIn(page);
  const rows = page.getByRole('row');
  await rows.nth(1).waitFor();
  if (name) await rows.filter({ hasText: name }).click();
}

async function none(page) {
  await signIn(page);
  await page.getByRole('heading', { name: 'Contracts', level: 1 }).waitFor();
}

const drawn = (page) => page.getByRole('figure').locator('canvas').waitFor();

/** Searches in what is read. */
async function find(page, text, found) {
  await page.keyboard.press('Control+f');
  await page.getByRole('searchbox', { name: 'Search this document' }).fill(text);
  await page.getByRole('search').getByText(found).waitFor();
}

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

const owner = {
  'two-factor': false,
  codes: false,
  kit: false,
  backup: false,
  members: false,
  'second-admin': false,
};
const listed = (page) =>
  signIn(page).then(() => page.getByRole('heading', { name: 'Get started' }).waitFor());

const now = new Date().toISOString();
const told = (...kinds) => ({
  news: kinds.map((kind) => ({
    kind,
    at: now,
    by: 'Hannah Weiß',
    detail: {
      sheets: '443',
      sheet: '443',
      run: '28',
      to: 'admin',
      from: 'old@example.com',
      email: 'noor@example.com',
    },
  })),
});

export const contractShots = [
  {
    name: 'news-reset',
    scenario: {
      checklist: { 'two-factor': false, codes: false },
      welcome: told('2fa-reset', 'password-reset-given', 'role-changed'),
    },
    act: listed,
  },
  {
    name: 'news-kit',
    scenario: {
      welcome: told('emergency-kit-used', 'run-sheet-issued', 'run-sheet-voided', 'email-changed'),
    },
    act: (page) => contracts(page),
  },
  {
    name: 'news-slips',
    scenario: {
      profile: { lastSignInAt: now },
      welcome: { failedCodes: 2, lastFailedAt: now, failedPasswords: 9, lastFailedPasswordAt: now },
    },
    act: (page) => contracts(page),
  },
  { name: 'checklist-first', scenario: { nothing: true, checklist: owner }, act: listed },
  {
    name: 'checklist-some',
    scenario: { checklist: { ...owner, 'two-factor': true, codes: true, kit: true } },
    act: listed,
  },
  {
    name: 'checklist-member',
    scenario: {
      checklist: { 'two-factor': false, codes: false },
      profile: {
        role: 'member',
        permissions: [],
        twoFactor: {
          on: false,
          authenticatorOff: false,
          required: false,
          requireFrom: '2026-12-15T00:00:00Z',
        },
      },
    },
    act: listed,
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
    name: 'contracts-find',
    act: async (page) => {
      await contracts(page, 'Harbour lease');
      await drawn(page);
      await find(page, 'tenant', '1 of ');
    },
  },
  {
    name: 'contracts-find-none',
    act: async (page) => {
      await contracts(page, 'Harbour lease');
      await drawn(page);
      await find(page, 'zebra', 'Not found');
    },
  },
  {
    name: 'contracts-find-docx',
    act: async (page) => {
      await contracts(page, 'template');
      await page.getByText('Layout and fonts').waitFor();
      await find(page, 'the', '1 of ');
    },
  },
  {
    name: 'contracts-find-text',
    scenario: kinds,
    act: async (page) => {
      await contracts(page, 'Memorandum');
      await page.getByRole('figure').waitFor();
      await find(page, 'the', '1 of ');
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
    name: 'contracts-zoomed',
    act: async (page) => {
      await contracts(page, 'Harbour lease');
      await drawn(page);
      for (let i = 0; i < 3; i++) await button(page, 'Zoom in').click();
      await page.getByText(/^200\s?%$/).waitFor();
    },
  },
  {
    name: 'contracts-pages',
    act: async (page) => {
      await contracts(page, 'Harbour lease');
      await drawn(page);
      await button(page, 'Actions for Harbour lease, unit 4').click();
      const larger = page.getByRole('menuitem', { name: 'Show larger' });
      if (await larger.count()) await larger.click();
      else await page.keyboard.press('Escape');
      await drawn(page);
      const thumbnails = button(page, 'Page thumbnails');
      if ((await thumbnails.getAttribute('aria-expanded')) === 'false') await thumbnails.click();
      await page.getByRole('option', { name: 'Page 3', exact: true }).click();
      await page.getByRole('option', { name: 'Page 3', exact: true }).locator('canvas').waitFor();
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
  { name: 'contracts-empty', scenario: { nothing: true }, act: none },
  { name: 'contracts-waiting', scenario: { nothing: true, contracts: { state: 'waiting' } }, act: none },
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
];
