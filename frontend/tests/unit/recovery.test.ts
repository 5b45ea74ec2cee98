import { describe, expect, test } from 'vitest';
import { recoveryEdit, recoveryInput, type Edited } from '../../src/base/forms/recovery';

/** Types, deletes and reads a field in which | is the caret. */
const show = ({ value, caret }: Edited) => `${value.slice(0, caret)}|${value.slice(caret)}`;
const at = (marked: string) => ({ raw: marked.replace('|', ''), caret: marked.indexOf('|') });
const typed = (marked: string) => show(recoveryInput(at(marked).raw, at(marked).caret));
const edited = (before: string, after: string, inputType: string) =>
  show(recoveryEdit(before, at(after).raw, at(after).caret, inputType));

describe('the field of a recovery code', () => {
  test('sets its dashes as one types', () => {
    let field = { value: '', caret: 0 };
    for (const letter of '7k3m9qxt2whfb6nd') {
      const raw = field.value.slice(0, field.caret) + letter + field.value.slice(field.caret);
      field = recoveryEdit(field.value, raw, field.caret + 1, 'insertText');
    }
    expect(show(field)).toBe('7K3M-9QXT-2WHF-B6ND|');
  });

  test('takes a code in any case, with or without spaces and dashes', () => {
    for (const text of [
      '7k3m9qxt2whfb6nd',
      '7K3M 9QXT 2WHF B6ND',
      ' 7k3m-9qxt-2whf-b6nd ',
      '7k3m\t9qxt2whf-b6nd',
    ]) {
      expect(recoveryInput(text, text.length).value).toBe('7K3M-9QXT-2WHF-B6ND');
    }
  });

  test('keeps the caret where one types in the middle', () => {
    expect(typed('7KX|3M-9QXT')).toBe('7KX|3-M9QX-T');
    expect(typed('7K3MX|-9QXT')).toBe('7K3M-X|9QX-T');
  });

  test('does not put a dash behind the last character', () => {
    expect(typed('7K3M|')).toBe('7K3M|');
    expect(typed('7K3M-|')).toBe('7K3M-|');
    expect(typed('7K-|')).toBe('7K|');
  });

  test('steps over a dash with Backspace and takes the character behind it with Delete', () => {
    expect(edited('7K3M-9QXT', '7K3M|9QXT', 'deleteContentBackward')).toBe('7K3M|-9QXT');
    expect(edited('7K3M-9QXT', '7K3|-9QXT', 'deleteContentBackward')).toBe('7K3|9-QXT');
    expect(edited('7K3M-9QXT', '7K3M|9QXT', 'deleteContentForward')).toBe('7K3M|-QXT');
  });

  test('keeps what cannot be a code in sight, for the application to refuse', () => {
    expect(typed('abc|')).toBe('ABC|');
    expect(typed('7K3M-9QXT-2WHF-B6ND-Z|')).toBe('7K3M-9QXT-2WHF-B6ND-Z|');
    expect(recoveryInput('🙂🙂🙂🙂🙂', 0).value).toBe('🙂🙂🙂🙂-🙂');
  });
});
