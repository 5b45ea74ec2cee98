import * as members from '../../wailsjs/go/app/Members';
import type { app } from '../../wailsjs/go/models';
import { openOneTime } from './answers';
import { answered, call, closedProof, fields } from './call';
import { codeRows, memberRows } from './memberrows';
import type {
  MemberComputersView,
  MembersView,
  NewMember,
  OneTimeKind,
  Proof,
  RemindersView,
  Role,
} from './views';

/** Settings, Members. `approval` is empty where none is needed. */
async function table(read: () => Promise<app.MembersView>): Promise<MembersView> {
  const view = await call(read);
  return { ...view, codes: codeRows(view.codes, view.members.id), members: memberRows(view.members) };
}

export const Members = {
  list: (session: string) => table(() => members.List(session)),
  /** The same for a page that nobody asked to read it: it is no use of the session. */
  follow: (session: string) => table(() => members.Follow(session)),
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
  /** For a mail to those who can sign in and have 2FA off: what to do, and their addresses. */
  copyReminder: (session: string) => call<void>(() => members.CopyReminder(session)),
  copyEmails: (session: string) => call<void>(() => members.CopyEmails(session)),
  /** One page for each of these who still has 2FA off; `maxPrint` at most. */
  reminders: (session: string, all: string[]) => call<RemindersView>(() => members.Reminders(session, all)),
  printReminders: (session: string) => call<void>(() => members.PrintReminders(session)),
  print: (session: string) => call<void>(() => members.Print(session)),
  hide: (session: string) => call<void>(() => members.Hide(session)),
  endCode: (session: string, member: string, kind: OneTimeKind) =>
    call<void>(() => members.EndCode(session, member, kind)),
  /** Of a workspace at a server; none where one may not see them. */
  computers: (session: string, member: string) =>
    call<MemberComputersView>(() => members.Computers(session, member)),
  removeComputer: (session: string, member: string, computer: string, proof: Proof) =>
    call<void>(async () => members.RemoveComputer(session, member, computer, await closedProof(proof))),
  setRole: (session: string, member: string, role: Role, proof: Proof) =>
    call<void>(async () => members.SetRole(session, member, role, await closedProof(proof))),
  setLanguage: (session: string, all: string[], language: string) =>
    call<void>(() => members.SetLanguage(session, all, language)),
  suspend: (session: string, member: string) => call<void>(() => members.Suspend(session, member)),
  resume: (session: string, member: string) => call<void>(() => members.Resume(session, member)),
  remove: (session: string, member: string, proof: Proof) =>
    call<void>(async () => members.Remove(session, member, await closedProof(proof))),
  reset2FA: (session: string, member: string, approval: string, proof: Proof) =>
    call<void>(async () => members.Reset2FA(session, member, approval, await closedProof(proof))),
};
