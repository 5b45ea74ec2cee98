/** What a test of the page begins with: the application on a new folder, open in Chromium. */
import { dataFolder, startDevelopment } from './app.mjs';
import { assertQuiet, launch, openPage } from './browser.mjs';

/**
 * `page` is at the door. All is closed when the test has ended, and a page that said something
 * on its console has failed by then.
 */
export async function scene(t, { folder, env } = {}) {
  folder ??= await dataFolder(t);
  const app = await startDevelopment(folder, { env });
  t.after(() => app.stop());
  const browser = await launch();
  t.after(() => browser.close());
  const page = await openPage(browser, app.url);
  t.after(() => assertQuiet(page));
  return { app, browser, folder, page };
}
