/**
 * All words of the page, by key. Messages are ICU MessageFormat in `src/i18n/en.json`; another
 * language is another such file. A key is always written out in full where it is used, so that
 * a test can tell a missing one from an idle one.
 */
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';
import en from '../../i18n/en.json';
import { isPlain } from './plain';

export type Key = keyof typeof en;
export type Values = Record<string, string | number | undefined>;

const formats = new Map<Key, IntlMessageFormat>();

/** The message for a key, with its values put in. A value is text, never markup. */
export function t(key: Key, values?: Values): string {
  const message: string | MessageFormatElement[] = en[key];
  // The first message that the library formats reads the locales of the engine, as long as the sign-in
  // takes to draw. A build has read all others already: see ready-words.ts.
  if (typeof message === 'string' && isPlain(message)) {
    return message.replace(/\{(\w+)\}/g, (_, name) => String(values?.[name] ?? ''));
  }
  let format = formats.get(key);
  if (!format) {
    format = new IntlMessageFormat(message, 'en-GB', undefined, { ignoreTag: true });
    formats.set(key, format);
  }
  return String(format.format(values));
}

/** True for a key that the language has. */
export function isKey(key: string): key is Key {
  return key in en;
}
