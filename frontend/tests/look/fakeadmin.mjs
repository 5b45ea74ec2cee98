/**
 * The part of the stand-in that only admins reach: print runs, the workspace's settings, and
 * files to open and verify. It is put into the page after `fake.mjs`.
 *
 * @param {any} scenario  what is different from the ordinary: see `look.mjs`
 */
export function fakeAdmin(scenario) {
  const ago = (days, hours = 0) => new Date(Date.now() - days * 864e5 - hours * 36e5).toISOString();
  const refuse = (code, field, args) =>
    Promise.reject(new Error(JSON.stringify({ code, message: code, field, args })));
  const wait = (value) => Promise.resolve(value);

  const policy = {
    name: 'Northwind Legal',
    require2FA: true,
    requireFrom: '2026-12-01T00:00:00Z',
    inForce: false,
    twoPeople: true,
    idleMinutes: 5,
    checkDays: 90,
    quickUnlock: false,
    support: 'helpdesk@northwind.example',
    namesAdmins: true,
    signature: 'K7QM-3V9X-PT2R-8HJN-5CWD-0YFB-4ZGE-61AS',
    vault: '9TXC-4KPB-W0ZM-7RQA-2HND-8VJE-F5YG-3S61',
    vaultKey: 2,
    ...scenario.policy,
  };
  const approval = {
    id: 'a1',
    kind: 'print-run',
    members: ['m1', 'm2', 'm3'],
    names: ['Chidi Nwosu', 'Priya Raman', 'Zoë Lindqvist'],
    reason: 'Yearly renewal for the office in Leeds',
    by: 'Hannah Weiß',
    at: ago(0, 2),
    expiresAt: ago(-2),
    state: 'waiting',
    mine: false,
    may: true,
  };
  const approvals = [
    approval,
    {
      ...approval,
      id: 'a2',
      kind: scenario.run ? 'print-run' : 'reset-2fa',
      names: ['Tomás Ferreira de Albuquerque'],
      state: 'approved',
      mine: true,
      may: false,
    },
    {
      ...approval,
      id: 'a3',
      kind: 'help-code',
      names: ['Chidi Nwosu'],
      reason: 'Lost phone',
      mine: true,
      may: false,
    },
  ];
  const ofPolicy = [
    {
      ...approval,
      kind: 'drop-requirement',
      members: [],
      names: [],
      reason: 'New phones are late',
      mine: true,
      may: false,
    },
    { ...approval, id: 'a4', kind: 'two-people-off', members: [], names: [], reason: 'Hannah leaves' },
  ];
  const people = Array.from({ length: 7 }, (_, i) => ({
    id: `m${i + 1}`,
    name: ['Chidi Nwosu', 'Priya Raman', 'Zoë Lindqvist', 'Mateo Rossi'][i % 4],
    email: `member.${i + 1}@example.com`,
    role: 'member',
  }));
  const run = (number, days, reason, state, sheets) => ({
    number,
    at: ago(days),
    by: 'Amara Okafor',
    reason,
    kind: number % 2 ? 'print' : 'export',
    state,
    members: 12,
    sheets,
  });
  const picked = { name: 'Recovery sheets 2026-11-23.age', lock: 'passphrase', ...scenario.picked };
  const view = {
    kind: 'recovery-sheets',
    workspace: 'Northwind Legal',
    at: ago(0, 3),
    by: 'Amara Okafor',
    details: { run: '14', sheets: '412–443', reason: 'Yearly renewal for the office in Leeds' },
    files: [
      { name: 'recovery-sheets.pdf', size: 184_233 },
      { name: 'recovery-codes.csv', size: 14_204 },
      { name: 'recovery-codes.json', size: 21_551 },
    ],
    signedBy: policy.signature,
    signature: policy.signature,
    ours: true,
    ...scenario.view,
  };

  const seconds = (days) => Math.floor(Date.parse(ago(days)) / 1000);
  const each = (value) => people.map(value);
  const members = {
    ...{ id: each(({ id }) => id), name: each(({ name }) => name), email: each(({ email }) => email) },
    role: { of: ['member'], at: each(() => 0) },
    state: { of: ['active', 'invited'], at: each((_, i) => (i === 2 ? 1 : 0)) },
    twoFactor: { of: ['on', 'off'], at: each((_, i) => (i % 3 === 2 ? 1 : 0)) },
    onSince: each((_, i) => (i % 3 === 2 ? 0 : seconds(150 - 24 * i))),
    codesLeft: each((_, i) => (scenario.lost ? [0, 2][i] : undefined) ?? 10 - i),
    sheet: each((_, i) => 412 + i),
    run: each(() => 14),
    issuedAt: each(() => seconds(3)),
    handedOverAt: each(() => 0),
    acknowledgedAt: each((_, i) => (scenario.lost && i === 3 ? 0 : seconds(2))),
    language: { of: ['', 'ja'], at: each((i) => i % 2) },
    checkedAt: each(() => seconds(2)),
    lastSignInAt: each((_, i) => (i === 2 ? 0 : seconds(i))),
    createdAt: each(() => seconds(200)),
    invitedUntil: each((_, i) => (i === 2 ? seconds(-5) : 0)),
    acts: { of: ['issue help-code reset-2fa reset-password role suspend remove'], at: each(() => 0) },
    approves: each(() => false),
  };

  const codes = {
    member: ['m3', 'm2', 'm2'].map((id) => members.id.indexOf(id)),
    kind: { of: ['invitation', 'help', 'password-reset'], at: [0, 1, 2] },
    issuedBy: { of: ['Amara Okafor'], at: [0, 0, 0] },
    issuedAt: [0, 0, 0].map(() => seconds(0)),
    expiresAt: [0, 0, 0].map(() => seconds(-2)),
    may: [true, true, false],
  };

  Object.assign(window.go.app, {
    Members: {
      List: () =>
        wait({
          members,
          codes,
          twoPeople: false,
        }),
      EndCode: () => refuse('one_time_gone', '', {}),
      Computers: () => wait(scenario.memberComputers ?? { computers: [], needsReset: false }),
      PrintReminders: () => wait(undefined),
      Reminders: () =>
        wait({
          workspace: policy.name,
          at: ago(0),
          by: 'Amara Okafor',
          requireFrom: policy.requireFrom,
          inForce: false,
          support: policy.support,
          people: people
            .slice(0, 4)
            .map(({ name, email }, i) => ({ name, email, language: ['', 'ar', 'ja', 'de'][i] })),
          unprintable: [],
        }),
      Add: (_, { name, email }) =>
        wait({
          kind: 'invitation',
          name,
          email,
          workspace: 'Northwind Legal',
          code: 'A1B2-C3D4-E5F6-G7H8',
          issuedBy: 'Amara Okafor',
          issuedAt: ago(0),
          expiresAt: ago(-2),
          server: scenario.door?.server,
          serverKey: scenario.door?.server && 'K5TQ-2ZJX-7MHF-4BVE-3LYC-6RAP-WNGD-5OSU',
        }),
    },
    Import: {
      Pick: () => refuse('import_no_email', '', { name: 'people.csv' }),
      SaveTemplate: () => wait({ name: 'Members to add.csv' }),
    },
    Settings: {
      Get: () => wait(policy),
      Approvals: () => wait(scenario.approvals ?? (scenario.ofPolicy ? ofPolicy : approvals)),
      Rehearse: () =>
        wait({
          blocked: [],
          ready: 12,
          keepers: people.slice(0, 2),
          possible: true,
          approval: true,
          ...scenario.rehearsal,
        }),
      Backup: (_, request) =>
        request.recipients.includes('SECRET')
          ? refuse('recipients_wrong', 'recipients', { line: 1, why: 'private' })
          : wait({ name: '' }),
    },
    PrintRuns: {
      List: () =>
        wait(
          scenario.noRuns
            ? []
            : [
                run(15, 0, 'Yearly renewal', 'ready', { issued: 2 }),
                run(14, 3, 'Yearly renewal for the office in Leeds', 'done', {
                  issued: 2,
                  'handed-over': 6,
                  acknowledged: 4,
                }),
                run(13, 41, 'New joiners', 'interrupted', { voided: 3, acknowledged: 9 }),
              ],
        ),
      Get: () =>
        wait({
          run: run(14, 3, 'Yearly renewal for the office in Leeds', 'done', { issued: 5, 'handed-over': 2 }),
          sheets: people.map(({ id, name, email }, i) => ({
            ...{ sheet: 2, run: 14, place: i + 1, member: id, name, email, codesLeft: 10 },
            ...{
              state: i < 5 ? 'issued' : 'handed-over',
              issuedAt: ago(3),
              forOwner: scenario.left && i < 2,
            },
          })),
          without: [],
        }),
      Unacknowledged: () => wait([]),
      Preview: () => wait({ ready: people, voids: people, barred: [] }),
      Make: () =>
        wait({
          number: 16,
          workspace: policy.name,
          at: ago(0),
          by: 'Amara Okafor',
          approvedBy: 'Hannah Weiß',
          reason: approval.reason,
          logHead: `412:${'7c1e'.repeat(16)}`,
          logEvent: 412,
          logCode: 'B7KQ-2XWD-M4TA-Z6RC',
          signature: policy.signature,
          sheets: people.map(({ name, email }, i) => ({
            sheet: 444 + i,
            name,
            email,
            replaces: 412 + i,
            checkWord: 'harbour',
          })),
          codes: people.flatMap(() => Array(10).fill('P4XW-8NJC-R2HE-0TVM')),
          ...scenario.run,
        }),
      Print: () => wait(null),
      Cancel: () => wait({ number: 16, state: 'cancelled', inForce: 0, of: people.length, skipped: [] }),
    },
    Exports: {
      Pick: () =>
        scenario.pickFails ? refuse(scenario.pickFails, undefined, { name: picked.name }) : wait(picked),
      PickKey: () => wait({ name: 'amara.key' }),
      Open: (_, typed) =>
        typed === 'wrong'
          ? refuse(
              picked.lock === 'keys' ? 'export_key' : 'export_passphrase',
              picked.lock === 'keys' ? 'key' : 'passphrase',
              {},
            )
          : scenario.openFails
            ? refuse(scenario.openFails, undefined, { name: picked.name })
            : wait(view),
      Extract: () => wait({ name: 'Recovery sheets 2026-11-23', folder: '/home/amara/Documents' }),
      Close: () => wait(null),
    },
  });
}
