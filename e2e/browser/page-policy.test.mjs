/**
 * What a script could do that got into the page all the same: run nothing more, reach nothing
 * else, leave nothing behind and call nothing. Scripts are put in as the page's own console
 * would, and each finds that the page's policy or the application refuses.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../harness/app.mjs';
import * as person from '../harness/person.mjs';
import { expect, test } from './fixtures.mjs';

/**
 * The attempts, by name. Each would set globalThis.executed, or ask the other server, and one at a time notes the
 * directives that it violates in globalThis.violated.
 */
const install = (page) =>
  page.evaluate(() => {
    const add = (name, attributes, text) => {
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      if (text) element.textContent = text;
      document.body.append(element);
      return element;
    };
    globalThis.violated = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      globalThis.violated.push(event.effectiveDirective),
    );
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
      /* eslint-disable no-restricted-syntax -- these timers are attempts, not waits */
      'a timer with text': () => setTimeout('globalThis.executed = "timer"'),
      // Not from the console itself, which may evaluate.
      eval: () => setTimeout(() => (0, eval)('globalThis.executed = "eval"')),
      'new Function': () => setTimeout(() => new Function('globalThis.executed = "function"')()),
      /* eslint-enable no-restricted-syntax */
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
      'a form posted elsewhere': (url) => {
        const stopped = new Promise((resolve) =>
          globalThis.navigation.addEventListener('navigate', resolve, { once: true }),
        );
        add('form', { action: url, method: 'post' }).submit();
        return stopped;
      },
      'an iframe': (url) => add('iframe', { src: url }),
      'an iframe with its content inside': () => {
        const frame = add('iframe', { srcdoc: '<script>parent.executed = "srcdoc"</script>' });
        return new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
      },
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

/** Everything that was asked of the other server by now: its answer to one more request comes after them. */
async function askedOf(elsewhere) {
  await fetch(`${elsewhere.url}last`);
  return elsewhere.asked;
}

test.describe('attacked', () => {
  test.use({ quiet: false }); // the page is made to complain

  test('the page runs nothing and reaches nothing but its own', async ({ elsewhere, page }) => {
    await person.toCreate(page);
    await install(page);
    const here = page.url();
    for (const name of await page.evaluate(() => Object.keys(globalThis.attempts))) {
      // The console's own evaluation is not under the page's policy; what it starts is.
      await page.evaluate(
        async ([attempt, url]) => {
          globalThis.violated = [];
          globalThis.before = document.body.childElementCount;
          await globalThis.attempts[attempt](url);
        },
        [name, elsewhere.url],
      );
      if (!stoppedBefore.includes(name)) {
        const violated = () => page.evaluate(() => globalThis.violated);
        await expect.poll(violated, `${name} was not refused`).not.toEqual([]);
      }
      await page.evaluate(() => {
        while (document.body.childElementCount > globalThis.before) document.body.lastElementChild.remove();
      });
    }
    expect(await page.evaluate(() => globalThis.executed)).toBeUndefined();
    expect(await page.evaluate(() => globalThis.styled)).toBe('static');
    expect(await page.evaluate(() => globalThis.outline)).not.toBe('7px');
    expect(page.url()).toBe(here);
    expect(await askedOf(elsewhere)).toEqual(['GET /last']);
  });

  test('the page leads nowhere, whoever asks it to', async ({ elsewhere, page }) => {
    await person.toCreate(page);
    const here = page.url();
    await page.evaluate(() => {
      globalThis.link = (href, target = '') =>
        Object.assign(document.body.appendChild(document.createElement('a')), { href, target }).click();
    });
    // What each way leads to first, which the page has to refuse.
    const ways = {
      location: ['navigate', (url) => void (location = url)],
      'location.replace': ['navigate', (url) => location.replace(url)],
      'a link': ['click', (url) => globalThis.link(url)],
      'a link to a new window': ['click', (url) => globalThis.link(url, '_blank')],
      'a refresh': [
        'navigate',
        (url) => {
          const meta = document.createElement('meta');
          meta.httpEquiv = 'refresh';
          meta.content = `0; url=${url}`;
          document.head.append(meta);
        },
      ],
    };
    for (const [name, [event, way]] of Object.entries(ways)) {
      const refused = page.evaluate(
        (type) =>
          new Promise((resolve) =>
            (type === 'navigate' ? globalThis.navigation : window).addEventListener(
              type,
              ({ defaultPrevented }) => resolve(defaultPrevented),
              { once: true },
            ),
          ),
        event,
      );
      await page.evaluate(way, elsewhere.url);
      expect(await refused, name).toBe(true);
    }
    expect(await page.evaluate((url) => window.open(url), elsewhere.url)).toBeNull();
    expect(page.url()).toBe(here);
    expect(page.context().pages()).toEqual([page]);
    expect(await askedOf(elsewhere)).toEqual(['GET /last']);
  });
});

test('a file or a link dropped on the window stays outside', async ({ page }) => {
  await person.toCreate(page);
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
  expect([...new Set(taken)]).toEqual([true]);
});

test('the context menu is only there where something can be pasted', { tag: '@more' }, async ({ page }) => {
  await person.toCreate(page);
  const shown = (selector) =>
    page.evaluate(
      (where) =>
        document
          .querySelector(where)
          .dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })),
      selector,
    );
  expect(await shown('body')).toBe(false);
  expect(await shown('h1')).toBe(false);
  expect(await shown('button')).toBe(false);
  expect(await shown('input')).toBe(true);
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

