/**
 * The only door to the application behind the page. Everything that the page asks of it is a
 * function here, and every refusal comes out as one class, `Refused`.
 *
 * Nothing that passes here is kept: a caller holds an answer for as long as a screen shows it.
 */

export interface AppError {
  code: string;
  message: string;
  field?: string;
  args?: Record<string, string | number>;
  reference?: string;
}

export interface DoorState {
  stage: 'fault' | 'create' | 'signIn';
  workspace: string;
  fault?: AppError;
  version: string;
  dataFolder: string;
  minimumPassword: number;
  /** Minutes without activity after which the window locks. */
  idleMinutes?: number;
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
}

export interface Welcome {
  failedCodes: number;
  lastFailedAt?: string;
  failedPasswords: number;
  lastFailedPasswordAt?: string;
  /** Set when this sign-in used recovery code number N, 1 to 10. */
  usedCode?: number;
  codesLeft?: number;
  authenticatorOff: boolean;
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
  codes?: CodesView | null;
}

export interface ProfileView {
  id: string;
  name: string;
  email: string;
  role: 'owner' | 'admin' | 'member';
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

export type LockReason = 'asked' | 'idle' | 'limit' | 'ended' | 'system';

/** A refusal by the application, with its code for `lib/errors` to turn into words. */
export class Refused extends Error {
  readonly code: string;
  readonly field: string | undefined;
  readonly args: Record<string, string | number>;

  constructor(error: AppError) {
    super(error.message || error.code);
    this.name = 'Refused';
    this.code = error.code;
    this.field = error.field || undefined;
    this.args = { ...error.args, ...(error.reference ? { reference: error.reference } : {}) };
  }
}

type Bound = (...args: unknown[]) => Promise<unknown>;

interface Shell {
  go?: { app?: Record<string, Record<string, Bound>> };
  runtime?: {
    EventsOn(name: string, callback: (payload?: unknown) => void): () => void;
    Environment(): Promise<{ platform: string }>;
  };
}

function shell(): Shell {
  return window as unknown as Shell;
}

function isAppError(value: unknown): value is AppError {
  return typeof value === 'object' && value !== null && typeof (value as AppError).code === 'string';
}

/** A rejection's refusal, which arrives as the JSON text of an Error's message. */
function refusal(reason: unknown): AppError | undefined {
  if (isAppError(reason)) return reason;
  if (!(reason instanceof Error)) return undefined;
  try {
    const value: unknown = JSON.parse(reason.message);
    return isAppError(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function call<T>(struct: string, method: string, ...args: unknown[]): Promise<T> {
  const bound = shell().go?.app?.[struct]?.[method];
  if (!bound) throw new Refused({ code: 'internal', message: `${struct}.${method} is not bound` });
  try {
    return (await bound(...args)) as T;
  } catch (reason) {
    throw new Refused(refusal(reason) ?? { code: 'internal', message: String(reason) });
  }
}

/** Everything before a session. */
export const Door = {
  state: () => call<DoorState>('Door', 'State'),
  /** Opens again after a fault. */
  retry: () => call<DoorState>('Door', 'Retry'),
  /** `words` are the name, email and workspace that a password must not lean on. */
  strength: (password: string, words: string[]) => call<Strength>('Door', 'Strength', password, words),
  createWorkspace: (input: NewWorkspace) => call<SignedIn>('Door', 'CreateWorkspace', input),
  signIn: (email: string, password: string) => call<SignInResult>('Door', 'SignIn', email, password),
  verify: (challenge: string, code: string) => call<SignedIn>('Door', 'Verify', challenge, code),
  useRecoveryCode: (challenge: string, code: string) =>
    call<SignedIn>('Door', 'UseRecoveryCode', challenge, code),
  leave: (challenge: string) => call<void>('Door', 'Leave', challenge),
  lock: (session: string) => call<void>('Door', 'Lock', session),
  touch: (session: string) => call<void>('Door', 'Touch', session),
};

/** Settings, Profile, and Edit 2FA. */
export const Profile = {
  get: (session: string) => call<ProfileView>('Profile', 'Get', session),
  rename: (session: string, name: string) => call<ProfileView>('Profile', 'Rename', session, name),
  changeEmail: (session: string, email: string) =>
    call<ProfileView>('Profile', 'ChangeEmail', session, email),
  changePassword: (session: string, current: string, next: string, factor: Factor) =>
    call<ProfileView>('Profile', 'ChangePassword', session, current, next, factor),
  /** What the next sensitive act will ask for. */
  stepUp: (session: string) => call<StepUpNeeds>('Profile', 'StepUp', session),
  codeUsage: (session: string) => call<CodeUsage>('Profile', 'CodeUsage', session),
  /** Voids the rest of the set. */
  notMe: (session: string) => call<ProfileView>('Profile', 'NotMe', session),
  disable: (session: string, factor: Factor) => call<ProfileView>('Profile', 'Disable', session, factor),
};

/** Enable 2FA, Change phone, Get new recovery codes. */
export const Enrolment = {
  beginEnable: (session: string, password: string) =>
    call<EnrolmentView>('Enrolment', 'BeginEnable', session, password),
  beginChangePhone: (session: string, proof: Proof) =>
    call<EnrolmentView>('Enrolment', 'BeginChangePhone', session, proof),
  confirm: (session: string, code: string) => call<Confirmed>('Enrolment', 'Confirm', session, code),
  continue: (session: string) => call<ProfileView>('Enrolment', 'Continue', session),
  cancel: (session: string) => call<void>('Enrolment', 'Cancel', session),
  beginNewCodes: (session: string, proof: Proof) =>
    call<SheetView>('Enrolment', 'BeginNewCodes', session, proof),
  keepNewCodes: (session: string) => call<ProfileView>('Enrolment', 'KeepNewCodes', session),
  cancelNewCodes: (session: string) => call<void>('Enrolment', 'CancelNewCodes', session),
};

/** The ways to keep a secret; they act on what this session is showing now. */
export const Keep = {
  copyKey: (session: string) => call<void>('Keep', 'CopyKey', session),
  copyCodes: (session: string) => call<void>('Keep', 'CopyCodes', session),
  /** The name is empty when the person closed the dialog without saving. */
  saveSheet: (session: string) => call<{ name: string }>('Keep', 'SaveSheet', session),
  print: (session: string) => call<void>('Keep', 'Print', session),
};

/** Tells when the application has locked the window, and why. Returns the way to stop listening. */
export function onLocked(heard: (reason: LockReason) => void): () => void {
  const stop = shell().runtime?.EventsOn('locked', (payload) => {
    heard((payload as { reason?: LockReason } | undefined)?.reason ?? 'ended');
  });
  return stop ?? (() => {});
}

export type Platform = 'linux' | 'darwin' | 'windows';

/** The system underneath, for advice that differs between systems. */
export async function platform(): Promise<Platform> {
  const name = (await shell().runtime?.Environment())?.platform;
  return name === 'darwin' || name === 'windows' ? name : 'linux';
}
