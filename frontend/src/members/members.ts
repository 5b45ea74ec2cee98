/** The table of the members: how it is searched, filtered and sorted, at any length. */
import type { MemberView, OpenCodeView, Role } from '../wire/api';
import { folded } from '../base/search';
import type { Sort } from '../base/table/tables';

/** A member with what a search looks through, so that a key costs no more than a look at each. */
export interface Listed {
  member: MemberView;
  text: string;
  /** They have a one-time code that can still be used. */
  codes: boolean;
}

export type TwoFactorFilter = '' | MemberView['twoFactor'];
export type Trait = '' | 'few' | 'old' | 'invited' | 'codes' | 'suspended';

export interface Filters {
  text: string;
  twoFactor: TwoFactorFilter;
  role: '' | Role;
  trait: Trait;
}

export const noFilters: Filters = { text: '', twoFactor: '', role: '', trait: '' };

/** At so many codes or fewer, new ones are due. */
export const few = 3;

export const listed = (members: MemberView[], codes: OpenCodeView[] = []): Listed[] => {
  const open = new Set(codes.map(({ member }) => member));
  return members.map((member) => ({
    member,
    text: `${folded(member.name)}\n${folded(member.email)}`,
    codes: open.has(member.id),
  }));
};

export const hasFew = (m: MemberView): boolean => m.twoFactor === 'on' && m.codesLeft <= few;

/** A sheet that was issued more than a year ago. */
export function isOld(m: MemberView, now: Date): boolean {
  if (m.twoFactor !== 'on' || !m.issuedAt) return false;
  return new Date(m.issuedAt) < new Date(now.getFullYear() - 1, now.getMonth(), now.getDate());
}

function has({ member: m, codes }: Listed, trait: Trait, now: Date): boolean {
  switch (trait) {
    case '':
      return true;
    case 'few':
      return hasFew(m);
    case 'old':
      return isOld(m, now);
    case 'codes':
      return codes;
    case 'invited':
    case 'suspended':
      return m.state === trait;
  }
}

/** Those that fit, in the order in which they came. Each word must be somewhere in the name or the email. */
export function found(all: Listed[], filters: Filters, now = new Date()): Listed[] {
  const sought = folded(filters.text).split(/\s+/).filter(Boolean);
  const { twoFactor, role, trait } = filters;
  return all.filter(
    (row) =>
      (!twoFactor || row.member.twoFactor === twoFactor) &&
      (!role || row.member.role === role) &&
      has(row, trait, now) &&
      sought.every((word) => row.text.includes(word)),
  );
}

/** The order of folded texts: it puts accents where a collator would, and is many times as fast. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const roles: Role[] = ['owner', 'admin', 'member'];
const states: MemberView['twoFactor'][] = ['overdue', 'off', 'on'];

/** What a column is ordered by; nothing sorts last either way. */
type By = (m: MemberView) => string | number | undefined;
const by: Record<string, By> = {
  email: (m) => folded(m.email),
  role: (m) => roles.indexOf(m.role),
  twoFactor: (m) => states.indexOf(m.twoFactor),
  codes: (m) => (m.twoFactor === 'on' ? m.codesLeft : undefined),
  // The oldest sheet was issued first: an age rises as its date falls.
  age: (m) => (m.twoFactor === 'on' && m.issuedAt ? -Date.parse(m.issuedAt) : undefined),
  last: (m) => (m.lastSignInAt ? Date.parse(m.lastSignInAt) : undefined),
};

/** In the order of a column, and by name where that leaves it open. */
export function sorted(all: Listed[], { key, down }: Sort): Listed[] {
  const named = all.toSorted((a, b) => compare(a.text, b.text));
  const sign = down ? -1 : 1;
  const value = by[key];
  if (!value) return down ? named.reverse() : named;
  const keyed = named.map((row) => ({ row, value: value(row.member) }));
  keyed.sort((a, b) => {
    if (a.value === b.value) return 0;
    if (a.value === undefined) return 1;
    if (b.value === undefined) return -1;
    if (typeof a.value === 'string') return sign * compare(a.value, String(b.value));
    return sign * (a.value - Number(b.value));
  });
  return keyed.map(({ row }) => row);
}

/** How many there are of each status of 2FA. */
export function counts(all: MemberView[]): Record<MemberView['twoFactor'], number> {
  const n = { on: 0, off: 0, overdue: 0 };
  for (const { twoFactor } of all) n[twoFactor]++;
  return n;
}
