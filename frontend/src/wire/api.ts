/**
 * The only door to the application behind the page. Everything that the page asks of it is a
 * function here, and every refusal comes out as one class, `Refused`.
 *
 * Nothing that passes here is kept: a caller holds an answer for as long as a screen shows it.
 */
import * as door from '../../wailsjs/go/app/Door';
import * as enrolment from '../../wailsjs/go/app/Enrolment';
import * as exporting from '../../wailsjs/go/app/Exports';
import * as contracts from '../../wailsjs/go/app/Contracts';
import * as auditLog from '../../wailsjs/go/app/AuditLog';
import * as importing from '../../wailsjs/go/app/Import';
import * as keep from '../../wailsjs/go/app/Keep';
import * as members from '../../wailsjs/go/app/Members';
import * as printRuns from '../../wailsjs/go/app/PrintRuns';
import * as profile from '../../wailsjs/go/app/Profile';
import * as settings from '../../wailsjs/go/app/Settings';
import type { app } from '../../wailsjs/go/models';
import { Environment, EventsOn, WindowReload } from '../../wailsjs/runtime/runtime';
import {
  openConfirmed,
  openKit,
  openEnrolment,
  openInvitations,
  openOneTime,
  openRun,
  openSheet,
} from './answers';
import type { ContractsView, PreviewView, SavedCopies } from '../contracts/contracts';
import type { AddProgress } from '../contracts/adding.svelte';
import type { CheckProgress } from '../contracts/check';
import type { KitOwner, KitState, RotationView, SaveProgress } from '../settings/kit';
import type { ExportView, Extracted, PickedExport } from '../runs/exports';
import { memberRows } from './memberrows';
import type { PolicyView, Rehearsal } from '../settings/policy';
import type {
  LedgerView,
  RunOutcome,
  RunPreview,
  RunProgress,
  RunRequest,
  RunView,
  SheetRow,
} from '../runs/runs';
import { close, Mailbox, type Content, type Envelope } from './envelopes';
import type {
  AppError,
  ApprovalKind,
  ApprovalView,
  CodeUsage,
  DoorState,
  Factor,
  GateView,
  ImportView,
  LockReason,
  LogPage,
  LogQuery,
  LogReport,
  MembersView,
  NewMember,
  NewWorkspace,
  ProfileView,
  Proof,
  Role,
  SignInResult,
  SignedIn,
  StepUpNeeds,
  Review,
  Strength,
} from './views';

export type * from './views';
export { lockReasons } from './views';

/** A refusal by the application, with its code for `base/errors` to turn into words. */
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

/**
 * A view as the generated bindings type it: there, one of a few words is any string. Where the
 * application's views and the page's part ways, this stops fitting.
 */
type Bound<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends (infer U)[]
        ? Bound<U>[]
        : T extends object
          ? { [K in keyof T]: Bound<T[K]> }
          : T;

async function call<T>(bound: () => Promise<Bound<T>>): Promise<T> {
  try {
    return (await bound()) as T;
  } catch (reason) {
    throw new Refused(refusal(reason) ?? { code: 'internal', message: String(reason) });
  }
}

/** What the bindings take, without their classes, which only copy: what crosses is JSON. */
const fields = <T>(given: Omit<T, 'convertValues'>): T => given as T;

/** A secret as it crosses: closed with a key that the application has just made. */
async function closed(what: Content, text: string): Promise<Envelope> {
  return text ? close(what, text, await door.Key()) : { key: '', box: '' };
}

const closedFactor = async ({ kind, value }: Factor) =>
  fields<app.Factor>({ kind, value: await closed('factor', value) });

const closedProof = async ({ password, factor }: Proof) =>
  fields<app.Proof>({
    password: await closed('password', password),
    factor: await closedFactor(factor),
  });

