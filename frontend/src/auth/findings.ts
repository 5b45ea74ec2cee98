/** What start-up found in a database that does not match its seal, in sentences. */
import type { FindingTable, Integrity } from '../wire/api';
import { type Key, t } from '../base/i18n';

const tables = {
  profile: 'sealed.profile',
  factor: 'sealed.factor',
  set: 'sealed.set',
  attempts: 'sealed.attempts',
  intent: 'sealed.intent',
  workspace: 'sealed.workspace',
  onetime: 'sealed.onetime',
  computer: 'sealed.computer',
  run: 'sealed.run',
  approval: 'sealed.approval',
  vaultkey: 'sealed.vaultkey',
  document: 'sealed.document',
  '': 'sealed.other',
} as const satisfies Record<FindingTable, Key>;

/** What a row of the database is about. */
export const about = (table: FindingTable): string => t(tables[table]);

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
