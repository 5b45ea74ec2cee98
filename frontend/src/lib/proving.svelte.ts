/**
 * Proving oneself before an act. `start` asks what proof is due, so that the button that was
 * pressed shows that it is at work; where none is due, the act begins without a dialog.
 */
import { noProof, type Act } from './acts';
import type { StepUpNeeds } from './api';
import { refused, words, type Words } from './errors';

export class Proving {
  /** The act that waits for proof, and what proof that is. */
  asked = $state.raw<{ act: Act; needs: StepUpNeeds } | undefined>(undefined);
  /** The act that could not even be asked for, and why. */
  failed = $state.raw<{ act: Act; words: Words } | undefined>(undefined);

  start = async (act: Act): Promise<void> => {
    this.close();
    try {
      const needs = await act.needs();
      if (needs.password || needs.factor) this.asked = { act, needs };
      else await act.begin(noProof);
    } catch (thrown) {
      this.failed = { act, words: words(refused(thrown)) };
    }
  };

  close = (): void => {
    this.asked = undefined;
    this.failed = undefined;
  };
}