/** Makes a call whose answer holds secrets, and takes them out. */
async function answered<C, T>(
  bound: (key: app.PublicKey) => Promise<Bound<C>>,
  open: (mailbox: Mailbox, answer: C) => Promise<T>,
): Promise<T> {
  const mailbox = await Mailbox.make();
  const answer = await call<C>(() => bound(fields<app.PublicKey>(mailbox.key)));
  return open(mailbox, answer);
}

/** Everything before a session. */
export const Door = {
  state: () => call<DoorState>(() => door.State()),
  /** Opens again after a fault. */
  retry: () => call<DoorState>(() => door.Retry()),
  /** `words` are the name, email and workspace that a password must not lean on. */
  /** Says what accepting a database that does not fit its log would mean, by an owner's proof. */
  review: (email: string, password: string, factor: Factor) =>
    call<Review>(async () =>
      door.Review(email, await closed('password', password), await closedFactor(factor)),
    ),
  /** Accepts what was reviewed. */
  acceptReviewed: () => call<DoorState>(() => door.AcceptReviewed()),
  endReview: () => call<void>(() => door.EndReview()),
  /** The name is empty when the person closed the dialog without saving. */
  saveDiagnostics: () => call<{ name: string }>(() => door.SaveDiagnostics()),
  strength: (password: string, words: string[]) =>
    call<Strength>(async () => door.Strength(await closed('password', password), words)),
  createWorkspace: (input: NewWorkspace) =>
    call<SignedIn>(async () =>
      door.CreateWorkspace(
        fields<app.NewWorkspace>({ ...input, password: await closed('password', input.password) }),
      ),
    ),
  signIn: (email: string, password: string) =>
    call<SignInResult>(async () => door.SignIn(email, await closed('password', password))),
  verify: (challenge: string, code: string) =>
    call<SignedIn>(async () => door.Verify(challenge, await closed('code', code))),
  useRecoveryCode: (challenge: string, code: string) =>
    call<SignedIn>(async () => door.UseRecoveryCode(challenge, await closed('recovery code', code))),
  /** Where a challenge asks for a longer password. */
  choosePassword: (challenge: string, next: string) =>
    call<SignedIn>(async () => door.ChoosePassword(challenge, await closed('new password', next))),
  leave: (challenge: string) => call<void>(() => door.Leave(challenge)),
  /** Takes an invitation or a password reset, and the password that its person has chosen. */
  redeem: (email: string, code: string, password: string) =>
    call<SignInResult>(async () =>
      door.Redeem(email, await closed('invitation', code), await closed('new password', password)),
    ),
  /** Without a keychain: keeps the secrets in a file with a passphrase. */
  makeSecretsFile: (passphrase: string) =>
    call<DoorState>(async () => door.MakeSecretsFile(await closed('passphrase', passphrase))),
  unlockSecretsFile: (passphrase: string) =>
    call<DoorState>(async () => door.UnlockSecretsFile(await closed('passphrase', passphrase))),
  /** Makes its holder an owner, with the key that is on the Emergency Kit. */
  useKit: ({ password, kit, ...owner }: KitOwner) =>
    call<SignInResult>(async () =>
      door.UseKit(
        fields<app.KitOwner>({
          ...owner,
          password: await closed('new password', password),
          kit: await closed('kit key', kit),
        }),
      ),
    ),
  /** As far as enrolling, where 2FA is required and off. */
  enrol: (challenge: string) => call<GateView>(() => door.Enrol(challenge)),
  /** A help code stands in for a lost phone, as far as changing it. */
  useHelpCode: (challenge: string, code: string) =>
    call<GateView>(async () => door.UseHelpCode(challenge, await closed('help code', code))),
  /** The session, once the phone is enrolled. */
  enter: (gate: string) => call<SignedIn>(() => door.Enter(gate)),
  lock: (session: string) => call<void>(() => door.Lock(session)),
  touch: (session: string) => call<void>(() => door.Touch(session)),
};

