/**
 * What a test must not do: look once where it could wait, sleep, or find things by how they look.
 * Formatting is prettier's.
 */
import playwright from 'eslint-plugin-playwright';

const sleeps = [
  {
    selector: 'CallExpression[callee.name=/^(setTimeout|setInterval)$/]',
    message: 'Wait for an event, not for a time.',
  },
  {
    selector: 'ImportDeclaration[source.value=/^(node:)?timers/]',
    message: 'Wait for an event, not for a time.',
  },
];

/** What looks at the page once. In an assertion it is a matter of luck: use expect(locator). */
const looks = {
  selector: 'CallExpression[callee.property.name=/^is(Visible|Hidden|Enabled|Disabled|Checked|Editable)$/]',
  message: 'This looks once: use expect(locator), which waits.',
};

/** The same, of what plugin:playwright does not know. */
const looksAt = {
  selector:
    'CallExpression[callee.name="expect"] > AwaitExpression > CallExpression[callee.property.name=/^(count|textContent|innerText|innerHTML|allInnerTexts|allTextContents|inputValue|getAttribute|boundingBox)$/]',
  message: 'This looks once: use expect(locator), which waits.',
};

export default [
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['browser/*.mjs', 'window/*.mjs', 'desktop/*.mjs'],
    rules: { 'no-restricted-syntax': ['error', ...sleeps, looks, looksAt] },
  },
  {
    files: ['harness/*.mjs'],
    plugins: { playwright },
    rules: { 'playwright/no-raw-locators': ['error', { allowed: ['canvas'] }] },
  },
  {
    files: ['browser/*.test.mjs'],
    plugins: { playwright },
    rules: {
      'playwright/expect-expect': ['error', { assertFunctionPatterns: ['^expect', '^person\\.', 'signIn$'] }],
      'playwright/missing-playwright-await': 'error',
      'playwright/no-element-handle': 'error',
      'playwright/no-focused-test': 'error',
      'playwright/no-force-option': 'error',
      'playwright/no-networkidle': 'error',
      'playwright/no-page-pause': 'error',
      'playwright/no-raw-locators': ['error', { allowed: ['a, input, form'] }],
      'playwright/no-skipped-test': 'error',
      'playwright/no-standalone-expect': 'error',
      'playwright/no-useless-await': 'error',
      'playwright/no-wait-for-selector': 'error',
      'playwright/no-wait-for-timeout': 'error',
      'playwright/prefer-web-first-assertions': 'error',
      'playwright/valid-expect': ['error', { maxArgs: 2 }],
    },
  },
];
