import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as api from '../../src/wire/api';
import { drafts } from '../../src/base/drafts.svelte';
import { nameOf, placeNamed } from '../../src/base/kept';
import { Session } from '../../src/base/session.svelte';

const auth: api.AuthState = {
  stage: 'signIn',
  workspace: 'Northwind Legal',
  version: '1',
  dataFolder: '/data',
  minimumPassword: 15,
  idleMinutes: 5,
};
const profile = {
  name: 'Amara Okafor',
  permissions: [],
  twoFactor: { on: false },
} as unknown as api.ProfileView;
const signedIn = (token: string): api.SignedIn => ({
  token,
  profile,
  welcome: { failedCodes: 0, failedPasswords: 0, authenticatorOff: false, news: null },
});

/** Lets promises that are ready settle. */
const settle = () => new Promise((done) => setTimeout(done));

let session: Session;
let lockedByApp: (reason: api.LockReason) => void;
let locking: (seconds: number, limit: boolean) => void;
let happened: (it: api.Happened) => void;

vi.mock(import('../../src/wire/api'), async (original) => ({
  ...(await original()),
  onLocked: (heard) => {
    lockedByApp = heard;
    return () => {};
  },
  onLocking: (heard) => {
    locking = heard;
    return () => {};
  },
  onHappened: (heard) => {
    happened = heard;
    return () => {};
  },
}));

beforeEach(async () => {
  vi.spyOn(api.Auth, 'state').mockResolvedValue(auth);
  vi.spyOn(api.Auth, 'lock').mockResolvedValue();
  session = new Session();
  await session.open();
  session.begin(signedIn('one'));
});

