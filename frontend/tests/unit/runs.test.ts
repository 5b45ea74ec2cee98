import { describe, expect, test } from 'vitest';
import type { ApprovalView, PolicyView, PrintSheets, RunView } from '../../src/wire/api';
import { approvalWords, requirement } from '../../src/settings/policy';
import {
  codesOf,
  coverPages,
  issuedOf,
  keptBecause,
  pagesOf,
  runState,
  sheetState,
} from '../../src/runs/runs';

describe('a print run', () => {
  test('lists every member on the cover once, on as many pages as it takes', () => {
    const all = Array.from({ length: 200 }, (_, i) => i);
    const pages = coverPages(all);
    expect(pages.flat()).toEqual(all);
    expect(pages[0]).toHaveLength(7);
    expect(Math.max(...pages.map((page) => page.length))).toBe(17);
    expect(coverPages([1])).toEqual([[1]]);
  });

  test('counts its pages with those of the cover', () => {
    const of = (n: number) => pagesOf({ sheets: Array.from({ length: n }, () => ({})) } as PrintSheets);
    expect([of(1), of(5), of(7), of(8), of(200)]).toEqual([2, 6, 8, 10, 213]);
  });

  test('gives each sheet its own ten codes', () => {
    const run = { codes: Array.from({ length: 30 }, (_, i) => `code ${i}`) } as PrintSheets;
    expect(codesOf(run, 0)[0]).toBe('code 0');
    expect(codesOf(run, 2)).toHaveLength(10);
    expect(codesOf(run, 2)[9]).toBe('code 29');
  });

  test('counts as issued what was in force, whatever has become of it', () => {
    const sheets = { made: 3, issued: 2, replaced: 1, acknowledged: 4 };
    expect(issuedOf({ sheets } as unknown as RunView)).toBe(7);
    expect(issuedOf({ sheets: {} } as RunView)).toBe(0);
  });

  test('has a word for each state, and says whether it went to paper or into a file', () => {
    expect(runState({ state: 'done', kind: 'print' })).toBe('Printed');
    expect(runState({ state: 'done', kind: 'export' })).toBe('Saved');
    for (const state of ['issuing', 'ready', 'cancelled', 'interrupted'] as const)
      expect(runState({ state, kind: 'print' })).not.toBe('');
    for (const state of ['made', 'issued', 'handed-over', 'acknowledged', 'replaced', 'voided'] as const)
      expect(sheetState(state)).not.toBe('');
    for (const why of [
      'member_gone',
      'member_invited',
      'member_suspended',
      'two_factor_off',
      'codes_changed',
      'forbidden',
    ] as const)
      expect(keptBecause(why)).toMatch(/\.$/);
  });
});

describe('the policy in words', () => {
  const policy = { require2FA: true, requireFrom: '2026-12-01T00:00:00Z' } as PolicyView;

  test('says whether 2FA is required, and since or from when', () => {
    expect(requirement({ ...policy, inForce: false })).toBe('Required from 1 December 2026');
    expect(requirement({ ...policy, inForce: true })).toBe('Required since 1 December 2026');
    expect(requirement({ ...policy, require2FA: false })).toBe('Optional');
  });

  test('says what is asked for, and leaves names as they are', () => {
    const of = (kind: ApprovalView['kind'], ...names: string[]) =>
      approvalWords({ kind, names } as unknown as ApprovalView);
    expect(of('print-run', 'A {x}', 'B')).toBe('issue recovery sheets for 2 members');
    expect(of('print-run', '<b>{x}</b>')).toBe('issue a recovery sheet for <b>{x}</b>');
    expect(of('reset-2fa', 'Mateo')).toBe('reset 2FA for Mateo');
    expect(of('help-code', 'Mateo')).toBe('create a temporary code for Mateo');
    expect(of('reset-password', 'Mateo')).toBe('reset the password for Mateo');
  });
});
