/**
 * What the page knows, and where the person is in it. There is one, `session`. The token is the
 * only thing that opens anything, and it lives in a private field here; dropping the session
 * drops every screen with it, and nothing is in the address, the history or any storage.
 */
import { untrack } from 'svelte';
import {
  Auth,
  type AuthState,
  type ApprovalView,
  beginAnew,
  type Challenge,
  type EnrolmentSession,
  type Happened,
  type LockReason,
  onHappened,
  onLocked,
  onLocking,
  Profile,
  type ProfileView,
  Refused,
  refused,
  Settings,
  type SignedIn,
  type Welcome,
} from '../wire/api';
import { toasts } from './components/toasts.svelte';
import { drafts } from './drafts.svelte';
import { words, type Words } from './errors';
import { t } from './i18n';
import { nameOf, type Place, placeNamed } from './kept';
import { lockWords, reasonOf } from './lockwords';

export type { Place };

/** What a place was opened for, and does as soon as it can. */
export type Asked =
  | 'add-contract'
  | 'add-folder'
  | 'change-password'
  | 'enable'
  | 'change-phone'
  | 'new-codes'
  | 'add-member'
  | 'import-members'
  | 'require'
  | 'back-up'
  | 'make-kit';

const ended = () => new Refused({ code: 'session_ended', message: 'the window was locked' });

export class Session {
  auth = $state.raw<AuthState | undefined>(undefined);
  challenge = $state.raw<Challenge | undefined>(undefined);
  /** Somebody who is in as far as enrolling a phone, and no further. */
  enrolment = $state.raw<Omit<EnrolmentSession, 'token'> | undefined>(undefined);
  /** Why the person is back at the sign-in. */
  notice = $state.raw<Words | undefined>(undefined);
  /** The last sign-in was refused with a log that was restored. */
  restored = $state(false);
  profile = $state.raw<ProfileView | undefined>(undefined);
  welcome = $state.raw<Welcome | undefined>(undefined);
  place = $state.raw<Place>({ at: 'contracts' });
  asked = $state.raw<Asked | undefined>(undefined);
  /** Where they want to go, while they are asked about what they have typed. */
  leaving = $state.raw<{ place: Place; asked: Asked | undefined } | undefined>(undefined);
  /** The window is about to lock: in how many seconds, and whether for the length of the session. */
  locking = $state.raw<{ seconds: number; limit: boolean } | undefined>(undefined);
  /** How many approvals wait for this person. */
  waiting = $state(0);
  /** Approvals that wait, as others have just changed them. */
  approvals = $state.raw<ApprovalView[] | undefined>(undefined);
  /** How often others have changed something of the table of members. */
  members = $state(0);
  #token: string | undefined;
  readonly #endings: (() => void)[] = [];

  /** Asks the application where things stand, and listens for it locking the window. */
  async open(): Promise<void> {
    onLocked((reason) => this.drop(reason));
    onHappened((it) => this.#hear(it));
    onLocking((seconds, limit) => (this.locking = seconds ? { seconds, limit } : undefined));
    await this.#ask(Auth.state);
    if (this.auth?.lockedFor)
      this.notice = lockWords(this.auth.lockedFor, this.auth.idleMinutes, this.auth.quickUnlock);
  }

  /** After a fault: opens again. */
  retry(): Promise<void> {
    return this.#ask(Auth.retry);
  }

  /** Another workspace of this computer is shown. */
  chose(auth: AuthState): void {
    this.auth = auth;
    this.restored = false;
    this.challenge = this.notice = undefined;
  }

  async #ask(state: () => Promise<AuthState>): Promise<void> {
    try {
      this.auth = await state();
    } catch (thrown) {
      const { code, message, args } = refused(thrown);
      const nothing = { workspace: '', version: '', dataFolder: '', minimumPassword: 0 };
      this.auth = { ...this.auth, ...nothing, stage: 'fault', fault: { code, message, args } };
    }
  }

  /** A right password with a second factor still due. */
  challenged(challenge: Challenge): void {
    this.notice = undefined;
    this.challenge = challenge;
  }

  /** "Not you?": back to the password, and the challenge is worth nothing any more. */
  leave(): void {
    const token = this.challenge?.token;
    this.challenge = undefined;
    if (token) Auth.leave(token).catch(() => {});
  }

  /** The challenge ran out: back to the password, saying so. */
  challengeEnded(refusal: Refused): void {
    this.challenge = undefined;
    this.restored = refusal.code === 'log_restored';
    this.notice = words(refusal);
  }

  /** In, as far as enrolling a phone: all that this token can do is to enrol, to lock and to enter. */
  beginEnrolment({ token, ...enrolment }: EnrolmentSession): void {
    this.#token = token;
    this.challenge = undefined;
    this.notice = undefined;
    this.enrolment = enrolment;
  }

  begin({ token, profile, welcome, kept }: SignedIn): void {
    this.#token = token;
    this.challenge = undefined;
    this.enrolment = undefined;
    this.notice = undefined;
    this.restored = false;
    this.profile = profile;
    this.welcome = welcome;
    const left = welcome.codesLeft ?? profile.twoFactor.codes?.left ?? 0;
    drafts.all = kept?.drafts ?? {};
    this.place = welcome.usedCode
      ? { at: 'recovered', number: welcome.usedCode, left }
      : placeNamed(kept?.place ?? '', profile);
  }

