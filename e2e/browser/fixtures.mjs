/**
 * What a test of the page begins with: the application on a folder of its own, open in Chromium.
 * Each worker has one Chromium, each test its own folder, application and pages.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { startDevelopment } from '../harness/app.mjs';
import { openPage } from '../harness/browser.mjs';
import { Phone } from '../harness/phone.mjs';
import { seed } from '../harness/seed.mjs';

export { expect };
export { expectAccessible } from '../harness/accessible.mjs';

/**
 * Waits until the application has answered the next call of a method, and the page has drawn what it says. With
 * `about`, the next call that has this text among its arguments.
 */
export const answered = (page, group, method, about = '') =>
  page.evaluate(
    ([of, name, text]) =>
      new Promise((resolve) => {
        const bound = globalThis.go.app[of];
        const call = bound[name];
        bound[name] = async (...given) => {
          if (!JSON.stringify(given).includes(text)) return call(...given);
          bound[name] = call;
          const answer = await call(...given);
          requestAnimationFrame(() => requestAnimationFrame(resolve));
          return answer;
        };
      }),
    [group, method, about],
  );

export const test = base.extend({
  /** What the workspace holds before the application starts, as seed takes it; without it, there is none. */
  home: [undefined, { option: true }],

  /** More of an environment for the application. */
  env: [{}, { option: true }],

  /** Whether a page fails the test that says something on its console. */
  quiet: [true, { option: true }],

  /** Whether `page.crossed` has what crosses between page and application. */
  heard: [false, { option: true }],

  /** The data folder. */
  folder: async ({}, use) => {
    const path = await mkdtemp(join(tmpdir(), 'workspace-'));
    await use(path);
    await rm(path, { recursive: true, force: true });
  },

  /** What each person of the home has in hand, by email: an invitation, or a phone and recovery codes. */
  has: async ({ folder, home }, use) => {
    const all = home ? await seed(folder, home) : [];
    await use(
      Object.fromEntries(
        all.map(({ email, key, step, ...it }) => [email, { ...it, phone: key && new Phone(key, step) }]),
      ),
    );
  },

  /** Starts the application on a folder. It ends with the test. */
  start: async ({}, use) => {
    const apps = [];
    await use(async (folder, options) => {
      const app = await startDevelopment(folder, options);
      apps.push(app);
      return app;
    });
    for (const app of apps.reverse()) await app.stop();
  },

  /** The application on the data folder. */
  app: async ({ env, folder, has, start }, use) => {
    void has; // the folder is filled first
    await use(await start(folder, { env }));
  },

  /** Opens a page, which is closed before its application ends. */
  open: async ({ browser, quiet, start }, use) => {
    void start; // it ends after this
    const pages = [];
    await use(async (url, options) => {
      const page = await openPage(browser, url, options);
      pages.push(page);
      return page;
    });
    for (const page of pages) await page.context().close();
    if (quiet) for (const { complaints } of pages) expect(complaints).toEqual([]);
  },

  /** The page of the application. */
  page: async ({ app, heard, open }, use) => use(await open(app.url, { heard })),

  /** For a test that starts the application itself, or again: starts it on the data folder and opens its page. */
  begin: async ({ folder, has, open, start }, use) => {
    void has;
    await use(async (options) => open((await start(folder, options)).url));
  },

  /** Another server of this machine, and what it was asked for. */
  elsewhere: async ({}, use) => {
    const asked = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response
        .writeHead(200, { 'Content-Type': 'text/html', 'Access-Control-Allow-Origin': '*' })
        .end('<title>elsewhere</title>');
    });
    server.on('upgrade', (request, socket) => {
      asked.push(`upgrade ${request.url}`);
      socket.destroy();
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    await use({ asked, url: `http://127.0.0.1:${server.address().port}/` });
    await new Promise((resolve) => server.close(resolve));
  },
});
