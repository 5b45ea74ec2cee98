/** A number that is typed. */

/** What stands between the digits of a number as languages write it. */
const between = /[\s.,٬’'\u202f\u00a0]/g;

/** How much a digit of any script is: digits lie in tens, one after the other. */
function digit(letter: string): number {
  const at = letter.codePointAt(0)!;
  let first = at;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(first - 1))) first--;
  return (at - first) % 10;
}

/** The number that is typed, in the digits of any script; none where it is not one, or larger than any document. */
export function numberOf(text: string): number | undefined {
  const digits = text.replace(between, '');
  if (!/^\p{Nd}{1,9}$/u.test(digits)) return undefined;
  return Number([...digits].map(digit).join(''));
}