test('the page keeps nothing, with 2FA off and on, signed in and locked', async ({ page }) => {
  await person.toCreate(page);
  const nothing = await kept(page);
  const { steps, place, ...rest } = nothing;
  expect(rest).toEqual({
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
  expect(place).toBe('/');
  await person.fillWorkspace(page);
  expect(await kept(page)).toEqual(nothing);
  await person.lock(page);
  await person.signIn(page);
  const { phone } = await person.enable(page);
  expect(await kept(page)).toEqual(nothing);
  await person.lock(page);
  expect(await kept(page)).toEqual(nothing);
  await person.signIn(page, phone);
  await person.edit(page);
  expect(await kept(page)).toEqual(nothing);
  expect(steps).toBe(nothing.steps);
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
        // eslint-disable-next-line no-restricted-syntax -- nothing tells that a call will never be answered
        new Promise((resolve) => setTimeout(resolve, 5000, { refused: 'no answer: arguments' }));
      const answers = {};
      for (const { group, name, types } of all) {
        if (name === 'AddWorkspace') continue; // leads to the first screen, where others may be called
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
  'Preferences.Get': 'says how the window looks',
  'Preferences.Set': 'changes how the window looks',
  'About.Get': 'says what runs; the data folder is on the screen of a fault, too',
  'About.Newer': 'says what the server tells everybody who asks',
  'About.OpenFolder': 'shows a folder to whoever sits there',
  'About.CopyDetails': 'copies version and system',
  'About.Licenses': 'is the same everywhere',
  'Auth.Support': 'says whom to ask, which is for those who cannot sign in',
  'Auth.OpenSupport': 'opens what an owner has set, and returns nothing',
  'Auth.Workspaces': 'lists what the sign-in lists',
  'Auth.Forget': 'forgets whose window was locked, and returns nothing',
  'Restore.Close': 'ends what nobody has begun here',
};

function expectRefused(answers) {
  const names = Object.keys(answers);
  expect(names.length, `${names}`).toBeGreaterThan(25);
  for (const [name, it] of Object.entries(answers)) {
    if (name in forAll) continue;
    expect(it, name).toHaveProperty('refused');
    expect(it.refused, name).not.toMatch(/"internal"|^no answer/);
    if (!/^(Auth|Restore)\./.test(name)) expect(it.refused, name).toMatch(/"session_ended"/);
  }
}

test('each bound method is refused while the window is locked', async ({ page }) => {
  await person.createWorkspace(page);
  await person.enable(page);
  await person.lock(page);
  expectRefused(await callEverything(page, 'AAAAAAAAAAAAAAAAAAAAAAAAAA'));
});

test(
  'each bound method is refused while the second factor is due, with the challenge for a session, too',
  { tag: '@more' },
  async ({ page }) => {
    await person.createWorkspace(page);
    await person.enable(page);
    await person.lock(page);
    // A script can listen to the page's own calls.
    await page.evaluate(() => {
      const { SignIn } = window.go.app.Auth;
      window.go.app.Auth.SignIn = async (...args) => (globalThis.heard = await SignIn(...args));
    });
    await person.givePassword(page);
    await expect(page.getByLabel('Verification code')).toBeVisible();
    const { challenge, session } = await page.evaluate(() => globalThis.heard);
    expect(session).toBeUndefined();
    const token = challenge.token;
    expect(token.length).toBeGreaterThan(20);
    expectRefused(await callEverything(page, token));
  },
);
