import type { Catalogue } from './catalogue';

interface Language {
  /** What those who speak it call it. */
  own: string;
  /** It is written from right to left. */
  rtl?: true;
  load: () => Promise<Catalogue>;
}

/** What is not translated yet stands there in English when the page is built: see ready-words.ts. */
const all = (file: Promise<{ default: Partial<Catalogue> }>) => file.then((it) => it.default as Catalogue);

/** The languages that there are, in the order of the choice: a line for each file. One is loaded. */
export const languages: Record<string, Language> = {
  en: { own: 'English', load: () => all(import('$words/en.json')) },
  de: { own: 'Deutsch', load: () => all(import('$words/de.json')) },
  fr: { own: 'Français', load: () => all(import('$words/fr.json')) },
  es: { own: 'Español', load: () => all(import('$words/es.json')) },
  ja: { own: '日本語', load: () => all(import('$words/ja.json')) },
  ar: { own: 'العربية', rtl: true, load: () => all(import('$words/ar.json')) },
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
