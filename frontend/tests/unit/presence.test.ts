import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchPresence } from '../../src/shell/presence';

let listeners: Map<string, (event: Event) => void>;
let told: number[];
let start: number;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  start = Date.now();
  listeners = new Map();
  vi.stubGlobal('window', {
    addEventListener: (sign: string, heard: (event: Event) => void) => listeners.set(sign, heard),
    removeEventListener: (sign: string) => listeners.delete(sign),
  });
  told = [];
  stop = watchPresence(() => told.push(Date.now() - start));
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const happens = (sign: string, isTrusted = true) => listeners.get(sign)?.({ isTrusted } as Event);

test('the first sign is told at once', () => {
  happens('pointermove');
  expect(told).toEqual([0]);
});

test('the last sign is told as well, at most two seconds late', () => {
  happens('keydown');
  vi.advanceTimersByTime(300);
  happens('keydown');
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([0, 2000]);
});

test('signs without a break are told every two seconds', () => {
  for (let n = 0; n < 100; n++) {
    happens('pointermove');
    vi.advanceTimersByTime(100);
  }
  expect(told).toEqual([0, 2000, 4000, 6000, 8000, 10_000]);
});

test('a sign after a rest is told at once', () => {
  happens('wheel');
  vi.advanceTimersByTime(2000);
  happens('wheel');
  vi.advanceTimersByTime(7000);
  happens('wheel');
  expect(told).toEqual([0, 2000, 9000]);
});

test('each way to use the page counts, and a script does not', () => {
  for (const sign of ['keydown', 'input', 'pointerdown', 'pointermove', 'click', 'wheel', 'dragover']) {
    told = [];
    happens(sign, false);
    expect(told, sign).toHaveLength(0);
    happens(sign);
    expect(told, sign).toHaveLength(1);
    vi.advanceTimersByTime(60_000);
  }
});

test('nothing is told once it is over', () => {
  happens('keydown');
  happens('keydown');
  stop();
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([0]);
  expect(listeners.size).toBe(0);
});
