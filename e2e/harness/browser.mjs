/** Opens the application's page in Chromium. A message on its console is a failure. */
import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { patience } from './app.mjs';
import { listen } from './crossing.mjs';

/** The first of the names under which systems have Chromium. CHROMIUM chooses another. */
const executablePath = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path));

export const launchOptions = {
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
};

export const launch = () => chromium.launch(launchOptions);

/**
 * A page at 1080 × 720. `complaints` collects what the page must never say: errors and
 * warnings of the console, exceptions and requests that failed; `crossed` has what crosses
 * between page and application, if it is to be `heard`.
 */
export async function openPage(
  browser,
  url,
  { dark = false, width = 1080, height = 720, zoom = 1, heard = false } = {},
) {
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
  const crossed = heard ? listen(page) : undefined;
  await page.goto(url);
  return Object.assign(page, { complaints, crossed });
}

// Wails' development build mounts an overlay of its own on a body that is not there yet.
const fromWails = (error) =>
  /^TypeError.*'nodes'/.test(String(error)) && /\/wails\/ipc\.js/.test(error.stack);

// A page that is left drops what it was still loading ahead of need: Chromium reports that as aborted.
// A request that the network, the server or a policy refused has another error.
const leftBehind = (request) => request.failure()?.errorText === 'net::ERR_ABORTED';
