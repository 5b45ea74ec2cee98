/** What a test of the page begins with: the application on a new folder, open in Chromium. */
import { dataFolder, startDevelopment } from './app.mjs';
import { assertQuiet, launch, openPage } from './browser.mjs';
import { later } from './later.mjs';

/**
 * `page` is at the door. All is closed when the test has ended, and a page that said something
 * on its console has failed by then.
 */
export async function scene(t, { folder, env } = {}) {
  folder ??= await dataFolder(t);
  const app = await startDevelopment(folder, { env });
  later(t, () => app.stop());
  const browser = await launch();
  later(t, () => browser.close());
  const page = await openPage(browser, app.url);
  later(t, () => assertQuiet(page));
  return { app, browser, folder, page };
}
