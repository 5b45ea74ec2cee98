/** What is told at the sign-in about the window having been locked. */
import { type LockReason, lockReasons, type Refused } from '../wire/api';
import { duration } from './dates';
import type { Words } from './errors';
import { t } from './i18n';

/** `quick`: the password alone opens it. */
export function lockWords(reason: LockReason, minutes?: number, quick = false): Words {
  const next = t('locked.next');
  switch (reason) {
    case 'asked':
      return { what: t('locked.asked'), next };
    case 'idle':
      return {
        what: minutes ? t('locked.idle_for', { time: duration(minutes * 60) }) : t('locked.idle'),
        next: quick ? t('locked.unlock_next') : next,
      };
    case 'limit':
      return { what: t('locked.limit'), next };
    case 'system':
      return { what: t('locked.system'), next };
    case 'ended':
      return { what: t('locked.ended'), next };
    case 'required':
      return { what: t('locked.required'), next: t('locked.required_next') };
  }
}

/** Why a session is over, as the refusal says that met it. */
export function reasonOf({ args }: Refused): LockReason {
  return lockReasons.find((reason) => reason === args.reason) ?? 'ended';
}