describe('a session of the page', () => {
  test('leaves nothing behind when it is locked', () => {
    session.go({ at: 'new-codes', sheet: {} as api.SheetView });
    session.lock();
    expect(session.profile).toBeUndefined();
    expect(session.welcome).toBeUndefined();
    expect(session.place).toEqual({ at: 'contracts' });
    expect(session.notice?.what).toBe('Locked.');
    expect(api.Auth.lock).toHaveBeenCalledWith('one');
  });

  test('says whose window it was before the application does', () => {
    session.begin({ ...signedIn('two'), profile: { ...profile, email: 'amara@example.com' } });
    session.lock();
    expect(session.auth?.lockedEmail).toBe('amara@example.com');
  });

  test('says how long nothing happened when the application locks it', () => {
    lockedByApp('idle');
    expect(session.profile).toBeUndefined();
    expect(session.notice?.what).toBe('Locked after 5 minutes of inactivity.');
  });

  test('tells of a lock to come until its person gives a sign, or it is none', async () => {
    const touch = vi.spyOn(api.Auth, 'touch').mockResolvedValue();
    locking(30, false);
    expect(session.locking).toEqual({ seconds: 30, limit: false });
    session.touch();
    await settle();
    expect(touch).toHaveBeenCalledWith('one');
    expect(session.locking).toBeUndefined();
    locking(30, true); // which no sign changes
    session.touch();
    await settle();
    expect(session.locking?.limit).toBe(true);
    locking(0, false);
    expect(session.locking).toBeUndefined();
    locking(30, false);
    lockedByApp('idle');
    expect(session.locking).toBeUndefined();
  });

  test('drops an answer that comes after it was locked', async () => {
    let answer = (_: string) => {};
    const late = session.use(() => new Promise<string>((done) => (answer = done)));
    session.lock();
    answer('a secret');
    await expect(late).rejects.toMatchObject({ code: 'session_ended' });
  });

  test('does not end because one before it has ended', async () => {
    let fail = (_: unknown) => {};
    const late = session.use(() => new Promise((_, reject) => (fail = reject)));
    session.lock();
    session.begin(signedIn('two'));
    fail(new api.Refused({ code: 'session_ended', message: '' }));
    await expect(late).rejects.toMatchObject({ code: 'session_ended' });
    expect(session.profile).toBe(profile);
  });

  test('ends where the application says that it has', async () => {
    const act = () => Promise.reject(new api.Refused({ code: 'session_ended', message: '' }));
    await expect(session.use(act)).rejects.toBeInstanceOf(api.Refused);
    expect(session.profile).toBeUndefined();
    expect(session.notice?.what).toBe('Your session has ended.');
  });

  test('says that 2FA is required now, whoever of the two sides finds the session over first', async () => {
    lockedByApp('required');
    expect(session.notice).toEqual({
      what: 'This workspace now requires 2FA.',
      next: 'Sign in to turn it on.',
    });
    session.begin(signedIn('two'));
    const refusal = new api.Refused({ code: 'session_ended', message: '', args: { reason: 'required' } });
    await expect(session.use(() => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(session.notice?.what).toBe('This workspace now requires 2FA.');
  });

  test('takes no reason that it does not know', async () => {
    const refusal = new api.Refused({ code: 'session_ended', message: '', args: { reason: 'toString' } });
    await expect(session.use(() => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(session.notice?.what).toBe('Your session has ended.');
  });

  test('keeps an enrolment on its page where 2FA is required meanwhile', async () => {
    session.go({ at: 'enable', enrolment: {} as api.EnrolmentView });
    const act = () => Promise.reject(new api.Refused({ code: 'enable_first', message: '' }));
    await expect(session.use(act)).rejects.toMatchObject({ code: 'enable_first' });
    expect(session.place.at).toBe('enable');
  });

  test('goes on after any other refusal', async () => {
    const act = () => Promise.reject(new api.Refused({ code: 'code_wrong', message: '' }));
    await expect(session.use(act)).rejects.toMatchObject({ code: 'code_wrong' });
    expect(session.profile).toBe(profile);
  });

  test('asks nothing of the application once it is over', async () => {
    session.lock();
    const act = vi.fn(() => Promise.resolve());
    await expect(session.use(act)).rejects.toMatchObject({ code: 'session_ended' });
    expect(act).not.toHaveBeenCalled();
  });

  test('reads the profile again when the authenticator goes off', async () => {
    const off = { ...profile, twoFactor: { ...profile.twoFactor, authenticatorOff: true } };
    vi.spyOn(api.Profile, 'get').mockResolvedValue(off);
    const act = () => Promise.reject(new api.Refused({ code: 'authenticator_off', message: '' }));
    await expect(session.use(act)).rejects.toBeInstanceOf(api.Refused);
    await settle();
    expect(session.profile).toEqual(off);
  });

  test('begins at the recovery page after a recovery code, and nowhere else', () => {
    expect(session.place).toEqual({ at: 'contracts' });
    const { welcome, ...rest } = signedIn('two');
    session.begin({ ...rest, welcome: { ...welcome, usedCode: 3, codesLeft: 7 } });
    expect(session.place).toEqual({ at: 'recovered', number: 3, left: 7 });
  });
});

describe('what others do meanwhile', () => {
  const role: api.News = { kind: 'role-changed', at: '', by: 'Nora Hill', detail: { to: 'admin' } };

  test('is shown, and nothing that was typed is lost', () => {
    session.go({ at: 'profile' });
    drafts.set('profile.name', 'Amara N.');
    const admin = { ...profile, permissions: ['administer'] } as unknown as api.ProfileView;
    happened({ news: [role], profile: admin, approvals: null });
    expect(session.profile).toBe(admin);
    expect(session.welcome?.news?.[0]).toBe(role);
    expect(session.place.at).toBe('profile');
    expect(drafts.all['profile.name']).toBe('Amara N.');
    const waits = [
      { may: true },
      { mine: true, state: 'approved' },
      { mine: true },
    ] as unknown as api.ApprovalView[];
    happened({ news: [], approvals: waits });
    expect(session.waiting).toBe(2);
    expect(session.approvals).toBe(waits);
    session.lock();
    expect(session.approvals).toBeUndefined();
    drafts.all = {};
  });

  test('is counted where it changes the table of members', () => {
    happened({ news: null, approvals: null, members: true });
    expect(session.members).toBe(1);
    happened({ news: null, approvals: null, members: false });
    expect(session.members).toBe(1);
  });

  test('leads away from a place that is not theirs any more, and is nothing to who has left', () => {
    session.profile = { ...profile, permissions: ['administer'] } as unknown as api.ProfileView;
    session.go({ at: 'workspace' });
    const member = { ...profile, permissions: [] } as unknown as api.ProfileView;
    happened({ news: null, profile: member, approvals: null });
    expect(session.place).toEqual({ at: 'contracts' });
    session.lock();
    happened({ news: [role], profile: member, approvals: null });
    expect(session.profile).toBeUndefined();
  });
});

describe('what is typed and not saved', () => {
  test('is asked about before it is left, and given up or kept', () => {
    session.go({ at: 'profile' });
    const hide = drafts.show('profile.name');
    drafts.set('profile.name', 'Amara N.');
    session.go({ at: 'help' });
    expect(session.place.at).toBe('profile');
    session.answerLeaving(false);
    expect(session.place.at).toBe('profile');
    expect(drafts.all['profile.name']).toBe('Amara N.');
    session.go({ at: 'profile' }, 'enable'); // the same place
    expect(session.leaving).toBeUndefined();
    session.go({ at: 'help' });
    session.answerLeaving(true);
    hide();
    expect(session.place.at).toBe('help');
    expect(drafts.all).toEqual({});
  });

  test('is there again after a lock, where the person was, and nowhere in between', () => {
    drafts.set('workspace.name', 'Southwind');
    session.lock();
    expect(drafts.all).toEqual({});
    const owner = { ...profile, permissions: ['administer'] } as api.ProfileView;
    const kept = { place: 'workspace', drafts: { 'workspace.name': 'Southwind' } };
    session.begin({ ...signedIn('two'), profile: owner, kept });
    expect(session.place).toEqual({ at: 'workspace' });
    expect(drafts.all).toEqual(kept.drafts);
  });

  test('leads back to no place that is not one, or that its person has no more', () => {
    const member = { ...profile, permissions: [] } as unknown as api.ProfileView;
    const owner = { ...profile, permissions: ['administer'] } as unknown as api.ProfileView;
    expect(placeNamed('workspace', member)).toEqual({ at: 'contracts' });
    expect(placeNamed('print-run 14', member)).toEqual({ at: 'contracts' });
    expect(placeNamed('adoption', member)).toEqual({ at: 'contracts' });
    expect(placeNamed(nameOf({ at: 'adoption' }), owner)).toEqual({ at: 'adoption' });
    expect(placeNamed('print-run 14', owner)).toEqual({ at: 'print-run', number: 14 });
    expect(placeNamed('two-factor', owner)).toEqual({ at: 'profile' });
    expect(placeNamed('enable', owner)).toEqual({ at: 'contracts' });
    expect(nameOf({ at: 'new-codes', sheet: {} as api.SheetView })).toBe('two-factor');
  });
});