/** Settings, Profile, and Edit 2FA. */
export const Profile = {
  get: (session: string) => call<ProfileView>(() => profile.Get(session)),
  rename: (session: string, name: string) => call<ProfileView>(() => profile.Rename(session, name)),
  /** Refuses an email that the profile cannot have, before a proof is asked for. */
  checkEmail: (session: string, email: string) => call<void>(() => profile.CheckEmail(session, email)),
  changeEmail: (session: string, email: string, proof: Proof) =>
    call<ProfileView>(async () => profile.ChangeEmail(session, email, await closedProof(proof))),
  changePassword: (session: string, current: string, next: string, factor: Factor) =>
    call<ProfileView>(async () =>
      profile.ChangePassword(
        session,
        await closed('password', current),
        await closed('new password', next),
        await closedFactor(factor),
      ),
    ),
  /** What the next sensitive act will ask for. */
  stepUp: (session: string) => call<StepUpNeeds>(() => profile.StepUp(session)),
  codeUsage: (session: string) => call<CodeUsage>(() => profile.CodeUsage(session)),
  /** Voids the rest of the set. */
  notMe: (session: string) => call<ProfileView>(() => profile.NotMe(session)),
  disable: (session: string, factor: Factor) =>
    call<ProfileView>(async () => profile.Disable(session, await closedFactor(factor))),
  /** Says with its check word that one's own sheet has arrived. */
  acknowledge: (session: string, word: string) =>
    call<ProfileView>(async () => profile.Acknowledge(session, await closed('check word', word))),
};

/** Enable 2FA, Change phone, Get new recovery codes. */
export const Enrolment = {
  beginEnable: (session: string, password: string) =>
    answered(
      async (key) => enrolment.BeginEnable(session, await closed('password', password), key),
      openEnrolment,
    ),
  beginChangePhone: (session: string, proof: Proof) =>
    answered(
      async (key) => enrolment.BeginChangePhone(session, await closedProof(proof), key),
      openEnrolment,
    ),
  beginAtGate: (gate: string) => answered((key) => enrolment.BeginAtGate(gate, key), openEnrolment),
  confirm: (session: string, code: string) =>
    answered(async (key) => enrolment.Confirm(session, await closed('code', code), key), openConfirmed),
  /** The profile is there but for a gate, which `Door.enter` opens then. */
  continue: (session: string) => call<{ profile?: ProfileView | null }>(() => enrolment.Continue(session)),
  cancel: (session: string) => call<void>(() => enrolment.Cancel(session)),
  beginNewCodes: (session: string, proof: Proof) =>
    answered(async (key) => enrolment.BeginNewCodes(session, await closedProof(proof), key), openSheet),
  keepNewCodes: (session: string) => call<ProfileView>(() => enrolment.KeepNewCodes(session)),
  cancelNewCodes: (session: string) => call<void>(() => enrolment.CancelNewCodes(session)),
};

/** The ways to keep a secret; they act on what this session is showing now. */
export const Keep = {
  copyKey: (session: string) => call<void>(() => keep.CopyKey(session)),
  copyCodes: (session: string) => call<void>(() => keep.CopyCodes(session)),
  /** The name is empty when the person closed the dialog without saving. */
  saveSheet: (session: string) => call<{ name: string }>(() => keep.SaveSheet(session)),
  print: (session: string) => call<void>(() => keep.Print(session)),
};

