import { readdirSync } from 'node:fs';
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';
import { afterEach, describe, expect, test } from 'vitest';
import en from '$words/en.json';
import { fullDay, untilTime } from '../../src/base/dates';
import {
  grouped,
  languages,
  listed,
  locale,
  readyToPrint,
  speak,
  speechOf,
  t,
  use,
} from '../../src/base/i18n';
import { isPlain } from '../../src/base/i18n/plain';
import { root, sources } from './source';

const code = sources('.ts', '.svelte')
  .map(({ text }) => text)
  .join('\n');
const keys = Object.keys(en);

/** What a message puts in. */
function argumentsOf(message: string): Set<string> {
  const names = new Set<string>();
  const walk = (parts: MessageFormatElement[]) => {
    for (const part of parts) {
      if (part.type !== TYPE.literal && part.type !== TYPE.pound) names.add(part.value as string);
      if ('options' in part) for (const { value } of Object.values(part.options)) walk(value);
    }
  };
  walk(parse(message, { ignoreTag: true }));
  return names;
}

/** The names in an object literal, from after its brace; open where it takes in another object. */
function properties(source: string): { names: string[]; open: boolean } {
  const parts = [''];
  let depth = 0;
  for (const sign of source) {
    if (depth === 0 && sign === '}') break;
    if (/[({[`]/.test(sign)) depth += 1;
    else if (/[)}\]]/.test(sign)) depth -= 1;
    if (depth === 0 && sign === ',') parts.push('');
    else parts[parts.length - 1] += sign;
  }
  const all = parts.map((part) => part.trim()).filter(Boolean);
  const names = all.flatMap((part) => /^\w+(?=\s*:|$)/.exec(part) ?? []);
  return { names, open: all.some((part) => part.startsWith('...')) };
}

describe('the words of the page', () => {
  test('exist for every key that is used', () => {
    const used = [...code.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key);
    expect(used.length).toBeGreaterThan(100);
    expect(used.filter((key) => !keys.includes(key!))).toEqual([]);
  });

  // That each is used somewhere is a test of backend/words, which knows who else uses them.

  test('are given what they put in', () => {
    const calls = [...code.matchAll(/\bt\(\s*'([^']+)',\s*\{/g)];
    expect(calls.length).toBeGreaterThan(100);
    const wrong = calls.flatMap(({ 0: call, 1: key, index }) => {
      const { names, open } = properties(code.slice(index + call.length));
      const wanted = argumentsOf(en[key as keyof typeof en]);
      const missing = open ? [] : [...wanted].filter((name) => !names.includes(name));
      return missing.length ? [`${key} lacks ${missing}`] : [];
    });
    expect(wrong).toEqual([]);
    // A message that puts something in is given it.
    const bare = [...code.matchAll(/\bt\(\s*'([^']+)'\s*\)/g)].map(([, key]) => key as keyof typeof en);
    expect(bare.filter((key) => argumentsOf(en[key]).size > 0)).toEqual([]);
  });

  test('are messages that can be read', () => {
    for (const [key, message] of Object.entries(en)) {
      expect(
        () => new IntlMessageFormat(message, locale(), undefined, { ignoreTag: true }),
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
      const format = new IntlMessageFormat(message, locale(), undefined, { ignoreTag: true });
      expect(t(key as keyof typeof en, values), key).toBe(format.format(values));
    }
  });

  test('are nowhere but in the catalogue', () => {
    const loose = sources('.svelte').flatMap(({ path, text }) => {
      const markup = text.replace(/<script[\s\S]*?<\/script>|<!--[\s\S]*?-->|\{[^{}]*\}/g, '');
      return [...markup.matchAll(/>\s*([A-Z][a-z]+[^<>{}]*)</g)].map(([, words]) => `${path}: ${words}`);
    });
    expect(loose).toEqual([]);
  });
});

describe('another language', () => {
  const folder = `${root}/../backend/words`;
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  afterEach(() => use('en'));

  test('is a file and a line', async () => {
    expect(Object.keys(languages).toSorted()).toEqual(
      files.map((name) => name.replace('.json', '')).toSorted(),
    );
    for (const [name, { load, rtl }] of Object.entries(languages)) {
      const tag = new Intl.Locale(String((await load())['language.tag']));
      expect(tag.language).toBe(name);
      expect(rtl ?? false, name).toBe(['Arab', 'Hebr'].includes(tag.maximize().script ?? ''));
    }
  });

  test('is what the page says then', async () => {
    expect(t('signIn.title')).toBe('Sign in');
    expect(t('runs.handed', { n: 1234 })).toMatch(/^1,234 sheets/);
    await use('en-XA');
    expect(t('signIn.title')).toBe('Sïgñ ïñ~~~');
    expect(t('app.title', { page: 'one' })).toMatch(/^one · Cøüñtêrsïgñ~+$/);
    expect(t('runs.handed', { n: 1234 })).toMatch(/^1,234 shêêts~+ márkêd ás .*~+$/);
  });

  test('decides how numbers, lists and dates are formed', () => {
    const at = '2026-11-12T12:00:00Z';
    expect([locale(), grouped(12345), listed(['a', 'b']), fullDay(at)]).toEqual([
      'en-GB',
      '12,345',
      'a and b',
      '12 November 2026',
    ]);
    speak({ ...en, 'language.tag': 'de' });
    expect([locale(), grouped(12345), listed(['a', 'b'])]).toEqual(['de', '12.345', 'a und b']);
    expect(fullDay(at)).toBe('12. November 2026');
  });

  test('keeps the direction of what it puts in apart from its own', () => {
    expect(listed(['Nora', 'علي'])).toBe('Nora and \u2068علي\u2069');
    speak({ ...en, 'language.tag': 'ar-u-nu-latn' }, true);
    // With the names set apart, the list runs as its "and" does.
    expect(listed(['Nora', 'Noah'])).toBe('\u2068Nora\u2069 و\u2068Noah\u2069');
    expect(t('keep.saved', { name: 'a.pdf' })).toBe('Saved as \u2068a.pdf\u2069.');
    // What a message chooses by is compared: marks would hide it.
    const chooses = Object.entries(en).find(([, it]) => /^\{\w+, select, \w+ \{[^{}]+\}/.test(it))!;
    const [, name, option, said] = /^\{(\w+), select, (\w+) \{([^{}]+)\}/.exec(chooses[1])!;
    expect(t(chooses[0] as keyof typeof en, { [name!]: option })).toContain(said);
    speak(en);
    expect(t('keep.saved', { name: 'a.pdf' })).toBe('Saved as a.pdf.');
    expect(t('keep.saved', { name: 'عقد' })).toBe('Saved as \u2068عقد\u2069.');
  });

  test('that was wanted last is the one that holds', async () => {
    await Promise.all([use('en-XA'), use('en')]);
    expect(locale()).toBe('en-GB');
  });

  test('that is not known is English', async () => {
    for (const name of ['tlh', '', '__proto__', 'constructor']) {
      await use(name);
      expect(locale(), name).toBe('en-GB');
    }
  });

  test('is named nowhere else', () => {
    const named = sources('.ts', '.svelte').filter(({ text }) => /\ben-(GB|US)\b|toLocale\w+\(\)/.test(text));
    expect(named.map(({ path }) => path)).toEqual([]);
  });
});

describe('what is printed in another language', () => {
  afterEach(() => speak(en));

  test('is said in it, and the page goes on as it was', async () => {
    speak(en);
    await readyToPrint(['ja', undefined, '', 'ar', 'tlh', 'ja']);
    const at = '2026-11-12T09:31:00Z';
    expect(speechOf('ja').t('sheet.replaces', { sheet: 3 })).not.toBe(t('sheet.replaces', { sheet: 3 }));
    expect([speechOf('ja').locale, speechOf('ja').rtl]).toEqual(['ja', false]);
    expect(speechOf('ar').rtl).toBe(true);
    // An email is set apart where the language runs from right to left, whichever the page's is.
    expect(speechOf('ar').t('sheet.todo_support', { support: 'a@b.c' })).toContain('\u2068a@b.c\u2069');
    expect(fullDay(at, speechOf('ja').locale)).toContain('2026年11月12日');
    expect(untilTime(at, new Date('2026-11-12T08:00:00Z'), speechOf('ja'))).toContain('今日');
    for (const none of [undefined, '', 'es']) expect(speechOf(none).t('common.cancel')).toBe('Cancel');
    expect(t('common.cancel')).toBe('Cancel');
  });
});
