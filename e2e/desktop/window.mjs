/**
 * The application's real window, used as a person does: found through the accessibility tree,
 * clicked and typed into with xdotool, photographed with ImageMagick.
 */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root, startProduction, until } from '../harness/app.mjs';
import { later } from '../harness/later.mjs';
import { run } from '../harness/phone.mjs';

/** Starts the production build and waits until its page can be used. If it `stays`, the window is left where it comes. */
export async function openWindow(t, folder, { env, ready = true, stays = false } = {}) {
  const others = await shown();
  const app = startProduction(folder, { env });
  later(t, () => app.stop());
  const window = new Window(app, others);
  later(t, () => window.close());
  if (ready) await window.waitFor({ role: 'document web' });
  await window.place(stays);
  return window;
}

/** The windows of the application that are on the screen. */
async function shown() {
  const out = await run('xdotool', ['search', '--onlyvisible', '--class', 'countersign']).catch(() => '');
  return out.split('\n').filter(Boolean);
}

export class Window {
  #others;
  #reader;
  #lines;
  #queue = Promise.resolve();

  /** `others` were there before it. */
  constructor(app, others = []) {
    this.app = app;
    this.#others = others;
    // Debian's own Python: another one on the PATH would not have its bindings.
    this.#reader = spawn(
      '/usr/bin/python3',
      ['-W', 'ignore', join(root, 'e2e/desktop/reader.py'), 'countersign'],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    this.#lines = createInterface({ input: this.#reader.stdout })[Symbol.asyncIterator]();
  }

  close() {
    this.#reader.stdin.end();
  }

