/**
 * Looks at the built site: each link leads to a page that is there, each anchor to a heading, and nothing on a page is
 * fetched from elsewhere.
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const site = join(dirname(fileURLToPath(import.meta.url)), '../../build/site');
const base = process.env.DOCS_BASE || '/';
const all = (await readdir(site, { recursive: true, withFileTypes: true }))
  .filter((f) => f.isFile())
  .map((f) => join(f.parentPath ?? f.path, f.name).slice(site.length + 1));
const there = new Set(all);
const pages = new Map();
for (const name of all.filter((n) => n.endsWith('.html')))
  pages.set(name, await readFile(join(site, name), 'utf8'));

const decoded = (s) => decodeURIComponent(s.replaceAll('&amp;', '&').replaceAll('&#39;', "'"));
const anchors = new Map(
  [...pages].map(([name, html]) => [
    name,
    new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => decoded(id))),
  ]),
);
const wrong = new Set();

for (const [name, html] of pages) {
  if (name === '404.html') continue;
  for (const [, tag, attributes] of html.matchAll(
    /<(a|img|script|link|source|iframe|video|audio|object|embed)\b([^>]*)>/g,
  )) {
    const to = attributes.match(/\s(?:href|src|data)="([^"]*)"/)?.[1];
    if (to === undefined || to === '' || /^(data|mailto):/.test(to)) continue;
    if (/^([a-z]+:)?\/\//i.test(to)) {
      if (tag !== 'a') wrong.add(`${name}: a <${tag}> is fetched from ${to}`);
      continue;
    }
    const [path, anchor] = decoded(to).split('#');
    if (path.startsWith('/') && !path.startsWith(base)) {
      wrong.add(`${name}: ${to} is outside ${base}`);
      continue;
    }
    let target =
      path === ''
        ? name
        : posix.normalize(
            path.startsWith('/') ? path.slice(base.length) : posix.join(posix.dirname(name), path),
          );
    if (target === '' || target === '.' || target.endsWith('/')) target = posix.join(target, 'index.html');
    if (!there.has(target) && there.has(target + '.html')) target += '.html';
    if (!there.has(target)) wrong.add(`${name}: there is no ${to}`);
    else if (anchor && anchors.has(target) && !anchors.get(target).has(anchor))
      wrong.add(`${name}: ${to} has no such heading`);
  }
}
for (const name of all.filter((n) => n.endsWith('.css'))) {
  for (const [, to] of (await readFile(join(site, name), 'utf8')).matchAll(
    /(?:url\(|@import\s*)["']?((?:https?:)?\/\/[^"')]*)/g,
  )) {
    wrong.add(`${name}: ${to} is fetched from elsewhere`);
  }
}

if (pages.size < 20) wrong.add(`only ${pages.size} pages were built`);
for (const w of wrong) console.error(w);
if (wrong.size) process.exit(1);
console.log(`build/site: ${pages.size} pages, no dead link`);
