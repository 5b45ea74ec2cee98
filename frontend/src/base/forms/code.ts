/**
 * What goes into the field of a verification code. The application decides what is right; here
 * it is only made sure that nothing is cut or changed on the way to it.
 */

/** Spaces between groups, and the line end that copying adds and a one-line field cannot hold. */
function bare(text: string): string {
  return text.replace(/[ \r\n]/g, '');
}

/** True for what may be sent by itself: six ASCII digits. */
export function isCode(text: string): boolean {
  return /^[0-9]{6}$/.test(text);
}

/**
 * The field's next value. More than six characters are never cut to six, since the rest would
 * be a guess that nobody made: typing past the end changes nothing, and pasting too much is
 * refused in words.
 */
export function codeInput(current: string, incoming: string): { value: string; tooLong: boolean } {
  const next = bare(incoming);
  if ([...next].length <= 6) return { value: next, tooLong: false };
  return { value: current, tooLong: [...current].length < 6 };
}
