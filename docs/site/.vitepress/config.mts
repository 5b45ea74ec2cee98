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
    nav: [
      { text: 'Use', link: '/guide', activeMatch: '^/guide' },
      { text: 'Administer', link: '/admin/', activeMatch: '^/admin/' },
      { text: 'Operate', link: '/operate/', activeMatch: '^/(operat|data)' },
      { text: 'Security', link: '/security/', activeMatch: '^/security/' },
      { text: 'Reference', link: '/reference/', activeMatch: '^/(reference|command-line)' },
      {
        text: 'Contribute',
        link: '/contribute/',
        activeMatch: '^/(contribute|internals|libraries|performance|decisions)',
      },
    ],
    sidebar: [
      {
        text: 'Use',
        items: [
          { text: 'User guide', link: '/guide' },
          { text: 'When you can’t sign in', link: '/guide-locked-out' },
        ],
      },
      {
        text: 'Administer',
        items: [
          { text: 'First day', link: '/admin/' },
          { text: 'Roll out recovery sheets', link: '/admin/rollout' },
          { text: 'Policy and approvals', link: '/admin/policy' },
          { text: 'Help a locked-out member', link: '/admin/recovery' },
          { text: 'When people leave', link: '/admin/offboarding' },
          { text: 'CSV files', link: '/admin/csv' },
        ],
      },
      {
        text: 'Operate',
        items: [
          { text: 'One computer', link: '/operate/' },
          { text: 'Server', link: '/operations' },
          { text: 'Where your data is', link: '/data' },
        ],
      },
      {
        text: 'Security',
        items: [
          { text: 'What it protects', link: '/security/' },
          { text: 'Verify the audit log', link: '/security/verify' },
          { text: 'Promises and their tests', link: '/security/promises' },
        ],
      },
      {
        text: 'Reference',
        items: [
          { text: 'Overview', link: '/reference/' },
          { text: 'Command line', link: '/command-line' },
          { text: 'countersignctl', link: '/reference/countersignctl' },
          { text: 'countersignd', link: '/reference/countersignd' },
          { text: 'Errors and exit codes', link: '/reference/errors' },
          { text: 'File formats', link: '/reference/formats' },
          { text: 'Server operations', link: '/reference/api' },
        ],
      },
      {
        text: 'Contribute',
        items: [
          { text: 'Contributing', link: '/contribute/' },
          { text: 'Architecture', link: '/contribute/architecture' },
          { text: 'Internals', link: '/internals' },
          { text: 'Decisions', link: '/decisions/' },
          { text: 'Libraries', link: '/libraries' },
          { text: 'Performance', link: '/performance' },
          { text: 'Changes', link: '/changelog' },
        ],
      },
    ],
    footer: { message: 'Apache-2.0' },
    docFooter: { prev: 'Previous', next: 'Next' },
  },
});
