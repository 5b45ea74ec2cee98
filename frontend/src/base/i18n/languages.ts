/** What is said in a language, by key. */
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import type en from '$words/en.json';

export type Key = keyof typeof en;
export type Catalogue = Record<Key, string | MessageFormatElement[]>;

interface Language {
  /** What those who speak it call it. */
  own: string;
  /** It is written from right to left. */
  rtl?: true;
  load: () => Promise<Catalogue>;
}

const all = (file: Promise<{ default: Catalogue }>) => file.then((it) => it.default);

/** The languages that there are, in the order of the choice: a line for each file. One is loaded. */
export const languages: Record<string, Language> = {
  en: { own: 'English', load: () => all(import('$words/en.json')) },
};

/** The language that nobody speaks, by the tag that the application gives it in development builds. */
const pseudo: Language = {
  own: 'Ëñglïšh (pšëüdø)',
  load: () =>
    Promise.all([languages.en!.load(), import('./pseudo')]).then(([en, { translated }]) => translated(en)),
};

/** The language of a name, and English where there is none of it. */
export function languageOf(name: string): Language {
  return name === 'en-XA' ? pseudo : Object.hasOwn(languages, name) ? languages[name]! : languages.en!;
}
