import * as enrolment from '../../wailsjs/go/app/Enrolment';
import { openConfirmed, openEnrolment, openSheet } from './answers';
import { answered, call, closed, closedProof } from './call';
import type { ProfileView, Proof } from './views';

/** Enable 2FA, Change phone, the list of authenticator apps, Get new recovery codes. */
export const Enrolment = {
  beginEnable: (session: string, password: string) =>
    answered(
      async (key) => enrolment.BeginEnable(session, await closed('password', password), key),
      openEnrolment,
    ),
  /** The new one takes the place of an app. */
  beginChangePhone: (session: string, app: number, proof: Proof) =>
    answered(
      async (key) => enrolment.BeginChangePhone(session, app, await closedProof(proof), key),
      openEnrolment,
    ),
  beginAddApp: (session: string, name: string, proof: Proof) =>
    answered(
      async (key) => enrolment.BeginAddApp(session, name, await closedProof(proof), key),
      openEnrolment,
    ),
  renameApp: (session: string, app: number, name: string) =>
    call<ProfileView>(() => enrolment.RenameApp(session, app, name)),
  removeApp: (session: string, app: number, proof: Proof) =>
    call<ProfileView>(async () => enrolment.RemoveApp(session, app, await closedProof(proof))),
  beginInSession: (session: string) => answered((key) => enrolment.Begin(session, key), openEnrolment),
  confirm: (session: string, code: string) =>
    answered(async (key) => enrolment.Confirm(session, await closed('code', code), key), openConfirmed),
  /** The profile is there but in an enrolment session, which `Auth.enter` opens then. */
  continue: (session: string) => call<{ profile?: ProfileView | null }>(() => enrolment.Continue(session)),
  cancel: (session: string) => call<void>(() => enrolment.Cancel(session)),
  beginNewCodes: (session: string, proof: Proof) =>
    answered(async (key) => enrolment.BeginNewCodes(session, await closedProof(proof), key), openSheet),
  keepNewCodes: (session: string) => call<ProfileView>(() => enrolment.KeepNewCodes(session)),
  cancelNewCodes: (session: string) => call<void>(() => enrolment.CancelNewCodes(session)),
};
