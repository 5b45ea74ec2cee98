/** Print runs and their sheets. */
import type { AppError } from '../refusals';
import type { MemberView, Unprintable } from './members';

export type Paper = 'a4' | 'letter';

export type RunKind = 'print' | 'export';

export type RunState = 'issuing' | 'ready' | 'done' | 'cancelled' | 'interrupted';

export type SheetState = 'made' | 'issued' | 'handed-over' | 'acknowledged' | 'replaced' | 'voided';

/** How a run leaves the application as a file. */
export type Format = 'age' | 'pdf' | 'csv' | 'text';

/** With what an encrypted file opens. */
export type Protect = 'passphrase' | 'keys';

/** Why somebody keeps the old set, or can have no new one. */
export type Kept =
  'member_gone' | 'member_invited' | 'member_suspended' | 'two_factor_off' | 'codes_changed' | 'forbidden';

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
  /** Whose sheet would have boxes on it. */
  unprintable: Unprintable[] | null;
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
  logEvent: number;
  /** As of that event. */
  logCode: string;
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
  support?: string;
  /** In which it is printed; without one, the page's. */
  language?: string;
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
  /** On the run’s list. */
  place: number;
  member: string;
  name: string;
  email: string;
  state: SheetState;
  issuedAt: string;
  handedOverAt?: string;
  acknowledgedAt?: string;
  endedAt?: string;
  codesLeft: number;
  /** Only an owner marks or voids it. */
  forOwner?: boolean;
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
