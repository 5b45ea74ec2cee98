/** The tests of the page. Run them with make test-e2e: they want a desktop of their own. */
import { defineConfig } from '@playwright/test';
import { patience } from './harness/app.mjs';
import { launchOptions } from './harness/browser.mjs';

export default defineConfig({
  testDir: 'browser',
  outputDir: '../build/playwright',
  fullyParallel: true,
  // Twice the cores of CI: a test waits for its phone's next code, or for the page to be drawn.
  workers: 4,
  forbidOnly: true,
  preserveOutput: 'failures-only',
  // A test that passes at the second try has failed.
  retries: 0,
  // Each step has its patience; all of them together may take long where a machine is busy.
  timeout: 20 * patience,
  expect: { timeout: patience },
  reporter: [['list']],
  use: {
    launchOptions,
    actionTimeout: patience,
    navigationTimeout: patience,
    // Open it with: npx playwright show-trace build/playwright/…/trace.zip
    trace: {
      mode: 'retain-on-failure',
      screenshots: false,
      sources: false,
      snapshots: Boolean(process.env.SNAPSHOTS),
    },
  },
});
