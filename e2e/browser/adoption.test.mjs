/** Members, 2FA adoption: how far 2FA has come, reminders, and what would go wrong if a phone were lost today. */
import { button, dialog, heading, signIn } from '../harness/person.mjs';
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
