import { describe, expect, test } from 'vitest';
import type { MemberView } from '../../src/wire/api';
import { age, shortDay } from '../../src/base/dates';
import { memberRows } from '../../src/wire/memberrows';
import { counts, found, listed, noFilters, sorted } from '../../src/members/members';
import { folded } from '../../src/base/search';

const now = new Date(2026, 10, 12, 9, 45);
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();

const member = (name: string, more: Partial<MemberView> = {}): MemberView => ({
  id: name,
  name,
  email: `${name.split(' ')[0]!.toLowerCase()}@example.com`,
  role: 'member',
  state: 'active',
  twoFactor: 'off',
  codesLeft: 0,
  createdAt: ago(500),
  ...more,
});

const all = listed([
  member('Søren Åberg', { twoFactor: 'on', codesLeft: 9, issuedAt: ago(10), lastSignInAt: ago(1) }),
  member('amara Okafor', { role: 'owner', twoFactor: 'on', codesLeft: 3, issuedAt: ago(400) }),
  member('Hannah Weiß', { role: 'admin', twoFactor: 'overdue', lastSignInAt: ago(30) }),
  member('Eun-ji Park', { state: 'invited' }),
]);
const names = (rows: typeof all) => rows.map(({ member: m }) => m.name.split(' ')[0]);

describe('a search among the members', () => {
  const sought = (text: string) => names(found(all, { ...noFilters, text }, now));

  test('takes small letters for large ones and none of the accents', () => {
    expect(sought('SOREN aberg')).toEqual(['Søren']);
    expect(sought('weiss')).toEqual(['Hannah']);
    expect(folded('Łukasz Đặng İnci ﬁ')).toBe('lukasz dang inci fi');
  });

  test('looks in the email, too, and wants every word', () => {
    expect(sought('@example')).toHaveLength(4);
    expect(sought('eun-ji@')).toEqual(['Eun-ji']);
    expect(sought('soren weiss')).toEqual([]);
    expect(sought('  ')).toHaveLength(4);
  });

  test('takes what is typed as text, whatever it is', () => {
    for (const text of ['.*', '(', '\\', '<img src=x>', '\u0000']) expect(sought(text)).toEqual([]);
  });
});

describe('a filter', () => {
  const where = (filter: Partial<typeof noFilters>) => names(found(all, { ...noFilters, ...filter }, now));

  test('shows who has 2FA off, overdue, few codes or an old sheet', () => {
    expect(where({ twoFactor: 'overdue' })).toEqual(['Hannah']);
    expect(where({ twoFactor: 'off' })).toEqual(['Eun-ji']);
    expect(where({ trait: 'few' })).toEqual(['amara']);
    expect(where({ trait: 'old' })).toEqual(['amara']);
    expect(where({ trait: 'invited' })).toEqual(['Eun-ji']);
    expect(where({ role: 'admin', twoFactor: 'on' })).toEqual([]);
  });

  test('shows who has a one-time code that still works', () => {
    const [first] = all;
    const code = { kind: 'help', issuedBy: 'Amara', issuedAt: '', expiresAt: '', may: true } as const;
    const rows = listed(
      all.map((row) => row.member),
      [{ ...code, member: first!.member.id }],
    );
    expect(names(found(rows, { ...noFilters, trait: 'codes' }, now))).toEqual(['Søren']);
  });

  test('is counted over everybody', () => {
    expect(counts(all.map((row) => row.member))).toEqual({ on: 2, off: 1, overdue: 1 });
  });
});

describe('the order of the members', () => {
  const by = (key: string, down = false) => names(sorted(all, { key, down }));

  test('by name takes no notice of case and accents', () => {
    expect(by('name')).toEqual(['amara', 'Eun-ji', 'Hannah', 'Søren']);
    expect(by('name', true)).toEqual(['Søren', 'Hannah', 'Eun-ji', 'amara']);
  });

  test('puts what is missing last, either way', () => {
    expect(by('codes')).toEqual(['amara', 'Søren', 'Eun-ji', 'Hannah']);
    expect(by('codes', true)).toEqual(['Søren', 'amara', 'Eun-ji', 'Hannah']);
    expect(by('age')).toEqual(['Søren', 'amara', 'Eun-ji', 'Hannah']);
    expect(by('last', true).slice(0, 2)).toEqual(['Søren', 'Hannah']);
  });

  test('begins with what is to be done, and with whom to ask', () => {
    expect(by('twoFactor')[0]).toBe('Hannah');
    expect(by('role').slice(0, 2)).toEqual(['amara', 'Hannah']);
  });
});

