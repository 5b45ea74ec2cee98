import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { root, sources } from './source';

const sheets = readdirSync(`${root}/src/styles`).toSorted();
const bare = (css: string) => css.replace(/\/\*[\s\S]*?\*\//g, '');
const sheet = (name: string) => bare(readFileSync(`${root}/src/styles/${name}`, 'utf8'));

/** One element by its name, or all; no class, and nothing that asks what is around it but a preference. */
const element =
  /^(:root\[data-motion='reduce'\] )?(\*|#app|[a-z][a-z0-9]*)?(\[(tabindex='-1'|dir='auto')\])?(::?[a-z-]+)?$/;

/** What a sheet's rules are for, in groups as they stand. Steps of an animation are no rules. */
function selectors(css: string): string[] {
  const rules = css.replace(/@keyframes[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}/g, '').replace(/@import[^;]*;/g, '');
  return [...rules.matchAll(/([^{};]+)\{/g)]
    .map(([, selector]) => selector!.trim())
    .filter((it) => it[0] !== '@');
}

/** Rules of a component that hold outside it, each with the lines above it. */
function globals({ path, text }: { path: string; text: string }) {
  const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '';
  return { path, style, all: style.match(/:global|-global-/g)?.length ?? 0 };
}

test('four sheets are global: fonts, tokens, elements, and what imports them', () => {
  expect(sheets).toEqual(['base.css', 'fonts.css', 'index.css', 'tokens.css']);
  expect(sources('.css').map(({ path }) => path)).toHaveLength(sheets.length);
  expect(
    sheet('index.css')
      .match(/[^;]+;/g)
      ?.map((it) => it.trim()),
  ).toEqual(["@import './fonts.css';", "@import './tokens.css';", "@import './base.css';"]);
});

test('the tokens are values, and the other sheets are for an element each, wherever it is', () => {
  const tokens = selectors(sheet('tokens.css'));
  expect(tokens.length).toBeGreaterThan(5);
  expect(
    tokens.filter(
      (it) => !/^:root(\[(data-theme|data-motion|dir)="\w+"\]|:not\(\[data-theme="\w+"\]\))?$/.test(it),
    ),
  ).toEqual([]);
  const elements = selectors(sheet('base.css')).flatMap((it) => it.split(/\s*,\s*/));
  expect(elements.length).toBeGreaterThan(10);
  expect(elements.filter((it) => !element.test(it))).toEqual([]);
  expect(selectors(sheet('fonts.css'))).toEqual([]);
});

test('a component styles itself, and says why where it does not', () => {
  const reaching = sources('.svelte')
    .map(globals)
    .filter(({ all }) => all > 0);
  expect(reaching.map(({ path }) => path).toSorted()).toEqual([
    'base/components/Icon.svelte',
    'base/paper/Sheet.svelte',
    'contracts/Leaf.svelte',
    'members/List.svelte',
    'settings/Notices.svelte',
  ]);
  expect(reaching.filter(({ style }) => !style.includes('/* Global')).map(({ path }) => path)).toEqual([]);
});

test('a component has one style, in its own file', () => {
  const other = /<style[^>]+>|@import|[^'"]*\.css['"]/g;
  const found = sources('.svelte', '.ts').flatMap(({ path, text }) =>
    [...text.matchAll(other)].map(([it]) => `${path}: ${it}`),
  );
  expect(found).toEqual(["main.ts: ./styles/index.css'"]);
});

test('no style knows left from right, which a language decides', () => {
  const physical =
    /(?:^|[;{\s])(?:(?:margin|padding|border)-(?:left|right)|left|right|border-(?:top|bottom)-(?:left|right)-radius)[\w-]*\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)\b/g;
  /** Four values, of which the second and the last are the sides. */
  const uneven = (values: string) => {
    const [, right, , left] = values
      .replace(/\((?:[^()]|\([^()]*\))*\)/g, (it) => it.replace(/\s/g, ''))
      .split(/\s+/);
    return left !== undefined && left !== right;
  };
  const found = sources('.svelte', '.css').flatMap(({ path, text }) => {
    const css = bare(path.endsWith('.css') ? text : (/<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? ''));
    const sides = [...css.matchAll(/(?:^|[;{\s])(?:margin|padding|inset)\s*:\s*([^;}]+)/g)];
    return [...css.matchAll(physical), ...sides.filter(([, values]) => uneven(values!.trim()))].map(
      ([it]) => `${path}: ${it.trim()}`,
    );
  });
  expect(found).toEqual([]);
});
