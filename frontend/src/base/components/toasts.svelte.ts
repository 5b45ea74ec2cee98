import { untrack } from 'svelte';

/** The one toast: something succeeded. It leaves by itself, unless it is being read. */
class Toasts {
  text = $state<string | undefined>(undefined);
  /** Counts the toasts: each is an element of its own, since one whose words change is not heard. */
  nth = $state(0);
  /** How many bars there are at the bottom of the window, which a toast must not cover. */
  #bars = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;

  get raised(): boolean {
    return this.#bars > 0;
  }

  /** In an effect of such a bar. */
  raise(): () => void {
    untrack(() => this.#bars++);
    return () => untrack(() => this.#bars--);
  }

  show(text: string): void {
    this.text = text;
    this.nth++;
    this.resume();
  }

  /** Stays for as long as the pointer or the focus is on it. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  resume(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.dismiss(), 5000);
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.text = undefined;
  }
}

export const toasts = new Toasts();
