/**
 * The acts that ask for proof first: what the dialog says, what it needs, and what follows. A
 * new one is one constant.
 */
import {
  type AppView,
  Enrolment,
  Profile,
  type ProfileView,
  type Proof,
  type StepUpNeeds,
  type TwoFactor,
} from '../../wire/api';
import { appName } from '../apps';
import { onDay } from '../dates';
import { type Key, t } from '../i18n';
import { session } from '../session.svelte';

/** One of several acts, which is asked about before the proof. */
export interface Choice {
  title: Key;
  text: Key;
  oneOf: { label: string; note: string; act: Act }[];
}

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

/** Change phone of one app. Where there are several, it is named. */
export function appChange(app: AppView, { apps }: TwoFactor): Act {
  const name = (apps ?? []).length > 1 ? appName(app) : undefined;
  return {
    title: 'phone.title',
    text: name ? 'stepUp.phone_of' : 'stepUp.phone',
    ...(name && { values: { name } }),
    needs: () => session.use((token) => Profile.stepUp(token, '')),
    begin: async (proof) => {
      const enrolment = await session.use((token) => Enrolment.beginChangePhone(token, app.number, proof));
      session.go({ at: 'change-phone', enrolment, name });
    },
  };
}

/** Change phone, of the only app or of one that is chosen. */
export function phoneChange(twoFactor: TwoFactor): Act | Choice {
  const acts = (twoFactor.apps ?? []).map((app) => ({
    label: appName(app),
    note: t('apps.added', { day: onDay(app.addedAt) }),
    act: appChange(app, twoFactor),
  }));
  const [only] = acts;
  return acts.length === 1 && only ? only.act : { title: 'phone.title', text: 'apps.which', oneOf: acts };
}

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
