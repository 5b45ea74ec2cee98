/** For faults that each system mends in its own way: the steps, with what to type where that helps. */
import type { Platform } from '../wire/api';
import { t } from '../base/i18n';

export interface Step {
  text: string;
  command?: string;
}

export function advice(code: string, system: Platform): Step[] {
  switch (code) {
    case 'keychain_absent':
      return absent(system);
    case 'keychain_locked':
      return locked(system);
    default:
      return [];
  }
}

function absent(system: Platform): Step[] {
  switch (system) {
    case 'linux':
      return [
        { text: t('advice.linux.install'), command: 'sudo apt install gnome-keyring' },
        { text: t('advice.linux.other') },
        { text: t('advice.linux.login') },
      ];
    case 'darwin':
      return [{ text: t('advice.darwin.open') }, { text: t('advice.darwin.default') }];
    case 'windows':
      return [{ text: t('advice.windows.service') }, { text: t('advice.windows.restart') }];
  }
}

function locked(system: Platform): Step[] {
  switch (system) {
    case 'linux':
      return [{ text: t('advice.linux.unlock') }];
    case 'darwin':
      return [{ text: t('advice.darwin.unlock') }];
    case 'windows':
      return [{ text: t('advice.windows.unlock') }];
  }
}