/** Settings, Members. `approval` is empty where none is needed. */
export const Members = {
  list: async (session: string): Promise<MembersView> => {
    const view = await call<app.MembersView>(() => members.List(session));
    return { ...view, members: memberRows(view.members) };
  },
  add: (session: string, member: NewMember, proof: Proof) =>
    answered(
      async (key) => members.Add(session, fields<app.NewMember>(member), await closedProof(proof), key),
      openOneTime,
    ),
  /** A password reset, or a new invitation for somebody who has not signed in yet. */
  resetPassword: (session: string, member: string, approval: string, proof: Proof) =>
    answered(
      async (key) => members.ResetPassword(session, member, approval, await closedProof(proof), key),
      openOneTime,
    ),
  helpCode: (session: string, member: string, approval: string, proof: Proof) =>
    answered(
      async (key) => members.HelpCode(session, member, approval, await closedProof(proof), key),
      openOneTime,
    ),
  /** These act on the one-time code that is shown. */
  copyGiven: (session: string) => call<void>(() => members.CopyGiven(session)),
  print: (session: string) => call<void>(() => members.Print(session)),
  hide: (session: string) => call<void>(() => members.Hide(session)),
  setRole: (session: string, member: string, role: Role, proof: Proof) =>
    call<void>(async () => members.SetRole(session, member, role, await closedProof(proof))),
  suspend: (session: string, member: string) => call<void>(() => members.Suspend(session, member)),
  resume: (session: string, member: string) => call<void>(() => members.Resume(session, member)),
  remove: (session: string, member: string, proof: Proof) =>
    call<void>(async () => members.Remove(session, member, await closedProof(proof))),
  reset2FA: (session: string, member: string, approval: string, proof: Proof) =>
    call<void>(async () => members.Reset2FA(session, member, approval, await closedProof(proof))),
};

/** Settings, Workspace, and what waits for a second admin. */
export const Settings = {
  /** Gives the secrets file another passphrase. */
  changeSecretsPassphrase: (session: string, current: string, next: string) =>
    call<void>(async () =>
      settings.ChangeSecretsPassphrase(
        session,
        await closed('passphrase', current),
        await closed('passphrase', next),
      ),
    ),
  get: (session: string) => call<PolicyView>(() => settings.Get(session)),
  rename: (session: string, name: string) => call<PolicyView>(() => settings.Rename(session, name)),
  setIdle: (session: string, minutes: number) => call<PolicyView>(() => settings.SetIdle(session, minutes)),
  rehearse: (session: string) => call<Rehearsal>(() => settings.Rehearse(session)),
  /** `day` is a date of this computer's calendar, YYYY-MM-DD. */
  require2FA: (session: string, day: string, approval: string, proof: Proof) =>
    call<PolicyView>(async () => settings.Require2FA(session, day, approval, await closedProof(proof))),
  dropRequirement: (session: string, approval: string, proof: Proof) =>
    call<PolicyView>(async () => settings.DropRequirement(session, approval, await closedProof(proof))),
  setTwoPeople: (session: string, on: boolean, approval: string, proof: Proof) =>
    call<PolicyView>(async () => settings.SetTwoPeople(session, on, approval, await closedProof(proof))),
  confirmClock: (session: string, proof: Proof) =>
    call<PolicyView>(async () => settings.ConfirmClock(session, await closedProof(proof))),
  approve: (session: string, approval: string, proof: Proof) =>
    call<void>(async () => settings.Approve(session, approval, await closedProof(proof))),
  /** Puts the fingerprint of the key that signs exports on the clipboard. */
  copySignature: (session: string) => call<void>(() => settings.CopySignature(session)),
  /**
   * Asks for a place; the name is empty when the person closed the dialog without saving. Public
   * keys come one a line; without any, the passphrase counts.
   */
  backup: (session: string, lock: { recipients: string; passphrase: string }, proof: Proof) =>
    call<{ name: string }>(async () =>
      settings.Backup(
        session,
        fields<app.BackupRequest>({ ...lock, passphrase: await closed('passphrase', lock.passphrase) }),
        await closedProof(proof),
      ),
    ),
  /** Says no, or takes back what one has asked for oneself. */
  refuse: (session: string, approval: string) => call<void>(() => settings.Refuse(session, approval)),
  approvals: (session: string) => call<ApprovalView[] | null>(() => settings.Approvals(session)),
  askApproval: (session: string, kind: ApprovalKind, of: string[], reason: string, proof: Proof) =>
    call<void>(async () => settings.AskApproval(session, kind, of, reason, await closedProof(proof))),
};

