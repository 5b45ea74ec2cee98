/**
 * One form: whether it is at work, what was refused, and how long a pause still lasts. What was
 * typed belongs to the screen and is never touched here.
 */
import { tick } from 'svelte';
import { type Refused, refused } from '../../wire/api';
import { words, type Words } from '../errors';
import { Countdown } from './countdown.svelte';

/** The seconds for which a refusal closes the form: a pause that holds, or that this guess began. */
export function pauseOf({ code, args }: Refused): number {
  if (code === 'throttled') return Number(args.seconds) || 0;
  return !args.left && typeof args.pause === 'number' ? args.pause : 0;
}

export class Form {
  busy = $state(false);
  refusal = $state.raw<Refused | undefined>(undefined);
  /** Runs while the application looks at no more attempts. */
  pause = new Countdown();
  /** The form's element, for the focus; bind it. */
  element = $state<HTMLFormElement | undefined>(undefined);

  /** True while sending would only be refused. */
  get paused(): boolean {
    return this.pause.left > 0;
  }

  /**
   * Does what the form is for. Returns true when it was done; a refusal is kept for `at` and
   * `rest`, and the focus goes to the field it is about.
   */
  async run(act: () => Promise<void>): Promise<boolean> {
    if (this.busy || this.paused) return false;
    this.busy = true;
    this.refusal = undefined;
    try {
      await act();
      return true;
    } catch (thrown) {
      this.#refuse(refused(thrown));
      return false;
    } finally {
      this.busy = false;
    }
  }

  #refuse(refusal: Refused): void {
    this.refusal = refusal;
    const seconds = pauseOf(refusal);
    if (seconds > 0) this.pause.start(seconds, () => this.clear());
    void this.#focus();
  }

  async #focus(): Promise<void> {
    await tick();
    const field = this.element?.querySelector<HTMLInputElement | HTMLTextAreaElement>(
      ':is(input, textarea)[aria-invalid="true"]',
    );
    field?.focus();
    field?.select();
  }

  /** The words for a field, if the refusal is about it. While a pause runs, it is the pause that counts. */
  at(field: string): Words | undefined {
    return !this.paused && this.refusal?.field === field ? words(this.refusal) : undefined;
  }

  /** The words for a refusal that is about none of the form's fields. */
  rest(...fields: string[]): Words | undefined {
    if (this.paused || !this.refusal) return undefined;
    return fields.includes(this.refusal.field ?? '') ? undefined : words(this.refusal);
  }

  /** The last digit of a code is there: the form is sent, unless a field of it is still empty. */
  completed(): void {
    const fields = this.element?.querySelectorAll<HTMLInputElement>('input:not([type=checkbox]), textarea');
    if (fields && ![...fields].some((it) => it.value === '' && !it.disabled)) this.element?.requestSubmit();
  }

  /** The person types again: what was said about a field is about something that is gone. */
  clear(): void {
    if (!this.paused) this.refusal = undefined;
  }
}
