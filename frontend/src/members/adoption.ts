/** How far 2FA has come among the members, and what would go wrong if one of them lost their phone. */
import type { MemberView } from '../wire/api';
import { hasFew } from './members';

/** At a time: who of today’s members was there, and how many of them had 2FA on. */
export interface Point {
  at: number;
  on: number;
  all: number;
}

const day = 86_400_000;
/** So many steps the curve has, and so many days it looks back, at most and at least. */
const [steps, longest, shortest] = [60, 365, 14];

const times = (all: (string | undefined)[]) =>
  all.map((iso) => (iso ? Date.parse(iso) : 0)).sort((a, b) => a - b);

/**
 * Those who have 2FA on today, by when they turned it on. It is no history: who was removed or turned it off
 * again is in the audit log alone.
 */
export function curve(members: MemberView[], now: Date): Point[] {
  const created = times(members.map((m) => m.createdAt));
  const since = times(members.filter((m) => m.twoFactor === 'on').map((m) => m.onSince));
  const end = now.getTime();
  const start = Math.min(end - shortest * day, Math.max(end - longest * day, created[0] ?? end));
  const n = Math.min(steps, Math.ceil((end - start) / day));
  let [on, all] = [0, 0];
  return Array.from({ length: n + 1 }, (_, i) => {
    // Today is everybody, whatever the clock of a server says.
    const at = start + ((end - start) * i) / n;
    while (on < since.length && (i === n || since[on]! <= at)) on++;
    while (all < created.length && (i === n || created[all]! <= at)) all++;
    return { at, on, all };
  });
}

/** Some of the points for a table, the newest last. */
export function rowsOf(points: Point[], most = 12): Point[] {
  const each = Math.ceil(points.length / most);
  return points.filter((_, i) => (points.length - 1 - i) % each === 0);
}

/** Why somebody could be locked out, the gravest first. */
export const risks = ['none', 'few', 'unconfirmed', 'unchecked'] as const;
export type Risk = (typeof risks)[number];

/** The gravest for a member; none for who has 2FA off or can’t sign in at all. */
export function riskOf(m: MemberView, checkDays: number, now: Date): Risk | undefined {
  if (m.twoFactor !== 'on' || m.state === 'suspended') return undefined;
  if (m.codesLeft === 0) return 'none';
  if (hasFew(m)) return 'few';
  if (m.run && !m.acknowledgedAt) return 'unconfirmed';
  const last = Math.max(...times([m.issuedAt, m.checkedAt]));
  return checkDays > 0 && now.getTime() >= last + checkDays * day ? 'unchecked' : undefined;
}

/** Who is at risk today, by what it is; only what somebody is in. */
export function atRisk(
  members: MemberView[],
  checkDays: number,
  now: Date,
): { risk: Risk; members: MemberView[] }[] {
  const of: Record<Risk, MemberView[]> = { none: [], few: [], unconfirmed: [], unchecked: [] };
  for (const m of members) {
    const risk = riskOf(m, checkDays, now);
    if (risk) of[risk].push(m);
  }
  return risks.map((risk) => ({ risk, members: of[risk] })).filter((it) => it.members.length > 0);
}

/** Owners and admins who could let others back in. With one alone, nobody could do it for them. */
export const helpers = (members: MemberView[]): MemberView[] =>
  members.filter((m) => m.role !== 'member' && m.state === 'active' && m.twoFactor === 'on');

/** Who can turn 2FA on and has not; who is invited has to use the invitation first. */
export const toRemind = (members: MemberView[]): MemberView[] =>
  members.filter((m) => m.state === 'active' && m.twoFactor !== 'on');

/** At most so many pages go to the printer at once; the application holds to it, too. */
export const maxReminders = 200;

/** Those who are reminded, in parts that are printed one after the other. */
export function remindersIn<T>(all: T[], most = maxReminders): T[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, n) => all.slice(n * most, (n + 1) * most));
}
