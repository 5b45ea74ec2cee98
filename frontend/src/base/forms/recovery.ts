/**
 * The field of a recovery code: any case, and the dashes set themselves. What cannot be part of
 * a code stays in sight, so that the person sees what the application refuses.
 */

export interface Edited {
  value: string;
  caret: number;
}

const separators = /[-\s]/g;

function significant(text: string): string {
  return text.replace(separators, '');
}

/** Where the caret stands once `count` characters of the code are before it. */
function caretAfter(count: number): number {
  return count === 0 ? 0 : count + Math.floor((count - 1) / 4);
}

/** "7k3m9qxt" as "7K3M-9QXT", with the caret behind the same character as before. */
export function recoveryInput(raw: string, caret: number): Edited {
  const code = significant(raw).toUpperCase();
  const groups = code.match(/.{1,4}/gsu) ?? [];
  // A dash typed at the end of a group is kept: it is what the paper shows.
  const typed = /[^-\s]-$/.test(raw) && code.length % 4 === 0 && code.length < 16 ? '-' : '';
  const before = significant(raw.slice(0, caret)).length;
  const end = typed && caret === raw.length ? 1 : 0;
  return { value: groups.join('-') + typed, caret: caretAfter(before) + end };
}

/**
 * After an edit that took away only a dash, the value that the person meant: a Delete before a
 * dash takes the character behind it. Backspace behind a dash just steps over it.
 */
export function recoveryEdit(current: string, raw: string, caret: number, inputType: string): Edited {
  const code = significant(raw);
  if (inputType === 'deleteContentForward' && code === significant(current)) {
    const before = significant(raw.slice(0, caret)).length;
    return recoveryInput(code.slice(0, before) + code.slice(before + 1), before);
  }
  return recoveryInput(raw, caret);
}
