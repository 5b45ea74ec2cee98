/**
 * How long the contracts take on the page: 10,000 of them, a key in their search, and the first
 * page of a PDF of 100, in Chromium on the real backend. `make bench` runs it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDevelopment } from '../harness/app.mjs';
import { launch, openPage } from '../harness/browser.mjs';
import { add, pdf, toContracts } from '../harness/contracts.mjs';
import * as person from '../harness/person.mjs';
import { searching } from '../harness/swift.mjs';
import { many, milliseconds, rounds } from './figures.mjs';

const contracts = many(10_000, 10);
const folder = await mkdtemp(join(tmpdir(), 'bench-'));

/** From a press in the sidebar until the rows have been drawn, in ms. */
const listing = (page) =>
  page.evaluate(async () => {
    const turn = () => new Promise((resolve) => setTimeout(resolve));
    const from = performance.now();
    document.querySelector('nav button[title=Contracts]').click();
    // The first row of a grid is its head.
    while (!document.querySelector('[role=grid] [role=row][aria-rowindex="2"]')) await turn();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return performance.now() - from;
  });

/** From a press on the first row until its first page has been drawn, in ms. */
const reading = (page) =>
  page.evaluate(async () => {
    const turn = () => new Promise((resolve) => setTimeout(resolve));
    const from = performance.now();
    document.querySelector('[role=grid] [role=row][aria-rowindex="2"]').click();
    // The page of a PDF is shown once its progress has gone.
    while (!document.querySelector('figure canvas') || document.querySelector('[role=progressbar]'))
      await turn();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return performance.now() - from;
  });

try {
  const app = await startDevelopment(folder);
  const browser = await launch();
  try {
    const page = await openPage(browser, app.url);
    await person.createWorkspace(page);
    await toContracts(page);
    await add(page, { 'Lease.pdf': pdf('Lease', 100) });
    const first = [];
    for (let i = 0; i <= rounds; i++) {
      await person.toProfile(page);
      await toContracts(page);
      await page.getByRole('row').nth(1).waitFor();
      first.push(await reading(page));
    }
    milliseconds('contracts, first page of a PDF of 100', first.slice(1), { goal: 500 });

    // One that is there, so many times: what the backend takes for them is measured there.
    await page.evaluate((n) => {
      const { List } = globalThis.go.app.Contracts;
      globalThis.go.app.Contracts.List = async (session) => {
        const view = await List(session);
        const [one] = view.contracts;
        view.contracts = Array.from({ length: n }, (_, i) => ({
          ...one,
          id: `c${i}`,
          name: `Order form ${(i * 7919) % n}, Ostrava Glass`,
          tags: i % 3 ? [] : ['Søren'],
        }));
        return view;
      };
    }, contracts);
    const times = [];
    for (let i = 0; i <= rounds; i++) {
      await person.toProfile(page);
      times.push(await listing(page));
    }
    milliseconds(`contracts, opening ${contracts}`, times.slice(1), { goal: 200 });
    milliseconds('contracts, a key in the search', await searching(page, 'soren ostrava 1'), { goal: 50 });
  } finally {
    await browser.close();
    await app.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
