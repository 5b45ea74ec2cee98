/** Members, 2FA adoption: how far 2FA has come, reminders, and what would go wrong if a phone were lost today. */
import { button, dialog, heading, signIn } from '../harness/person.mjs';
import * as members from '../harness/members.mjs';
import { run } from '../harness/phone.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const people = [
  { name: 'Daniel Whitlock', email: 'daniel@example.com', role: 'admin' },
  { name: 'Eun-ji <Park>', email: 'eunji@example.com', role: 'member' },
];
test.use({ home: { people, enrolled: 1 } });

const toAdoption = async (page) => {
  await button(page, 'Members').click();
  await button(page, '2FA adoption').click();
  await expect(heading(page, '2FA over time')).toBeVisible();
};

test('an admin sees how many have 2FA on, and copies a reminder for the others', async ({ page }) => {
  await signIn(page);
  await toAdoption(page);
  await expect(page.getByText('1 of 3 members have 2FA on')).toBeVisible();
  await expect(page.getByRole('img', { name: '2FA over time' })).toBeVisible();
  await expect(page.getByText('Required ·')).toHaveCount(0);
  await expect(page.getByText('Only Daniel Whitlock could help a member who is locked out.')).toBeVisible();
  await expectAccessible(page, '2FA adoption');

  await button(page, 'Show as table').click();
  await expect(page.getByRole('row').last().getByRole('cell')).toHaveText(['1', '3']);
  await expectAccessible(page, '2FA adoption as a table');
  await button(page, 'Show as chart').click();
  await expect(page.getByRole('img', { name: '2FA over time' })).toBeVisible();

  await button(page, 'Copy reminder').click();
  await expect(page.getByText('Reminder copied.')).toBeVisible();
  await button(page, 'Copy emails').click();
  await expect(page.getByText('1 email copied.')).toBeVisible();

  await button(page, 'Show in Members').click();
  await expect(page.getByRole('row', { name: 'Eun-ji <Park>' })).toBeVisible();
  await expect(page.getByRole('row', { name: 'Daniel Whitlock' })).toHaveCount(0);
});

test(
  'what would go wrong if a phone were lost leads to what helps against it',
  { tag: '@more' },
  async ({ page }) => {
    await signIn(page);
    // The real page on other answers: all codes of the admin are used, and a day is set from which 2FA is required.
    await page.evaluate(() => {
      const { Members, Settings } = globalThis.go.app;
      const { List } = Members;
      const { Get } = Settings;
      Members.List = async (session) => {
        const view = await List(session);
        view.members.codesLeft = view.members.codesLeft.map(() => 0);
        return view;
      };
      const requireFrom = new Date(Date.now() + 10 * 86_400_000).toISOString();
      Settings.Get = async (session) => ({ ...(await Get(session)), require2FA: true, requireFrom });
    });
    await toAdoption(page);
    await expect(page.getByText('Required ·')).toBeVisible();
    const risk = page.getByRole('list', { name: 'No recovery codes left' });
    await expect(risk.getByRole('listitem')).toHaveCount(1);
    await expect(risk.getByText('daniel@example.com')).toBeVisible();
    await expectAccessible(page, '2FA adoption with somebody who could be locked out');

    await button(page, 'Open: Daniel Whitlock').click();
    await expect(heading(page, 'Daniel Whitlock')).toBeVisible();
    await button(page, '2FA adoption').click();
    await button(page, 'Print recovery sheets').click();
    await expect(dialog(page).getByText('Daniel Whitlock').first()).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toHaveCount(0);
    await expect(heading(page, '2FA adoption')).toBeVisible();

    await button(page, 'Create Emergency Kit').click();
    await expect(dialog(page).getByRole('heading', { name: 'Create Emergency Kit' })).toBeVisible();
  },
);

const everyone = [
  { name: 'Chidi \u{F0001}', email: 'chidi@example.com', role: 'member' },
  { name: '山田 花子', email: 'hanako@example.com', role: 'member', language: 'ja' },
];

