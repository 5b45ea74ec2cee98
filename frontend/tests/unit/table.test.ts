import { describe, expect, test } from 'vitest';
import { allToggled, extended, extent, kept, nobody, toggled } from '../../src/base/table/selection';
import { drawn, scrolledTo } from '../../src/base/table/windowing';

const ids = ['a', 'b', 'c', 'd'];

describe('a selection', () => {
  test('takes rows in and out without changing what it was', () => {
    const one = toggled(nobody, 'a');
    expect([...one]).toEqual(['a']);
    expect([...toggled(one, 'a')]).toEqual([]);
    expect(nobody.size).toBe(0);
  });

  test('extends either way, and no further than the table', () => {
    expect([...extended(nobody, ids, 1, 2)]).toEqual(['b', 'c']);
    expect([...extended(nobody, ids, 3, 2)]).toEqual(['c', 'd']);
    expect([...extended(toggled(nobody, 'a'), ids, 2, 9)]).toEqual(['a', 'c', 'd']);
  });

  test('of all rows takes in those that are shown, and gives back those alone', () => {
    const hidden = toggled(nobody, 'x');
    expect(extent(hidden, ids)).toBe('none');
    const all = allToggled(hidden, ids);
    expect(extent(all, ids)).toBe('all');
    expect([...allToggled(all, ids)]).toEqual(['x']);
    expect(extent(toggled(all, 'b'), ids)).toBe('some');
    expect(extent(all, [])).toBe('none');
  });

  test('loses the rows that are gone', () => {
    expect([...kept(new Set(['a', 'x']), ids)]).toEqual(['a']);
  });
});

describe('the rows that are drawn', () => {
  const sight = { top: 36_000, height: 360, row: 36 };

  test('are those in sight and a few around them, of any number', () => {
    expect(drawn(sight, 10_000)).toEqual({ from: 992, to: 1018 });
    expect(drawn({ ...sight, top: 0 }, 10_000)).toEqual({ from: 0, to: 18 });
    expect(drawn({ ...sight, top: 0 }, 3)).toEqual({ from: 0, to: 3 });
    expect(drawn(sight, 0)).toEqual({ from: 0, to: 0 });
    expect(drawn({ ...sight, row: 0 }, 100).to).toBeLessThan(20);
  });

  test('are there after the table has become shorter than it is scrolled', () => {
    const { from, to } = drawn(sight, 20);
    expect(from).toBeLessThan(to);
    expect(to).toBe(20);
  });

  test('scroll no further than a row needs', () => {
    expect(scrolledTo(sight, 1000)).toBe(36_000);
    expect(scrolledTo(sight, 1005)).toBe(36_000);
    expect(scrolledTo(sight, 999)).toBe(35_964);
    expect(scrolledTo(sight, 1010)).toBe(36_036);
  });
});
