import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as api from '../../src/wire/api';
import { session } from '../../src/base/session.svelte';
import { MemberTable } from '../../src/members/table.svelte';

const view = (...names: string[]) =>
  ({
    members: names.map((name) => ({ id: name, name, email: name })),
    codes: [],
    twoPeople: false,
  }) as unknown as api.MembersView;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(session, 'use').mockImplementation((act) => act('token'));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('a table that others change is read at once, and then rests', async () => {
  vi.spyOn(api.Members, 'list').mockResolvedValue(view('Sam', 'Eun-ji'));
  const follow = vi.spyOn(api.Members, 'follow').mockResolvedValue(view('Sam'));
  const table = new MemberTable();
  await table.load();
  table.selected = new Set(['Sam', 'Eun-ji']);
  await vi.advanceTimersByTimeAsync(5000);
  table.changed();
  await vi.advanceTimersByTimeAsync(0);
  expect(table.view?.members.map((m) => m.name)).toEqual(['Sam']);
  expect([...table.selected]).toEqual(['Sam']);
  for (let i = 0; i < 9; i++) {
    table.changed();
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(follow).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(500);
  expect(follow).toHaveBeenCalledTimes(2);
  table.changed();
  table.leave();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(follow).toHaveBeenCalledTimes(2);
});

test('what was read first and comes last is not shown, and a reading that nobody asked for says nothing', async () => {
  let late: (v: api.MembersView) => void = () => {};
  vi.spyOn(api.Members, 'follow').mockImplementationOnce(() => new Promise((done) => (late = done)));
  vi.spyOn(api.Members, 'list').mockResolvedValue(view('new'));
  const table = new MemberTable();
  const first = table.load(api.Members.follow);
  await table.load();
  late(view('old'));
  await first;
  expect(table.view?.members[0]?.name).toBe('new');
  vi.spyOn(api.Members, 'follow').mockRejectedValue(new api.Refused({ code: 'unreachable', message: '' }));
  await table.load(api.Members.follow);
  expect(table.wrong).toBeUndefined();
  expect(table.view?.members[0]?.name).toBe('new');
});
