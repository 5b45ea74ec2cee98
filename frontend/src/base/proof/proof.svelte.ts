/**
 * The proof that a dialog asks for beside other things: what is due, what was typed, and what goes
 * to the application. Nothing is due right after another proof that was not spent.
 */
import { type Acts, Profile, type Proof, type Refused, type StepUpNeeds } from '../../wire/api';
import { session } from '../session.svelte';
import { noProof } from './acts';
import { FactorChoice } from './factor.svelte';

export class Proofs {
  needs = $state.raw<StepUpNeeds | undefined>(undefined);
  password = $state('');
  readonly choice = new FactorChoice();
  /** What the proof is also good for, for ten minutes. */
  readonly acts: () => Acts;

  constructor(acts: Acts | (() => Acts)) {
    this.acts = typeof acts === 'function' ? acts : () => acts;
  }

  /** Asks what is due. */
  async ask(): Promise<void> {
    this.needs ??= await session.use((token) => Profile.stepUp(token, this.acts()));
  }

  /** Whether a refusal means that what was good when the dialog came is no longer, and asks what is due now. */
  async ranOut({ code }: Refused): Promise<boolean> {
    const unasked = this.needs && !this.needs.password && !this.needs.factor;
    if (!unasked || !['password_required', 'factor_required'].includes(code)) return false;
    this.needs = undefined;
    await this.ask();
    return true;
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
