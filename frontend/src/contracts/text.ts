/** Text from the bytes of a file that does not say how it is written. */

/** How much of a text is shown, in bytes. */
export const textLimit = 256 * 1024;

/** The encoding that a byte order mark names. */
function marked(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return undefined;
}

/**
 * By its mark, else as UTF-8, else as Windows-1252, which reads any bytes. With `cut`, the bytes
 * may end in the middle of a letter, which is left out then.
 */
export function decoded(bytes: Uint8Array, cut = false): string {
  const mark = marked(bytes);
  if (mark) return new TextDecoder(mark).decode(bytes, { stream: cut });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
