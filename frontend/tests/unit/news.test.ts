import { describe, expect, test } from 'vitest';
import type { News, Permission } from '../../src/wire/api';
import { leadsTo, told, warns } from '../../src/settings/news';

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
      next: 'Your old codes no longer work. If you don’t have the sheet, ask for it.',
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
    ]) {
      expect(news(kind)?.what).toMatch(/Hannah Weiß.*today/);
    }
    expect(news('something-new')).toBeUndefined();
  });

  test('says who came in with the Emergency Kit, what to do, and where', () => {
    const used = of('emergency-kit-used', { email: 'hannah@example.com' });
    expect(told(used, ['vault-key'])?.what).toMatch(
      /^Hannah Weiß \(hannah@example.com\) used the Emergency Kit today at /,
    );
    expect(told(used, ['vault-key'])?.next).toContain('rotate the vault key and create a new Emergency Kit');
    expect(told(used, ['administer'])?.next).toContain('ask an owner to suspend their account');
    expect([leadsTo(used, ['vault-key']), leadsTo(used, ['administer'])]).toEqual(['workspace', 'audit']);
    expect(news('emergency-kit-made', {}, ['vault-key'])?.what).toBe(
      'Hannah Weiß created an Emergency Kit today.',
    );
    expect([used, of('emergency-kit-made'), of('2fa-reset')].map(warns)).toEqual([true, false, false]);
    expect(leadsTo(of('2fa-reset'), ['vault-key'])).toBeUndefined();
  });
});
