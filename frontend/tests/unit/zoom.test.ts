import { expect, test, vi } from 'vitest';
import { Reading } from '../../src/contracts/reading.svelte';
import { shareOf } from '../../src/contracts/scrolling';
import { sizes, Zoom } from '../../src/contracts/zoom.svelte';

/** A place of 300 by 200, and a paper in it that is as large as the zoom says. */
function shown() {
  const scrolled = { left: 0, top: 0 };
  let zoom: Zoom | undefined;
  const paper = {
    get clientWidth() {
      return 3 * (zoom?.at ?? 100);
    },
    getBoundingClientRect() {
      const width = this.clientWidth;
      const height = 2 * width;
      const [left, top] = [10 - scrolled.left, 20 - scrolled.top];
      return { left, top, width, height, right: left + width, bottom: top + height };
    },
  };
  const place = {
    clientLeft: 0,
    clientTop: 0,
    clientWidth: 300,
    clientHeight: 200,
    getBoundingClientRect: () => ({ left: 10, top: 20 }),
    scrollBy({ left, top }: { left: number; top: number }) {
      scrolled.left += left;
      scrolled.top += top;
    },
  };
  const widths: number[] = [];
  const as = (it: unknown) => it as HTMLElement;
  zoom = new Zoom(
    () => ({ place: as(place), paper: as(paper) }),
    (width) => widths.push(width),
  );
  return { zoom, scrolled, widths };
}

test('a step leads to the next size, to the ends, and back to what fits', () => {
  const { zoom, widths } = shown();
  const seen = [];
  for (let i = 0; i < sizes.length; i++) {
    zoom.step('larger');
    seen.push(zoom.at);
  }
  expect(seen).toEqual([125, 150, 200, 300, 400, 400, 400, 400, 400]);
  zoom.step('usual');
  expect(zoom.at).toBe(100);
  for (let i = 0; i < sizes.length; i++) zoom.step('smaller');
  expect(zoom.at).toBe(50);
  expect(widths.slice(0, 2)).toEqual([375, 450]);
  expect(widths.at(-1)).toBe(150);
});

test('what is in the middle stays there', () => {
  const { zoom, scrolled } = shown();
  scrolled.top = 240;
  const middle = () => [(scrolled.left + 150) / (3 * zoom.at), (scrolled.top + 100) / (6 * zoom.at)];
  const before = middle();
  for (const step of ['larger', 'larger', 'larger', 'smaller'] as const) {
    zoom.step(step);
    middle().forEach((share, i) => expect(share).toBeCloseTo(before[i]!, 6));
  }
  expect(zoom.at).toBe(150);
});

test('the middle of a place that is larger than its paper is on the paper', () => {
  expect([shareOf(50, 0, 200), shareOf(-1, 0, 10), shareOf(11, 0, 10), shareOf(5, 5, 5)]).toEqual([
    0.25, 0, 1, 0,
  ]);
});

const key = (key: string, more: object = {}) =>
  ({
    key,
    code: '',
    ctrlKey: true,
    preventDefault: vi.fn(),
    stopPropagation: vi.fn(),
    ...more,
  }) as unknown as KeyboardEvent;

test('the keys for it are the window’s where nothing is zoomed', () => {
  const reading = new Reading();
  const plus = key('+');
  reading.zoomKeys(plus);
  expect(plus.stopPropagation).not.toHaveBeenCalled();
  const { zoom } = shown();
  reading.zoom = zoom;
  for (const [name, at] of [
    ['+', 125],
    ['=', 150],
    ['-', 125],
    ['0', 100],
  ] as const) {
    const event = key(name);
    reading.zoomKeys(event);
    expect([name, zoom.at]).toEqual([name, at]);
    expect(event.stopPropagation).toHaveBeenCalled();
    expect(event.preventDefault).toHaveBeenCalled();
  }
  reading.zoomKeys(key('+', { ctrlKey: false }));
  reading.leave(undefined, shown().zoom);
  expect(reading.zoom).toBe(zoom);
  reading.leave(undefined, zoom);
  reading.zoomKeys(key('+'));
  expect([zoom.at, reading.zoom]).toEqual([100, undefined]);
});
