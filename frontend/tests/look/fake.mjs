/**
 * A stand-in for the application, to look at screens without it. It is put into the page before
 * the page's own script and answers as the application would, from one scenario. It proves
 * nothing about the application: the end-to-end tests run against the real one.
 *
 * @param {any} scenario  what is different from the ordinary: see `look.mjs`
 */
export function fake(scenario) {
  const ago = (days, hours = 0) => new Date(Date.now() - days * 864e5 - hours * 36e5).toISOString();
  // Wails makes an Error of a rejection; what it says travels as text.
  const refuse = (code, field, args) =>
    Promise.reject(new Error(JSON.stringify({ code, message: code, field, args })));
  const wait = (value, ms = scenario.delay ?? 0) => new Promise((done) => setTimeout(done, ms, value));

  const codes = {
    total: 10,
    left: 7,
    used: [1, 3, 4],
    sheet: 412,
    issuedAt: '2026-08-08T10:00:00Z',
    issuedBy: 'Amara Okafor',
    voided: false,
    warn: false,
    ...scenario.codes,
  };
  const profile = {
    id: 'p1',
    name: 'Amara Okafor',
    email: 'amara.okafor@example.com',
    role: 'owner',
    workspace: 'Northwind Legal',
    createdAt: '2026-03-01T08:00:00Z',
    passwordChangedAt: '2026-09-03T08:00:00Z',
    permissions: [
      'administer',
      'give-roles',
      'purge',
      'two-people',
      'vault-key',
      'confirm-clock',
      'backup',
      'passphrase',
      'support',
    ],
    twoFactor: scenario.on
      ? {
          on: true,
          since: '2026-03-14T08:00:00Z',
          apps: [
            {
              number: 1,
              name: '',
              addedAt: '2026-03-14T08:00:00Z',
              lastUsedAt: ago(0, 0.1),
              lastUsedFor: 'sign-in',
            },
          ],
          mostApps: 5,
          lastUsedAt: ago(0, 0.1),
          lastUsedFor: 'sign-in',
          authenticatorOff: false,
          required: false,
          codes,
          ...scenario.twoFactor,
        }
      : { on: false, authenticatorOff: false, required: false },
    ...scenario.profile,
  };
  const sheet = {
    sheet: 443,
    workspace: profile.workspace,
    name: profile.name,
    email: profile.email,
    issuedAt: '2026-11-12T10:00:00Z',
    issuedBy: profile.name,
    replaces: scenario.on ? 412 : undefined,
    codes: [
      'P4XW-8NJC-R2HE-0TVM',
      'DK6Z-31YF-QB9A-S7GN',
      '0HTR-WV5M-J8XP-4CE2',
      'N7QA-GD3K-6ZFY-B1SW',
      'YV2J-M9TX-5R0C-HPK8',
      '3BGE-7FSN-WA4D-XQ6Z',
      'T8CM-0PVY-92KJ-EG5H',
      'Q1ZD-6RWB-NX7F-3MTA',
      'FS9K-4JHP-VC2Y-8D0R',
      '6EWN-XA1G-K5QT-ZB7V',
    ],
  };
  const welcome = { failedCodes: 0, failedPasswords: 0, authenticatorOff: false, ...scenario.welcome };
  const signedIn = { token: 's1', profile, welcome };
  const enrolment = {
    qr: { modules: 49, path: scenario.qr },
    keyGroups: ['K5TQ', '2ZJX', '7MHF', '4BVE', '3LYC', '6RAP', 'WNGD', '5OSU'],
    issuer: profile.workspace,
    account: profile.email,
    shortened: false,
    digits: 6,
    period: 30,
  };
  let checklist = {
    away: Boolean(scenario.away),
    steps: Object.entries(scenario.checklist ?? { 'two-factor': true }).map(([item, done]) => ({
      item,
      done,
    })),
  };
  const wrongCode = (code) => {
    switch (code) {
      case '000000':
        return refuse('code_wrong', 'code', { left: 4, pause: 30 });
      case '111111':
        return refuse('code_clock', 'code', { minutes: 3, direction: 'behind' });
      case '222222':
        return refuse('code_used', 'code');
      case '333333':
        return refuse('code_expired', 'code');
      case '444444':
        return refuse('throttled', 'code', { seconds: 24, kind: 'code' });
      default:
        return /^[0-9]{6}$/.test(code) ? undefined : refuse('code_form', 'code');
    }
  };
  /** Some of a log, newest first, from so many days ago on. */
  const entries = (from, n) =>
    [
      ['signed-in', profile.name, profile.name, { factor: 'code', used: 'Tablet' }],
      ['guess-wrong', '', profile.name, { kind: 'code' }],
      ['signed-in', profile.name, profile.name, { factor: 'recovery', number: '3' }],
      ['password-changed', profile.name, profile.name, {}],
      ['role-changed', 'Hannah Weiß', profile.name, { from: 'member', to: 'admin' }],
      ['help-code-given', 'Hannah Weiß', profile.name, {}],
      ['run-sheet-issued', 'יעל כהן', profile.name, { sheets: '412', run: '14' }],
      [
        'email-changed',
        profile.name,
        profile.name,
        { from: 'amara@example.com', to: profile.email, factor: 'code' },
      ],
      ['2fa-enabled', profile.name, profile.name, { sheet: '398' }],
    ]
      .slice(0, n)
      .map(([kind, actor, subject, detail], i) => ({
        seq: 1204 - from * 20 - i * 7,
        at: ago(from + Math.floor(i / 3) * 4, i),
        ...{ kind, actor, subject, detail },
        sentence:
          kind === 'role-changed' ? `${actor} changed the role of ${subject} from member to admin.` : kind,
      }));
  const listeners = {};
  const emit = (name, payload) => (listeners[name] ?? []).forEach((hear) => hear(payload));

  const door = {
    stage: 'signIn',
    workspace: profile.workspace,
    version: '0.1.0',
    dataFolder: '/home/amara/.local/share/Countersign',
    minimumPassword: 15,
    idleMinutes: 5,
    ...scenario.door,
  };
  const computers = {
    computers: !door.server
      ? []
      : [
          { id: 'a', name: 'amara-thinkpad', addedAt: ago(40), lastUsedAt: ago(0), here: true },
          { id: 'b', name: 'Office, 3rd floor', addedAt: ago(31), lastUsedAt: ago(2) },
          { id: 'c', name: 'vm-1182', addedAt: ago(1), strange: Boolean(scenario.strange) },
        ].map((one) => ({ here: false, strange: false, ...one })),
    codeUntil: scenario.codeUntil,
    most: 20,
  };
  const computerCode = {
    kind: 'computer',
    name: profile.name,
    email: profile.email,
    workspace: profile.workspace,
    code: 'A1B2-C3D4-E5F6-G7H8',
    issuedBy: profile.name,
    issuedAt: ago(0),
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    server: door.server,
    serverKey: 'K5TQ-2ZJX-7MHF-4BVE-3LYC-6RAP-WNGD-5OSU',
  };
  const factorOf = (factor) =>
    factor.kind === 'recovery'
      ? factor.value.length === 19
        ? undefined
        : refuse('recovery_form', 'recovery', { length: factor.value.length })
      : wrongCode(factor.value);

  window.go = {
    app: {
      Auth: {
        State: () => wait(door),
        Retry: () => wait(door, 400),
        Review: (email, password, factor) =>
          factor.kind === 'none' ? refuse('factor_required', 'code') : wait(scenario.review),
        AcceptReviewed: () => wait({ ...door, stage: 'signIn', fault: undefined }),
        EndReview: () => wait(undefined),
        Strength: (password) =>
          wait({
            score: Math.min(4, Math.floor(password.length / 4)),
            length: [...password].length,
            minimum: 15,
            common: password.startsWith('password'),
          }),
        JoinByLink: (invitation) => {
          if (!invitation.startsWith('countersign://')) return refuse('invitation_link', 'invitation');
          const server = 'legal.example.com:8443';
          Object.assign(door, { stage: 'signIn', workspace: 'Northwind Legal', server, joined: true });
          return wait({ email: 'sam.lee@example.com', code: 'A1B2-C3D4-E5F6-G7H8' });
        },
        Workspaces: () => wait(scenario.workspaces),
        ChooseWorkspace: () => wait(door),
        AddWorkspace: () => wait({ ...door, stage: 'create', workspace: '', server: '', others: true }),
        AddComputer: () => refuse('invitation_wrong', 'invitation'),
        Join: (_, key) => (key.length < 32 ? refuse('server_key', 'key') : wait()),
        CreateWorkspace: (input) =>
          !input.workspace
            ? refuse('workspace_required', 'workspace')
            : !input.email.includes('@')
              ? refuse('email_form', 'email', { why: 'at' })
              : wait(signedIn),
        SignIn: (email, password) =>
          !email
            ? refuse('email_required', 'email')
            : password === 'wrong'
              ? refuse('credentials_wrong')
              : wait(
                  scenario.short
                    ? { challenge: { token: 'c1', email, choosePassword: true, minimumPassword: 15 } }
                    : scenario.on
                      ? {
                          challenge: {
                            token: 'c1',
                            email,
                            authenticatorOff: Boolean(scenario.authenticatorOff),
                          },
                        }
                      : { session: signedIn },
                ),
        Verify: (_, code) => wrongCode(code) ?? wait(signedIn),
        ChoosePassword: (_, next) =>
          next.length < 15
            ? refuse('password_short', 'next', { minimum: 15, length: next.length })
            : wait(signedIn),
        UseRecoveryCode: (_, code) =>
          code.length !== 19
            ? refuse('recovery_form', 'recovery', { length: code.replace(/-/g, '').length })
            : code.startsWith('0000')
              ? refuse('recovery_used', 'recovery', { number: 3 })
              : wait({ ...signedIn, welcome: { ...welcome, usedCode: 3, codesLeft: 7 } }),
        Leave: () => wait(null),
        Support: () => wait({ contact: '', opens: false, names: [], ...scenario.support }),
        OpenSupport: () => wait(null),
        Lock: () => wait(emit('locked', { reason: 'asked' })),
        Touch: () => wait(null),
        Keep: () => wait(null),
        Forget: () => wait(null),
      },
      Restore: {
        Pick: () =>
          scenario.pickFails
            ? refuse(scenario.pickFails, undefined, { name: 'Countersign backup 2026-11-23.age' })
            : wait({ name: 'Countersign backup 2026-11-23.age', lock: scenario.lock ?? 'passphrase' }),
        PickKey: () => wait({ name: 'amara.key' }),
        Open: (typed) => {
          if (typed === 'wrong') return refuse('export_passphrase', 'passphrase');
          if (!scenario.reading)
            return wait({
              workspace: profile.workspace,
              at: '2026-11-23T10:00:00Z',
              by: profile.name,
              signedBy: 'SHA256:pT4c 2mQd 9xVb L0aK 7sEw 1nRy 5uHj 3gFz 8kMt 6iBo QAU',
              contracts: 218,
            });
          emit('restore-progress', { done: 61, total: 100 });
          return new Promise(() => {});
        },
        Finish: ({ factor, replace }) =>
          scenario.lives && !replace
            ? refuse('restore_lives')
            : factor.kind === 'none'
              ? refuse('factor_required', 'code')
              : (factorOf(factor) ?? wait({ ...door, stage: 'signIn', canRestore: false })),
        Close: () => wait(null),
      },
      Computers: {
        List: () => wait(computers),
        GiveCode: () => wait(computerCode),
        EndCode: () => wait({ ...computers, codeUntil: undefined }),
        Rename: (_, id, name) => (name ? wait(computers) : refuse('computer_name', 'name', { max: 60 })),
        Remove: (_, id) => wait({ ...computers, computers: computers.computers.filter((c) => c.id !== id) }),
      },
      Profile: {
        Get: () => wait(profile),
        Checklist: () => wait(checklist),
        PutNewsAway: () => wait(),
        PutChecklistAway: (_, away) => wait((checklist = { ...checklist, away })),
        Rename: (_, name) => (name ? wait({ ...profile, name }) : refuse('name_required', 'name')),
        CheckEmail: (_, email) =>
          email.includes('@') ? wait(null) : refuse('email_form', 'email', { why: 'at' }),
        ChangeEmail: (_, email) => wait({ ...profile, email }),
        ChangePassword: (_, current) => (current ? wait(profile) : refuse('password_required', 'current')),
        StepUp: () => wait(scenario.stepUp ?? { password: true, factor: true, authenticatorOff: false }),
        CodeUsage: () =>
          wait({
            sheet: codes.sheet,
            issuedAt: codes.issuedAt,
            state: codes.voided ? 'voided' : 'active',
            codes: Array.from({ length: 10 }, (_, i) =>
              codes.used.includes(i + 1)
                ? { number: i + 1, usedAt: ago(i * 9, 2), usedFor: 'sign-in' }
                : { number: i + 1 },
            ),
          }),
        SecurityLog: (_, before) =>
          wait(
            before
              ? { entries: entries(40, 3), next: 0 }
              : { entries: scenario.quiet ? [] : entries(0, 9), next: scenario.quiet ? 0 : 900 },
          ),
        LogState: () =>
          scenario.logAway
            ? refuse('server_unreachable', '', {})
            : wait({ event: 1204, at: ago(0), code: 'K7QF-2MWD-90TX' }),
        CheckCodes: () => refuse('sheet_wrong', 'word', { sheet: 3 }),
        PostponeCheck: () => wait(profile),
        NotMe: () =>
          wait({
            ...profile,
            twoFactor: { ...profile.twoFactor, codes: { ...codes, voided: true, left: 0 } },
          }),
        Disable: (_, factor) =>
          factorOf(factor) ??
          wait({ ...profile, twoFactor: { on: false, authenticatorOff: false, required: false } }),
      },
      AuditLog: {
        List: () => wait({ entries: scenario.quiet ? [] : entries(0, 9), next: 0, head: 1204 }),
        Follow: () => wait({ entries: [], next: 0, head: 1204 }),
      },
      Enrolment: {
        BeginEnable: (_, password) => (password ? wait(enrolment) : refuse('password_required', 'password')),
        BeginChangePhone: (_, app, proof) =>
          proof.factor.kind === 'none' ? wait(enrolment) : (factorOf(proof.factor) ?? wait(enrolment)),
        BeginAddApp: (_, name, proof) =>
          name.trim() ? (factorOf(proof.factor) ?? wait(enrolment)) : refuse('app_name', 'name', { max: 40 }),
        RenameApp: (_, app, name) => (name.trim() ? wait(profile) : refuse('app_name', 'name', { max: 40 })),
        RemoveApp: (_, app, proof) => factorOf(proof.factor) ?? wait(profile),
        Confirm: (_, code) => wrongCode(code) ?? wait(scenario.on ? { profile } : { sheet }),
        Continue: () =>
          wait({
            ...profile,
            twoFactor: {
              on: true,
              since: ago(0),
              apps: [{ number: 1, name: '', addedAt: ago(0), lastUsedAt: ago(0), lastUsedFor: 'enrolment' }],
              mostApps: 5,
              lastUsedAt: ago(0),
              lastUsedFor: 'enrolment',
              authenticatorOff: false,
              required: false,
              codes: { ...codes, left: 10, used: null },
            },
          }),
        Cancel: () => wait(null),
        BeginNewCodes: () => wait(sheet),
        KeepNewCodes: () => wait(profile),
        CancelNewCodes: () => wait(null),
      },
      Preferences: {
        Get: () =>
          wait({
            theme: 'system',
            motion: 'system',
            textSize: 100,
            language: 'system',
            languages: ['en'],
            system: 'en',
            textSizes: [80, 90, 100, 110, 125, 150, 175, 200],
            notify: true,
            notifies: true,
            ...scenario.preferences,
          }),
        Set: () =>
          scenario.unkept ? refuse('folder_read_only', '', { folder: door.dataFolder }) : wait(null),
      },
      About: {
        Get: () =>
          wait({
            version: door.version,
            commit: '58c484342c79',
            system: 'Debian GNU/Linux 13 (trixie), amd64',
            webView: 'WebKitGTK 2.50.1',
            dataFolder: door.dataFolder,
          }),
        OpenFolder: () => refuse('folder_unseen', '', { folder: door.dataFolder }),
        CopyDetails: () => wait(null),
        Licenses: () =>
          wait(
            [
              '@fontsource-variable/inter',
              'filippo.io/age',
              'github.com/remyoudompheng/bigfft',
              'svelte',
            ].map((name) => ({
              name,
              version: name.includes('bigfft') ? 'v0.0.0-20230129092748-24d4a6f8daec' : '5.57.3',
              license: 'BSD-3-Clause',
              text: 'Copyright (c) 2026 The authors. All rights reserved.\n\n'.repeat(12),
            })),
          ),
      },
      CodeActions: {
        CopyKey: () => wait(null),
        CopyCodes: () => wait(null),
        SaveSheet: () => wait({ name: 'Recovery sheet 443.pdf' }),
        Print: () => wait(null),
      },
    },
  };
  window.runtime = {
    EventsOnMultiple: (name, hear) => {
      (listeners[name] ??= []).push(hear);
      return () => {};
    },
    Environment: () => Promise.resolve({ platform: scenario.platform ?? 'linux' }),
  };
  window.fakeEmit = emit;
}