  /**
   * Does something that needs the session. A session that has ended on the other side ends here
   * as well. An answer that comes after the window was locked is dropped, unseen: it belongs to
   * somebody who may have left.
   */
  async use<T>(act: (token: string) => Promise<T>): Promise<T> {
    const token = this.#token;
    try {
      if (!token) throw ended();
      const answer = await act(token);
      if (token !== this.#token) throw ended();
      return answer;
    } catch (thrown) {
      const refusal = refused(thrown);
      if (token === this.#token) {
        if (refusal.code === 'session_ended') this.drop(reasonOf(refusal));
        // That was the twentieth wrong code: the profile says so from now on.
        if (refusal.code === 'authenticator_off') void this.refresh();
      }
      throw refusal;
    }
  }

  /** Reads the profile again: something has changed what it says of itself. */
  async refresh(): Promise<void> {
    const profile = await this.use(Profile.get).catch(() => undefined);
    if (profile) this.profile = profile;
  }

  /** Leads to a place. What is typed where one is and not saved is asked about first. */
  go(place: Place, asked?: Asked): void {
    if (drafts.unsaved && nameOf(place) !== nameOf(this.place)) this.leaving = { place, asked };
    else this.#enter(place, asked);
  }

  /** The answer: what was typed is given up, or one stays. */
  answerLeaving(discard: boolean): void {
    const to = this.leaving;
    this.leaving = undefined;
    if (!discard || !to) return;
    drafts.discard();
    this.#enter(to.place, to.asked);
  }

  #enter(place: Place, asked?: Asked): void {
    this.place = place;
    this.asked = asked;
  }

  /** In an effect of a place: does what the place was opened for, once, if it is one of these. */
  takeUp(acts: Partial<Record<Asked, () => unknown>>): void {
    const act = this.asked && acts[this.asked];
    if (!act) return;
    this.asked = undefined;
    untrack(() => void act());
  }

  /** Ctrl+L. The screen is emptied at once; the application drops its keys and confirms. */
  lock(): void {
    const token = this.#token;
    if (!token) return;
    this.drop(
      'asked',
      Auth.lock(token).catch(() => {}),
    );
  }

  /** Leaves an enrolment session. What was begun there is undone; the code that opened it is used up. */
  leaveEnrolment(): void {
    const phone = this.enrolment?.kind === 'change-phone';
    this.lock();
    if (!this.auth || this.auth.renewsPage) return; // the page begins anew
    this.notice = phone
      ? { what: t('gate.left_phone'), next: t('gate.left_phone_next') }
      : { what: t('gate.left'), next: t('gate.left_next') };
  }

  /** Counts what waits for this person: to be decided on, or to be done now that it is approved. */
  async lookForApprovals(): Promise<void> {
    this.#count(await this.use(Settings.approvals).catch(() => null));
  }

  #count(all: ApprovalView[] | null): void {
    this.waiting = (all ?? []).filter((a) => a.may || (a.mine && a.state === 'approved')).length;
  }

  /** Others have done something. What is open shows it, and keeps what was typed; a place that is not theirs any more is left. */
  #hear({ news, profile, approvals, members }: Happened): void {
    if (!this.profile) return;
    if (profile) {
      this.profile = profile;
      const place = placeNamed(nameOf(this.place), profile);
      if (nameOf(place) !== nameOf(this.place)) this.#enter(place);
    }
    if (news?.length && this.welcome)
      this.welcome = { ...this.welcome, news: [...news, ...(this.welcome.news ?? [])] };
    if (approvals) {
      this.approvals = approvals;
      this.#count(approvals);
    }
    if (members) this.members++;
  }

  /** The person is there. */
  touch(): void {
    void this.use(Auth.touch)
      .then(() => {
        if (!this.locking?.limit) this.locking = undefined;
      })
      .catch(() => {});
  }

  /** For what is known beside the screens: it is forgotten with the session. */
  whenOver(forget: () => void): void {
    this.#endings.push(forget);
  }

  /** Forgets everything that was shown and returns to the sign-in, saying why. */
  drop(reason: LockReason, locked = Promise.resolve()): void {
    // Only what ends something needs words: an echo of our own lock changes nothing.
    if (!this.profile && !this.challenge && !this.enrolment) {
      if (this.auth?.quickUnlock && !this.auth.renewsPage) void this.#showLocked(reason); // which more than idleness has locked by now
      return;
    }
    toasts.dismiss(); // it may say a name
    const lockedEmail = this.profile?.email;
    for (const forget of this.#endings) forget();
    this.#token = undefined;
    this.challenge = undefined;
    this.enrolment = undefined;
    this.profile = undefined;
    this.welcome = undefined;
    this.waiting = 0;
    this.approvals = undefined;
    this.locking = undefined;
    this.leaving = undefined;
    drafts.all = {};
    this.#enter({ at: 'contracts' });
    if (this.auth?.renewsPage) {
      // The application ends this page now. Should it not, the page begins anew by itself.
      this.auth = undefined;
      setTimeout(beginAnew, 3000);
      return;
    }
    this.notice = lockWords(reason, this.auth?.idleMinutes);
    // The workspace is there now, even if this session began by creating it. Whose window it was is known: the focus would leave
    // whoever types already, if their email came with the answer below.
    if (this.auth) this.auth = { ...this.auth, stage: 'signIn', lockedEmail };
    void locked.then(() => this.#showLocked(reason));
  }

  /** Asks whose window it was, and whether their password alone opens it. */
  async #showLocked(reason: LockReason): Promise<void> {
    await this.#ask(Auth.state);
    if (this.notice) this.notice = lockWords(reason, this.auth?.idleMinutes, this.auth?.quickUnlock);
  }
}

export const session = new Session();
