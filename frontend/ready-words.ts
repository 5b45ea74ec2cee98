/**
 * Reads the messages of `backend/words` when the page is built, so that it comes without the parser of
 * their format, and shows its first words sooner. A message of words and plain arguments stays a text,
 * and what only the terminal says stays out.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from '@formatjs/icu-messageformat-parser';
import type { Plugin } from 'vite';
import { isPlain } from './src/base/i18n/plain.ts';

const folder = fileURLToPath(new URL('../backend/words', import.meta.url));
const words = '\0words-';

/** The language of what is imported, if it is a catalogue: the alias may have been taken already. */
function language(source: string): string | undefined {
  const path = source.replace(/^\$words\//, `${folder}/`);
  return path.startsWith(`${folder}/`)
    ? /^[\w-]+(?=\.json$)/.exec(path.slice(folder.length + 1))?.[0]
    : undefined;
}

const read = (name: string): Record<string, string> =>
  JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));

export function readyWords(): Plugin {
  let building = false;
  return {
    name: 'ready-words',
    enforce: 'pre',
    configResolved: ({ command }) => void (building = command === 'build'),
    resolveId(source) {
      const name = language(source);
      if (name) return words + name;
      if (building && source === '@formatjs/icu-messageformat-parser') {
        return this.resolve('@formatjs/icu-messageformat-parser/no-parser.js');
      }
      return undefined;
    },
    load(id) {
      if (!id.startsWith(words)) return undefined;
      // What is not translated yet is said in English.
      const all = { ...read('en'), ...read(id.slice(words.length)) };
      if (!building) return `export default ${JSON.stringify(all)}`;
      const ready = Object.entries(all)
        .filter(([key]) => !key.startsWith('terminal.'))
        .map(([key, message]) => [
          key,
          isPlain(message)
            ? message
            : parse(message, { ignoreTag: true, locale: new Intl.Locale(all['language.tag']!) }),
        ]);
      // Engines read a JSON text faster than the same object as script: a tenth of what the page adds to the start.
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(Object.fromEntries(ready)))})`;
    },
  };
}
