/**
 * How a document is searched: what counts as the same letter, and where a text is found.
 *
 * A letter is what its marks belong to. Case makes no difference, nor do accents, points and vowel
 * signs of Latin, Greek, Cyrillic, Hebrew and Arabic, the width of a letter, and how quotes and
 * dashes are drawn. Marks that make another letter stay: those of Devanagari, Thai or Japanese.
 */
import { sameLetter } from '../base/search';

/** From where to where in a text. */
export type Span = readonly [from: number, to: number];

/** How many are counted and marked at most. */
export const most = 10_000;

/** How much of a text is looked through at once, in UTF-16 units, and how far the next part reaches back. */
const part = { length: 32 * 1024, overlap: 2048 };

/** Of marks and signs that are not seen, those that make no difference. */
const ignored =
  /[\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

const quotes = /[‘’‚‛ʼ′]/g;
const doubleQuotes = /[“”„‟″]/g;
const dashes = /[‐‑‒–—―−]/g;

/** Spaces; a run of plain letters; a letter with its marks, of Korean with its parts. */
const units = /\s+|[!-,.-~]+(?!\p{M})|\P{M}[\p{M}\u1160-\u11ff]*|\p{M}+/gu;

/** Scripts whose lines break without a space. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\u3000-\u303f\uff00-\uffef]/u;

function plain(unit: string): string {
  return sameLetter(unit.normalize('NFKD').replace(ignored, '').toLowerCase())
    .replace(/ς/g, 'σ')
    .replace(quotes, "'")
    .replace(doubleQuotes, '"')
    .replace(dashes, '-')
    .normalize('NFC');
}

interface Folded {
  text: string;
  /** Of each of its units, from where to where it comes. */
  from: number[];
  to: number[];
}

/** A text as it is compared. Spaces are one; a word that a line end divides is whole. */
function fold(text: string): Folded {
  const known = new Map<string, string>();
  const folded: Folded = { text: '', from: [], to: [] };
  const put = (as: string, from: number, to: number) => {
    folded.text += as;
    for (let i = 0; i < as.length; i++) {
      folded.from.push(from);
      folded.to.push(to);
    }
  };
  units.lastIndex = 0;
  for (let found = units.exec(text); found; found = units.exec(text)) {
    const [unit] = found;
    const from = found.index;
    const to = from + unit.length;
    if (/^[!-~]/.test(unit) && !/[^!-~]/.test(unit)) {
      if (unit === '-' && divides(text, from)) continue;
      folded.text += unit.toLowerCase();
      for (let i = from; i < to; i++) {
        folded.from.push(i);
        folded.to.push(i + 1);
      }
    } else if (/^\s/.test(unit)) {
      if (!joins(text, from, to)) put(' ', from, to);
    } else {
      let as = known.get(unit);
      if (as === undefined) known.set(unit, (as = plain(unit)));
      if (as === '-' && divides(text, from)) continue;
      put(as, from, to);
    }
  }
  return folded;
}

/** A hyphen at the end of a line, in the middle of a word. */
const divides = (text: string, at: number): boolean =>
  /^[-\u2010]\r?\n\p{Ll}/u.test(text.slice(at, at + 5)) &&
  /\p{L}$/u.test(text.slice(Math.max(0, at - 2), at));

/** A line end that stands for no space: after such a hyphen, or within a script that has none. */
function joins(text: string, from: number, to: number): boolean {
  if (!text.slice(from, to).includes('\n')) return false;
  if (from > 0 && divides(text, from - 1)) return true;
  const [after = ''] = text.slice(to, to + 2);
  return unspaced.test(text.slice(Math.max(0, from - 1), from)) && unspaced.test(after);
}

/** What is sought, as it is compared; nothing where there is nothing to seek. */
export function sought(text: string): string {
  const folded = fold(text).text;
  return folded.trim() ? folded : '';
}

/** Where it is in a text, part by part, so that others get their turn between two parts of a long one. */
export function* finds(text: string, what: string): Generator<Span[]> {
  let last = 0; // a letter that stands for two is found once
  for (let start = 0; start < text.length; start += part.length) {
    const all: Span[] = [];
    const begin = Math.max(0, start - 1); // with what stands before it
    const folded = fold(text.slice(begin, start + part.length + part.overlap));
    for (let i = folded.text.indexOf(what); i >= 0; i = folded.text.indexOf(what, i + 1)) {
      const from = begin + folded.from[i]!;
      const to = begin + folded.to[i + what.length - 1]!;
      if (from < last) continue; // also what the part before has found
      if (from >= start + part.length) break;
      all.push([from, to]);
      last = to;
    }
    yield all;
  }
}
