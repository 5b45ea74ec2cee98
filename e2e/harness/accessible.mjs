/** What axe finds on the page as it stands. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from '@playwright/test';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const everything = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules that look at colours. In the dark the page is the same but for these. */
const colours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/** Fails if axe finds anything, in either colour scheme. */
export async function expectAccessible(page, what) {
  for (const [colorScheme, runOnly] of [
    ['light', everything],
    ['dark', colours],
  ]) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await settled(page);
    // Evaluated, not added as a script element, which the page's policy forbids; once for each document.
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
    const { violations } = await page.evaluate(
      (rules) => globalThis.axe.run(document, { runOnly: rules }),
      runOnly,
    );
    const found = violations.map(
      (v) => `${v.id}: ${v.help}\n    ${v.nodes.map((n) => n.html).join('\n    ')}`,
    );
    expect(found, `${what}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

/** Waits until fonts are there and nothing moves any more. */
const settled = (page) =>
  page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.allSettled(
      document
        .getAnimations()
        .map((a) => (a.effect?.getTiming().iterations === Infinity ? null : a.finished)),
    );
  });
