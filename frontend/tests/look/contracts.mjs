/** The contracts of the stand-in: what the application would tell, and the bytes of what is read. */
import { readFileSync } from 'node:fs';
import { pdf } from './pdf.mjs';

/**
 * Runs in the page, after `fake`.
 *
 * @param {any} scenario
 */
export function fakeContracts(scenario) {
  const now = Date.now();
  const on = (date) => `${date}T09:00:00Z`;
  const later = (days) => new Date(now + days * 864e5).toISOString();
  const wait = (value, ms = scenario.delay ?? 0) => new Promise((done) => setTimeout(done, ms, value));
  const refuse = (code, field, args) =>
    Promise.reject(new Error(JSON.stringify({ code, message: code, field, args })));
  const people = ['Hannah Weiß', 'Amara Okafor', 'Mateo Rossi'];
  const one = (id, name, date, size, more = {}) => ({
    id,
    name,
    size,
    type: 'application/pdf',
    kind: 'pdf',
    addedAt: on(date),
    addedBy: people[id.length % 3],
    tags: null,
    ...more,
  });
  const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  let all = [
    one('a', 'Amendment 2, Calloway Freight', '2026-11-11', 184e3),
    one('b', 'Data processing addendum, Tern Analytics', '2026-11-09', 312e3),
    one('c', 'Employment agreement, template', '2026-11-04', 48e3, { kind: 'docx', type: docx }),
    one('d', 'Engagement letter, Sato Holdings', '2026-11-02', 96e3),
    one('pdf', 'Harbour lease, unit 4', '2026-10-30', 1.2e6),
    one('f', 'Licence agreement, Fielding Press', '2026-10-21', 240e3),
    one('g', 'Master services agreement, Calloway Freight', '2026-10-14', 528e3),
    one('h', 'Non-disclosure agreement, Brightwater Labs', '2026-10-14', 88e3),
    one('i', 'Power of attorney, Lindqvist', '2026-10-02', 71e3),
    one('j', 'Settlement deed, Mercer and Hale', '2026-09-24', 402e3),
    one('k', 'Share purchase agreement, Alder', '2026-09-18', 2.6e6),
    one('l', 'Supplier framework, Ostrava Glass', '2026-09-07', 690e3),
  ].map((it) => ({ ...it, ...scenario.each?.[it.id] }));
  for (const it of scenario.more ?? []) all.push(one(it.id, it.name, '2026-08-20', 90e3, it));
  if (scenario.nothing) all = [];
  for (let i = 0; i < (scenario.many ?? 0); i++)
    all.push(one(`m${i}`, `Order form ${i}, Ostrava Glass`, `2026-0${1 + (i % 8)}-1${i % 9}`, i * 731));
  const view = () => ({
    state: 'open',
    contracts: all,
    bin: all.filter((it) => it.removedAt).length,
    canPurge: true,
    notAdded: 0,
    nativeDrop: false,
    ...scenario.contracts,
  });
  const change = (ids, more) => {
    all = all.map((it) => (ids.includes(it.id) ? { ...it, ...more(it) } : it));
    return wait(null);
  };
  window.go.app.Contracts = {
    List: () => wait(view()),
    AddFiles: () => wait(false),
    AddFolder: () => wait(false),
    AddDropped: () => wait(1),
    SendPart: () => wait(true),
    StopAdding: () => wait(null),
    Preview: (_, id) => {
      const { kind, type, unseen } = all.find((it) => it.id === id);
      return wait({
        token: `t-${id}`,
        kind,
        size: scenario.bytes[id] ?? scenario.bytes.lease,
        type,
        unseen,
        url: `/contract/${id}`,
      });
    },
    ClosePreview: () => wait(null),
    SaveCopy: (_, ids) =>
      wait({ count: ids.length, name: 'Harbour lease, unit 4.pdf', folder: '/home/amara' }),
    Rename: (_, id, name) =>
      name ? change([id], () => ({ name })) : refuse('document_name_required', 'name'),
    Tag: (_, ids, add, remove) =>
      change(ids, ({ tags }) => ({
        tags: [...(tags ?? []).filter((it) => !remove.includes(it) && !add.includes(it)), ...add],
      })),
    Remove: (_, ids) =>
      change(ids, () => ({ removedAt: new Date().toISOString(), removedBy: people[1], goneAt: later(30) })),
    Restore: (_, ids) =>
      change(ids, () => ({ removedAt: undefined, removedBy: undefined, goneAt: undefined })),
    Purge: (_, ids) => {
      all = all.filter((it) => !ids.includes(it.id));
      return wait(null);
    },
    MakeKit: () =>
      wait({
        workspace: 'Northwind Legal',
        by: people[1],
        at: new Date().toISOString(),
        generation: 1,
        identity: 'AGE-SECRET-KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE',
        qr: { modules: 49, path: scenario.qr },
        folder: '/home/amara/.local/share/Countersign/documents',
      }),
    PrintKit: () => wait(null),
    KitState: () => wait(scenario.kit ?? { current: false }),
    Rotate: () => wait(null),
    RotationState: () => wait(scenario.rotation ?? { running: false, held: false, done: 0, total: 0 }),
    StopRotation: () => wait(null),
    ResumeRotation: () => wait(null),
    StopSaving: () => wait(null),
    Check: () => wait(null),
    StopCheck: () => wait(null),
  };
}

