import { describe, expect, test } from 'vitest';
import { atTime, capital, clock, day, duration, fullDay, onDay, recentTime } from '../../src/base/dates';

/** A moment of this computer's own time zone, as the application sends it. */
const local = (y: number, m: number, d: number, h = 12, min = 0) =>
  new Date(y, m - 1, d, h, min).toISOString();
const now = new Date(2026, 10, 12, 9, 45);

describe('a date', () => {
  test('is written out', () => {
    expect(day(local(2026, 3, 14), now)).toBe('14 March 2026');
    expect(onDay(local(2026, 9, 3), now)).toBe('on 3 September 2026');
  });

  test('of today and yesterday has its name', () => {
    expect(onDay(local(2026, 11, 12, 0, 1), now)).toBe('today');
    expect(onDay(local(2026, 11, 11, 23, 59), now)).toBe('yesterday');
    expect(onDay(local(2026, 11, 10, 23, 59), now)).toBe('on 10 November 2026');
  });

  test('knows yesterday across the turn of a month and a year', () => {
    expect(day(local(2026, 12, 31), new Date(2027, 0, 1, 8))).toBe('yesterday');
    expect(day(local(2026, 2, 28), new Date(2026, 2, 1, 8))).toBe('yesterday');
  });

  test('has a time of 24 hours', () => {
    expect(atTime(local(2026, 11, 12, 9, 31), now)).toBe('today at 09:31');
    expect(atTime(local(2026, 8, 8, 0, 5), now)).toBe('on 8 August 2026 at 00:05');
    expect(capital(atTime(local(2026, 11, 11, 21, 3), now))).toBe('Yesterday at 21:03');
  });

  test('in a column of the last days has no year', () => {
    expect(recentTime(local(2026, 11, 12, 9, 31), now)).toBe('Today at 09:31');
    expect(recentTime(local(2026, 12, 20, 9, 31), new Date(2027, 0, 2))).toBe('20 Dec at 09:31');
  });

  test('on paper is the date, even today', () => {
    expect(fullDay(local(2026, 11, 12))).toBe('12 November 2026');
  });
});

describe('a pause', () => {
  test('is said in the unit that fits', () => {
    expect([1, 30, 60, 61, 3600].map(duration)).toEqual([
      '1 second',
      '30 seconds',
      '1 minute',
      '2 minutes',
      '1 hour',
    ]);
  });

  test('counts down as a clock', () => {
    expect([24, 0.2, 0, 90, 3725].map(clock)).toEqual(['0:24', '0:01', '0:00', '1:30', '1:02:05']);
  });
});
