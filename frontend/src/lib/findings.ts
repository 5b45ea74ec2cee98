/** What start-up found in a database that does not match its seal, in sentences. */
import type { FindingTable, Integrity } from './api';
import { t } from './i18n';

function about(table: FindingTable): string {
  switch (table) {
    case 'factor':
      return t('sealed.factor');
    case 'set':
      return t('sealed.set');
    case 'attempts':
      return t('sealed.attempts');
    case 'intent':
      return t('sealed.intent');
    case 'workspace':
      return t('sealed.workspace');
    case 'profile':
    case '':
      return t('sealed.profile');
  }
}

export function findings({ findings: all }: Integrity): string[] {
  const said = (all ?? []).map(({ kind, table, count }) => {
    switch (kind) {
      case 'older-copy':
        return t('sealed.older_copy');
      case 'log-broken':
        return t('sealed.log_broken');
      case 'anchor-missing':
        return t('sealed.anchor_missing');
      case 'schema-changed':
        return t('sealed.schema_changed');
      case 'row-changed':
        return t('sealed.row_changed', { count, about: about(table) });
      case 'row-added':
        return t('sealed.row_added', { count, about: about(table) });
      case 'row-removed':
        return t('sealed.row_removed', { count, about: about(table) });
    }
  });
  return [...new Set(said)];
}
