/**
 * The window stays on its page, whatever the page is made to do. Nothing can be run in the page of
 * a release build, so a window of the same kind, with the same guard, has a page that tries.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test from 'node:test';
import { dataFolder, start, until } from '../harness/app.mjs';
import { later } from '../harness/later.mjs';
import { Window } from '../desktop/window.mjs';

const ways = [
  'an address',
  'another address in its place',
  'a link',
  'a link to a new window',
  'a new window',
  'a form',
  'a refresh',
  'a frame',
];

/** A server of this machine, which a window that leaves would ask. */
async function elsewhere(t) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.method);
    response
      .writeHead(200, { 'Content-Type': 'text/html' })
      .end('<title>elsewhere</title><h1>Elsewhere</h1>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(t, () => server.close());
  return { asked, url: `http://127.0.0.1:${server.address().port}/` };
}

async function leave(t, env) {
  const app = start('leaving/countersign', await dataFolder(t), env);
  later(t, () => app.stop());
  const window = new Window(app);
  later(t, () => window.close());
  await window.waitFor({ role: 'push button', name: 'Leave' });
  await window.place();
  await window.press('Leave');
  return window;
}

for (const way of ways) {
  test(`the window does not leave its page by ${way}`, async (t) => {
    const { asked, url } = await elsewhere(t);
    const window = await leave(t, { GUARDED: '1', LEAVE_TO: url, LEAVE_BY: way });
    await window.waitFor({ role: 'heading', name: 'Still here' });
    assert.deepEqual(asked, []);
  });
}

test('without its guard, the window would leave', async (t) => {
  const { asked, url } = await elsewhere(t);
  const window = await leave(t, { LEAVE_TO: url, LEAVE_BY: 'a link' });
  await until('it is elsewhere', window.app, () => asked.length > 0);
  await window.waitFor({ role: 'heading', name: 'Elsewhere' });
});
