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

const file = fileURLToPath(new URL('../backend/words/en.json', import.meta.url));
const words = '\0words';

export function readyWords(): Plugin {
  return {
    name: 'ready-words',
    apply: 'build',
    enforce: 'pre',
    resolveId(source) {
      if (source === '$words/en.json' || source === file) return words; // the alias may have been taken already
      if (source === '@formatjs/icu-messageformat-parser') {
        return this.resolve('@formatjs/icu-messageformat-parser/no-parser.js');
      }
      return undefined;
    },
    load(id) {
      if (id !== words) return undefined;
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
