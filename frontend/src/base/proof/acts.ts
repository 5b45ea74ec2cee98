/**
 * The acts that ask for proof first: what the dialog says, what it needs, and what follows. A
 * new one is one constant.
 */
import { Enrolment, Profile, type ProfileView, type Proof, type StepUpNeeds } from '../../wire/api';
import type { Key } from '../i18n';
import { session } from '../session.svelte';

export interface Act {
  title: Key;
  text: Key;
  /** What the text names. */
  values?: Record<string, string>;
  /** What it will ask for. Nothing at all for a while after a sign-in with a recovery code. */
  needs: () => Promise<StepUpNeeds>;
  begin: (proof: Proof) => Promise<void>;
}

export const noProof: Proof = { password: '', factor: { kind: 'none', value: '' } };

export const enable: Act = {
  title: 'enable.title',
  text: 'stepUp.enable',
  needs: async () => ({ password: true, factor: false, authenticatorOff: false }),
  begin: async ({ password }) => {
    const enrolment = await session.use((token) => Enrolment.beginEnable(token, password));
    session.go({ at: 'enable', enrolment });
  },
};

export const phoneChange: Act = {
  title: 'phone.title',
  text: 'stepUp.phone',
  needs: () => session.use((token) => Profile.stepUp(token, '')),
  begin: async (proof) => {
    const enrolment = await session.use((token) => Enrolment.beginChangePhone(token, proof));
    session.go({ at: 'change-phone', enrolment });
  },
};

/** `done` gets the profile as it is then. */
export const emailChange = (email: string, done: (profile: ProfileView) => void): Act => ({
  title: 'email.title',
  text: 'stepUp.email',
  values: { email },
  needs: () => session.use((token) => Profile.stepUp(token, '')),
  begin: async (proof) => done(await session.use((token) => Profile.changeEmail(token, email, proof))),
});

export const newCodes: Act = {
  title: 'newCodes.title',
  text: 'stepUp.codes',
  needs: () => session.use((token) => Profile.stepUp(token, '')),
  begin: async (proof) => {
    const sheet = await session.use((token) => Enrolment.beginNewCodes(token, proof));
    session.go({ at: 'new-codes', sheet });
  },
};
