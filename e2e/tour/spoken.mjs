/**
 * A window that speaks another language, for steps that are written in English: what they look for by its
 * English words is looked for in the words of the catalogue that stand in their place.
 */
import { readFileSync } from 'node:fs';

const catalogue = (language) =>
  JSON.parse(readFileSync(new URL(`../../backend/words/${language}.json`, import.meta.url), 'utf8'));

const english = catalogue('en');
const simple = /^[^{}]*(\{\w+\}[^{}]*)*$/; // no plural and no choice, which need more than the words

/** Isolates, which stand around names where scripts run both ways; nobody hears them. */
const plain = (text) => text.replace(/[\u2066-\u2069]/g, '');

/** What an English text can be in a language: several, where the same words are said in several places. */
export function translations(language) {
  const words = catalogue(language);
  const exact = new Map();
  const patterns = [];
  for (const [key, message] of Object.entries(english)) {
    if (!simple.test(message) || key.startsWith('terminal.')) continue;
    if (!message.includes('{')) {
      exact.set(message, new Set([...(exact.get(message) ?? []), words[key]]));
      continue;
    }
    const names = [...message.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const parts = message.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    if (parts.join('').trim().length > 3)
      patterns.push({ key, names, rule: new RegExp(`^${parts.join('(.+)')}$`) });
  }
  return (text) => {
    if (exact.has(text)) return [...exact.get(text)];
    for (const { key, names, rule } of patterns) {
      const found = rule.exec(text);
      if (found) return [words[key].replace(/\{(\w+)\}/g, (_, name) => found[1 + names.indexOf(name)])];
    }
    return [text]; // a name, or what the person typed
  };
}

/** The window as it is used in English. */
export function spoken(window, language) {
  const said = translations(language);
  /** The name under which it is found now, of those that it can have. */
  const named = async (role, name) => {
    const all = said(name);
    const it = await window.waitFor({ role }, (it) => it.enabled && all.includes(plain(it.name)));
    return it.name;
  };
  const matches = ({ name, says }) => {
    const names = name === undefined ? undefined : said(name);
    const texts = says === undefined ? undefined : said(says);
    return (it) =>
      (!names || names.includes(plain(it.name))) &&
      (!texts || texts.some((text) => plain(`${it.name}\n${it.text}`).includes(text)));
  };
  const wider = ({ role }) => (role ? { role } : {});
  const also = (what, test) => {
    const match = matches(what);
    return (it) => match(it) && test(it);
  };
  const field =
    (act) =>
    async (name, text, role = 'entry') =>
      act(await named(role, name), text, role);
  return Object.assign(Object.create(window), {
    waitFor: (what, test = () => true) => window.waitFor(wider(what), also(what, test)),
    gone: (what) => window.gone(wider(what), matches(what)),
    click: async (role, name) => window.click(role, await named(role, name)),
    press: async (name) => window.click('push button', await named('push button', name)),
    clickOn: (what, test = () => true) => window.clickOn(wider(what), also(what, test)),
    fill: field((...all) => window.fill(...all)),
    replace: field((...all) => window.replace(...all)),
    fillPassword: async (name, text) =>
      window.fill(await named('password text', name), text, 'password text'),
    key: (...keys) => window.key(...keys),
    type: (text) => window.type(text),
    picture: (path) => window.picture(path),
  });
}