/** A line on a light ground, 300 by 200. */
const png = [
  'iVBORw0KGgoAAAANSUhEUgAAASwAAADIAQMAAABoEU4WAAAABlBMVEXo7PomSKSOVGSTAAAB6UlEQVR42u1XQY6DMAxMlJW4',
  'VOIDq81HEHyLAyo8jaf0CT1yQGQJUCU4jp3jauU5lgm2Z5JmUEogEAgEAoHgX0K7pYRWu62E1jk3F9Ccc6+S1lxJc9VOK2iu',
  '3nYmT7Pvve7E0sZ9zI4f1Z1v5Ab17VfsqMYz9MrqcdRjFakPB0ZWj0OLjlOkO9/JKfI8O+TMP2c0jHD6VEwztM9rGH3N1dTA',
  'qHuN2DLqXoJZRl1Az6Atow2gR4ZmaBs+etH6hqdLibpK9SRthk3iJkxQGdIExobwsKZoP0h5BE2yVUgTGBuCqPpVYoJShFvx',
  'K5YSr0gb4vGaEhNiCVMaaghhAnka2kyfWRPirZegz4gD8M44kveKsOFep+cPDGnDfce2JV4RNlhiUbZM9tA02V2V9SqS5yt7',
  'YG5iPygTwqoHZULo4VuRPQ+4HfB2bPEzZidc7QW7cRMb4GQtfmrh3Trg2w/c1HrB71YwWXJxX+vAZGkMWLHJ0lAxRlkiyJTQ',
  'jtAC81KaZI6FBky24XmpCpNpPIwdMc6GyfSMRjvjC0QB0tuGBUUfIKM46guOyD/Q/pvZ4uQ8GSyId4uy6z1gY5HYguCdCdgV',
  'iPEdHtd9lfn2KYGHf9CLcXgMt+4u+rhmvgoKvjAEAoFAIBAI/gJ+AVYBs0EYHIoYAAAAAElFTkSuQmCC',
].join('');
const text = `MEMORANDUM\n\nTo: the file\nFrom: Hannah Weiß\n\nThe tenant asked for a second parking space. “Agreed”, said the landlord.\n`;

/** What is read, by its ID; anything else is the lease. */
export const contents = {
  png: { type: 'image/png', body: Buffer.from(png, 'base64') },
  text: { type: 'text/plain', body: Buffer.from(text.repeat(60)) },
  html: {
    type: 'text/plain',
    body: Buffer.from('<!doctype html>\n<script>alert(1)</script>\n<h1>Hello</h1>\n'),
  },
  broken: { type: 'application/pdf', body: Buffer.from('%PDF-1.7\nnot one') },
  c: {
    type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    body: readFileSync(new URL('../../../backend/docx/testdata/python-docx.docx', import.meta.url)),
  },
  lease: { type: 'application/pdf', body: pdf(14) },
};

/** Answers as the application's own address for what is read does. */
export async function serveContracts(page) {
  await page.route('**/contract/*', (route) => {
    const url = new URL(route.request().url());
    const { type, body } = contents[url.pathname.split('/').pop()] ?? contents.lease;
    const from = Number(url.searchParams.get('from') ?? 0);
    const length = Number(url.searchParams.get('length') ?? body.length);
    return route.fulfill({ contentType: type, body: body.subarray(from, from + length) });
  });
}
