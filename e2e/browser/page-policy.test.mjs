/**
 * What a script could do that got into the page all the same: run nothing more, reach nothing
 * else, leave nothing behind and call nothing. Scripts are put in as the page's own console
 * would, and each finds that the page's policy or the application refuses.
 */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from '../harness/app.mjs';
import { later } from '../harness/later.mjs';
import * as person from '../harness/person.mjs';
import { scene } from '../harness/scene.mjs';

/** A scene whose page may complain: here it is made to. */
async function attacked(t) {
  const all = await scene(t);
  await all.page.getByLabel('Workspace name').waitFor();
  later(t, () => all.page.complaints.splice(0));
  return all;
}

/** Another server of this machine, which must never be asked for anything. */
async function elsewhere(t) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response
      .writeHead(200, { 'Content-Type': 'text/html', 'Access-Control-Allow-Origin': '*' })
      .end('<title>elsewhere</title>');
  });
  server.on('upgrade', (request, socket) => {
    asked.push(`upgrade ${request.url}`);
    socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(t, () => server.close());
  return { asked, url: `http://127.0.0.1:${server.address().port}/` };
}

/** Does something on the page and returns the directives that it violated. */
const violations = (page, act, argument) =>
  page.evaluate(
    async ([source, given]) => {
      const seen = [];
      const note = (event) => seen.push(event.effectiveDirective);
      document.addEventListener('securitypolicyviolation', note);
      const before = document.body.childElementCount;
      // The console's own evaluation is not under the page's policy; what it starts is.
      await globalThis.attempts[source](given);
      await new Promise((resolve) => setTimeout(resolve, 150));
      document.removeEventListener('securitypolicyviolation', note);
      while (document.body.childElementCount > before) document.body.lastElementChild.remove();
      return seen;
    },
    [act, argument],
  );

/** The attempts, by name. Each would set globalThis.executed, or ask the other server. */
const install = (page) =>
  page.evaluate(() => {
    const add = (name, attributes, text) => {
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      if (text) element.textContent = text;
      document.body.append(element);
      return element;
    };
    globalThis.attempts = {
      'an inline script': () => add('script', {}, 'globalThis.executed = "inline"'),
      'a script from elsewhere': (url) => add('script', { src: `${url}script.js` }),
      'a script in a data: address': () =>
        add('script', { src: 'data:text/javascript,globalThis.executed="data"' }),
      'an event handler in an attribute': () =>
        add('button', { onclick: 'globalThis.executed = "handler"' }).click(),
      'an image that calls on failing': () =>
        add('img', { src: 'data:,', onerror: 'globalThis.executed = "onerror"' }),
      'a javascript: link': () => add('a', { href: 'javascript:globalThis.executed="link"' }).click(),
      'a timer with text': () => setTimeout('globalThis.executed = "timer"'),
      // Not from the console itself, which may evaluate.
      eval: () => setTimeout(() => (0, eval)('globalThis.executed = "eval"')),
      'new Function': () => setTimeout(() => new Function('globalThis.executed = "function"')()),
      'a style attribute': () =>
        (globalThis.styled = getComputedStyle(add('p', { style: 'position: fixed' })).position),
      'a style element': () => {
        add('style', {}, 'body { outline: 7px solid red }');
        globalThis.outline = getComputedStyle(document.body).outlineWidth;
      },
      fetch: (url) => fetch(`${url}fetch`).catch(() => {}),
      'a beacon': (url) => void navigator.sendBeacon(`${url}beacon`, 'x'),
      'an event stream': (url) => void new EventSource(`${url}events`),
      'a WebSocket': (url) => {
        try {
          new WebSocket(url.replace('http', 'ws'));
        } catch {
          // That is the refusal.
        }
      },
      'an image from elsewhere': (url) => add('img', { src: `${url}image.png` }),
      'a style sheet from elsewhere': (url) => add('link', { rel: 'stylesheet', href: `${url}style.css` }),
      'a font from elsewhere': (url) => new FontFace('x', `url(${url}font.woff2)`).load().catch(() => {}),
      'a form posted elsewhere': (url) => add('form', { action: url, method: 'post' }).submit(),
      'an iframe': (url) => add('iframe', { src: url }),
      'an iframe with its content inside': () =>
        add('iframe', { srcdoc: '<script>parent.executed = "srcdoc"</script>' }),
      'an object': (url) => add('object', { data: url }),
      'a worker': () => {
        try {
          new Worker('data:text/javascript,fetch("x")');
        } catch {
          // That is the refusal.
        }
      },
      'another base': (url) => add('base', { href: url }),
    };
  });

/** A frame with its content takes over the policy and is stopped inside; the page itself leads nowhere. */
const stoppedBefore = ['an iframe with its content inside', 'a javascript: link', 'a form posted elsewhere'];

test('the page runs nothing and reaches nothing but its own', async (t) => {
  const { page } = await attacked(t);
  const other = await elsewhere(t);
  await install(page);
  const here = page.url();
  for (const name of await page.evaluate(() => Object.keys(globalThis.attempts))) {
    const seen = await violations(page, name, other.url);
    if (!stoppedBefore.includes(name)) assert.notDeepEqual(seen, [], `${name} was not refused`);
  }
  assert.equal(await page.evaluate(() => globalThis.executed), undefined);
  assert.equal(await page.evaluate(() => globalThis.styled), 'static');
  assert.notEqual(await page.evaluate(() => globalThis.outline), '7px');
  assert.equal(page.url(), here);
  assert.deepEqual(other.asked, []);
});

test('the page leads nowhere, whoever asks it to', async (t) => {
  const { browser, page } = await attacked(t);
  const other = await elsewhere(t);
  const here = page.url();
  const ways = {
    location: (url) => void (location = url),
    'location.replace': (url) => location.replace(url),
    'a link': (url) =>
      Object.assign(document.body.appendChild(document.createElement('a')), { href: url }).click(),
    'a link to a new window': (url) =>
      Object.assign(document.body.appendChild(document.createElement('a')), {
        href: url,
        target: '_blank',
      }).click(),
    'window.open': (url) => void window.open(url),
    'a refresh': (url) => {
      const meta = document.createElement('meta');
      meta.httpEquiv = 'refresh';
      meta.content = `0; url=${url}`;
      document.head.append(meta);
    },
  };
  for (const [name, way] of Object.entries(ways)) {
    await page.evaluate(way, other.url);
    await pause(300); // there is nothing to wait for: it must not happen
    assert.equal(page.url(), here, name);
  }
  assert.deepEqual(
    browser.contexts().flatMap((context) => context.pages().map((it) => it.url())),
    [here],
  );
  assert.deepEqual(other.asked, []);
});

test('a file or a link dropped on the window stays outside', async (t) => {
  const { page } = await scene(t);
  await page.getByLabel('Workspace name').waitFor();
  const taken = await page.evaluate(() =>
    ['dragover', 'drop'].flatMap((type) =>
      [document.body, document.querySelector('main'), document.querySelector('input')].map((target) => {
        const event = new DragEvent(type, {
          bubbles: true,
          cancelable: true,
          dataTransfer: new DataTransfer(),
        });
        target.dispatchEvent(event);
        return event.defaultPrevented;
      }),
    ),
  );
  assert.deepEqual([...new Set(taken)], [true]);
});

test('the context menu is only there where something can be pasted', async (t) => {
  const { page } = await scene(t);
  await page.getByLabel('Workspace name').waitFor();
  const shown = (selector) =>
    page.evaluate(
      (where) =>
        document
          .querySelector(where)
          .dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })),
      selector,
    );
  assert.equal(await shown('body'), false);
  assert.equal(await shown('h1'), false);
  assert.equal(await shown('button'), false);
  assert.equal(await shown('input'), true);
});