/** The contracts: what the workspace keeps. Those that are removed lie in the bin for a while. */
export const Contracts = {
  list: (session: string) => call<ContractsView>(() => contracts.List(session)),
  /** These ask for what to add; false: the dialog was dismissed. `onAdding` tells how it goes on. */
  addFiles: (session: string) => call<boolean>(() => contracts.AddFiles(session)),
  addFolder: (session: string) => call<boolean>(() => contracts.AddFolder(session)),
  /** Files that were dropped or pasted; `sendPart` hands on what is in them, in their order. */
  addDropped: (session: string, files: app.DroppedFile[]) =>
    call<number>(() => contracts.AddDropped(session, files)),
  /** Bytes in base64, with the number of the drop. False: no more of this file is wanted. */
  sendPart: (session: string, number: number, index: number, data: string, last: boolean) =>
    call<boolean>(() => contracts.SendPart(session, number, index, data, last)),
  stopAdding: (session: string) => call<void>(() => contracts.StopAdding(session)),
  /** Opens one for reading, which the log tells. It holds until the next one, or a lock. */
  preview: (session: string, id: string) => call<PreviewView>(() => contracts.Preview(session, id)),
  closePreview: (session: string, token: string) => call<void>(() => contracts.ClosePreview(session, token)),
  /** Asks for a place. */
  saveCopy: (session: string, of: string[]) => call<SavedCopies>(() => contracts.SaveCopy(session, of)),
  rename: (session: string, id: string, name: string) =>
    call<void>(() => contracts.Rename(session, id, name)),
  tag: (session: string, of: string[], add: string[], remove: string[]) =>
    call<void>(() => contracts.Tag(session, of, add, remove)),
  /** To the bin, and back. */
  remove: (session: string, of: string[]) => call<void>(() => contracts.Remove(session, of)),
  restore: (session: string, of: string[]) => call<void>(() => contracts.Restore(session, of)),
  /** From the bin, for good. */
  purge: (session: string, of: string[]) => call<void>(() => contracts.Purge(session, of)),
  /** Reads every one of them; `onChecking` tells how far it is and what it found. */
  check: (session: string) => call<void>(() => contracts.Check(session)),
  stopCheck: (session: string) => call<void>(() => contracts.StopCheck(session)),
  stopSaving: (session: string) => call<void>(() => contracts.StopSaving(session)),
  /** The Emergency Kit, to be shown once; of owners alone, as is the rotation of the key. */
  makeKit: (session: string, proof: Proof) =>
    answered(async (key) => contracts.MakeKit(session, await closedProof(proof), key), openKit),
  printKit: (session: string) => call<void>(() => contracts.PrintKit(session)),
  kitState: (session: string) => call<KitState>(() => contracts.KitState(session)),
  /** Makes a new key and encrypts all anew with it; `onRotating` tells how far it is. */
  rotate: (session: string, proof: Proof) =>
    call<void>(async () => contracts.Rotate(session, await closedProof(proof))),
  rotationState: (session: string) => call<RotationView>(() => contracts.RotationState(session)),
  stopRotation: (session: string) => call<void>(() => contracts.StopRotation(session)),
  resumeRotation: (session: string) => call<void>(() => contracts.ResumeRotation(session)),
};

/** Tells how far saving copies is. Returns the way to stop listening. */
export const onSaving = (heard: (progress: SaveProgress) => void): (() => void) =>
  EventsOn('saving', (p?: SaveProgress) => p && heard(p));

/** Tells how far the rotation of the key is. Returns the way to stop listening. */
export const onRotating = (heard: (progress: RotationView) => void): (() => void) =>
  EventsOn('rotating', (p?: RotationView) => p && heard(p));

/** Tells that the contracts are not as they were. Returns the way to stop listening. */
export const onContractsChanged = (heard: () => void): (() => void) => EventsOn('contracts-changed', heard);

