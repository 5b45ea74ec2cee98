/** What others did since the last sign-in, to one's profile or with the Emergency Kit, what was changed of how one comes in, and what to do about it. */
import type { News, Permission, Role } from '../wire/api';
import { atTime, onDay } from '../base/dates';
import type { Words } from '../base/errors';
import { t } from '../base/i18n';
import { roleName } from '../base/people';

/** Whether it is one to act on at once. One's own email is changed by oneself, with proof. */
export const warns = ({ kind }: News): boolean =>
  ['emergency-kit-used', 'workspace-restored', 'server-restored'].includes(kind);

/** What a piece of news asks for: an act, or a place where it is acted on or looked into. */
export type Follow =
  'enable' | 'new-codes' | 'password' | 'members' | 'workspace' | 'audit' | 'profile' | 'two-factor';

/** What its buttons do, the first thing to do first; none where there is nothing to do. */
export function followed({ kind, detail }: News, may: Permission[]): Follow[] {
  switch (kind) {
    case '2fa-reset':
      return ['enable'];
    case 'run-sheet-issued':
      return ['profile'];
    case 'run-sheet-voided':
      return ['new-codes'];
    case 'recovery-codes-replaced':
      return ['new-codes', 'password'];
    case 'password-reset-given':
    case 'help-code-given':
    case 'email-changed':
      return ['password'];
    case 'computer-added':
      return ['profile'];
    case 'members-computer-removed':
      return detail?.last === 'yes' ? [] : ['password'];
    case 'app-added':
      return ['two-factor'];
    case 'key-pair-made':
      return ['members'];
    case 'emergency-kit-used':
      return may.includes('vault-key') ? ['members', 'workspace'] : ['audit'];
    case 'workspace-restored':
    case 'server-restored':
      return ['audit'];
    case 'emergency-kit-made':
      return [may.includes('vault-key') ? 'workspace' : 'audit'];
    default:
      return [];
  }
}

/** So many wrong attempts, so shortly before a sign-in, are its person's own slips: they are no alarm. */
const [fewest, shortly] = [3, 5 * 60_000];

export const ownSlips = (n: number, last: string | undefined, signedIn: string | undefined): boolean =>
  n <= fewest &&
  last !== undefined &&
  signedIn !== undefined &&
  Date.parse(signedIn) - Date.parse(last) <= shortly;

/** The words for one piece of news to somebody with these permissions; nothing for a kind that this version does not know. */
export function told({ kind, at, by, detail }: News, may: Permission[]): Words | undefined {
  const who = { by, when: onDay(at) };
  switch (kind) {
    case 'run-sheet-issued':
      return {
        what: t('news.sheet', { ...who, sheet: detail?.sheets ?? '', run: detail?.run ?? '' }),
        next: t('news.sheet_next'),
      };
    case 'run-sheet-voided':
      return { what: t('news.voided', { ...who, sheet: detail?.sheet ?? '' }), next: t('news.voided_next') };
    case '2fa-reset':
      return { what: t('news.reset', who), next: t('news.reset_next') };
    case 'password-reset-given':
      return { what: t('news.password', who), next: t('news.password_next') };
    case 'help-code-given':
      return { what: t('news.help', who), next: t('news.help_next') };
    case 'email-changed':
      return {
        what: t('news.email', { from: detail?.from ?? '', to: detail?.to ?? '', when: atTime(at) }),
        next: t('news.email_next'),
      };
    case 'computer-added':
      return {
        what: t('news.computer', { name: detail?.name ?? '', when: atTime(at) }),
        next: t('news.computer_next'),
      };
    case 'members-computer-removed':
      return {
        what: t('news.computer_removed', { ...who, name: detail?.name ?? '' }),
        next: detail?.last === 'yes' ? t('news.computer_last_next') : t('news.computer_removed_next'),
      };
    case 'app-added':
      return {
        what: t('news.app', { name: detail?.app ?? '', when: atTime(at) }),
        next: t('news.app_next'),
      };
    case 'recovery-codes-replaced':
      return { what: t('news.codes', { when: atTime(at) }), next: t('news.codes_next') };
    case 'role-changed':
      return {
        what: t('news.role', { ...who, role: roleName((detail?.to ?? 'member') as Role) }),
        next: t('news.role_next'),
      };
    case 'member-suspended':
      return { what: t('news.suspended', who), next: t('news.suspended_next') };
    case 'member-resumed':
      return { what: t('news.resumed', who), next: t('news.suspended_next') };
    case 'key-pair-made':
      return { what: t('news.waits', who), next: t('news.waits_next', { by }) };
    case 'emergency-kit-used':
      return {
        what: t('news.kit_used', { by, email: detail?.email ?? '', when: atTime(at) }),
        next: may.includes('vault-key') ? t('news.kit_used_next') : t('news.kit_used_ask'),
      };
    case 'emergency-kit-made':
      return { what: t('news.kit_made', who), next: t('news.kit_made_next') };
    case 'workspace-restored':
      return {
        what: t('news.restored', { by, made: atTime(detail?.made ?? at) }),
        next: t('news.restored_next'),
      };
    case 'server-restored':
      return {
        what: t('news.server_restored', { made: atTime(detail?.made ?? at) }),
        next: t('news.restored_next'),
      };
    case 'server-left':
      return { what: t('news.left', who), next: t('news.left_next') };
    case 'server-taken':
      return { what: t('news.taken', who), next: t('news.taken_next') };
    default:
      return undefined;
  }
}
