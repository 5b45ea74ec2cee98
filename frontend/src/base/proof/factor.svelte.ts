/** The second factor as a dialog asks for it: what is typed of either kind, and which one counts. */
import type { Factor } from '../../wire/api';
import { isCode } from '../forms/code';

export class FactorChoice {
  code = $state('');
  recovery = $state('');
  /** True for whoever has no phone at hand. */
  byRecovery = $state(false);

  get factor(): Factor {
    return this.byRecovery ? { kind: 'recovery', value: this.recovery } : { kind: 'code', value: this.code };
  }

  /** True once there is something that could be right. */
  get ready(): boolean {
    return this.byRecovery ? this.recovery.length > 0 : isCode(this.code);
  }
}
