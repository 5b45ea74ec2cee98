/**
 * A language that nobody speaks: English with accents, and 40 % longer. Who looks at a screen in it sees which
 * text is not in the catalogue, and what has no room. The application has the same one: backend/words/pseudo.
 */
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { isPlain } from './plain';
import type { Catalogue, Key } from './catalogue';

const accents: Record<string, string> = {
  ...{ a: 'á', e: 'ê', i: 'ï', o: 'ø', u: 'ü', n: 'ñ' },
  ...{ A: 'Á', E: 'Ê', I: 'Ï', O: 'Ø', U: 'Ü', N: 'Ñ' },
};
const accented = (text: string) => text.replace(/[aeiounAEIOUN]/g, (letter) => accents[letter]!);

/** 40 % of so many letters. Words are at most twelve long: a line can be broken between them. */
const tail = (letters: number) => '~'.repeat(Math.floor((letters * 2) / 5) + 1).replace(/~{12}(?=~)/g, '$& ');

/** A text with arguments in braces. */
function longer(message: string): string {
  const letters = message.replace(/\{\w+\}/g, '').length;
  const said = message.replace(/[^{}]+(?![^{}]*\})/g, accented);
  return letters > 0 ? said + tail(letters) : said;
}

const lengthOf = (parts: MessageFormatElement[]): number =>
  parts.reduce((sum, part) => sum + (part.type === TYPE.literal ? part.value.length : 0), 0);

function translate(parts: MessageFormatElement[]): MessageFormatElement[] {
  return parts.map((part) => {
    if (part.type === TYPE.literal) return { ...part, value: accented(part.value) };
    if (part.type !== TYPE.plural && part.type !== TYPE.select) return part;
    const options = Object.entries(part.options).map(([selector, it]) => [
      selector,
      { ...it, value: tailed(it.value) },
    ]);
    return { ...part, options: Object.fromEntries(options) };
  });
}

function tailed(parts: MessageFormatElement[]): MessageFormatElement[] {
  const letters = lengthOf(parts);
  return letters > 0 ? [...translate(parts), { type: TYPE.literal, value: tail(letters) }] : translate(parts);
}

/** The catalogue in that language. */
export function translated(english: Catalogue): Catalogue {
  const entries = Object.entries(english).map(([key, message]) => {
    if (typeof message === 'string' && isPlain(message)) return [key, longer(message)];
    return [key, tailed(typeof message === 'string' ? parse(message, { ignoreTag: true }) : message)];
  });
  return { ...Object.fromEntries(entries), 'language.tag': 'en-XA' } as Record<Key, Catalogue[Key]>;
}
