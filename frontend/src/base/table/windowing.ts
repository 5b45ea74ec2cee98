/** Which rows of a long table are drawn: those in sight, and a few on either side. Lengths are in CSS px. */

export interface Sight {
  /** How far the table is scrolled. */
  top: number;
  /** The height of what is in sight, without the head. */
  height: number;
  /** The height of each row; all are alike. */
  row: number;
}

const spare = 8;

/** The first row to draw, and the one after the last. */
export function drawn({ top, height, row }: Sight, count: number): { from: number; to: number } {
  if (row <= 0) return { from: 0, to: Math.min(count, spare) };
  const from = Math.max(0, Math.floor(top / row) - spare);
  const to = Math.min(count, Math.ceil((top + height) / row) + spare);
  return { from: Math.min(from, Math.max(0, to - 1)), to };
}

/** Where to scroll so that a row is whole in sight: no further than it takes. */
export function scrolledTo({ top, height, row }: Sight, index: number): number {
  if (index * row < top) return index * row;
  return Math.max(top, (index + 1) * row - height);
}
