/** Somebody’s own profile, their 2FA and their recovery codes. */

export interface Factor {
  kind: 'none' | 'code' | 'recovery';
  value: string;
}

export interface Proof {
  password: string;
  factor: Factor;
}

/** Acts that one proof is good for, for ten minutes; empty: each asks. */
export type Acts = '' | 'members' | 'runs' | 'policy';

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
  /** When its holder last had it. */
  checkedAt?: string;
  /** It is time to ask them. */
  checkDue: boolean;
}

export type AuthenticatorUse = 'sign-in' | 'enrolment' | 'step-up' | 'phone-change' | 'app-added';

export type RecoveryUse = 'sign-in' | 'step-up' | 'disable';

/** An authenticator app. Without a name its person has given it none. */
export interface AppView {
  number: number;
  name: string;
  addedAt: string;
  lastUsedAt?: string;
  lastUsedFor?: AuthenticatorUse | '';
}

export interface TwoFactor {
  on: boolean;
  since?: string;
  /** In the order in which they were added. */
  apps?: AppView[];
  /** How many there may be. */
  mostApps?: number;
  /** Of the app that was used last. */
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

/** What somebody may do that is about nobody in particular: `backend/workspace/permissions.go` decides. */
export type Permission =
  | 'administer'
  | 'give-roles'
  | 'purge'
  | 'two-people'
  | 'vault-key'
  | 'confirm-clock'
  | 'backup'
  | 'passphrase'
  | 'support';

/** What may be done to a member: the same table decides. */
export type MemberAct =
  'issue' | 'help-code' | 'reset-2fa' | 'reset-password' | 'role' | 'suspend' | 'resume' | 'remove';

/** What a person is asked to do after they have created a workspace or joined it. */
export interface ChecklistView {
  steps: ChecklistStep[];
  /** Its person has put it away. */
  away: boolean;
}

export interface ChecklistStep {
  item: 'two-factor' | 'codes' | 'kit' | 'backup' | 'members' | 'second-admin';
  done: boolean;
}

export interface ProfileView {
  id: string;
  name: string;
  email: string;
  role: Role;
  workspace: string;
  createdAt: string;
  passwordChangedAt: string;
  lastSignInAt?: string;
  /** Of what is printed for them; without one, none is known. */
  language?: string;
  twoFactor: TwoFactor;
  /** What the page offers to its person. */
  permissions: Permission[];
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
  /** Whom to ask for help. */
  support?: string;
  sheet: number;
  workspace: string;
  name: string;
  email: string;
  issuedAt: string;
  issuedBy: string;
  replaces?: number;
  codes: string[];
  /** In which it is printed; without one, the page's. */
  language?: string;
}

export interface Confirmed {
  sheet?: SheetView | null;
  profile?: ProfileView | null;
}
