import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as api from '../../src/wire/api';
import { session } from '../../src/base/session.svelte';
import { Issue } from '../../src/runs/issue.svelte';

beforeEach(() => void vi.spyOn(session, 'use').mockImplementation((act) => act('token')));
afterEach(() => vi.restoreAllMocks());

test('what a run would do is shown when all of it is known, so that its dialog can be left until then', async () => {
  const preview = { ready: [{ id: 'sam' }, { id: 'eunji' }] } as api.RunPreview;
  let answer: (policy: api.PolicyView) => void = () => {};
  vi.spyOn(api.PrintRuns, 'preview').mockResolvedValue(preview);
  vi.spyOn(api.Settings, 'get').mockImplementation(() => new Promise((done) => (answer = done)));
  const others = { kind: 'print-run', mine: false, members: ['eunji', 'sam'], reason: 'theirs' };
  const own = { kind: 'print-run', mine: true, members: ['eunji', 'sam'], reason: 'moved office' };
  vi.spyOn(api.Settings, 'approvals').mockResolvedValue([others, own] as api.ApprovalView[]);

  const issue = new Issue(['sam', 'eunji'], 'print');
  const loaded = issue.load();
  await vi.waitFor(() => expect(api.Settings.get).toHaveBeenCalled());
  expect(issue.preview).toBeUndefined();
  expect(issue.form.busy).toBe(true);

  answer({ twoPeople: true } as api.PolicyView);
  expect(await loaded).toBe(true);
  expect(issue.preview).toBe(preview);
  expect(issue.approval).toBe(own);
  expect(issue.reason).toBe('moved office');
  expect(issue.needsApproval).toBe(true);
});
