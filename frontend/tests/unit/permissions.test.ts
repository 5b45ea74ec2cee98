import { describe, expect, test } from 'vitest';
import type { MemberView, News, Role } from '../../src/wire/api';
import { leadsTo, told, warns } from '../../src/settings/news';
import { actsOn, approvers } from '../../src/members/permissions';

const actor = (role: Role) => ({ id: 'me', role });
const target = (role: Role, more: Partial<MemberView> = {}): MemberView => ({
  id: 'them',
  name: 'Them',
  email: 'them@example.com',
  role,
  state: 'active',
  twoFactor: 'on',
  codesLeft: 10,
  createdAt: '2026-01-01T00:00:00Z',
  ...more,
});

describe('what can be done to a member', () => {
  test('is everything for an owner, and nothing for a member', () => {
    for (const role of ['owner', 'admin', 'member'] as const) {
      expect(actsOn(actor('owner'), target(role))).toEqual([
        'issue',
        'help-code',
        'reset-2fa',
        'reset-password',
        'role',
        'suspend',
        'remove',
      ]);
      expect(actsOn(actor('member'), target(role))).toEqual([]);
    }
  });

  test('is for an admin all but the role, and with an owner or admin only what the second factor needs', () => {
    expect(actsOn(actor('admin'), target('member'))).not.toContain('role');
    for (const role of ['owner', 'admin'] as const) {
      expect(actsOn(actor('admin'), target(role))).toEqual(['help-code', 'reset-2fa']);
    }
  });

  test('does not lock oneself out', () => {
    const me = target('owner', { id: 'me' });
    expect(actsOn(actor('owner'), me)).toEqual(['issue', 'role']);
    expect(actsOn(actor('admin'), { ...me, role: 'admin' })).toEqual(['issue']);
  });

  test('fits where the member stands', () => {
    const off = target('member', { twoFactor: 'off' });
    expect(actsOn(actor('admin'), off)).toEqual(['reset-password', 'suspend', 'remove']);
    expect(actsOn(actor('admin'), { ...off, state: 'invited' })).toEqual(['reset-password', 'remove']);
    expect(actsOn(actor('admin'), target('member', { state: 'suspended' }))).toEqual([
      'reset-2fa',
      'resume',
      'remove',
    ]);
  });

  test('is approved by another owner or admin, and not by whom it is about', () => {
    const people = [
      target('owner', { id: 'me' }),
      target('admin', { id: 'other' }),
      target('admin', { id: 'them' }),
      target('admin', { id: 'away', state: 'suspended' }),
      target('member', { id: 'member' }),
    ];
    expect(approvers(people, actor('owner'), ['them']).map((m) => m.id)).toEqual(['other']);
  });
});

describe('the news of an admin’s act', () => {
  const of = (kind: string, detail: News['detail'] = null): News => ({
    kind,
    at: new Date().toISOString(),
    by: 'Hannah Weiß',
    detail,
  });
  const news = (kind: string, detail: News['detail'] = null, role: Role = 'member') =>
    told(of(kind, detail), role);

  test('says who did what, and what to do', () => {
    expect(news('run-sheet-issued', { sheets: '41', run: '7' })).toEqual({
      what: 'Hannah Weiß issued recovery codes for you today, sheet 41 in print run 7.',
      next: 'Ask for the sheet if it has not reached you. Your old codes no longer work.',
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
    expect(told(used, 'owner')?.what).toMatch(
      /^Hannah Weiß \(hannah@example.com\) came in with the Emergency Kit today at /,
    );
    expect(told(used, 'owner')?.next).toContain('rotate the vault key and make a new Emergency Kit');
    expect(told(used, 'admin')?.next).toContain('have an owner suspend their profile');
    expect([leadsTo(used, 'owner'), leadsTo(used, 'admin')]).toEqual(['workspace', 'audit']);
    expect(news('emergency-kit-made', {}, 'owner')?.what).toBe('Hannah Weiß made an Emergency Kit today.');
    expect([used, of('emergency-kit-made'), of('2fa-reset')].map(warns)).toEqual([true, false, false]);
    expect(leadsTo(of('2fa-reset'), 'owner')).toBeUndefined();
  });
});
