import { describe, expect, test } from 'vitest';
import { factsOf, isBackup } from '../../src/runs/exports';
import type { ExportView } from '../../src/wire/api';

const view: ExportView = {
  kind: 'recovery-sheets',
  workspace: 'Northwind Legal',
  at: '2026-11-12T10:00:00Z',
  by: 'Amara Okafor',
  details: { run: '14', sheets: '412–443', reason: 'Renewal', other: 'what nobody asks' },
  files: [],
  signedBy: 'A',
  signature: 'A',
  ours: true,
};
const labels = (of: ExportView) => factsOf(of).map(([label]) => label);

describe('what an encrypted file says of itself', () => {
  test('names its run, its sheets and why they were issued', () => {
    expect(labels(view)).toEqual(['Content', 'Workspace', 'Created', 'Print run', 'Sheets', 'Reason']);
    expect(factsOf(view)[2]![1]).toMatch(/^On 12 November 2026 at \d\d:\d\d by Amara Okafor$/);
  });

  test('leaves out what is not there', () => {
    expect(labels({ ...view, details: null, workspace: '' })).toEqual(['Content', 'Created']);
  });

  test('is a backup where it says so, whatever else it says', () => {
    const backup = { ...view, kind: 'workspace-backup' };
    expect(isBackup(backup)).toBe(true);
    expect(factsOf(backup)[0]).toEqual(['Content', 'Backup']);
    expect(labels(backup)).toEqual(['Content', 'Workspace', 'Created']);
  });

  test('is shown as it is where its kind is of another version', () => {
    expect(factsOf({ ...view, kind: 'tea-leaves' })[0]).toEqual(['Content', 'tea-leaves']);
  });
});
