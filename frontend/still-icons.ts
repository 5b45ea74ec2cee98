/**
 * Draws the icons when the page is built. The library puts each together when it is shown, from
 * lists and with options that this page does not use; here it becomes the markup that comes of it.
 */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

type Shape = [tag: string, attributes: Record<string, string | number>];

const attributes = (of: Record<string, string | number>): string =>
  Object.entries(of)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('');

/** An icon of Lucide as a component: at the size and stroke that the style gives `.icon`, and never read out. */
export function stillIcon(source: string): string {
  const [, data] = /const iconData = (\{.*\});/.exec(source) ?? [];
  if (!data) throw new Error('An icon of @lucide/svelte is not written as it was.');
  const { size, node } = JSON.parse(data) as { size: number; node: Shape[] };
  const svg = attributes({
    class: 'icon',
    'aria-hidden': 'true',
    viewBox: `0 0 ${size} ${size}`,
  });
  return `<svg${svg}>${node.map(([tag, of]) => `<${tag}${attributes(of)} />`).join('')}</svg>`;
}

export function stillIcons(): Plugin {
  return {
    name: 'still-icons',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      return /@lucide\/svelte\/dist\/icons\/[\w-]+\.svelte$/.test(id)
        ? stillIcon(readFileSync(id, 'utf8'))
        : undefined;
    },
  };
}
