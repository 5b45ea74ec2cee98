/** What admins did to one's profile since the last sign-in, and what to do about it. */
import type { News, Role } from './api';
import { onDay } from './dates';
import type { Words } from './errors';
import { t } from './i18n';
import { roleName } from './people';

/** The words for one piece of news; nothing for a kind that this version does not know. */
export function told({ kind, at, by, detail }: News): Words | undefined {
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
    case 'role-changed':
      return {
        what: t('news.role', { ...who, role: roleName((detail?.to ?? 'member') as Role) }),
        next: t('news.role_next'),
      };
    case 'member-suspended':
      return { what: t('news.suspended', who), next: t('news.suspended_next') };
    case 'member-resumed':
      return { what: t('news.resumed', who), next: t('news.suspended_next') };
    default:
      return undefined;
  }
}
