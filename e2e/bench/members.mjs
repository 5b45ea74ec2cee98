/**
 * How long Settings, Members takes with 10,000 members, in Chromium on the real backend. `make bench` runs it. Making
 * the members takes minutes.
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
import { many, milliseconds, rounds } from './figures.mjs';

const members = many(10_000, 10) - 1; // and the owner
const folder = await mkdtemp(join(tmpdir(), 'bench-'));

try {
  await seed(folder, { members });
  const app = await startDevelopment(folder);
  const browser = await launch();
  try {
    const page = await openPage(browser, app.url);
    const [hasty, first, again] = [[], [], []];
    for (let i = 0; i < 2 * (rounds + 1); i++) {
      await page.reload(); // the page knows nothing of the members any more
      await person.signIn(page);
      // Somebody who looks at the first screen before they go on, and somebody who does not.
      if (i % 2) await pause(2500);
      (i % 2 ? first : hasty).push(await swift.opening(page));
      await person.button(page, 'Profile').click();
      if (i % 2) again.push(await swift.opening(page));
    }
    const of = `${members + 1} members`;
    milliseconds(`members, opening ${of} after a look around`, first.slice(1), { goal: 200 });
    milliseconds(`members, opening ${of} right after the sign-in`, hasty.slice(1), { goal: 200 });
    milliseconds(`members, coming back to ${of}`, again.slice(1), { goal: 200 });
    milliseconds('members, a key in the search', await swift.searching(page, 'soren aberg 1'), { goal: 50 });
  } finally {
    await browser.close();
    await app.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
