import * as settings from '../../wailsjs/go/app/Settings';
import type { app } from '../../wailsjs/go/models';
import { EventsOn } from '../../wailsjs/runtime/runtime';
import { call, closed, closedProof, fields } from './call';
import type { ApprovalKind, ApprovalView, AuthState, PolicyView, Proof, Rehearsal } from './views';

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
  setCheckDays: (session: string, days: number) =>
    call<PolicyView>(() => settings.SetCheckDays(session, days)),
  setIdle: (session: string, minutes: number) => call<PolicyView>(() => settings.SetIdle(session, minutes)),
  setQuickUnlock: (session: string, on: boolean, approval: string, proof: Proof) =>
    call<PolicyView>(async () => settings.SetQuickUnlock(session, on, approval, await closedProof(proof))),
  setSupport: (session: string, contact: string) =>
    call<PolicyView>(() => settings.SetSupport(session, contact)),
  nameAdmins: (session: string, named: boolean) =>
    call<PolicyView>(() => settings.NameAdmins(session, named)),
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
  /** Asks for a place and writes the file for a server there: see backup. */
  moveFile: (session: string, lock: { recipients: string; passphrase: string }, proof: Proof) =>
    call<{ name: string }>(async () =>
      settings.MoveFile(
        session,
        fields<app.BackupRequest>({ ...lock, passphrase: await closed('passphrase', lock.passphrase) }),
        await closedProof(proof),
      ),
    ),
  /** Uses the workspace at the server that a line leads to from now on. The proof signs in there. */
  moveTo: (session: string, line: string, proof: Proof) =>
    call<AuthState>(async () =>
      settings.MoveTo(session, await closed('invitation', line), await closedProof(proof)),
    ),
  /** Says no, or takes back what one has asked for oneself. */
  refuse: (session: string, approval: string) => call<void>(() => settings.Refuse(session, approval)),
  approvals: (session: string) => call<ApprovalView[] | null>(() => settings.Approvals(session)),
  askApproval: (session: string, kind: ApprovalKind, of: string[], reason: string, proof: Proof) =>
    call<void>(async () => settings.AskApproval(session, kind, of, reason, await closedProof(proof))),
};

/** Tells how far a backup is. Returns the way to stop listening. */
export function onBackupProgress(heard: (done: number, total: number) => void): () => void {
  return EventsOn('backup-progress', (p?: { done?: number; total?: number }) =>
    heard(p?.done ?? 0, p?.total ?? 0),
  );
}
