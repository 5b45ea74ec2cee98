import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { root, sources } from './source';

interface File {
  name: string;
  text: string | Uint8Array;
}

let files: File[];
/** The npm packages that something of the page comes from. */
let packages: Set<string>;
/** What nothing but the viewers of PDFs and Word documents need: loaded when the first one is opened. */
let viewer: Set<string>;
/** What the page names, and what that imports before anything runs: all that the sign-in waits for. */
let first: Set<string>;

beforeAll(async () => {
  vi.stubEnv('NODE_ENV', 'production'); // as `npm run build`, or the page would come with what helps development
  const built = await build({ root, logLevel: 'silent', build: { write: false } });
  vi.unstubAllEnvs();
  const { output } = built as Rolldown.RolldownOutput;
  viewer = viewers(output);
  first = firstLoaded(output);
  packages = new Set(
    output
      .flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
      .flatMap((id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []),
  );
  files = output.map((file) =>
    file.type === 'chunk'
      ? { name: file.fileName, text: file.code }
      : { name: file.fileName, text: file.source },
  );
}, 240_000);

function firstLoaded(output: Rolldown.RolldownOutput['output']): Set<string> {
  const page = output.find(({ fileName }) => fileName === 'index.html');
  const html = page?.type === 'asset' ? String(page.source) : '';
  const all = new Set([...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, name]) => name!));
  for (const name of all) {
    const chunk = output.find((file) => file.type === 'chunk' && file.fileName === name);
    if (chunk?.type === 'chunk') for (const next of chunk.imports) all.add(next);
  }
  return all;
}

/** Their chunks, the chunks that only they import, workers, and the files that they ask for by name. */
function viewers(output: Rolldown.RolldownOutput['output']): Set<string> {
  const chunks = output.filter((file) => file.type === 'chunk');
  const first = ['pdf', 'docx'].map(
    (name) => chunks.find((it) => it.facadeModuleId?.endsWith(`/src/contracts/${name}.ts`))!.fileName,
  );
  const reached = (from: string[]) => {
    const all = new Set(from);
    for (const name of all) {
      const { imports = [], dynamicImports = [] } = chunks.find(({ fileName }) => fileName === name) ?? {};
      for (const next of [...imports, ...dynamicImports]) if (!first.includes(next)) all.add(next);
    }
    return all;
  };
  const page = reached(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  const own = [...reached(first)].filter((name) => !page.has(name));
  const beside = output.filter(({ fileName }) => /^pdf\/|^assets\/pdf\.worker/.test(fileName));
  return new Set([...own, ...beside.map(({ fileName }) => fileName)]);
}

const named = (ending: string) => files.filter(({ name }) => name.endsWith(ending));

describe('the built page', () => {
  const own = (ending: string) => named(ending).filter(({ name }) => !viewer.has(name));

  const languages = () => named('.js').filter(({ name }) => name.startsWith('assets/_words-'));

  test('loads one language, whichever it is', () => {
    const files = readdirSync(`${root}/../backend/words`).filter((name) => name.endsWith('.json'));
    expect(languages()).toHaveLength(files.length);
    expect([...first].filter((name) => name.includes('words'))).toEqual([]);
  });

  test('has its messages parsed, since it comes without their parser', () => {
    for (const { name, text } of named('.js')) expect(String(text).includes(', plural,'), name).toBe(false);
  });

  test('comes without the words of the terminal, and says none of them', () => {
    for (const { name, text } of named('.js')) expect(String(text), name).not.toMatch(/["'`]terminal\./);
  });

  test('loads at most 200 KB of gzipped script and style for the sign-in', () => {
    const packed = (ending: string) =>
      files
        .filter(({ name }) => first.has(name) && name.endsWith(ending))
        .map(({ text }) => gzipSync(text).length);
    expect(packed('.js').length).toBeGreaterThan(0);
    expect(packed('.css')).toHaveLength(1);
    const largest = Math.max(...languages().map(({ text }) => gzipSync(text).length));
    const bytes = [...packed('.js'), ...packed('.css'), largest].reduce((sum, n) => sum + n, 0);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(200 * 1024);
  });

  test('begins with the sign-in alone, and has one script for what comes after it', () => {
    const beside = /^assets\/(_words-|pseudo-)/; // one language is loaded
    const scripts = own('.js')
      .filter(({ name }) => !beside.test(name))
      .map(({ name, text }) => ({ name, text: String(text) }));
    expect(scripts.map(({ name }) => name.replace(/-[\w-]{8}\.js$/, '')).toSorted()).toEqual([
      'assets/index',
      'assets/screens',
    ]);
    // Classes of the sign-in and of the table that most pages after it have.
    const [signIn, rest] = scripts.toSorted((a, b) => a.name.localeCompare(b.name));
    expect(signIn!.text).toContain('door-help');
    expect(signIn!.text).not.toContain('columnheader');
    expect(rest!.text).toContain('columnheader');
    expect(named('.css')).toHaveLength(1);
  });

  test('names the license of all that it comes with, fonts included', () => {
    const json = (path: string) => JSON.parse(readFileSync(`${root}/${path}`, 'utf8'));
    const listed: { name: string; version: string }[] = json('../app/licenses.json');
    const versions = new Map(listed.map(({ name, version }) => [name, version]));
    expect(packages.size).toBeGreaterThan(5);
    const inside = [...packages, ...Object.keys(json('package.json').dependencies)];
    const behind = inside.filter(
      (name) => versions.get(name) !== json(`node_modules/${name}/package.json`).version,
    );
    expect(behind, 'run make licenses').toEqual([]);
  });

  test('has no inline script or style, and a policy that forbids them', () => {
    const html = String(named('.html')[0]!.text);
    expect(html).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(html).not.toMatch(/unsafe|<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  });

  test('asks nobody for anything', () => {
    const texts = [...own('.js'), ...own('.css'), ...own('.html')].map(({ text }) => String(text)).join('\n');
    const addresses = [...texts.matchAll(/https?:\/\/[\w.-]+/g)].map(([address]) => address);
    // Names of XML, and where Svelte explains its errors: nothing is fetched from either.
    expect(addresses.filter((a) => !/w3\.org$|svelte\.dev$/.test(a))).toEqual([]);
  });

  test('comes with its fonts and inlines none', () => {
    expect(named('.woff2').length).toBeGreaterThan(8);
    expect(
      named('.css')
        .map(({ text }) => String(text))
        .join(''),
    ).not.toContain('url(data:');
  });
});

describe('the source of the page', () => {
  test('keeps nothing in storage, goes nowhere and evaluates nothing', () => {
    const code = sources('.ts', '.svelte', '.html')
      .map(({ text }) => text)
      .join('\n');
    expect(code).not.toMatch(/localStorage|sessionStorage|indexedDB|document\.cookie|\bcaches\./);
    expect(code).not.toMatch(
      /\beval\(|new Function|\{@html|innerHTML|\blocation\b|history\.|window\.open|<a\s/,
    );
  });

  test('asks the application in one place', () => {
    const others = sources('.ts', '.svelte').filter(
      ({ path, text }) => !path.startsWith('wire/') && /window\.(go|runtime)\b|wailsjs/.test(text),
    );
    expect(others.map(({ path }) => path)).toEqual([]);
  });
});
