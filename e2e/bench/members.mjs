/**
 * How long Settings, Members takes with 10,000 members, in Chromium on the real backend. Run it
 * with `make bench`, on a machine that does nothing else: making the members takes minutes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startDevelopment } from '../harness/app.mjs';
import { launch, openPage } from '../harness/browser.mjs';
import * as person from '../harness/person.mjs';
import { seed } from '../harness/seed.mjs';
import * as swift from '../harness/swift.mjs';

const members = Number(process.env.MEMBERS ?? 9_999);
const rounds = 7;
const folder = await mkdtemp(join(tmpdir(), 'bench-'));

try {
  await seed(folder, { members });
  const app = await startDevelopment(folder);
  const browser = await launch();
  try {
    const page = await openPage(browser, app.url);
    const [hasty, first, again] = [[], [], []];
    for (let i = 0; i < 2 * rounds; i++) {
      await page.reload(); // the page knows nothing of the members any more
      await person.signIn(page);
      // Somebody who looks at the first screen before they go on, and somebody who does not.
      if (i % 2) await pause(2500);
      (i % 2 ? first : hasty).push(await swift.opening(page));
      await person.button(page, 'Profile').click();
      if (i % 2) again.push(await swift.opening(page));
    }
    console.log(`the table of ${members + 1} members: ${swift.said(first)}; 200 is the aim`);
    console.log(`at once after the sign-in: ${swift.said(hasty)}`);
    console.log(`coming back to it: ${swift.said(again)}`);
    const keys = await swift.searching(page, 'soren aberg 1');
    console.log(`a key in its search: ${swift.said(keys)}; 50 is the aim`);
  } finally {
    await browser.close();
    await app.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
