/** One-time codes in words: what each is for, and what its person does with it. */
import type { OneTimeKind, OneTimeView } from '../wire/api';
import { t } from '../base/i18n';

export function oneTimeTitle({ kind, name }: OneTimeView): string {
  switch (kind) {
    case 'invitation':
      return t('oneTime.invitation', { name });
    case 'password-reset':
      return t('oneTime.reset', { name });
    case 'help':
      return t('oneTime.help', { name });
  }
}

/** What the sheet of paper is called, on which its person reads. */
export function oneTimeHeading({ kind, workspace }: OneTimeView): string {
  switch (kind) {
    case 'invitation':
      return t('oneTime.invitation_paper', { workspace });
    case 'password-reset':
      return t('oneTime.reset_paper', { workspace });
    case 'help':
      return t('oneTime.help_paper', { workspace });
  }
}

/** What to do with it, for the person whose code it is. */
export function oneTimeSteps({ kind, server }: OneTimeView): string[] {
  const open = t(server ? 'oneTime.open_server' : 'oneTime.open');
  switch (kind) {
    case 'invitation':
      return [open, t('oneTime.redeem'), t('oneTime.choose')];
    case 'password-reset':
      return [open, t('oneTime.redeem'), t('oneTime.choose_again')];
    case 'help':
      return [t('oneTime.sign_in'), t('oneTime.use_help'), t('oneTime.phone')];
  }
}

/** What stands beside a one-time code that can still be used. */
export function openWords(kind: OneTimeKind): { name: string; end: string; ended: string } {
  switch (kind) {
    case 'invitation':
      return {
        name: t('openCodes.invitation'),
        end: t('openCodes.invitation_end'),
        ended: t('openCodes.invitation_ended'),
      };
    case 'password-reset':
      return { name: t('openCodes.reset'), end: t('openCodes.reset_end'), ended: t('openCodes.reset_ended') };
    case 'help':
      return { name: t('openCodes.help'), end: t('openCodes.help_end'), ended: t('openCodes.help_ended') };
  }
}