/** Tells how far adding is, at the end with what was left out. Returns the way to stop listening. */
export const onAdding = (heard: (progress: AddProgress) => void): (() => void) =>
  EventsOn('adding', (p?: AddProgress) => p && heard(p));

/** Tells how many files and folders wait to be added. Returns the way to stop listening. */
export const onAddingWaiting = (heard: (n: number) => void): (() => void) =>
  EventsOn('adding-waiting', (n?: number) => heard(n ?? 0));

/** Tells how far a check is, at the end with what it found. Returns the way to stop listening. */
export const onChecking = (heard: (progress: CheckProgress) => void): (() => void) =>
  EventsOn('checking', (p?: CheckProgress) => p && heard(p));

const closedRun = async (request: RunRequest) =>
  fields<app.RunRequest>({ ...request, passphrase: await closed('passphrase', request.passphrase) });

/** Print runs: issuing sheets for several members, and their ledger. */
export const PrintRuns = {
  /** Newest first, before a number; 0: from the newest. */
  list: (session: string, before: number) => call<RunView[] | null>(() => printRuns.List(session, before)),
  get: (session: string, run: number) => call<LedgerView>(() => printRuns.Get(session, run)),
  /** What is in force and was not acknowledged, oldest first. */
  unacknowledged: (session: string) => call<SheetRow[] | null>(() => printRuns.Unacknowledged(session)),
  /** Gives how many were marked now. */
  handOver: (session: string, run: number, sheets: number[]) =>
    call<number>(() => printRuns.HandOver(session, run, sheets)),
  /** For sheets that never reached their members; gives how many were in force. */
  void: (session: string, run: number, sheets: number[]) =>
    call<number>(() => printRuns.Void(session, run, sheets)),
  preview: (session: string, of: string[]) => call<RunPreview>(() => printRuns.Preview(session, of)),
  /** Asks for a place; `onRunProgress` tells how far it is. */
  save: (session: string, request: RunRequest, proof: Proof) =>
    call<RunOutcome>(async () => printRuns.Save(session, await closedRun(request), await closedProof(proof))),
  /** The sheets, for the printer. None is in force until `putInForce`. */
  make: (session: string, request: RunRequest, proof: Proof) =>
    answered(
      async (key) => printRuns.Make(session, await closedRun(request), await closedProof(proof), key),
      openRun,
    ),
  print: (session: string) => call<void>(() => printRuns.Print(session)),
  /** With the number of pages that somebody says are on paper. */
  putInForce: (session: string, pages: number) =>
    call<RunOutcome>(() => printRuns.PutInForce(session, pages)),
  cancel: (session: string) => call<RunOutcome>(() => printRuns.Cancel(session)),
};

/** Open and verify: one encrypted file at a time, until it is closed. */
export const Exports = {
  /** Asks for a file; the name is empty when the person closed the dialog without one. */
  pick: (session: string) => call<PickedExport>(() => exporting.Pick(session)),
  /** Asks for a file of private keys, which `open` then uses. */
  pickKey: (session: string) => call<{ name: string }>(() => exporting.PickKey(session)),
  /** Reads it to its end; `onExportProgress` tells how far it is, and `close` stops it. */
  open: (session: string, lock: PickedExport['lock'], typed: string) =>
    call<ExportView>(async () =>
      exporting.Open(session, await closed(lock === 'keys' ? 'private key' : 'passphrase', typed)),
    ),
  /** Asks for the name of a new folder, and puts the files there. */
  extract: (session: string) => call<Extracted>(() => exporting.Extract(session)),
  /** Forgets the file and what opens it. */
  close: (session: string) => call<void>(() => exporting.Close(session)),
};

/** Tells how far the reading of an export is, in bytes. Returns the way to stop listening. */
export function onExportProgress(heard: (done: number, total: number) => void): () => void {
  return EventsOn('export-progress', (p?: { done?: number; total?: number }) =>
    heard(p?.done ?? 0, p?.total ?? 0),
  );
}

