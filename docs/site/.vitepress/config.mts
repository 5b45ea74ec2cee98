import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { files, inSource, labels, left, links, pictures, place } from './pages.mts';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../../..');
// A site that isn’t at the top of its server: DOCS_BASE=/countersign/ make docs.
const base = process.env.DOCS_BASE || '/';

/** Headings have the anchors that they have in the repository’s own view. */
const slugify = (s: string) =>
  s
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');

/** The parts of the site: `below` is how the paths of their pages begin, and the first page is where the bar at the top leads. */
const sections: { text: string; below: string; pages: [text: string, link: string][] }[] = [
  {
    text: 'Use',
    below: 'guide',
    pages: [
      ['User guide', '/guide'],
      ['When you can’t sign in', '/guide-locked-out'],
    ],
  },
  {
    text: 'Administer',
    below: 'admin/',
    pages: [
      ['First day', '/admin/'],
      ['Roll out recovery sheets', '/admin/rollout'],
      ['Policy and approvals', '/admin/policy'],
      ['Help a locked-out member', '/admin/recovery'],
      ['When people leave', '/admin/offboarding'],
      ['CSV files', '/admin/csv'],
    ],
  },
  {
    text: 'Operate',
    below: 'operat|data',
    pages: [
      ['One computer', '/operate/'],
      ['Server', '/operations'],
      ['Where your data is', '/data'],
    ],
  },
  {
    text: 'Security',
    below: 'security/',
    pages: [
      ['What it protects', '/security/'],
      ['Verify the audit log', '/security/verify'],
      ['Promises and their tests', '/security/promises'],
    ],
  },
  {
    text: 'Reference',
    below: 'reference|command-line',
    pages: [
      ['Overview', '/reference/'],
      ['Command line', '/command-line'],
      ['countersignctl', '/reference/countersignctl'],
      ['countersignd', '/reference/countersignd'],
      ['Errors and exit codes', '/reference/errors'],
      ['File formats', '/reference/formats'],
      ['Server operations', '/reference/api'],
    ],
  },
  {
    text: 'Contribute',
    below: 'contribute|internals|libraries|performance|decisions|release|changelog',
    pages: [
      ['Contributing', '/contribute/'],
      ['Architecture', '/contribute/architecture'],
      ['Internals', '/internals'],
      ['Decisions', '/decisions/'],
      ['Libraries', '/libraries'],
      ['Performance', '/performance'],
      ['Release', '/release'],
      ['Changes', '/changelog'],
    ],
  },
];

export default defineConfig({
  title: 'Countersign',
  description: 'Two-factor authentication, recovery codes and encrypted contracts for a team',
  lang: 'en-GB',
  srcDir: root,
  outDir: join(root, 'build/site'),
  cacheDir: join(root, 'build/cache/site'),
  base,
  srcExclude: [...left, '{app,backend,build,cmd,e2e,frontend}/**'],
  rewrites: (id) => (inSource(id) ? place(id) : id),
  // check.mjs looks at what was built: it sees anchors, too.
  ignoreDeadLinks: true,
  markdown: {
    anchor: { slugify },
    config: (md) => {
      links(md, base, root);
      labels(md);
      pictures(md, root);
    },
    theme: { light: 'github-light', dark: 'github-dark' },
  },
  vite: {
    publicDir: join(here, '../public'),
    plugins: [
      {
        // Pages are outside this folder, and find what they import in it all the same.
        name: 'pages',
        enforce: 'pre',
        resolveId(id, importer) {
          if (importer?.endsWith('.md') && /^[a-z@]/.test(id))
            return this.resolve(id, fileURLToPath(import.meta.url));
        },
      },
    ],
    build: { chunkSizeWarningLimit: 2000 },
  },
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: base + 'logo.svg' }]],
  async buildEnd(site) {
    for (const [from, to] of Object.entries(files)) {
      const target = join(site.outDir, to);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(join(root, from), target);
    }
  },
  themeConfig: {
    logo: '/logo.svg',
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    externalLinkIcon: true,
    nav: sections.map(({ text, below, pages }) => ({
      text,
      link: pages[0][1],
      activeMatch: '^/(' + below + ')',
    })),
    sidebar: sections.map(({ text, pages }) => ({
      text,
      items: pages.map(([text, link]) => ({ text, link })),
    })),
    footer: { message: 'Apache-2.0' },
    docFooter: { prev: 'Previous', next: 'Next' },
  },
});