/** Everything in which a page can keep something. */
const kept = async (page) => ({
  ...(await page.evaluate(async () => ({
    localStorage: { ...localStorage },
    sessionStorage: { ...sessionStorage },
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    cookie: document.cookie,
    name: window.name,
    state: history.state,
    steps: history.length,
    place: location.pathname + location.search + location.hash,
  }))),
  cookies: await page.context().cookies(),
});

test('the page keeps nothing, with 2FA off and on, signed in and locked', async (t) => {
  const { page } = await scene(t);
  await page.getByLabel('Workspace name').waitFor();
  const nothing = await kept(page);
  const { steps, place, ...rest } = nothing;
  assert.deepEqual(rest, {
    localStorage: {},
    sessionStorage: {},
    databases: [],
    caches: [],
    workers: 0,
    cookie: '',
    name: '',
    state: null,
    cookies: [],
  });
  assert.equal(place, '/');
  await person.createWorkspace(page);
  assert.deepEqual(await kept(page), nothing);
  await person.lock(page);
  await person.signIn(page);
  const { phone } = await person.enable(page);
  assert.deepEqual(await kept(page), nothing);
  await person.lock(page);
  assert.deepEqual(await kept(page), nothing);
  await person.signIn(page, phone);
  await person.edit(page);
  assert.deepEqual(await kept(page), nothing);
  assert.equal(steps, nothing.steps);
});

