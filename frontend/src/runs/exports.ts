/** Encrypted files of Countersign, as Open and verify shows them. */
import type { ExportView } from '../wire/api';
import { atTime, capital } from '../base/dates';
import { t } from '../base/i18n';

export const isBackup = ({ kind }: ExportView): boolean => kind === 'workspace-backup';

/** What it says of itself, in the order in which one asks. What is not there is left out. */
export function factsOf(view: ExportView): [string, string][] {
  const details = view.details ?? {};
  const kind = isBackup(view)
    ? t('backup.section')
    : view.kind === 'recovery-sheets'
      ? t('export.sheets')
      : view.kind;
  const facts: [string, string | undefined][] = [
    [t('export.kind'), kind],
    [t('nav.workspace'), view.workspace],
    [t('export.made'), t('export.made_by', { when: capital(atTime(view.at)), name: view.by })],
    [t('sheet.run'), isBackup(view) ? undefined : details.run],
    [t('cover.sheets'), isBackup(view) ? undefined : details.sheets],
    [t('issue.reason'), isBackup(view) ? undefined : details.reason],
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}
