/**
 * What somebody may do to a member: what they may not is absent from the page. The application
 * decides all the same, by `backend/workspace/powers.go`, whose rules these are.
 */
import type { MemberView, ProfileView } from '../wire/api';

export const memberActs = [
  'issue',
  'help-code',
  'reset-2fa',
  'reset-password',
  'role',
  'suspend',
  'resume',
  'remove',
] as const;

export type MemberAct = (typeof memberActs)[number];

type Actor = Pick<ProfileView, 'id' | 'role'>;

/** What makes sense where the member stands now, whoever asks. */
function fits(act: MemberAct, m: MemberView): boolean {
  const suspended = m.state === 'suspended';
  const on = m.twoFactor === 'on';
  switch (act) {
    case 'issue':
    case 'help-code':
      return on && !suspended;
    case 'reset-2fa':
      return on;
    case 'reset-password':
      return !suspended;
    case 'suspend':
      return m.state === 'active';
    case 'resume':
      return suspended;
    case 'role':
    case 'remove':
      return true;
  }
}

/** What the actor's role allows. What only a second factor is touched by, an admin may do for anybody. */
function allowed(act: MemberAct, actor: Actor, m: MemberView): boolean {
  if (actor.id === m.id) return act === 'issue' || (act === 'role' && actor.role === 'owner');
  if (actor.role === 'owner') return true;
  if (actor.role !== 'admin') return false;
  if (act === 'reset-2fa' || act === 'help-code') return true;
  return act !== 'role' && m.role === 'member';
}

export function actsOn(actor: Actor, m: MemberView): MemberAct[] {
  return memberActs.filter((act) => fits(act, m) && allowed(act, actor, m));
}

/** Those who could approve an act about a member: every other owner or admin but the member. */
export function approvers(all: MemberView[], actor: Actor, about: string[]): MemberView[] {
  return all.filter(
    (m) => m.role !== 'member' && m.state === 'active' && m.id !== actor.id && !about.includes(m.id),
  );
}
