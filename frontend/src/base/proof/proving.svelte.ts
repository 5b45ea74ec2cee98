/**
 * Proving oneself before an act. `start` asks what proof is due, so that the button that was
 * pressed shows that it is at work; where none is due, the act begins without a dialog.
 */
import { refused, type StepUpNeeds } from '../../wire/api';
import { words, type Words } from '../errors';
import { type Act, type Choice, noProof } from './acts';

export class Proving {
  /** What is asked about first. */
  choosing = $state.raw<Choice | undefined>(undefined);
  /** The act that waits for proof, and what proof that is. */
  asked = $state.raw<{ act: Act; needs: StepUpNeeds } | undefined>(undefined);
  /** The act that could not even be asked for, and why. */
  failed = $state.raw<{ act: Act; words: Words } | undefined>(undefined);
  #closed: (() => void) | undefined;

  start = async (act: Act | Choice): Promise<void> => {
    this.close();
    if ('oneOf' in act) this.choosing = act;
    else await this.#ask(act);
  };

  #ask = async (act: Act): Promise<void> => {
    this.failed = undefined;
    try {
      const needs = await act.needs();
      if (needs.password || needs.factor) this.asked = { act, needs };
      else await act.begin(noProof);
    } catch (thrown) {
      this.failed = { act, words: words(refused(thrown)) };
    }
  };

  /** Once more, after a failure. */
  retry = (): void => {
    const act = this.failed?.act;
    if (act) void this.#ask(act);
  };

  /**
   * Starts an act for a form that waits for it. Tells whether it was done: false, the dialog was
   * closed. A refusal of what the form's field holds is thrown, for the form to show.
   */
  async wait(act: Act, field: string): Promise<boolean> {
    let done = false;
    let wrong: unknown;
    const begin: Act['begin'] = async (proof) => {
      try {
        await act.begin(proof);
        done = true;
      } catch (thrown) {
        if (refused(thrown).field !== field) throw thrown;
        wrong = thrown;
      }
    };
    await this.start({ ...act, begin });
    if (this.asked || this.failed) await new Promise<void>((closed) => (this.#closed = closed));
    if (wrong) throw wrong;
    return done;
  }

  close = (): void => {
    this.choosing = undefined;
    this.asked = undefined;
    this.failed = undefined;
    this.#closed?.();
    this.#closed = undefined;
  };
}
