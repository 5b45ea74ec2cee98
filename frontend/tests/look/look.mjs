/**
 * Takes a picture of every screen of the built page in its states, and looks at each with axe.
 *
 *   npm run look -- [part of a name] [--dark] [--narrow] [--language de] [--out folder]
 *
 * It ends with an error if a screen breaks the page's policy, writes to the console, or has
 * something that axe objects to. A screen is reached in English, and then goes over to the language: whatever
 * leaves the window or is cut there is an error, too, and in en-XA each text that is outside the catalogue.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { contents, fakeContracts, serveContracts } from './contracts.mjs';
import { wrap } from './envelopes.mjs';
import { adminShots } from './adminshots.mjs';
import { authShots } from './authshots.mjs';
import { contractShots } from './contractshots.mjs';
import { fake } from './fake.mjs';
import { fakeAdmin } from './fakeadmin.mjs';
import { findWrong } from './languages.mjs';
import { profileShots } from './profileshots.mjs';
import { qrPath } from './qr.mjs';

const shots = [...authShots, ...profileShots, ...contractShots, ...adminShots];
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dark: { type: 'boolean' },
    narrow: { type: 'boolean' },
    small: { type: 'boolean' },
    contrast: { type: 'boolean' },
    forced: { type: 'boolean' },
    language: { type: 'string' },
    out: { type: 'string', default: 'tests/look/out' },
  },
});

await mkdir(values.out, { recursive: true });
const kinds = await readFile(new URL('../../src/wire/envelopes.ts', import.meta.url), 'utf8').then((text) =>
  [...text.match(/contents = \[([^\]]*)\]/)[1].matchAll(/'([^']*)'/g)].map(([, kind]) => kind),
);
const root = fileURLToPath(new URL('../..', import.meta.url));
const outDir = await mkdtemp(join(tmpdir(), 'countersign-look-'));
await build({ root, mode: 'look', logLevel: 'error', build: { outDir, emptyOutDir: true } });
const server = await preview({
  root,
  build: { outDir },
  preview: { port: 4199, host: '127.0.0.1' },
  logLevel: 'error',
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const bytes = Object.fromEntries(Object.entries(contents).map(([id, { body }]) => [id, body.length]));
let bad = 0;

for (const { name, scenario = {}, act } of shots) {
  if (positionals.length > 0 && !positionals.some((part) => name.includes(part))) continue;
  const context = await browser.newContext({
    viewport: { width: values.narrow ? 540 : values.small ? 800 : 1080, height: values.small ? 600 : 720 },
    colorScheme: values.dark ? 'dark' : 'light',
    contrast: values.contrast ? 'more' : 'no-preference',
    forcedColors: values.forced ? 'active' : 'none',
    reducedMotion: 'reduce',
    bypassCSP: false,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complain = (what) => {
    bad++;
    console.log(`${name}: ${what}`);
  };
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complain(message.text()));
  page.on('pageerror', (error) => complain(String(error)));
  await page.addInitScript(fake, { qr: qrPath, ...scenario });
  await page.addInitScript(fakeContracts, { bytes, qr: qrPath, ...scenario });
  await serveContracts(page);
  await page.addInitScript(fakeAdmin, scenario);
  await wrap(page, kinds);
  await page.goto('http://127.0.0.1:4199/');
  await page.evaluate(() => document.fonts.ready);
  try {
    await act?.(page);
  } catch (error) {
    complain(error.message);
  }
  if (values.language) {
    await page.evaluate((name) => window.speak(name), values.language);
    await page.evaluate(() => document.fonts.ready);
    for (const wrong of await page.evaluate(findWrong, values.language === 'en-XA')) complain(wrong);
  }
  // What moves comes to its end; a bar of progress has none.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((it) => Number.isFinite(it.effect?.getComputedTiming().endTime))
        .map((it) => it.finished),
    ),
  );
  const suffix = [
    values.dark && 'dark',
    values.narrow && 'narrow',
    values.small && 'small',
    values.contrast && 'contrast',
    values.forced && 'forced',
    values.language,
  ].filter(Boolean);
  await page.screenshot({ path: `${values.out}/${[name, ...suffix].join('-')}.png` });
  if (['print', 'cover', 'kit', 'adoption-print'].includes(name))
    await page.pdf({ path: `${values.out}/${name}.pdf`, preferCSSPageSize: true });
  const source = await readFile(axe, 'utf8');
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => window.axe.run());
  for (const { id, nodes } of violations)
    complain(`axe ${id}: ${nodes.map((n) => n.target.join(' ')).join('; ')}`);
  await context.close();
}

await browser.close();
await server.close();
await rm(outDir, { recursive: true });
process.exit(bad > 0 ? 1 : 0);
