/** How the desktops of the tour tell each other what their people would: by files in a folder that both see. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../harness/app.mjs';

/** For how long one waits for what another does in its window, in milliseconds. */
const patience = 300_000;

export class Meeting {
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  /** Tells something once. */
  async give(name, text = '') {
    const path = join(this.#folder, name);
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  /** Waits until it was told, for as long as `of` runs, if that is given. */
  async take(name, of) {
    let text;
    await until(
      `“${name}” is told`,
      of,
      async () => {
        text = await readFile(join(this.#folder, name), 'utf8').catch((error) => {
          if (error.code !== 'ENOENT') throw error;
        });
        return text !== undefined;
      },
      patience,
    );
    return text;
  }
}
