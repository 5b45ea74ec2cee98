import * as door from '../../wailsjs/go/app/Auth';
import type { app } from '../../wailsjs/go/models';
import { answered, call, closed, closedFactor, fields } from './call';
import type { Envelope } from './envelopes';
import type {
  AuthState,
  EnrolmentSession,
  Factor,
  KeptPage,
  KitOwner,
  NewWorkspace,
  OnComputer,
  Review,
  SignedIn,
  SignInResult,
  Strength,
  Support,
} from './views';

/** Everything before a session. */
export const Auth = {
  state: () => call<AuthState>(() => door.State()),
  /** Opens again after a fault. */
  retry: () => call<AuthState>(() => door.Retry()),
  /** `words` are the name, email and workspace that a password must not lean on. */
  /** Says what accepting a database that does not fit its log would mean, by an owner's proof. */
  review: (email: string, password: string, factor: Factor) =>
    call<Review>(async () =>
      door.Review(email, await closed('password', password), await closedFactor(factor)),
    ),
  /** Accepts what was reviewed. */
  acceptReviewed: () => call<AuthState>(() => door.AcceptReviewed()),
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
  /** Adds this computer with a code that its person has made on another one. They sign in afterwards. */
  addComputer: (email: string, code: string) =>
    call<void>(async () => door.AddComputer(email, await closed('invitation', code))),
  /** Joins the workspace that a pasted invitation leads to, and gives the rest of the invitation; `computer`: it is for `addComputer`. */
  joinByLink: (invitation: string) =>
    answered(
      async (key) => door.JoinByLink(await closed('invitation', invitation), key),
      async (mailbox, { email, code, computer }: { email: string; code: Envelope; computer: boolean }) => ({
        email,
        code: await mailbox.open('invitation', code),
        computer,
      }),
    ),
  /** Joins the workspace at a server, as they are typed from paper. */
  join: (server: string, key: string) => call<void>(() => door.Join(server, key)),
  /** This computer’s workspaces. */
  workspaces: () => call<OnComputer[]>(() => door.Workspaces()),
  chooseWorkspace: (folder: string) => call<AuthState>(() => door.ChooseWorkspace(folder)),
  /** To the first screen, for another workspace. */
  addWorkspace: () => call<AuthState>(() => door.AddWorkspace()),
  /** Forgets the server on this computer. */
  leaveServer: () => call<void>(() => door.LeaveServer()),
  /** Accepts a server's log that was restored. */
  acceptRestored: (code: string) => call<void>(() => door.AcceptRestored(code)),
  /** Without a keychain: keeps the secrets in a file with a passphrase. */
  makeSecretsFile: (passphrase: string) =>
    call<AuthState>(async () => door.MakeSecretsFile(await closed('passphrase', passphrase))),
  unlockSecretsFile: (passphrase: string) =>
    call<AuthState>(async () => door.UnlockSecretsFile(await closed('passphrase', passphrase))),
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
  enrol: (challenge: string) => call<EnrolmentSession>(() => door.Enrol(challenge)),
  /** A help code stands in for a lost phone, as far as changing it. */
  useHelpCode: (challenge: string, code: string) =>
    call<EnrolmentSession>(async () => door.UseHelpCode(challenge, await closed('help code', code))),
  /** The session, once the phone is enrolled. */
  enter: (session: string) => call<SignedIn>(() => door.Enter(session)),
  /** Whom to ask for help, signed in or not. */
  support: () => call<Support>(() => door.Support()),
  /** Opens the contact with the system's program for it. */
  openSupport: () => call<void>(() => door.OpenSupport()),
  lock: (session: string) => call<void>(() => door.Lock(session)),
  /** For after a lock. It does not count as use. */
  keep: (session: string, kept: KeptPage) => call<void>(() => door.Keep(session, fields<app.Kept>(kept))),
  /** “Not you?”: whose window was locked is forgotten. */
  forget: () => call<void>(() => door.Forget()),
  touch: (session: string) => call<void>(() => door.Touch(session)),
};
