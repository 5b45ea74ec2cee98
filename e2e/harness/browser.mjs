/** Opens the application's page in Chromium. A message on its console is a failure. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { patience } from './app.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The first of the names under which systems have Chromium. CHROMIUM chooses another. */
const executablePath = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path));

export const launch = () =>
  chromium.launch({
    executablePath,
    // Chromium's sandbox refuses to run as root.
    chromiumSandbox: process.getuid() !== 0,
    args: [
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/**
 * A page at 1080 × 720. `complaints` collects what the page must never say: errors and
 * warnings of the console, exceptions and requests that failed.
 */
export async function openPage(browser, url, { dark = false, width = 1080, height = 720, zoom = 1 } = {}) {
  const context = await browser.newContext({
    viewport: { width: Math.round(width / zoom), height: Math.round(height / zoom) },
    deviceScaleFactor: zoom,
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    permissions: [],
  });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const complaints = [];
  page.on(
    'console',
    (m) => ['error', 'warning'].includes(m.type()) && complaints.push(`console ${m.type()}: ${m.text()}`),
  );
  page.on('pageerror', (error) => fromWails(error) || complaints.push(`exception: ${error.stack}`));
  page.on('requestfailed', (request) => {
    if (!leftBehind(request)) complaints.push(`request: ${request.url()} ${request.failure()?.errorText}`);
  });
  await page.goto(url);
  return Object.assign(page, { complaints });
}

// Wails' development build mounts an overlay of its own on a body that is not there yet.
const fromWails = (error) =>
  /^TypeError.*'nodes'/.test(String(error)) && /\/wails\/ipc\.js/.test(error.stack);

// The door fetches what comes after it, and Chromium the icon; a page that is left meanwhile drops them.
const leftBehind = (request) =>
  /\/(assets\/inside-[^/]*\.js|logo\.svg)$/.test(request.url()) &&
  request.failure()?.errorText === 'net::ERR_ABORTED';

/** Fails if the page has said anything on its console. */
export const assertQuiet = (page) => assert.deepEqual(page.complaints, []);

/** Fails if axe finds anything on the page as it stands, in either colour scheme. */
export async function assertAccessible(page, what) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await settled(page);
    // Evaluated, not added as a script element, which the page's policy forbids.
    await page.evaluate(axeSource);
    const { violations } = await page.evaluate(() =>
      globalThis.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      }),
    );
    const found = violations.map(
      (v) => `${v.id}: ${v.help}\n    ${v.nodes.map((n) => n.html).join('\n    ')}`,
    );
    assert.deepEqual(found, [], `${what}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

/** Waits until fonts are there and nothing moves any more. */
export const settled = (page) =>
  page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.allSettled(
      document
        .getAnimations()
        .map((a) => (a.effect?.getTiming().iterations === Infinity ? null : a.finished)),
    );
  });
