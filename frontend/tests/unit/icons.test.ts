import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stillIcon } from '../../still-icons';
import { root, sources } from './source';

const folder = `${root}/node_modules/@lucide/svelte/dist/icons`;

test('each icon that the page uses is drawn when it is built', () => {
  const code = sources('.ts', '.svelte')
    .map(({ text }) => text)
    .join('\n');
  const used = new Set([...code.matchAll(/@lucide\/svelte\/icons\/([\w-]+)'/g)].map(([, name]) => name!));
  expect(used.size).toBeGreaterThan(20);
  for (const name of used) {
    // One that has been renamed lies under its new name.
    const [, file] = /"\.\/([\w-]+\.svelte)"/.exec(readFileSync(`${folder}/${name}.js`, 'utf8'))!;
    const drawn = stillIcon(readFileSync(`${folder}/${file}`, 'utf8'));
    expect(drawn, name).toMatch(
      /^<svg class="icon" aria-hidden="true" viewBox="0 0 24 24">(<\w+( [\w-]+="[^"<>]*")+ \/>)+<\/svg>$/,
    );
  }
});

test('an icon that is written in another way ends the build', () => {
  expect(() => stillIcon('<svg />')).toThrow('not written as it was');
});
