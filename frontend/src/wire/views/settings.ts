/** What the workspace asks of everybody, and what waits for a second admin. */
import type { MemberView } from './members';

export interface PolicyView {
  name: string;
  require2FA: boolean;
  requireFrom?: string;
  /** Required, and its day has come. */
  inForce: boolean;
  twoPeople: boolean;
  idleMinutes: number;
  /** 0: never. */
  checkDays: number;
  /** After auto-lock the password alone opens the window. */
  quickUnlock: boolean;
  /** Whom to ask for help: words, an email or a link. */
  support: string;
  /** The help at the sign-in names owners and admins. */
  namesAdmins: boolean;
  /** The fingerprint of the key that signs exports. */
  signature: string;
  /** The fingerprint of the vault that one’s own client believes in; none where it knows none. */
  vault?: string;
  /** Which of its keys that is. */
  vaultKey?: number;
  /** The secrets are in a file with a passphrase, not in a keychain. */
  secretsFile?: boolean;
  /** The computer’s clock and the log’s newest entry, where it is behind that. */
  clock?: { now: string; newest: string };
}

export interface Rehearsal {
  /** Could get only as far as enrolling. */
  blocked: MemberView[] | null;
  ready: number;
  /** Could let others back in. */
  keepers: MemberView[] | null;
  /** Names of those who could approve less of a policy. */
  approvers: string[] | null;
  possible: boolean;
  /** A second admin could approve what one asks for. */
  approval: boolean;
}

export type ApprovalKind =
  | 'print-run'
  | 'reset-2fa'
  | 'reset-password'
  | 'help-code'
  | 'drop-requirement'
  | 'two-people-off'
  | 'quick-unlock';

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
