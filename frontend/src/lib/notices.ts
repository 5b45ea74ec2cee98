/** What is told at the sign-in about the window having been locked. */
import type { LockReason } from './api';
import { duration } from './dates';
import type { Words } from './errors';
import { t } from './i18n';

export function lockWords(reason: LockReason, minutes?: number): Words {
  const next = t('locked.next');
  switch (reason) {
    case 'asked':
      return { what: t('locked.asked'), next };
    case 'idle':
      return {
        what: minutes ? t('locked.idle_for', { time: duration(minutes * 60) }) : t('locked.idle'),
        next,
      };
    case 'limit':
      return { what: t('locked.limit'), next };
    case 'system':
      return { what: t('locked.system'), next };
    case 'ended':
      return { what: t('locked.ended'), next };
  }
}
