/** Where on the page of a PDF a part of its text lies. */
import type { Span } from './find';

/** What pdf.js says of a stretch of text: with `transform`, from its own plane to that of the page. */
export interface Stretch {
  str: string;
  dir: string;
  width: number;
  height: number;
  transform: number[];
  fontName: string;
  hasEOL: boolean;
}

export interface Face {
  ascent: number;
  descent: number;
  vertical?: boolean;
  fontFamily: string;
}

/** As parts of the page’s width and height, from its upper left corner. */
export interface Mark {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How the plane of the page lies on the screen, at any scale. */
export interface Sheet {
  width: number;
  height: number;
  convertToViewportPoint(x: number, y: number): number[];
}

/** What a stretch adds to the text of its page. */
export const said = ({ str, hasEOL }: Stretch): string => str + (hasEOL ? '\n' : '');

/** How wide a text is in a face of the document, or in one of its kind. */
export type Measure = (text: string, name: string, family: string) => number;

function box(it: Stretch, face: Face | undefined, from: number, to: number, sheet: Sheet): Mark {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = it.transform;
  const wide = Math.hypot(a, b) || 1;
  const high = Math.hypot(c, d) || 1;
  const [run, rise] = [
    [a / wide, b / wide],
    [c / high, d / high],
  ] as const;
  const size = face?.vertical ? wide : high;
  const up = face?.vertical ? 0.5 : face?.ascent || 0.9;
  const down = face?.vertical ? -0.5 : face?.descent || -0.2;
  const corners = [from, to].flatMap((share) =>
    [up, down].map((way) => {
      const [along, across] = face?.vertical
        ? [way * size, -share * it.height] // down the page
        : [share * it.width, way * size];
      return sheet.convertToViewportPoint(
        e + along * run[0] + across * rise[0],
        f + along * run[1] + across * rise[1],
      );
    }),
  );
  const xs = corners.map(([x = 0]) => x / sheet.width);
  const ys = corners.map(([, y = 0]) => y / sheet.height);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** The boxes of each span: one for each stretch that it is in. */
export function boxes(
  stretches: Stretch[],
  faces: Record<string, Face>,
  sheet: Sheet,
  spans: Span[],
  measure: Measure,
): Mark[][] {
  const all: Mark[][] = spans.map(() => []);
  let at = 0;
  let first = 0;
  for (const it of stretches) {
    const end = at + it.str.length;
    while (first < spans.length && spans[first]![1] <= at) first++;
    for (let i = first; i < spans.length && spans[i]![0] < end; i++) {
      const [from, to] = spans[i]!;
      const face = faces[it.fontName];
      const wide = (text: string) => measure(text, it.fontName, face?.fontFamily ?? '');
      const whole = wide(it.str) || 1;
      const share = (letters: number) => wide(it.str.slice(0, letters)) / whole;
      const begin = share(Math.max(0, from - at));
      const stop = share(Math.min(it.str.length, to - at));
      // What runs from right to left is in the order in which it is read, too.
      const [near, far] = it.dir === 'rtl' && !face?.vertical ? [1 - stop, 1 - begin] : [begin, stop];
      if (far > near) all[i]!.push(box(it, face, near, far, sheet));
    }
    at = end + (it.hasEOL ? 1 : 0);
  }
  return all;
}
