/**
 * What the application answers and is asked, as the page reads it. Times are RFC 3339 in UTC; a list may be
 * null where Go has none. `wire/api` has the calls, and hands these on.
 */

export interface AppError {
  code: string;
  message: string;
  field?: string;
  args?: Record<string, string | number>;
  reference?: string;
}

export interface DoorState {
  stage: 'fault' | 'unlock' | 'create' | 'signIn';
  workspace: string;
  fault?: AppError;
  /** With the fault not_authentic. */
  integrity?: Integrity;
  version: string;
  dataFolder: string;
  minimumPassword: number;
  /** Minutes without activity after which the window locks. */
  idleMinutes?: number;
  /** True where a lock ends this page, and another begins in its place. */
  renewsPage?: boolean;
  /** With the fault keychain_absent: a file with a passphrase could stand in for the keychain. */
  canUseFile?: boolean;
  /** The secrets are in such a file. */
  secretsFile?: boolean;
  /** An Emergency Kit could be used. */
  kit?: boolean;
  /** Why the page before was locked, until somebody signs in. */
  lockedFor?: LockReason;
}

/** What start-up found in a database that does not match its seal; none of its data. */
export interface Integrity {
  findings: { kind: FindingKind; table: FindingTable; count: number }[] | null;
  /** When the newest event that fits was written. */
  lastGood?: string;
  /** True when an owner may go on with it as it is. */
  acceptable: boolean;
}

export type FindingKind =
  | 'older-copy'
  | 'log-broken'
  | 'anchor-missing'
  | 'schema-changed'
  | 'row-changed'
  | 'row-added'
  | 'row-removed';
export type FindingTable =
  | 'profile'
  | 'factor'
  | 'set'
  | 'attempts'
  | 'intent'
  | 'workspace'
  | 'onetime'
  | 'run'
  | 'approval'
  | 'vaultkey'
  | 'document'
  | '';

/** What an owner sees before they accept a database that does not fit its log. */
export interface Review {
  lastGood?: string;
  changed: { kind: FindingKind; table: FindingTable; name?: string; count: number }[];
  /** Owners and admins who could sign in; acceptance suspends those whom the keychain does not know. */
  people: { name: string; email: string; role: Role; on: boolean; suspended: boolean }[];
  members: number;
  openCodes: number;
  codesEnd: boolean;
  contracts: { closed: boolean; there: number; missing: string[]; more: number; strange: number };
}

export interface Strength {
  score: 0 | 1 | 2 | 3 | 4;
  length: number;
  minimum: number;
  common: boolean;
}

export interface Challenge {
  token: string;
  email: string;
  /** True when only a recovery code opens. */
  authenticatorOff: boolean;
  /** 2FA is required and off: enrolling is the only way on. */
  mustEnrol: boolean;
  /** With `mustEnrol`. */
  requiredSince?: string;
  /** The password is too short to use without 2FA: choosing a longer one is the only way on. */
  choosePassword: boolean;
  /** With `choosePassword`. */
  minimumPassword: number;
}

/** Somebody who is in as far as enrolling a phone, and no further. */
export interface GateView {
  token: string;
  kind: 'enrol' | 'change-phone';
  email: string;
}

/** What an admin did to the profile since the last sign-in. */
export interface News {
  /** A kind of event. */
  kind: string;
  at: string;
  by: string;
  detail: Record<string, string> | null;
}

export interface Welcome {
  failedCodes: number;
  /** Of these, what were no verification codes: recovery codes, invitations, help codes. */
  failedOther?: number;
  lastFailedAt?: string;
  failedPasswords: number;
  lastFailedPasswordAt?: string;
  /** Set when this sign-in used recovery code number N, 1 to 10. */
  usedCode?: number;
  codesLeft?: number;
  authenticatorOff: boolean;
  /** 2FA is off, and required from then on. */
  requireFrom?: string;
  /** Newest first. */
  news: News[] | null;
}

export interface SignedIn {
  token: string;
  profile: ProfileView;
  welcome: Welcome;
}

export interface SignInResult {
  session?: SignedIn | null;
  challenge?: Challenge | null;
}

export interface NewWorkspace {
  workspace: string;
  name: string;
  email: string;
  password: string;
}

export interface Factor {
  kind: 'none' | 'code' | 'recovery';
  value: string;
}

export interface Proof {
  password: string;
  factor: Factor;
}

export interface StepUpNeeds {
  password: boolean;
  factor: boolean;
  authenticatorOff: boolean;
}

export interface CodesView {
  total: number;
  left: number;
  used: number[] | null;
  sheet: number;
  issuedAt: string;
  issuedBy: string;
  voided: boolean;
  /** True at three codes or fewer. */
  warn: boolean;
  /** The print run, where an admin issued them. */
  run?: number;
  handedOverAt?: string;
  acknowledgedAt?: string;
}

export type AuthenticatorUse = 'sign-in' | 'enrolment' | 'step-up' | 'phone-change';
export type RecoveryUse = 'sign-in' | 'step-up' | 'disable';

