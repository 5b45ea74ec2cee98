import { existsSync } from 'node:fs';
import { dirname, normalize } from 'node:path';
import { expect, test } from 'vitest';
import config from '../../.dependency-cruiser.js';
import { root, sources } from './source';

/** The paths of what a component imports, of types too: the linter loses those on its way through Svelte. */
function importsOf({ path, text }: { path: string; text: string }): string[] {
  const relative = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, to]) => to!);
  return relative.map((to) => {
    const file = normalize(`src/${dirname(path)}/${to}`);
    return (
      ['', '.ts', '/index.ts']
        .map((end) => file + end)
        .find((it) => /\.\w+$/.test(it) && existsSync(`${root}/${it}`)) ?? file
    );
  });
}

interface Paths {
  path?: string;
  pathNot?: string;
}
type Rule = { name: string; from: Paths; to: Paths & { couldNotResolve?: boolean } };

/** Which rules of the linter an import breaks, of those that look at paths alone. */
function broken(from: string, to: string): string[] {
  const never = '^$';
  return (config.forbidden as Rule[])
    .filter((rule) => {
      const match = new RegExp(rule.from.path ?? '').exec(from);
      if (!match || new RegExp(rule.from.pathNot ?? never).test(from)) return false;
      if (!rule.to.path || rule.to.couldNotResolve) return false;
      const not = (rule.to.pathNot ?? never).replace('$1', match[1] ?? '');
      return new RegExp(rule.to.path).test(to) && !new RegExp(not).test(to);
    })
    .map(({ name }) => name);
}

test('a component imports only what its folder may, types included', () => {
  const all = sources('.svelte').flatMap((file) =>
    importsOf(file).map((to) => [`src/${file.path}`, to] as const),
  );
  expect(all.length).toBeGreaterThan(500);
  expect(all.filter(([from, to]) => broken(from, to).length > 0)).toEqual([]);
});

test('the rules are told apart', () => {
  expect(broken('src/members/Page.svelte', 'src/runs/runs.ts')).toEqual(['areas-stand-alone']);
  expect(broken('src/members/Page.svelte', 'src/members/members.ts')).toEqual([]);
  expect(broken('src/members/Page.svelte', 'src/shell/App.svelte')).toEqual(['areas-stand-alone']);
  expect(broken('src/base/dates.ts', 'src/members/members.ts')).toEqual(['base-knows-no-area']);
  expect(broken('src/shell/App.svelte', 'src/auth/SignIn.svelte')).toEqual([]);
  expect(broken('src/shell/App.svelte', 'wailsjs/go/app/Auth.js')).toEqual(['wire-alone-has-the-bindings']);
});
