import { describe, expect, it } from 'vitest';
import { say } from '../../src/log/log';
import type { LogEntry } from '../../src/wire/api';
import './english';

const entry = (kind: string, detail: Record<string, string>): LogEntry => ({
  seq: 7,
  at: '2026-11-30T09:00:00Z',
  kind,
  sentence: '',
  actor: 'Nora Hill',
  subject: '',
  detail,
});

describe('an entry of the log', () => {
  it.each(['signed-in', 'stepped-up', '2fa-disabled'])(
    'of %s says from which of several apps the code was',
    (kind) => {
      expect(say(entry(kind, { factor: 'code', used: 'Tablet' })).more).toBe('The code came from Tablet.');
      expect(say(entry(kind, { factor: 'code' })).more).toBeUndefined();
    },
  );

  it('says a second line that needs no detail', () => {
    expect(say(entry('profile-renamed', { from: 'N. Hill' })).more).toBe('It was N. Hill before.');
  });
});
