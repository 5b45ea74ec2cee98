/** Where somebody is, and comes back to after a lock. What a place shows stays out of that: it may be secret. */
import type { EnrolmentView, ProfileView, SheetView } from '../wire/api';

/** Where a signed-in person is. What a place shows travels in it and is dropped with it. */
export type Place =
  | { at: 'recovered'; number: number; left: number }
  | { at: 'contracts' }
  | { at: 'profile' }
  | { at: 'preferences' }
  | { at: 'two-factor' }
  | { at: 'members' }
  | { at: 'adoption' }
  | { at: 'print-runs' }
  | { at: 'print-run'; number: number }
  | { at: 'workspace' }
  | { at: 'security-log' }
  /** Of one person, where it was asked for from their page. */
  | { at: 'audit'; person?: { id: string; name: string } }
  | { at: 'help' }
  | { at: 'enable'; enrolment: EnrolmentView }
  /** The name of the app whose phone it is, where there are several. */
  | { at: 'change-phone'; enrolment: EnrolmentView; name?: string | undefined }
  | { at: 'add-app'; enrolment: EnrolmentView; name: string }
  | { at: 'new-codes'; sheet: SheetView };

const everybody = ['contracts', 'profile', 'preferences', 'two-factor', 'security-log', 'help'] as const;
const admins = ['members', 'adoption', 'print-runs', 'workspace', 'audit'] as const;

export function nameOf(place: Place): string {
  switch (place.at) {
    case 'print-run':
      return `print-run ${place.number}`;
    case 'enable': // which the lock undoes
      return 'profile';
    case 'change-phone':
    case 'add-app':
    case 'new-codes':
      return 'two-factor';
    case 'recovered':
      return 'contracts';
    default:
      return place.at;
  }
}

/** The place of a name, if this person has it by now. */
export function placeNamed(name: string, { permissions, twoFactor }: ProfileView): Place {
  const admin = permissions.includes('administer');
  const at = [...everybody, ...(admin ? admins : [])].find((it) => it === name);
  if (at === 'two-factor' && !twoFactor.on) return { at: 'profile' };
  const run = /^print-run (\d+)$/.exec(name)?.[1];
  if (run && admin) return { at: 'print-run', number: Number(run) };
  return { at: at ?? 'contracts' };
}
