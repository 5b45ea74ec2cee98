/** Sizes at which each part of a picture is a whole number of the screen's pixels. */

/** The smallest size of n parts that is at least so many CSS pixels. */
export const atLeast = (n: number, least: number, ratio: number) =>
  (n * Math.max(3, Math.ceil((least * ratio) / n))) / ratio;

/** The largest size of n parts that is at most so many CSS pixels. */
export const atMost = (n: number, most: number, ratio: number) =>
  (n * Math.max(1, Math.floor((most * ratio) / n))) / ratio;
