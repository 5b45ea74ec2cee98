/**
 * All words of the page, by key. Messages are ICU MessageFormat in `backend/words`, where the
 * application has them from, too. A key is always written out in full where it is used, so that a
 * test can tell a missing one from an idle one.
 */
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';
import en from '$words/en.json';
import { isPlain } from './plain';

export type Key = keyof typeof en;
export type Values = Record<string, string | number | undefined>;
export type Catalogue = Record<Key, string | MessageFormatElement[]>;

/** The languages that there are: a line for each file. English comes with the page; others are loaded. */
export const languages = {
  en: async () => en,
} satisfies Record<string, () => Promise<Catalogue>>;

let catalogue: Catalogue = en;
const formats = new Map<Key, IntlMessageFormat>();

/** Goes over to a language. It is called before anything is drawn: what was said is not said again. */
export function speak(language: Catalogue): void {
  catalogue = language;
  formats.clear();
  sorting = undefined;
}

/** The language's tag, by which dates, numbers and lists are formed. Nothing else names a language. */
export function locale(): string {
  return t('language.tag');
}

/** The message for a key, with its values put in. A value is text, never markup. */
export function t(key: Key, values?: Values): string {
  const message: string | MessageFormatElement[] = catalogue[key];
  // The first message that the library formats reads the locales of the engine, as long as the sign-in
  // takes to draw. A build has read all others already: see ready-words.ts.
  if (typeof message === 'string' && isPlain(message)) {
    return message.replace(/\{(\w+)\}/g, (_, name) => String(values?.[name] ?? ''));
  }
  let format = formats.get(key);
  if (!format) {
    format = new IntlMessageFormat(message, locale(), undefined, { ignoreTag: true });
    formats.set(key, format);
  }
  return String(format.format(values));
}

/** True for a key that the language has. */
export function isKey(key: string): key is Key {
  return key in catalogue;
}

/** "1,234". */
export function grouped(n: number): string {
  return n.toLocaleString(locale());
}

/** "125%". */
export function percent(n: number): string {
  return (n / 100).toLocaleString(locale(), { style: 'percent' });
}

/** "Nora and Noah", or with "or". */
export function listed(names: string[], type: 'conjunction' | 'disjunction' = 'conjunction'): string {
  return new Intl.ListFormat(locale(), { type }).format(names);
}

let sorting: Intl.Collator | undefined;

/** The order of names, as `sort` wants it. */
export function inOrder(a: string, b: string): number {
  return (sorting ??= new Intl.Collator(locale())).compare(a, b);
}

/** In small letters, to compare what people typed. */
export function small(text: string): string {
  return text.toLocaleLowerCase(locale());
}
