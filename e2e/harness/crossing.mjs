/** What crosses between the page and the application, as whatever lies between them gets it. */
import { expect } from '@playwright/test';
import { found, spellings } from './memory.mjs';

/** Listens to a page that has not been opened yet. */
export function listen(page) {
  const crossed = [];
  page.on('websocket', (socket) => {
    for (const way of ['framesent', 'framereceived']) {
      socket.on(way, ({ payload }) => crossed.push(`${way} ${payload}`));
    }
  });
  return crossed;
}

/** A code of groups, as it is shown and without its dashes. */
export const ofCode = (name, code) => ({
  [name]: spellings(code),
  [`${name} without dashes`]: spellings(code.replaceAll('-', '')),
});

/** Fails where a secret has crossed in clear, or where `open`, which may, was not heard: nothing was listened to then. */
export function expectClosed(crossed, secrets, open) {
  const all = crossed.join('\n');
  for (const heard of open) expect(all.includes(heard), `${heard} was heard`).toBe(true);
  expect(found(Buffer.from(all), secrets)).toEqual([]);
}
