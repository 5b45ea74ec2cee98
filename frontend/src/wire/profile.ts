import * as profile from '../../wailsjs/go/app/Profile';
import { call, closed, closedFactor, closedProof } from './call';
import type {
  Acts,
  ChecklistView,
  CodeUsage,
  Factor,
  LogPage,
  LogState,
  ProfileView,
  Proof,
  StepUpNeeds,
} from './views';

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
  stepUp: (session: string, acts: Acts) => call<StepUpNeeds>(() => profile.StepUp(session, acts)),
  codeUsage: (session: string) => call<CodeUsage>(() => profile.CodeUsage(session)),
  /** What concerns the person themselves. */
  securityLog: (session: string, before: number) => call<LogPage>(() => profile.SecurityLog(session, before)),
  /** How the whole log stands, to compare with another member. */
  logState: (session: string) => call<LogState>(() => profile.LogState(session)),
  /** Whether the log is the one whose code another member has seen. */
  compareLog: (session: string, event: number, code: string) =>
    call<void>(() => profile.CompareLog(session, event, code)),
  /** Voids the rest of the set. */
  notMe: (session: string) => call<ProfileView>(() => profile.NotMe(session)),
  disable: (session: string, factor: Factor) =>
    call<ProfileView>(async () => profile.Disable(session, await closedFactor(factor))),
  checklist: (session: string) => call<ChecklistView>(() => profile.Checklist(session)),
  /** Has a piece of news that stays told no more at this computer. */
  putNewsAway: (session: string, number: number) => call<void>(() => profile.PutNewsAway(session, number)),
  /** Hides the checklist from this person, or shows it again. */
  putChecklistAway: (session: string, away: boolean) =>
    call<ChecklistView>(() => profile.PutChecklistAway(session, away)),
  /** Says with its check word that one's own sheet has arrived. */
  acknowledge: (session: string, word: string) =>
    call<ProfileView>(async () => profile.Acknowledge(session, await closed('check word', word))),
  /** Takes the check word or the number of the sheet that works. */
  checkCodes: (session: string, word: string) =>
    call<ProfileView>(async () => profile.CheckCodes(session, await closed('check word', word))),
  postponeCheck: (session: string) => call<ProfileView>(() => profile.PostponeCheck(session)),
};
