/** Encrypted files of Countersign, as Open and verify shows them. */
import { atTime, capital } from '../base/dates';
import { t } from '../base/i18n';

/** A file that was chosen; without a name the dialog was dismissed. */
export interface PickedExport {
  name: string;
  lock: 'passphrase' | 'keys' | '';
}

/** What a file of which every byte was verified says of itself. */
export interface ExportView {
  kind: string;
  workspace: string;
  at: string;
  by: string;
  details: Record<string, string> | null;
  files: { name: string; size: number }[] | null;
  /** A fingerprint. */
  signedBy: string;
  /** That of this workspace. */
  signature: string;
  ours: boolean;
}

/** Where the files are; without a name the dialog was dismissed. */
export interface Extracted {
  name: string;
  folder: string;
}

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
