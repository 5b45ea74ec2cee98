import * as enrolment from '../../wailsjs/go/app/Enrolment';
import { openConfirmed, openEnrolment, openSheet } from './answers';
import { answered, call, closed, closedProof } from './call';
import type { ProfileView, Proof } from './views';

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
