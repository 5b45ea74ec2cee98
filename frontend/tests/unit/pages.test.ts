import { expect, test } from 'vitest';
import { numberOf } from '../../src/contracts/numbers';
import { fit, mostPixels, mostSide } from '../../src/contracts/pages';

test('a page fills its place, and no size that it claims makes a larger picture than the bounds', () => {
  expect(fit({ width: 595, height: 842 }, 1190)).toBe(2);
  for (const [width, height] of [
    [14_400, 14_400],
    [1e9, 1e9],
    [0.001, 1e9],
    [1e9, 0.001],
    [1, 1e6],
  ] as const) {
    const scale = fit({ width, height }, 1600);
    expect(scale).toBeGreaterThan(0);
    expect(width * scale * (height * scale)).toBeLessThanOrEqual(mostPixels * 1.001);
    expect(Math.max(width * scale, height * scale)).toBeLessThanOrEqual(mostSide * 1.001);
  }
});

test('a page of no size is not drawn', () => {
  for (const [width, height] of [
    [0, 0],
    [0, 100],
    [100, 0],
    [NaN, 100],
    [Infinity, 100],
    [-5, 100],
  ] as const)
    expect(fit({ width, height }, 1600)).toBe(0);
});

test('a page is asked for in the digits of any script, as languages write them', () => {
  for (const [text, number] of [
    ['12', 12],
    [' 7 ', 7],
    ['1,234', 1234],
    ['1.234', 1234],
    ['1\u202f234', 1234],
    ['١٢', 12],
    ['۴۵', 45],
    ['१२', 12],
    ['１２', 12],
    ['0', 0],
  ] as const)
    expect([text, numberOf(text)]).toEqual([text, number]);
  for (const text of ['', ' ', 'x', '-1', '1e3', '0x1', '½', '1'.repeat(10)])
    expect([text, numberOf(text)]).toEqual([text, undefined]);
});
