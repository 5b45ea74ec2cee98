/**
 * All words of the page, by key. Messages are ICU MessageFormat in `backend/words`, where the
 * application has them from, too. A key is always written out in full where it is used, so that a
 * test can tell a missing one from an idle one.
 */
import { type MessageFormatElement, TYPE } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';
import type { Catalogue, Key } from './catalogue';
import { languageOf } from './languages';
import { isPlain } from './plain';
import { spoken, type Speech } from './spoken.svelte';

export type { Catalogue, Key } from './catalogue';
export type { Speech } from './spoken.svelte';
export { languages, languageOf } from './languages';
export type Values = Record<string, string | number | undefined>;

/** Messages that were said, with the names of what they choose by. */
type Formats = Map<Key, { format: IntlMessageFormat; kept: Set<string> }>;

const formats: Formats = new Map();

let wanted = '';

/** Loads a language by its name and goes over to it, unless another one was wanted since. The first to come is spoken: it is better than none. */
export async function use(name: string): Promise<void> {
  wanted = name;
  const language = languageOf(name);
  const catalogue = await language.load();
  if (wanted === name || !isKey('language.tag')) speak(catalogue, language.rtl);
}

/** Goes over to a language. What was put into words before stays in the old one. */
export function speak(catalogue: Catalogue, rtl = false): void {
  formats.clear();
  sorting = undefined;
  spoken.catalogue = catalogue;
  spoken.rtl = rtl;
  if (typeof document === 'undefined') return;
  document.documentElement.lang = new Intl.Locale(locale()).baseName;
  document.documentElement.dir = rtl ? 'rtl' : 'ltr';
}

/** The language's tag, by which dates, numbers and lists are formed. Nothing else names a language. */
export function locale(): string {
  return String(spoken.catalogue['language.tag']);
}

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/**
 * A value between marks that keep its direction to itself, where it may run against the words around it:
 * an email in Arabic, a Hebrew name in English.
 */
function apart(value: string | number | undefined, rtl: boolean): string | number | undefined {
  if (typeof value !== 'string' || value === '') return value;
  return rtl || rightToLeft.test(value) ? `\u2068${value}\u2069` : value;
}

/** The names of what a message chooses by, which is compared and not shown. */
function chosenBy(parts: MessageFormatElement[], names = new Set<string>()): Set<string> {
  for (const part of parts) {
    if (part.type !== TYPE.select && part.type !== TYPE.plural) continue;
    names.add(part.value);
    for (const { value } of Object.values(part.options)) chosenBy(value, names);
  }
  return names;
}

/** The message for a key, with its values put in. A value is text, never markup. */
export function t(key: Key, values?: Values): string {
  return put(spoken.catalogue, spoken.rtl, formats, key, values);
}

/** The language of the page, as paper takes it. */
const own: Speech = {
  t,
  get locale() {
    return locale();
  },
  get rtl() {
    return spoken.rtl;
  },
};

/** The language that something is printed in, once `readyToPrint` has loaded it; else, and without a name, that of the page. */
export function speechOf(name: string | undefined): Speech {
  return (name && spoken.others[name]) || own;
}

/** Loads the languages that are printed in. One that can't be loaded is printed in that of the page. */
export async function readyToPrint(names: (string | undefined)[]): Promise<void> {
  for (const name of new Set(names)) {
    if (!name || spoken.others[name]) continue;
    const { load, rtl = false } = languageOf(name);
    const catalogue = await load().catch(() => undefined);
    if (!catalogue) continue;
    const said: Formats = new Map();
    const speech: Speech = {
      t: (key, values) => put(catalogue, rtl, said, key, values),
      locale: String(catalogue['language.tag']),
      rtl,
    };
    spoken.others = { ...spoken.others, [name]: speech };
  }
}

function put(catalogue: Catalogue, rtl: boolean, formats: Formats, key: Key, values?: Values): string {
  const message: string | MessageFormatElement[] = catalogue[key];
  // The first message that the library formats reads the locales of the engine, as long as the sign-in
  // takes to draw. A build has read all others already: see ready-words.ts.
  if (typeof message === 'string' && isPlain(message)) {
    return message.replace(/\{(\w+)\}/g, (_, name) => String(apart(values?.[name], rtl) ?? ''));
  }
  let said = formats.get(key);
  if (!said) {
    const format = new IntlMessageFormat(message, String(catalogue['language.tag']), undefined, {
      ignoreTag: true,
    });
    said = { format, kept: chosenBy(format.getAst()) };
    formats.set(key, said);
  }
  const { format, kept } = said;
  const put = Object.entries(values ?? {}).map(([name, it]) => [name, kept.has(name) ? it : apart(it, rtl)]);
  return String(format.format(Object.fromEntries(put)));
}

/** True for a key that the language has. */
export function isKey(key: string): key is Key {
  return key in spoken.catalogue;
}

/** "1,234". */
export function grouped(n: number): string {
  return n.toLocaleString(locale());
}

/** "125%". */
export function percent(n: number): string {
  return (n / 100).toLocaleString(locale(), { style: 'percent' });
}

/** "Nora and Noah", or with "or". Each name is set apart: else what stands between two joins the wrong one. */
export function listed(names: string[], type: 'conjunction' | 'disjunction' = 'conjunction'): string {
  return new Intl.ListFormat(locale(), { type }).format(names.map((name) => String(apart(name, spoken.rtl))));
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
