import { describe, expect, test } from 'vitest';
import type { MemberView } from '../../src/wire/api';
import {
  atRisk,
  curve,
  helpers,
  maxReminders,
  remindersIn,
  riskOf,
  rowsOf,
  toRemind,
} from '../../src/members/adoption';

const now = new Date(2026, 10, 12, 9, 45);
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();

const member = (more: Partial<MemberView> = {}): MemberView => ({
  ...{ id: 'a', name: 'Amara', email: 'amara@example.com', role: 'member', state: 'active' },
  ...{ twoFactor: 'on', onSince: ago(10), codesLeft: 10, sheet: 1, issuedAt: ago(10), createdAt: ago(40) },
  ...more,
});
const off = (more: Partial<MemberView> = {}) => member({ twoFactor: 'off', codesLeft: 0, ...more });

describe('the curve', () => {
  test('begins with the first member and ends today with all of them', () => {
    const points = curve(
      [member({ onSince: ago(35) }), member({ createdAt: ago(30) }), off({ createdAt: ago(5) })],
      now,
    );
    expect(points[0]).toEqual({ at: now.getTime() - 40 * 86_400_000, on: 0, all: 1 });
    expect(points.at(-1)).toEqual({ at: now.getTime(), on: 2, all: 3 });
    const at = (days: number) => points.findLast((p) => p.at <= now.getTime() - days * 86_400_000);
    expect(at(35)).toMatchObject({ on: 1, all: 1 });
    expect(at(29)).toMatchObject({ on: 1, all: 2 });
    expect(at(9)).toMatchObject({ on: 2, all: 2 });
  });

  test('never falls, and has few points for any number of members and days', () => {
    for (const days of [0, 1, 13, 14, 61, 365, 4000]) {
      const points = curve(
        Array.from({ length: 500 }, (_, i) =>
          member({ createdAt: ago(days), onSince: ago((days * i) / 500) }),
        ),
        now,
      );
      expect(points.length).toBeGreaterThan(13);
      expect(points.length).toBeLessThanOrEqual(61);
      expect(points.at(-1)!.at - points[0]!.at).toBeLessThanOrEqual(365 * 86_400_000);
      for (const [i, p] of points.entries()) {
        expect(p.on).toBeGreaterThanOrEqual(points[i - 1]?.on ?? 0);
        expect(p.at).toBeGreaterThan(points[i - 1]?.at ?? 0);
      }
      expect(points.at(-1)).toMatchObject({ on: 500, all: 500 });
    }
  });

  test('counts today what a server’s clock puts into the future, and is there with nobody', () => {
    expect(curve([member({ onSince: ago(-1), createdAt: ago(-1) })], now).at(-1)).toMatchObject({
      on: 1,
      all: 1,
    });
    expect(curve([], now).at(-1)).toMatchObject({ on: 0, all: 0 });
  });

  test('is a table of at most twelve rows that ends today', () => {
    for (const days of [1, 13, 24, 25, 365]) {
      const points = curve([member({ createdAt: ago(days) })], now);
      const rows = rowsOf(points);
      expect(rows.length).toBeLessThanOrEqual(12);
      expect(rows.length).toBeGreaterThan(5);
      expect(rows.at(-1)).toBe(points.at(-1));
    }
  });
});

describe('if a phone were lost today', () => {
  const risk = (more: Partial<MemberView>, days = 90) => riskOf(member(more), days, now);

  test('each member is in the gravest that holds of them', () => {
    expect(risk({})).toBeUndefined();
    expect(risk({ codesLeft: 0, run: 3 })).toBe('none');
    expect(risk({ codesLeft: 3, run: 3 })).toBe('few');
    expect(risk({ codesLeft: 4, run: 3, issuedAt: ago(100) })).toBe('unconfirmed');
    expect(risk({ codesLeft: 4, run: 3, acknowledgedAt: ago(9) })).toBeUndefined();
    expect(risk({ issuedAt: ago(100) })).toBe('unchecked');
  });

  test('codes were checked when they were issued, and by their holder since', () => {
    expect(risk({ issuedAt: ago(90) })).toBe('unchecked');
    expect(risk({ issuedAt: ago(89.9) })).toBeUndefined();
    expect(risk({ issuedAt: ago(400), checkedAt: ago(89) })).toBeUndefined();
    expect(risk({ issuedAt: ago(400), checkedAt: ago(91) })).toBe('unchecked');
    expect(risk({ issuedAt: ago(400) }, 0)).toBeUndefined();
  });

  test('nothing goes wrong for who has no phone to lose, or can’t sign in', () => {
    expect(riskOf(off(), 90, now)).toBeUndefined();
    expect(risk({ codesLeft: 0, state: 'suspended' })).toBeUndefined();
  });

  test('the gravest is first, and what nobody is in is left out', () => {
    const all = [
      member({ id: 'old', issuedAt: ago(100) }),
      member({ id: 'fine' }),
      member({ id: 'none', codesLeft: 0 }),
      member({ id: 'older', issuedAt: ago(200) }),
    ];
    expect(atRisk(all, 90, now).map((it) => [it.risk, it.members.map((m) => m.id)])).toEqual([
      ['none', ['none']],
      ['unchecked', ['old', 'older']],
    ]);
    expect(atRisk([member()], 90, now)).toEqual([]);
  });

  test('owners and admins with 2FA on who can sign in help the others', () => {
    const all = [
      member({ id: 'owner', role: 'owner' }),
      member({ id: 'admin', role: 'admin' }),
      member({ id: 'gone', role: 'admin', state: 'suspended' }),
      off({ id: 'without', role: 'owner' }),
      member({ id: 'member' }),
    ];
    expect(helpers(all).map((m) => m.id)).toEqual(['owner', 'admin']);
  });
});

test('a reminder is for those who can sign in and have 2FA off', () => {
  const all = [
    member({ id: 'on' }),
    off({ id: 'off' }),
    off({ id: 'overdue', twoFactor: 'overdue' }),
    off({ id: 'invited', state: 'invited' }),
    off({ id: 'suspended', state: 'suspended' }),
  ];
  expect(toRemind(all).map((m) => m.id)).toEqual(['off', 'overdue']);
});

describe('reminders', () => {
  test('are printed in parts that have everybody once, in order', () => {
    for (const n of [0, 1, maxReminders - 1, maxReminders, maxReminders + 1, 5 * maxReminders]) {
      const all = Array.from({ length: n }, (_, i) => i);
      const parts = remindersIn(all);
      expect(parts.flat()).toEqual(all);
      expect(parts).toHaveLength(Math.ceil(n / maxReminders));
      for (const part of parts) {
        expect(part.length).toBeGreaterThan(0);
        expect(part.length).toBeLessThanOrEqual(maxReminders);
      }
    }
  });
});