test.describe('reminders on paper', () => {
  test.use({ home: { people: everyone, enrolled: 2 } });

  test(
    'each member who has 2FA off gets a page in their language, without a secret',
    { tag: '@more' },
    async ({ page }) => {
      await signIn(page);
      await button(page, 'Members').click();
      for (const [i, { email }] of everyone.entries()) {
        await page.getByText(email).click();
        await button(page, 'Reset 2FA').click();
        if (i === 0) await members.proveIn(page); // which is good for the next, too
        await button(dialog(page), 'Reset 2FA').click();
        await expect(dialog(page)).toHaveCount(0);
        await button(page.getByRole('main'), 'Members').click(); // back to the table
      }
      await page.getByText('hanako@example.com').click();
      await page.getByLabel('Language', { exact: true }).selectOption('日本語');
      await button(page, 'Save').click();
      await expect(button(page, 'Save')).toHaveCount(0);
      await button(page.getByRole('main'), 'Members').click();
      await button(page, '2FA adoption').click();
      await button(page, 'Print reminders').click();
      await expect(dialog(page).getByText('3 pages are ready to print.')).toBeVisible();
      await expect(dialog(page).getByText('Missing: U+F0001')).toBeVisible();
      await expect(dialog(page).getByLabel('Members', { exact: true })).toHaveCount(0); // all of them fit into one part
      await expectAccessible(page, 'Print reminders');
      await dialog(page).getByText('Letter', { exact: true }).click();
      await button(dialog(page), 'Print').click();
      await expect(page.getByText('2要素認証を有効にしてください')).toHaveCount(1);

      const file = test.info().outputPath('reminders.pdf');
      await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true });
      expect(await run('pdfinfo', [file])).toContain('Page size:       612 x 792');
      const pages = (await run('pdftotext', ['-layout', file, '-'])).split('\f').filter((it) => it.trim());
      expect(pages).toHaveLength(3);
      expect(pages.filter((it) => it.includes('Go to Settings > Profile > Enable 2FA'))).toHaveLength(2);
      expect(
        pages.filter((it) => it.includes('hanako@example.com') && it.includes('認証アプリ')),
      ).toHaveLength(1);
      expect(pages.join()).not.toMatch(/([0-9A-Z]{4}-){3}[0-9A-Z]{4}/);

      await button(dialog(page), 'Close').click();
      await expect(dialog(page)).toHaveCount(0);
      await expect(page.getByText('2要素認証を有効にしてください')).toHaveCount(0);
    },
  );

  test(
    'more members than go to a printer at once are printed in parts',
    { tag: '@more' },
    async ({ page }) => {
      await signIn(page);
      // The real page on other answers: hundreds of members have 2FA off, and of each part all but the first still have.
      await page.evaluate(() => {
        const { Members } = globalThis.go.app;
        const { List } = Members;
        Members.List = async (session) => {
          const view = await List(session);
          const { members } = view;
          const last = members.id.length - 1;
          const one = (of) => ({ of: [of], at: members.id.map(() => 0) });
          Object.assign(members, { state: one('active'), twoFactor: one('off') });
          for (const column of Object.values(members)) {
            const rows = Array.isArray(column) ? column : column.at;
            rows.push(...Array.from({ length: 400 }, () => rows[last]));
          }
          for (let n = 1; n <= 400; n++) {
            members.id[last + n] = `id-${n}`;
            members.email[last + n] = `member.${n}@example.com`;
          }
          return view;
        };
        Members.Reminders = async (session, ids) => ({
          workspace: 'Northwind Legal',
          at: new Date().toISOString(),
          by: 'Amara Okafor',
          requireFrom: '2026-01-01T00:00:00Z',
          inForce: true,
          people: ids.slice(1).map((id) => ({ name: `Member ${id}`, email: `${id}@example.com` })),
          unprintable: [],
        });
      });
      await toAdoption(page);
      await button(page, 'Print reminders').click();
      await expect(dialog(page).getByText('You can print up to 200 pages at a time.')).toBeVisible();
      await expect(dialog(page).getByText('199 pages are ready to print.')).toBeVisible();
      const part = dialog(page).getByLabel('Members', { exact: true });
      await expect(part.getByRole('option')).toHaveText([
        '1 to 200 of 403',
        '201 to 400 of 403',
        '401 to 403 of 403',
      ]);
      await part.selectOption('401 to 403 of 403');
      await expect(dialog(page).getByText('2 pages are ready to print.')).toBeVisible();
      await expect(page.getByText('has required it since 1 January 2026.')).toHaveCount(2);
      await expectAccessible(page, 'Print reminders, in parts');
    },
  );
});
