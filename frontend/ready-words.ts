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

export function readyWords(): Plugin {
  return {
    name: 'ready-words',
    apply: 'build',
    enforce: 'pre',
    resolveId(source) {
      const name = language(source);
      if (name) return words + name;
      if (source === '@formatjs/icu-messageformat-parser') {
        return this.resolve('@formatjs/icu-messageformat-parser/no-parser.js');
      }
      return undefined;
    },
    load(id) {
      if (!id.startsWith(words)) return undefined;
      const file = `${folder}/${id.slice(words.length)}.json`;
      const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
      const ready = Object.entries(all)
        .filter(([key]) => !key.startsWith('terminal.'))
        .map(([key, message]) => [
          key,
          isPlain(message)
            ? message
            : parse(message, { ignoreTag: true, locale: new Intl.Locale(all['language.tag']!) }),
        ]);
      return `export default ${JSON.stringify(Object.fromEntries(ready))}`;
    },
  };
}
