import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, test } from 'vitest';
import en from '../../src/i18n/en.json';
import { t } from '../../src/base/i18n';
import { isPlain } from '../../src/base/i18n/plain';
import { sources } from './source';

const code = sources('.ts', '.svelte')
  .map(({ text }) => text)
  .join('\n');
const keys = Object.keys(en);

describe('the words of the page', () => {
  test('exist for every key that is used', () => {
    const used = [...code.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key);
    expect(used.length).toBeGreaterThan(100);
    expect(used.filter((key) => !keys.includes(key!))).toEqual([]);
  });

  test('are all used', () => {
    // Errors are found by their code; tests/unit/errors.test.ts holds those against the list.
    const idle = keys.filter((key) => !key.startsWith('error.') && !code.includes(`'${key}'`));
    expect(idle).toEqual([]);
  });

  test('are messages that can be read', () => {
    for (const [key, message] of Object.entries(en)) {
      expect(
        () => new IntlMessageFormat(message, 'en-GB', undefined, { ignoreTag: true }),
        key,
      ).not.toThrow();
    }
  });

  test('have no exclamation marks and no pleading', () => {
    for (const [key, message] of Object.entries(en)) {
      expect(message, key).not.toMatch(/!|\bplease\b|\boops\b/i);
    }
  });

  test('hold what a person typed as text, whatever it is', () => {
    const name = '<img src=x onerror=alert(1)> {n} \u202e';
    expect(t('keep.saved', { name })).toBe(`Saved as ${name}.`);
  });

  test('read the same whoever puts the values in', () => {
    const values = new Proxy({} as Record<string, string>, {
      get: (_, name) => `<${String(name)}> {n}`,
      has: () => true,
    });
    const plain = Object.entries(en).filter(([, message]) => isPlain(message));
    expect(plain.length).toBeGreaterThan(100);
    for (const [key, message] of plain) {
      const format = new IntlMessageFormat(message, 'en-GB', undefined, { ignoreTag: true });
      expect(t(key as keyof typeof en, values), key).toBe(format.format(values));
    }
  });

  test('are nowhere but in src/i18n', () => {
    const loose = sources('.svelte').flatMap(({ path, text }) => {
      const markup = text.replace(/<script[\s\S]*?<\/script>|<!--[\s\S]*?-->|\{[^{}]*\}/g, '');
      return [...markup.matchAll(/>\s*([A-Z][a-z]+[^<>{}]*)</g)].map(([, words]) => `${path}: ${words}`);
    });
    // The one combination of keys that is printed on the key caps themselves.
    expect(loose.filter((words) => !words.endsWith('Ctrl+L'))).toEqual([]);
  });
});
