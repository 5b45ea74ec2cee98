/** Where each page of the repository is on the site, and what the links in it lead to there. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type MarkdownIt from 'markdown-it';

/** Pages that aren’t in docs/. */
const elsewhere: Record<string, string> = {
  'SECURITY.md': 'security/promises.md',
  'CONTRIBUTING.md': 'contribute/index.md',
  'ARCHITECTURE.md': 'contribute/architecture.md',
  'CHANGELOG.md': 'changelog.md',
};

/** Files that the site has as they are, by their name there. */
export const files: Record<string, string> = {
  'docs/openapi.yaml': 'openapi.yaml',
  LICENSE: 'LICENSE.txt',
  'docs/pictures/contracts.png': 'contracts.png',
  'docs/pictures/contracts.dark.png': 'contracts.dark.png',
};

/** What the site has none of: it is for those who have the source. */
export const left = ['README.md', 'docs/site/**', '**/testdata/**'];

/** `id` is a path in the repository; the answer is the page’s path on the site. */
export function place(id: string): string {
  return elsewhere[id] ?? id.replace(/^docs\//, '').replace(/(^|\/)README\.md$/, '$1index.md');
}

/** `page` is a page’s path on the site, or for the search’s index the one in the repository; the answer is the latter. */
function source(page: string): string {
  if (inSource(page)) return page;
  const other = Object.keys(elsewhere).find((id) => elsewhere[id] === page);
  return other ?? 'docs/' + page.replace(/\/index\.md$/, '/README.md');
}

export const inSource = (id: string) => id.startsWith('docs/') || id in elsewhere;

/**
 * Links in Markdown lead from file to file, so that they work in the repository. Here they become those of the site. A
 * link to a file that the site doesn’t have ends the build.
 */
export function links(md: MarkdownIt, base: string, root: string) {
  md.core.ruler.push('links', ({ tokens, env }) => {
    const from = posix.dirname(source(env.relativePath));
    for (const token of tokens.flatMap((t) => t.children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (!href || /^([a-z]+:|#|\/)/i.test(href)) continue;
      const [path, anchor] = href.split('#');
      let id = posix.normalize(posix.join(from, path));
      if (!/\.\w+$/.test(id) && id !== 'LICENSE') id = posix.join(id, 'README.md');
      if (!(id in files) && !(id.endsWith('.md') && inSource(id) && existsSync(join(root, id)))) {
        throw new Error(`${source(env.relativePath)}: the site has no ${href}`);
      }
      // VitePress puts the base before pages, and before nothing else.
      token.attrSet(
        'href',
        (id in files ? base + files[id] : '/' + place(id)) + (anchor ? '#' + anchor : ''),
      );
      if (id in files) token.attrSet('target', '_self');
    }
  });
}

/** What a screen says is in code spans, too, as in the repository: in a guide it looks like a label. backend/words/guides_test.go knows it likewise. */
export function labels(md: MarkdownIt) {
  const usual = md.renderer.rules.code_inline!;
  md.renderer.rules.code_inline = (tokens, i, options, env, self) => {
    const text = tokens[i].content;
    const guide = !source(env.relativePath).startsWith('docs/reference/');
    if (guide && /^\p{Lu}/u.test(text) && /\p{Ll}/u.test(text) && !/[/_=<>{}\\]|\.[a-z]/.test(text))
      tokens[i].attrJoin('class', 'label');
    return usual(tokens, i, options, env, self);
  };
}

/** A picture of the window that has another one in the dark theme, NAME.dark.png, is shown as the reader’s theme is. */
export function pictures(md: MarkdownIt, root: string) {
  md.core.ruler.push('pictures', (state) => {
    const from = posix.dirname(source(state.env.relativePath));
    for (const token of state.tokens) {
      token.children =
        token.children?.flatMap((image) => {
          const src = image.type === 'image' ? image.attrGet('src') : null;
          const dark = src?.replace(/\.png$/, '.dark.png');
          if (!src || !dark || dark === src || !existsSync(join(root, from, dark))) return [image];
          const other = new state.Token('image', 'img', 0);
          Object.assign(other, image, { attrs: image.attrs!.map(([name, value]) => [name, value]) });
          other.attrSet('src', dark);
          image.attrJoin('class', 'in-light');
          other.attrJoin('class', 'in-dark');
          return [image, other];
        }) ?? null;
    }
  });
}
