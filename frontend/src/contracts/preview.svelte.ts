/**
 * The one contract that is open for reading. Opening is written to the log, so that moving over
 * rows opens nothing before one rests on a row; closing tells the application to forget it.
 */
import { Contracts, type PreviewView, refused } from '../wire/api';
import { words, type Words } from '../base/errors';
import { t } from '../base/i18n';
import { session } from '../base/session.svelte';
import { Reading } from './reading.svelte';

/** How long one rests on a row before it is opened, in ms. */
const rest = 150;

export class ContractPreview {
  /** The contract that is shown, or about to be. */
  id = $state<string | undefined>(undefined);
  view = $state.raw<PreviewView | undefined>(undefined);
  wrong = $state.raw<Words | undefined>(undefined);
  /** What can be done with what is shown. */
  readonly reading = new Reading();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts what was asked for: an answer to something older is closed unseen. */
  #asked = 0;

  /** Opens a contract, or its place where its file is missing: then there is nothing to ask for. */
  open(id: string, options: { missing?: boolean; resting?: boolean } = {}): void {
    if (id === this.id && !this.wrong) return;
    this.close();
    this.id = id;
    if (options.missing) return;
    if (options.resting) this.#timer = setTimeout(() => void this.#ask(id), rest);
    else void this.#ask(id);
  }

  /** Its bytes have stopped coming: another preview was opened, or the application ended this one. */
  lost = (): void => {
    this.wrong = { what: t('contracts.gone'), next: t('contracts.gone_next') };
  };

  /** After a failure, or when its bytes have gone. */
  again(): void {
    const { id } = this;
    if (id === undefined) return;
    this.close();
    this.open(id);
  }

  async #ask(id: string): Promise<void> {
    const asked = ++this.#asked;
    try {
      const view = await session.use((token) => Contracts.preview(token, id));
      if (asked === this.#asked) this.view = view;
      else this.#forget(view);
    } catch (thrown) {
      if (asked === this.#asked) this.wrong = words(refused(thrown));
    }
  }

  #forget(view: PreviewView): void {
    session.use((token) => Contracts.closePreview(token, view.token)).catch(() => {});
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asked++;
    if (this.view) this.#forget(this.view);
    this.id = undefined;
    this.view = undefined;
    this.wrong = undefined;
  }
}
