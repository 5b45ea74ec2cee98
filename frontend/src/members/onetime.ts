/** One-time codes in words: what each is for, and what its person does with it. */
import type { OneTimeKind, OneTimeView } from '../wire/api';
import { type Speech, t } from '../base/i18n';

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
export function oneTimeHeading({ kind, workspace }: OneTimeView, t: Speech['t']): string {
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
export function oneTimeSteps({ kind, server }: OneTimeView, say: Speech['t'] = t): string[] {
  const open = say(server ? 'oneTime.open_server' : 'oneTime.open');
  switch (kind) {
    case 'invitation':
      return [open, say('oneTime.redeem'), say('oneTime.choose')];
    case 'password-reset':
      return [open, say('oneTime.redeem'), say('oneTime.choose_again')];
    case 'help':
      return [say('oneTime.sign_in'), say('oneTime.use_help'), say('oneTime.phone')];
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
