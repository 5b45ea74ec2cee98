/** What a code was used for, in words that follow a time: ", to sign in". */
import type { AuthenticatorUse, RecoveryUse } from '../wire/api';
import { t } from '../base/i18n';

export function authenticatorUse(use: AuthenticatorUse | '' | undefined): string {
  switch (use) {
    case 'sign-in':
      return t('use.sign_in');
    case 'enrolment':
      return t('use.enrolment');
    case 'step-up':
      return t('use.step_up');
    case 'phone-change':
      return t('use.phone_change');
    case 'app-added':
      return t('use.app_added');
    default:
      return '';
  }
}

export function recoveryUse(use: RecoveryUse | '' | undefined): string {
  switch (use) {
    case 'sign-in':
      return t('use.sign_in');
    case 'step-up':
      return t('use.step_up');
    case 'disable':
      return t('use.disable');
    default:
      return '';
  }
}
