import { expect, test } from 'vitest';
import { atLeast, atMost } from '../../src/base/components/pixels';

test('a part is a whole number of pixels, at any ratio', () => {
  for (const ratio of [1, 1.25, 1.5, 2, 3]) {
    for (let n = 29; n <= 113; n += 4) {
      const [small, large] = [atLeast(n, 272, ratio), atMost(n, 640, ratio)];
      for (const side of [small, large]) {
        const part = (side * ratio) / n;
        expect(Math.abs(part - Math.round(part)), `${n} at ${ratio}`).toBeLessThan(1e-9);
      }
      expect(small).toBeGreaterThanOrEqual(272);
      expect((small * ratio) / n).toBeGreaterThanOrEqual(3);
      expect(large).toBeLessThanOrEqual(640);
      expect(large).toBeGreaterThan(640 - n / ratio);
    }
  }
});

test('a part is three pixels at least where it may be larger, and one where there is no room', () => {
  expect(atLeast(113, 272, 1)).toBe(339);
  expect(atMost(113, 50, 1)).toBe(113);
});
