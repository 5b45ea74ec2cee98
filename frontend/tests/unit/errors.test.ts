import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import en from '$words/en.json';
import { errorCodes, Refused, refused } from '../../src/wire/api';
import { words } from '../../src/base/errors';
import { root } from './source';

const say = (code: string, args = {}) => words(new Refused({ code, message: '', args }));

/** The codes that the application declares, in its own source. */
function declared(path: string, pattern: RegExp): string[] {
  const text = readFileSync(`${root}/../${path}`, 'utf8');
  return [...text.matchAll(pattern)].map(([, code]) => code!);
}

describe('a refusal', () => {
  test('has words for every code that the application has', () => {
    const codes = [
      ...declared('backend/service/errors.go', /\bCode\w+\s+Code\s*=\s*"(\w+)"/g),
      ...declared('app/errors.go', /\bcode\w+\s*=\s*"(\w+)"/g),
    ];
    expect(codes.length).toBeGreaterThan(50);
    expect([...errorCodes].sort()).toEqual([...new Set(codes)].sort());
  });

  test('has words for what happened and for what next, and none are left over', () => {
    const keys = errorCodes.flatMap((code) => [`error.${code}.what`, `error.${code}.next`]);
    expect(
      Object.keys(en)
        .filter((key) => key.startsWith('error.'))
        .sort(),
    ).toEqual(keys.sort());
  });

  test('ends its sentences, whatever numbers come with it', () => {
    const args = {
      max: 80,
      minimum: 15,
      length: 3,
      left: 4,
      pause: 30,
      seconds: 30,
      minutes: 3,
      years: 10,
      clock: '2026-11-23T09:00:10Z',
      log: '2027-11-23T09:00:10Z',
      direction: 'ahead',
      why: 'at',
      sheet: 443,
      number: 3,
      folder: '/data',
      file: '/data/c.db',
      name: 'sheet.pdf',
      kind: 'computer',
      event: 412,
      code: 'ABCD-EFGH-JKLM-NPQR',
    };
    for (const code of errorCodes) {
      for (const { what, next } of [
        say(code, args),
        say(code, { ...args, left: 0 }),
        say(code, { ...args, left: 1 }),
      ]) {
        expect(what, code).toMatch(/^\S.*[.]$/);
        // What is missing says itself what to do.
        if (next || !/_required$|^email_form$/.test(code)) expect(next, code).toMatch(/^\S.*[.]$/);
        expect(`${what} ${next}`, code).not.toMatch(/undefined|NaN|\{|\s\s| \./);
      }
    }
  });

  test('counts what is left before a pause', () => {
    expect(say('code_wrong', { left: 4, pause: 30 }).next).toBe(
      'Wait for the next code in your app, then enter it. 4 attempts left before a pause of 30 seconds.',
    );
    expect(say('code_wrong', { left: 1, pause: 60 }).next).toMatch(
      / 1 attempt left before a pause of 1 minute\.$/,
    );
  });

  test('leaves out what it was not told', () => {
    expect(say('credentials_wrong').next).toBe('Check both, and check that Caps Lock is off.');
    expect(say('internal').next).toBe('Try again.');
    expect(say('recovery_wrong').what).toBe('That code isn’t on your recovery sheet.');
  });

  test('says how far off the clock of the phone is', () => {
    expect(say('code_clock', { minutes: 3, direction: 'behind' }).what).toBe(
      'Your phone’s clock is about 3 minutes behind this computer’s.',
    );
    expect(say('code_clock', { minutes: 60, direction: 'ahead' }).what).toBe(
      'Your phone’s clock is about 1 hour ahead of this computer’s.',
    );
    expect(say('code_clock', { minutes: 121, direction: 'ahead' }).what).toContain('about 2 hours ahead');
    expect(say('code_clock', { minutes: 121, direction: 'ahead', left: 4, pause: 30 }).next).toMatch(
      /next code\. 4 attempts left before a pause of 30 seconds\.$/,
    );
    expect(say('code_expired').next).toBe('Enter the one that the app shows now.');
  });

  test('that nobody foresaw reads as an internal error', () => {
    expect(say('something_new')).toEqual(say('internal'));
    expect(refused(new TypeError('boom')).code).toBe('internal');
    expect(words(new Refused({ code: 'internal', message: '', reference: 'K5TQ2ZJX' })).next).toContain(
      'K5TQ2ZJX',
    );
  });
});
