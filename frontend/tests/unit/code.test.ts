import { describe, expect, test } from 'vitest';
import { codeInput, isCode } from '../../src/base/forms/code';

const typed = (text: string, current = '') => codeInput(current, text);

describe('the field of a verification code', () => {
  test('takes a code as people paste it', () => {
    expect(typed('123 456')).toEqual({ value: '123456', tooLong: false });
    expect(typed(' 123456 ').value).toBe('123456');
    expect(typed('123456\n').value).toBe('123456');
    expect(typed('000152').value).toBe('000152');
  });

  test('keeps what is not a code in sight, for the application to refuse', () => {
    for (const text of ['12', '12a456', '+87082', '2.8708', '１２３４５６', '٤٥٦', '🙂']) {
      expect(typed(text)).toEqual({ value: text, tooLong: false });
      expect(isCode(text)).toBe(false);
    }
  });

  test('never makes six digits out of more', () => {
    expect(typed('1234567')).toEqual({ value: '', tooLong: true });
    expect(typed('123\u00a0456')).toEqual({ value: '', tooLong: true });
    expect(typed('1'.repeat(1_000_000)).value).toBe('');
  });

  test('does not change when one types past its end', () => {
    expect(typed('1234567', '123456')).toEqual({ value: '123456', tooLong: false });
  });

  test('sends only six ASCII digits by itself', () => {
    expect(['123456', '000000'].map(isCode)).toEqual([true, true]);
    expect(['', '12345', '1234567', '123 456', '12345\u0000', '१२३४५६'].map(isCode)).toEqual(
      Array(6).fill(false),
    );
  });
});
