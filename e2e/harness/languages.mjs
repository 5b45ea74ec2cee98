/** The words of the window in its languages, and what is wrong with a screen in the one that nobody speaks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findWrong } from '../../frontend/tests/look/languages.mjs';
import { root } from './app.mjs';

/** What a language says for a key, without values. */
export function wordsOf(language) {
  const all = JSON.parse(readFileSync(join(root, `backend/words/${language}.json`), 'utf8'));
  return (key) => {
    if (!(key in all)) throw new Error(`${language}.json has no ${key}`);
    return all[key];
  };
}

/** A value as it stands in a sentence that runs the other way: between marks that keep its direction to itself. */
export const apart = (value) => `\u2068${value}\u2069`;

const accents = { a: 'á', e: 'ê', i: 'ï', o: 'ø', u: 'ü', n: 'ñ' };
const english = wordsOf('en');

/** What the language that nobody speaks says for a key: with accents, and with a tail. */
export const pseudo = (key) =>
  new RegExp(
    `^${english(key)
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/[aeioun]/gi, (letter) =>
        letter === letter.toLowerCase() ? accents[letter] : accents[letter.toLowerCase()].toUpperCase(),
      )}~+$`,
  );

/**
 * What is on the page in the language that nobody speaks and isn’t from the catalogue, leaves the window or is cut.
 * `given` is what people typed: names, emails.
 */
export async function wrongInPseudo(page, given) {
  const foreign = await page.evaluate(findForeign, given);
  return [...foreign, ...(await page.evaluate(findWrong, false))];
}

/**
 * Each text that can be seen or heard and isn’t from the catalogue, or is cut and has no title, and what scrolls
 * sideways. In the catalogue none of a, e, i, o, u and n is without an accent, and each text has a tail. It runs in the
 * page.
 */
function findForeign(given) {
  const months = Array.from({ length: 12 }, (_, month) =>
    ['long', 'short'].map((form) => new Date(2026, month, 1).toLocaleString('en-GB', { month: form })),
  ).flat();
  // What the catalogue hasn’t: what was typed, dates, the commit of the program, and codes between the words.
  const data = [...given, ...months].sort((a, b) => b.length - a.length);
  const rest = (text) =>
    data.reduce((left, it) => left.replaceAll(it, ''), text.replace(/\b[0-9a-f]{12}\b/, ''));
  const foreign = (text) =>
    /[aeioun]/i.test(rest(text)) || (/\p{L}/u.test(rest(text)) && !/[áêïøüñ~]/i.test(text));
  const found = new Set();
  const look = (text, where) => {
    if (text?.trim() && foreign(text))
      found.add(`outside the catalogue, ${where}: ${text.trim().slice(0, 80)}`);
  };
  const shown = (el) => el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  // Each language calls itself by its own name; paths, versions and code are the same in each.
  const excepted = (el) =>
    el.closest('bdi, code, pre') || (el.matches('option') && /^[a-z]{2}(-XA)?$/.test(el.value));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const el = node.parentElement;
    if ((shown(el) || el.matches('option')) && !excepted(el)) look(node.data, el.localName);
  }
  for (const name of [
    'aria-label',
    'aria-description',
    'aria-roledescription',
    'title',
    'placeholder',
    'alt',
  ])
    for (const el of document.querySelectorAll(`[${name}]`)) if (shown(el)) look(el.getAttribute(name), name);
  look(document.title, 'title of the window');
  for (const el of document.querySelectorAll('body *')) {
    if (!shown(el) || el.scrollWidth <= el.clientWidth + 1) continue;
    const { overflowX, textOverflow } = getComputedStyle(el);
    const begins = el.textContent.trim().slice(0, 80);
    if (['auto', 'scroll'].includes(overflowX) && !el.matches('pre'))
      found.add(`scrolls sideways: ${begins}`);
    if (textOverflow === 'ellipsis' && !el.closest('[title]') && !el.querySelector('[title]'))
      found.add(`is cut, without a title: ${begins}`);
  }
  return [...found];
}
