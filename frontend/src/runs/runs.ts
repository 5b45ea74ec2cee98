/** Print runs: what the application tells of them, and the words for where a run or a sheet stands. */
import type { AppError, MemberView, Role } from '../wire/api';
import { t } from '../base/i18n';

export type Paper = 'a4' | 'letter';
export type RunKind = 'print' | 'export';
export type RunState = 'issuing' | 'ready' | 'done' | 'cancelled' | 'interrupted';
export type SheetState = 'made' | 'issued' | 'handed-over' | 'acknowledged' | 'replaced' | 'voided';
/** How a run leaves the application as a file. */
export type Format = 'age' | 'pdf' | 'csv' | 'text';
/** With what an encrypted file opens. */
export type Protect = 'passphrase' | 'keys';
/** Why somebody keeps the old set, or can have no new one. */
export type Kept = 'member_gone' | 'member_suspended' | 'two_factor_off' | 'codes_changed' | 'forbidden';

/** At most so many sheets go through the page to a printer; the application holds to it, too. */
export const maxPrint = 200;

export interface RunRequest {
  members: string[];
  reason: string;
  paper: Paper;
  format: Format;
  /** For age: public keys, one a line; empty: the passphrase. */
  recipients: string;
  passphrase: string;
  /** Where two people are needed. */
  approval: string;
}

export interface RunPreview {
  ready: MemberView[] | null;
  /** Of these, who holds a sheet that the new one replaces. */
  voids: MemberView[] | null;
  barred: { member: MemberView; reason: Kept }[] | null;
}

export interface RunOutcome {
  /** 0: the dialog was dismissed, and nothing was done. */
  number: number;
  state: RunState;
  inForce: number;
  of: number;
  skipped: { name: string; reason: Kept }[] | null;
  /** Of the file. */
  name?: string;
  folder?: string;
  /** Why not everybody has the new sheet who was to. */
  problem?: AppError | null;
}

/** A run on its way to a printer. */
export interface PrintSheets {
  number: number;
  workspace: string;
  at: string;
  by: string;
  approvedBy?: string;
  reason: string;
  logHead: string;
  signature: string;
  sheets: PaperView[] | null;
  /** Ten a sheet, in their order. */
  codes: string[];
}

export interface PaperView {
  sheet: number;
  name: string;
  email: string;
  replaces?: number;
  checkWord: string;
}

export interface RunView {
  number: number;
  at: string;
  by: string;
  reason: string;
  kind: RunKind;
  state: RunState;
  members: number;
  sheets: Record<string, number>;
}

export interface SheetRow {
  sheet: number;
  run: number;
  member: string;
  name: string;
  email: string;
  state: SheetState;
  issuedAt: string;
  handedOverAt?: string;
  acknowledgedAt?: string;
  endedAt?: string;
  codesLeft: number;
}

export interface LedgerView {
  run: RunView;
  sheets: SheetRow[] | null;
  /** It was begun for them, and they have no sheet of it. */
  without: MemberView[] | null;
}

export interface RunProgress {
  phase: 'making' | 'in-force';
  done: number;
  total: number;
}

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

/** "443 to 445, 447": as on the cover of a saved run. */
export function ranges(numbers: number[]): string {
  const all = numbers.toSorted((a, b) => a - b);
  const pieces: string[] = [];
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to + 1 < all.length && all[to + 1] === all[to]! + 1) to++;
    if (to === from) pieces.push(String(all[from]));
    else if (to === from + 1) pieces.push(`${all[from]}, ${all[to]}`);
    else pieces.push(t('cover.range', { from: String(all[from]), to: String(all[to]) }));
    from = to + 1;
  }
  return pieces.join(', ');
}
