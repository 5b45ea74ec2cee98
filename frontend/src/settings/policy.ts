/** What the workspace asks of everybody: as the application tells it, and in words. */
import type { ApprovalView, PolicyView, ProfileView } from '../wire/api';
import { day } from '../base/dates';
import { t } from '../base/i18n';

/** After how many days people can be asked for their recovery codes; 0: never. The application holds to it, too. */
export const checkDays = [0, 30, 90, 180];

/** The bounds of the idle time, in minutes. */
export const idleMinutes = Array.from({ length: 15 }, (_, i) => i + 1);

export function requirement(policy: PolicyView): string {
  if (!policy.require2FA) return t('policy.own_choice');
  const when = policy.requireFrom ? day(policy.requireFrom) : '';
  return policy.inForce ? t('policy.since', { when }) : t('policy.from', { when });
}

/** What is asked for, as a sentence's object: "reset 2FA for Mateo Rossi". */
export function approvalWords({ kind, names }: ApprovalView): string {
  const all = names ?? [];
  const who = { n: all.length, name: all[0] ?? '' };
  switch (kind) {
    case 'print-run':
      return t('approvals.print_run', who);
    case 'reset-2fa':
      return t('approvals.reset_2fa', who);
    case 'reset-password':
      return t('approvals.reset_password', who);
    case 'help-code':
      return t('approvals.help_code', who);
    case 'drop-requirement':
      return t('approvals.drop_requirement');
    case 'two-people-off':
      return t('approvals.two_people_off');
    case 'quick-unlock':
      return t('approvals.quick_unlock');
  }
}

/** No longer require 2FA; two people from now on; one is enough again; the clock is right; quick unlock from now on, or no more. */
export type PolicyAct = 'drop' | 'two' | 'one' | 'clock' | 'quick' | 'no-quick';

/** The approvals that acts of policy can need. */
export const approvalOf: Partial<Record<PolicyAct, ApprovalView['kind']>> = {
  drop: 'drop-requirement',
  one: 'two-people-off',
  quick: 'quick-unlock',
};

export function policyWords(act: PolicyAct): { title: string; text: string; done: string } {
  switch (act) {
    case 'drop':
      return { title: t('policy.stop'), text: t('policy.stop_text'), done: t('policy.dropped') };
    case 'clock':
      return { title: t('clock.title'), text: t('clock.text'), done: t('clock.done') };
    case 'two':
      return {
        title: t('twoPeople.turn_on'),
        text: t('twoPeople.turn_on_text'),
        done: t('twoPeople.done_on'),
      };
    case 'quick':
      return {
        title: t('quickUnlock.allow'),
        text: t('quickUnlock.allow_text'),
        done: t('quickUnlock.done_on'),
      };
    case 'no-quick':
      return {
        title: t('quickUnlock.stop'),
        text: t('quickUnlock.stop_text'),
        done: t('quickUnlock.done_off'),
      };
    case 'one':
      return {
        title: t('twoPeople.turn_off'),
        text: t('twoPeople.turn_off_text'),
        done: t('twoPeople.done_off'),
      };
  }
}

/** An approval that somebody decides on, or that its own act follows. */
export interface Decision {
  profile: ProfileView;
  approval: ApprovalView;
  act: 'approve' | 'go-on';
  onclose: () => void;
  ondone: () => void;
}
