/** Before a session, and its beginning. */
import type { AppError } from '../refusals';
import type { Factor, ProfileView, Role } from './profile';
import type { ApprovalView } from './settings';

/** One of this computer’s workspaces. */
export interface OnComputer {
  /** The ID of its data folder; empty for the first. */
  folder: string;
  name: string;
  server?: string;
  /** It is the one that the window shows. */
  inUse: boolean;
}

export interface AuthState {
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
  /** Where the workspace is: name and port of a server. Without it, on this computer. */
  server?: string;
  /** The folder has joined a server's workspace, which may be away. */
  joined?: boolean;
  /** This computer has workspaces beside the one that is shown. */
  others?: boolean;
  /** A backup could be restored. */
  canRestore?: boolean;
  /** An Emergency Kit could be used. */
  kit?: boolean;
  /** Why the page before was locked, until somebody signs in. */
  lockedFor?: LockReason;
  /** Whose window was locked. */
  lockedEmail?: string;
  /** And their password alone opens it. */
  quickUnlock?: boolean;
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
  | 'computer'
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

/** Whom a person can ask for help. */
export interface Support {
  contact: string;
  /** It is an email or a link. */
  opens: boolean;
  /** Of owners and admins; none where the workspace hides them. */
  names: string[] | null;
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
export interface EnrolmentSession {
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
  /** It is told at each sign-in until it is put away by this number. */
  stays?: number;
}

/** The event `happened`: what others have done, while the person is in. */
export interface Happened {
  /** Newest first. */
  news: News[] | null;
  /** As it is now, where something of it may have changed. */
  profile?: ProfileView;
  /** All that wait, where some were made or decided on. */
  approvals: ApprovalView[] | null;
  /** The table of members is another. */
  members?: boolean;
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
  /** What they come back to after a lock. */
  kept?: KeptPage | null;
}

/** Where somebody was, and what they had typed and not saved. */
export interface KeptPage {
  place: string;
  drafts: Record<string, string>;
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

/** What a backup says of itself, once it was read to its end. */
export interface RestoreView {
  workspace: string;
  at: string;
  by: string;
  /** A fingerprint. */
  signedBy: string;
  contracts: number;
}

export interface RestoreOwner {
  email: string;
  password: string;
  factor: Factor;
  /** The workspace that the keychain has the keys of is lost. */
  replace: boolean;
}

/** Why the window was locked. */
export const lockReasons = ['asked', 'idle', 'limit', 'ended', 'system', 'required'] as const;

export type LockReason = (typeof lockReasons)[number];
