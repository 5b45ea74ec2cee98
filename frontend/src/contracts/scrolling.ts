/** Where a place that scrolls is scrolled to. Lengths are in CSS px, as they are on the screen. */

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** How far from the edge it has to be to be in sight. */
const edge = 24;

/** How far to scroll along one side, so that what is out of sight comes to the middle. */
function along(from: number, to: number, start: number, end: number): number {
  if (from >= start + edge && to <= end - edge) return 0;
  return (from + to) / 2 - (start + end) / 2;
}

/** Brings what lies in a box into sight, in the middle if it was out of it. */
export function intoSight(place: HTMLElement, box: Box): void {
  const { left, top } = place.getBoundingClientRect();
  const x = left + place.clientLeft;
  const y = top + place.clientTop;
  place.scrollBy({
    left: place.scrollWidth > place.clientWidth ? along(box.left, box.right, x, x + place.clientWidth) : 0,
    top: along(box.top, box.bottom, y, y + place.clientHeight),
    behavior: 'instant',
  });
}

/** Where the middle of a place is on the paper in it, as a part of its width and height. */
export function shareOf(middle: number, from: number, to: number): number {
  return to > from ? Math.min(1, Math.max(0, (middle - from) / (to - from))) : 0;
}

/** Notes what is in the middle. What is returned brings it back there, after the paper has another size. */
export function middleKept(place: HTMLElement, paper: HTMLElement): () => void {
  const { left, top } = place.getBoundingClientRect();
  const x = left + place.clientLeft + place.clientWidth / 2;
  const y = top + place.clientTop + place.clientHeight / 2;
  const before = paper.getBoundingClientRect();
  const across = shareOf(x, before.left, before.right);
  const down = shareOf(y, before.top, before.bottom);
  return () => {
    const now = paper.getBoundingClientRect();
    place.scrollBy({
      left: now.left + across * now.width - x,
      top: now.top + down * now.height - y,
      behavior: 'instant',
    });
  };
}
