/** What crosses between the page and the application, as whatever lies between them gets it. */
import assert from 'node:assert/strict';
import { found, spellings } from './memory.mjs';

/** Listens from now on, on a page that begins anew. */
export async function listen(page) {
  const crossed = [];
  page.on('websocket', (socket) => {
    for (const way of ['framesent', 'framereceived']) {
      socket.on(way, ({ payload }) => crossed.push(`${way} ${payload}`));
    }
  });
  await page.waitForLoadState('networkidle'); // a request that a reload cuts short is an error of the page
  await page.reload();
  return crossed;
}

/** A code of groups, as it is shown and without its dashes. */
export const ofCode = (name, code) => ({
  [name]: spellings(code),
  [`${name} without dashes`]: spellings(code.replaceAll('-', '')),
});

/** Fails where a secret has crossed in clear, or where `open`, which may, was not heard: nothing was listened to then. */
export function assertClosed(crossed, secrets, open) {
  const all = crossed.join('\n');
  for (const heard of open) assert.ok(all.includes(heard), `${heard} was not heard`);
  assert.deepEqual(found(Buffer.from(all), secrets), []);
}
