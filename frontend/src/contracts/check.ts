/** Check documents: every contract is read and compared with what was written down when it was added. */
import type { Problem } from '../wire/api';
import { t } from '../base/i18n';

/** What is wrong with a contract, and what to do about it. */
export function problemWords(problem: Problem): { what: string; next: string } {
  switch (problem) {
    case 'missing':
      return { what: t('contracts.bad_missing'), next: t('contracts.bad_missing_next') };
    case 'changed':
      return { what: t('contracts.bad_changed'), next: t('contracts.bad_changed_next') };
    case 'unreadable':
      return { what: t('contracts.bad_unreadable'), next: t('contracts.bad_unreadable_next') };
  }
}