  #ask(request) {
    const turn = this.#queue.then(async () => {
      this.#reader.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await this.#lines.next();
      if (done) throw new Error('The screen reader ended.');
      const { answer, error } = JSON.parse(value);
      if (error) throw new Error(error);
      return answer;
    });
    this.#queue = turn.catch(() => {});
    return turn;
  }

  find = (what) => this.#ask({ ask: 'find', ...what });
  tree = () => this.#ask({ ask: 'tree' });
  told = () => this.#ask({ ask: 'told' });
  clipboard = () => this.#ask({ ask: 'clipboard' });
  clipboardMark = () => this.#ask({ ask: 'clipboardMark' });
  selection = () => this.#ask({ ask: 'selection' });
  setClipboard = (text) => this.#ask({ ask: 'setClipboard', text });
  setSelection = (text) => this.#ask({ ask: 'setSelection', text });

  /** What has the keys, inside the page: a role and a name. */
  async focused() {
    const all = (await this.find({})).filter((it) => it.focused && it.role !== 'document web');
    const it = all.at(-1);
    return it && `${it.role} ${it.name}`;
  }

  /** Waits until something is on the screen and returns it. test says which of several, or when. */
  async waitFor(what, test = () => true) {
    try {
      return await until(`${JSON.stringify(what)} is there`, this.app, async () =>
        (await this.find(what)).find(test),
      );
    } catch (error) {
      throw new Error(`${error.message}\n${await this.tree()}`);
    }
  }

  /** Waits until one of several is on the screen, and returns which: its place in the list. */
  first = (...whats) =>
    until(`one of ${JSON.stringify(whats)} is there`, this.app, async () => {
      for (const [i, what] of whats.entries()) if ((await this.find(what)).length > 0) return String(i);
    }).then(Number);

  /** Waits until something is not on the screen any more. */
  gone = (what, test = () => true) =>
    until(`${JSON.stringify(what)} is gone`, this.app, async () => !(await this.find(what)).some(test));

  /** The screen has no window manager: put the window in the corner, unless it stays, and give it the keys. */
  async place(stays) {
    this.id = await until('there is a window', this.app, () => this.#windows().then((ids) => ids[0]));
    if (!stays) await run('xdotool', ['windowmove', '--sync', this.id, '0', '0']);
    await run('xdotool', ['windowfocus', '--sync', this.id]);
    await this.#park();
  }

  /** Gives the keys to the dialog that has opened, as a window manager would. */
  async enterDialog(what) {
    await this.waitFor(what);
    const id = await until('the dialog has a window', this.app, async () =>
      (await this.#windows()).find((id) => id !== this.id),
    );
    await run('xdotool', ['windowfocus', '--sync', id]);
  }

  /** Gives the keys back to the page once the dialog is gone. */
  async leaveDialog(what) {
    await this.gone(what);
    await run('xdotool', ['windowfocus', '--sync', this.id]);
  }

  /** Its place on the screen: x, y, width, height. */
  async box() {
    const said = await run('xdotool', ['getwindowgeometry', '--shell', this.id]);
    return ['X', 'Y', 'WIDTH', 'HEIGHT'].map((name) =>
      Number(said.match(new RegExp(`^${name}=(-?\\d+)$`, 'm'))[1]),
    );
  }

  #windows = async () => (await shown()).filter((id) => !this.#others.includes(id));

  async click(role, name) {
    await this.waitFor({ role, name }, (it) => it.enabled && it.box?.[2] > 0);
    await this.#ask({ ask: 'reveal', role, name });
    await this.clickOn({ role, name }, (it) => it.enabled);
  }

  press = (name) => this.click('push button', name);

  /** Clicks on something that is in sight. test says which of several. */
  async clickOn(what, test = () => true) {
    const [x, y, width, height] = await this.#still(what, test);
    const [left, top] = [x + width / 2, y + height / 2].map((n) => String(Math.round(n)));
    await run('xdotool', ['mousemove', '--sync', left, top, 'click', '1']);
    await this.#park();
  }

  /** Where something is once it does not move any more. */
  async #still(what, test) {
    let last;
    return until(`${JSON.stringify(what)} stands still`, this.app, async () => {
      const box = (await this.find(what)).find(test)?.box;
      const same = box && String(box) === String(last);
      last = box;
      return same ? box : undefined;
    });
  }

  /** Clicks into a field and types, as xdotool reads from its input: arguments are for all to read. */
  async fill(name, text, role = 'entry') {
    await this.click(role, name);
    await this.waitFor({ role, name }, (it) => it.focused);
    if (role === 'entry') await this.key('ctrl+a'); // something may be there: who was in last
    await this.#typeInto(role, name, text);
  }

  /** Types over what is in a field. */
  async replace(name, text, role = 'entry') {
    await this.click(role, name);
    await this.key('ctrl+a');
    await this.#typeInto(role, name, text);
  }

  /** Types, and waits until all of it is there: a click can overtake keys that are on their way to the page. */
  async #typeInto(role, name, text) {
    await this.type(text);
    const whole =
      role === 'password text' ? (it) => it.text.length === text.length : (it) => it.text === text;
    if (text) await this.waitFor({ role, name }, whole);
  }

  fillPassword = (name, text) => this.fill(name, text, 'password text');

  type = (text) => run('xdotool', ['type', '--delay', '8', '--file', '-'], text);
  key = (...keys) => run('xdotool', ['key', ...keys]);

  /** Takes the pointer off the page, so that nothing is shown as pointed at. */
  #park = () => run('xdotool', ['mousemove', '1279', '899']);

  /** A picture of the window at 1080 × 720, once two in a row are the same. */
  async picture(path) {
    let last;
    await until('the picture stands still', this.app, async () => {
      await run('import', ['-silent', '-window', this.id, path]);
      const sum = await run('identify', ['-format', '%#', path]);
      const same = sum === last;
      last = sum;
      return same;
    });
    return path;
  }

  /** What another program reads in the QR code on the screen. */
  async scan(folder) {
    const path = await this.picture(join(folder, 'scan.png'));
    const uri = await run('zbarimg', ['--quiet', '--raw', path]);
    await rm(path); // it shows the key
    return new URL(uri);
  }
}
