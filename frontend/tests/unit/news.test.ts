import { describe, expect, test } from 'vitest';
import type { News, Permission } from '../../src/wire/api';
import { followed, ownSlips, told, warns } from '../../src/settings/news';

describe('the news of an admin’s act', () => {
  const of = (kind: string, detail: News['detail'] = null): News => ({
    kind,
    at: new Date().toISOString(),
    by: 'Hannah Weiß',
    detail,
  });
  const news = (kind: string, detail: News['detail'] = null, may: Permission[] = []) =>
    told(of(kind, detail), may);

  test('says who did what, and what to do', () => {
    expect(news('run-sheet-issued', { sheets: '41', run: '7' })).toEqual({
      what: 'Hannah Weiß issued new recovery codes for you today (sheet 41, print run 7).',
      next: 'Your old codes no longer work. If you have the sheet, confirm it on your profile. If not, ask for it.',
    });
    expect(news('role-changed', { from: 'member', to: 'admin' })?.what).toContain('Admin');
  });

  test('has words for each kind that is told, and passes over others', () => {
    for (const kind of [
      '2fa-reset',
      'password-reset-given',
      'help-code-given',
      'role-changed',
      'member-suspended',
      'member-resumed',
      'members-computer-removed',
    ]) {
      expect(news(kind)?.what).toMatch(/Hannah Weiß.*today/);
    }
    expect(news('recovery-codes-replaced')?.what).toMatch(/^Your recovery codes were replaced today/);
    expect(news('something-new')).toBeUndefined();
  });

  test('says who came in with the Emergency Kit, what to do, and where', () => {
    const used = of('emergency-kit-used', { email: 'hannah@example.com' });
    expect(told(used, ['vault-key'])?.what).toMatch(
      /^Hannah Weiß \(hannah@example.com\) used the Emergency Kit today at /,
    );
    expect(told(used, ['vault-key'])?.next).toContain('rotate the vault key and create a new Emergency Kit');
    expect(told(used, ['administer'])?.next).toContain('ask an owner to suspend their account');
    expect(followed(used, ['vault-key'])).toEqual(['members', 'workspace']);
    expect(followed(used, ['administer'])).toEqual(['audit']);
    expect(news('emergency-kit-made', {}, ['vault-key'])?.what).toBe(
      'Hannah Weiß created an Emergency Kit today.',
    );
    expect([used, of('emergency-kit-made'), of('2fa-reset')].map(warns)).toEqual([true, false, false]);
  });

  test('has the button for what it asks for, and none where it asks for nothing', () => {
    const does = (kind: string) => followed(of(kind), []);
    expect(does('2fa-reset')).toEqual(['enable']);
    expect(does('run-sheet-voided')).toEqual(['new-codes']);
    expect(does('recovery-codes-replaced')).toEqual(['new-codes', 'password']);
    expect(does('run-sheet-issued')).toEqual(['profile']);
    for (const kind of ['password-reset-given', 'help-code-given', 'email-changed'])
      expect(does(kind)).toEqual(['password']);
    expect(followed(of('members-computer-removed', { name: 'Laptop', last: 'no' }), [])).toEqual([
      'password',
    ]);
    expect(followed(of('members-computer-removed', { name: 'Laptop', last: 'yes' }), [])).toEqual([]);
    expect(news('members-computer-removed', { name: 'Laptop', last: 'yes' })?.next).toContain('old password');
    for (const kind of ['role-changed', 'member-suspended', 'member-resumed', 'something-new'])
      expect(does(kind)).toEqual([]);
  });

  test('tells a changed email without alarm: its person has proven to be themselves', () => {
    expect(warns(of('email-changed'))).toBe(false);
  });
});

describe('wrong attempts before a sign-in', () => {
  const signedIn = '2026-11-23T09:10:00Z';

  test('are the person’s own slips where they are few and a moment ago', () => {
    expect(ownSlips(1, '2026-11-23T09:09:30Z', signedIn)).toBe(true);
    expect(ownSlips(3, '2026-11-23T09:05:00Z', signedIn)).toBe(true);
  });

  test('are an alarm where they are many, or longer ago, or nobody knows when', () => {
    expect(ownSlips(4, '2026-11-23T09:09:30Z', signedIn)).toBe(false);
    expect(ownSlips(1, '2026-11-23T09:04:59Z', signedIn)).toBe(false);
    expect(ownSlips(1, undefined, signedIn)).toBe(false);
    expect(ownSlips(1, '2026-11-23T09:09:30Z', undefined)).toBe(false);
  });
});
