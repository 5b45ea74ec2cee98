/**
 * The proof that a dialog asks for beside other things: what is due, what was typed, and what goes
 * to the application. Nothing is due right after another proof that was not spent.
 */
import { Profile, type Proof, type StepUpNeeds } from '../../wire/api';
import { session } from '../session.svelte';
import { noProof } from './acts';
import { FactorChoice } from './factor.svelte';

export class Proofs {
  needs = $state.raw<StepUpNeeds | undefined>(undefined);
  password = $state('');
  readonly choice = new FactorChoice();

  /** Asks what is due. */
  async ask(): Promise<void> {
    this.needs ??= await session.use(Profile.stepUp);
  }

  get proof(): Proof {
    return {
      password: this.needs?.password ? this.password : '',
      factor: this.needs?.factor ? this.choice.factor : noProof.factor,
    };
  }
}

/** The fields that a refusal of a proof is about. */
export const proofFields = ['password', 'code', 'recovery'];