export interface TwoFactor {
  on: boolean;
  since?: string;
  /** Since when the phone of now is the one. */
  phoneSince?: string;
  lastUsedAt?: string;
  lastUsedFor?: AuthenticatorUse | '';
  authenticatorOff: boolean;
  required: boolean;
  /** From when it will be required. */
  requireFrom?: string;
  /** Without 2FA, the next sign-in asks for a longer password. */
  shortPassword?: boolean;
  codes?: CodesView | null;
}

export type Role = 'owner' | 'admin' | 'member';

export interface ProfileView {
  id: string;
  name: string;
  email: string;
  role: Role;
  workspace: string;
  createdAt: string;
  passwordChangedAt: string;
  lastSignInAt?: string;
  twoFactor: TwoFactor;
}

export interface CodeUsage {
  sheet: number;
  issuedAt: string;
  state: 'active' | 'voided';
  codes: { number: number; usedAt?: string; usedFor?: RecoveryUse | '' }[] | null;
}

export interface EnrolmentView {
  /** SVG path data, one unit a module, without the quiet zone. */
  qr: { modules: number; path: string };
  keyGroups: string[];
  issuer: string;
  account: string;
  /** Issuer and account are not whole: they would not fit into a QR code. */
  shortened: boolean;
  digits: number;
  period: number;
}

export interface SheetView {
  sheet: number;
  workspace: string;
  name: string;
  email: string;
  issuedAt: string;
  issuedBy: string;
  replaces?: number;
  codes: string[];
}

export interface Confirmed {
  sheet?: SheetView | null;
  profile?: ProfileView | null;
}

/** A row of Settings, Members. */
export interface MemberView {
  id: string;
  name: string;
  email: string;
  role: Role;
  state: 'active' | 'invited' | 'suspended';
  twoFactor: 'on' | 'off' | 'overdue';
  codesLeft: number;
  /** The sheet in force, and the print run that issued it. */
  sheet?: number;
  run?: number;
  issuedAt?: string;
  handedOverAt?: string;
  acknowledgedAt?: string;
  lastSignInAt?: string;
  createdAt: string;
  /** An open invitation or password reset ends then. */
  invitedUntil?: string;
}

/** A column of few different words: `at` has, for each row, the place of its word in `of`. */
export interface WordColumn {
  of: string[];
  at: number[];
}

/** The table of members as it crosses, column by column. Times are seconds of Unix time, 0 for none. */
export interface MemberColumns {
  id: string[];
  name: string[];
  email: string[];
  role: WordColumn;
  state: WordColumn;
  twoFactor: WordColumn;
  codesLeft: number[];
  sheet: number[];
  run: number[];
  issuedAt: number[];
  handedOverAt: number[];
  acknowledgedAt: number[];
  lastSignInAt: number[];
  createdAt: number[];
  invitedUntil: number[];
}

export interface MembersView {
  members: MemberView[];
  /** Resets, help codes and print runs need a second admin. */
  twoPeople: boolean;
}

export interface NewMember {
  name: string;
  email: string;
  role: Role;
}

/** A one-time code while it is shown. */
export interface OneTimeView {
  kind: 'invitation' | 'password-reset' | 'help';
  name: string;
  email: string;
  workspace: string;
  code: string;
  issuedBy: string;
  issuedAt: string;
  expiresAt: string;
}

/** The preview of an import. Without a name the dialog was dismissed. */
export interface ImportView {
  name: string;
  /** True where the first row named the columns. */
  header: boolean;
  rows: ImportRow[] | null;
  good: number;
  bad: number;
}

/** A person of the list, by the line of the file. */
export interface ImportRow {
  line: number;
  name: string;
  email: string;
  role: string;
  /** Why they cannot be added, as an error has it. */
  problem?: { code: string; field: string; args: Record<string, string | number> } | null;
}

export type ApprovalKind =
  'print-run' | 'reset-2fa' | 'reset-password' | 'help-code' | 'drop-requirement' | 'two-people-off';

/** An act that waits for a second admin, or for the first one after that. */
export interface ApprovalView {
  id: string;
  kind: ApprovalKind;
  members: string[] | null;
  names: string[] | null;
  reason: string;
  by: string;
  at: string;
  expiresAt: string;
  state: 'waiting' | 'approved';
  /** Asked for by this person. */
  mine: boolean;
  /** This person may approve it. */
  may: boolean;
}

export interface LogQuery {
  before: number;
  group: string;
  days: number;
  text: string;
  /** Who did it or whom it was done to: an ID; empty: anybody. */
  person: string;
  steps: boolean;
}

export interface LogEntry {
  seq: number;
  at: string;
  kind: string;
  /** Names of today; empty where nobody had signed in, or nobody is meant. */
  actor: string;
  subject: string;
  detail: Record<string, string> | null;
  /** In English, for a kind that has no words here yet. */
  sentence: string;
}

export interface LogPage {
  entries: LogEntry[] | null;
  /** `before` of the next page; 0 on the last one. */
  next: number;
  head: number;
}

export interface LogReport {
  events: number;
  /** Places that do not fit; 0: the log is as it was written. */
  breaks: number;
  firstSeq?: number;
  lastGood?: string;
  taken: number;
  at: string;
}

/** Why the window was locked. */
export const lockReasons = ['asked', 'idle', 'limit', 'ended', 'system', 'required'] as const;
export type LockReason = (typeof lockReasons)[number];