/** Every bound method with the types of its arguments, as Wails has written them down. */
async function boundMethods() {
  const folder = join(root, 'frontend/wailsjs/go/app');
  const methods = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.d.ts'))) {
    const text = await readFile(join(folder, file), 'utf8');
    for (const [, name, given] of text.matchAll(/^export function (\w+)\((.*?)\):/gm)) {
      const types = given ? given.split(/,arg\d+:/).map((it) => it.replace(/^arg1:/, '')) : [];
      methods.push({ group: file.slice(0, -'.d.ts'.length), name, types });
    }
  }
  return methods;
}

/**
 * Calls each bound method as a script would, with a token for whatever is a text, and with
 * nothing of value for the rest, and returns what the calls gave, by name. One that Wails
 * refuses for its arguments never answers.
 */
const callEverything = async (page, token) =>
  page.evaluate(
    async ([all, text]) => {
      const some = (type) => {
        if (type === 'string') return text;
        if (type === 'number') return 0;
        if (type === 'boolean') return true;
        if (type.startsWith('Array<')) return [];
        return type === 'app.Envelope' ? { key: 'AAAA', box: 'AAAA' } : {};
      };
      const answer = (call) =>
        call.then((value) => ({ value })).catch((error) => ({ refused: String(error?.message ?? error) }));
      const silence = () =>
        new Promise((resolve) => setTimeout(resolve, 5000, { refused: 'no answer: arguments' }));
      const answers = {};
      for (const { group, name, types } of all) {
        const call = answer(window.go.app[group][name](...types.map(some)));
        answers[`${group}.${name}`] = await Promise.race([call, silence()]);
      }
      return answers;
    },
    [await boundMethods(), token],
  );

/** What may be called without a session, and why it gives nothing away. */
const forAll = {
  'Auth.State': 'says which screen comes first',
  'Auth.Retry': 'is State again',
  'Auth.EndReview': 'ends what nobody has begun here',
  'Auth.Key': 'makes a key that closes, and opens nothing',
  'Auth.SaveDiagnostics': 'asks the person for a place, and holds nobody’s data',
  'Auth.Leave': 'returns nothing',
  'Auth.Lock': 'returns nothing',
};

function assertRefused(answers) {
  const names = Object.keys(answers);
  assert.ok(names.length > 25, `only ${names.length} methods: ${names}`);
  for (const [name, it] of Object.entries(answers)) {
    if (name in forAll) continue;
    assert.ok('refused' in it, `${name} gave ${JSON.stringify(it.value)}`);
    assert.doesNotMatch(it.refused, /"internal"|^no answer/, name);
    if (!name.startsWith('Door.')) assert.match(it.refused, /"session_ended"/, name);
  }
}

test('each bound method is refused while the window is locked', async (t) => {
  const { page } = await scene(t);
  await person.createWorkspace(page);
  await person.enable(page);
  await person.lock(page);
  assertRefused(await callEverything(page, 'AAAAAAAAAAAAAAAAAAAAAAAAAA'));
});

test('each bound method is refused while the second factor is due, with the challenge for a session, too', async (t) => {
  const { page } = await scene(t);
  await person.createWorkspace(page);
  await person.enable(page);
  await person.lock(page);
  // A script can listen to the page's own calls.
  await page.evaluate(() => {
    const { SignIn } = window.go.app.Auth;
    window.go.app.Auth.SignIn = async (...args) => (globalThis.heard = await SignIn(...args));
  });
  await person.givePassword(page);
  await page.getByLabel('Verification code').waitFor();
  const { challenge, session } = await page.evaluate(() => globalThis.heard);
  assert.equal(session, undefined);
  const token = challenge.token;
  assert.ok(token.length > 20);
  assertRefused(await callEverything(page, token));
});