/** Tells how far a backup is. Returns the way to stop listening. */
export function onBackupProgress(heard: (done: number, total: number) => void): () => void {
  return EventsOn('backup-progress', (p?: { done?: number; total?: number }) =>
    heard(p?.done ?? 0, p?.total ?? 0),
  );
}

/** Tells how far a print run is. Returns the way to stop listening. */
export const onRunProgress = (heard: (progress: RunProgress) => void): (() => void) =>
  EventsOn('run-progress', (p?: RunProgress) => p && heard(p));

/** Settings, Members, Import, and what goes to paper or into a file from there. */
export const Import = {
  /** Asks for a file; `check` looks at it again. */
  pick: (session: string) => call<ImportView>(() => importing.Pick(session)),
  check: (session: string) => call<ImportView>(() => importing.Check(session)),
  /** Adds all of them, or those who can be added; `onImportProgress` tells how far it is. */
  run: (session: string, onlyGood: boolean, proof: Proof) =>
    call<{ count: number }>(async () => importing.Run(session, onlyGood, await closedProof(proof))),
  cancel: (session: string) => call<void>(() => importing.Cancel(session)),
  /** The name is empty when the person closed the dialog without saving. */
  saveInvitations: (session: string, paper: 'a4' | 'letter') =>
    call<{ name: string }>(() => importing.SaveInvitations(session, paper)),
  /** For drawing them; `Members.print` then opens the print dialog. */
  printInvitations: (session: string) =>
    answered((key) => importing.PrintInvitations(session, key), openInvitations),
  /** The table of members as CSV, without secrets. */
  saveOverview: (session: string) => call<{ name: string }>(() => importing.SaveOverview(session)),
};

/** Tells how far an import, or the drawing of its invitations, is. Returns the way to stop listening. */
export function onImportProgress(
  of: 'import' | 'invitations',
  heard: (done: number, total: number) => void,
): () => void {
  return EventsOn(`${of}-progress`, (p?: { done?: number; total?: number }) =>
    heard(p?.done ?? 0, p?.total ?? 0),
  );
}

/** Settings, Audit log. */
export const AuditLog = {
  list: (session: string, query: LogQuery) =>
    call<LogPage>(() => auditLog.List(session, fields<app.LogQuery>(query))),
  /** What was written since an entry. It does not count as use: the window locks all the same. */
  follow: (session: string, query: LogQuery, after: number) =>
    call<LogPage>(() => auditLog.Follow(session, fields<app.LogQuery>(query), after)),
  /** Reads the whole log; `onLogProgress` tells how far it is. */
  verify: (session: string) => call<LogReport>(() => auditLog.Verify(session)),
  /** The name is empty when the person closed the dialog without saving. */
  export: (session: string) =>
    call<{ name: string; events: number; head: string }>(() => auditLog.Export(session)),
};

/** Tells how far verifying or exporting the log is. Returns the way to stop listening. */
export function onLogProgress(heard: (done: number, total: number) => void): () => void {
  return EventsOn('log-progress', (p?: { done?: number; total?: number }) =>
    heard(p?.done ?? 0, p?.total ?? 0),
  );
}

/** Tells when the application has locked the window, and why. Returns the way to stop listening. */
export function onLocked(heard: (reason: LockReason) => void): () => void {
  return EventsOn('locked', (payload?: { reason?: LockReason }) => heard(payload?.reason ?? 'ended'));
}

/** Begins anew, with nothing of what was. */
export const beginAnew = (): void => WindowReload();

export type Platform = 'linux' | 'darwin' | 'windows';

/** The system underneath, for advice that differs between systems. */
export async function platform(): Promise<Platform> {
  const { platform: name } = await Environment();
  return name === 'darwin' || name === 'windows' ? name : 'linux';
}