describe('a day in a column', () => {
  test('is short, and of another year without its day', () => {
    expect([0, 1, 9, 400].map((days) => shortDay(ago(days), now))).toEqual([
      'Today',
      'Yesterday',
      '3 Nov',
      'Oct 2025',
    ]);
  });

  test('gives an age in days, months or years', () => {
    expect([0, 1, 41, 100, 400, 800].map((days) => age(ago(days), now))).toEqual([
      'Today',
      '1 day ago',
      '41 days ago',
      '3 months ago',
      '13 months ago',
      '2 years ago',
    ]);
    expect(age(ago(-5), now)).toBe('Today');
  });
});

describe('the columns in which the table crosses', () => {
  const columns = {
    id: ['a', 'b'],
    name: ['Amara Okafor', 'Eun-ji Park'],
    email: ['amara@example.com', 'eun-ji@example.com'],
    role: { of: ['member', 'owner'], at: [1, 0] },
    state: { of: ['active', 'invited'], at: [0, 1] },
    twoFactor: { of: ['on', 'off'], at: [0, 1] },
    onSince: [1_763_880_000, 0],
    codesLeft: [9, 0],
    sheet: [12, 0],
    run: [3, 0],
    issuedAt: [1_763_890_200, 0],
    handedOverAt: [1_763_893_800, 0],
    acknowledgedAt: [1_763_897_400, 0],
    language: { of: ['ja', ''], at: [0, 1] },
    checkedAt: [1_763_897_400, 0],
    lastSignInAt: [1_763_901_000, 0],
    createdAt: [1_763_800_000, 1_763_800_001],
    invitedUntil: [0, 1_764_000_000],
    acts: { of: ['issue role', ''], at: [0, 1] },
    approves: [true, false],
  };
  const rows = memberRows(columns);
  const said = (row: MemberView) =>
    Object.fromEntries(Object.keys(columns).map((key) => [key, row[key as keyof MemberView]]));

  test('are read as rows', () => {
    expect(said(rows[0]!)).toEqual({
      ...{ id: 'a', name: 'Amara Okafor', email: 'amara@example.com' },
      ...{ role: 'owner', state: 'active', twoFactor: 'on', codesLeft: 9, sheet: 12, run: 3 },
      onSince: '2025-11-23T06:40:00.000Z',
      issuedAt: '2025-11-23T09:30:00.000Z',
      handedOverAt: '2025-11-23T10:30:00.000Z',
      acknowledgedAt: '2025-11-23T11:30:00.000Z',
      checkedAt: '2025-11-23T11:30:00.000Z',
      language: 'ja',
      lastSignInAt: '2025-11-23T12:30:00.000Z',
      createdAt: '2025-11-22T08:26:40.000Z',
      invitedUntil: undefined,
      ...{ acts: ['issue', 'role'], approves: true },
    });
  });

  test('have nothing where a member has nothing', () => {
    expect(said(rows[1]!)).toEqual({
      ...{ id: 'b', name: 'Eun-ji Park', email: 'eun-ji@example.com' },
      ...{ role: 'member', state: 'invited', twoFactor: 'off', codesLeft: 0, sheet: undefined },
      ...{
        onSince: undefined,
        run: undefined,
        issuedAt: undefined,
        handedOverAt: undefined,
        acknowledgedAt: undefined,
        checkedAt: undefined,
        language: '',
      },
      ...{ lastSignInAt: undefined, createdAt: '2025-11-22T08:26:41.000Z' },
      invitedUntil: '2025-11-24T16:00:00.000Z',
      ...{ acts: [], approves: false },
    });
  });
});
