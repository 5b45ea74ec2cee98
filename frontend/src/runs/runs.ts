/** Print runs: what the application tells of them, and the words for where a run or a sheet stands. */
import type { Kept, PrintSheets, Role, RunView, SheetState } from '../wire/api';
import { t } from '../base/i18n';

/** At most so many sheets go through the page to a printer; the application holds to it, too. */
export const maxPrint = 200;

/** Who an admin may choose from, as far as the page needs to know them. */
export interface Chosen {
  id: string;
  role?: Role;
}

export function runState(run: Pick<RunView, 'state' | 'kind'>): string {
  switch (run.state) {
    case 'issuing':
      return t('run.issuing');
    case 'ready':
      return t('run.ready');
    case 'done':
      return run.kind === 'print' ? t('run.printed') : t('run.saved');
    case 'cancelled':
      return t('run.cancelled');
    case 'interrupted':
      return t('run.interrupted');
  }
}

export function sheetState(state: SheetState): string {
  switch (state) {
    case 'made':
      return t('sheetState.made');
    case 'issued':
      return t('sheetState.issued');
    case 'handed-over':
      return t('sheetState.handed_over');
    case 'acknowledged':
      return t('sheetState.acknowledged');
    case 'replaced':
      return t('sheetState.replaced');
    case 'voided':
      return t('sheetState.voided');
  }
}

/** Why somebody keeps what they have, after their name. */
export function keptBecause(why: Kept): string {
  switch (why) {
    case 'member_gone':
      return t('kept.gone');
    case 'member_invited':
      return t('kept.invited');
    case 'member_suspended':
      return t('kept.suspended');
    case 'two_factor_off':
      return t('kept.off');
    case 'codes_changed':
      return t('kept.changed');
    case 'forbidden':
      return t('kept.forbidden');
  }
}

/** How many sheets of a run were issued at all, wherever they stand by now. */
export const issuedOf = ({ sheets }: RunView): number =>
  Object.entries(sheets).reduce((sum, [state, n]) => (state === 'made' ? sum : sum + n), 0);

/** The ten codes of each sheet. */
export const codesOf = ({ codes }: PrintSheets, sheet: number): string[] =>
  codes.slice(sheet * 10, sheet * 10 + 10);

/** Rows of the cover's list, page by page: the first has to hold more than the list. */
export function coverPages<T>(rows: T[], first = 7, others = 17): T[][] {
  const pages = [rows.slice(0, first)];
  for (let from = first; from < rows.length; from += others) pages.push(rows.slice(from, from + others));
  return pages;
}

/** How many pages a run is on paper: those of the cover, and one for each sheet. */
export function pagesOf({ sheets }: PrintSheets): number {
  const all = sheets ?? [];
  return coverPages(all).length + all.length;
}
