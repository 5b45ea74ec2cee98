/** How large a page of a PDF becomes as a picture. */

/** No larger than this, in pixels: it is scaled down before it does. */
export const mostPixels = 16_000_000;

/** Nor longer: a page may be as thin as it likes, and no canvas has longer sides. */
export const mostSide = 16_384;

/**
 * The scale at which a page of so many points fills a place that is so many pixels wide, within the
 * bounds, whatever the page says of its size. 0: at none.
 */
export function fit(page: { width: number; height: number }, wanted: number): number {
  if (!(page.width > 0 && page.height > 0 && Number.isFinite(page.width * page.height))) return 0;
  return Math.min(
    wanted / page.width,
    Math.sqrt(mostPixels / (page.width * page.height)),
    mostSide / page.width,
    mostSide / page.height,
  );
}
