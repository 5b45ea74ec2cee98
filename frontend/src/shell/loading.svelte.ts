/**
 * The screens after the sign-in, in a file of their own. The sign-in does not wait for it, and is there
 * sooner; it comes while somebody types, so that nobody waits for it later either.
 */
import { refused } from '../wire/api';
import { words, type Words } from '../base/errors';

type Screens = typeof import('./screens');

class Inside {
  screens = $state.raw<Screens | undefined>(undefined);
  /** Why they are not there. */
  wrong = $state.raw<Words | undefined>(undefined);
  #coming: Promise<void> | undefined;

  /** Brings them, once. After a failure it tries again. */
  load(): Promise<void> {
    return (this.#coming ??= this.#bring());
  }

  async #bring(): Promise<void> {
    this.wrong = undefined;
    try {
      this.screens = await import('./screens');
    } catch (thrown) {
      this.wrong = words(refused(thrown));
      this.#coming = undefined;
    }
  }
}

export const inside = new Inside();
