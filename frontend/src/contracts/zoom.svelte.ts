/** How large the content of a contract is shown, where 100 fits the width of its place. */
import { flushSync } from 'svelte';
import { type Step, stepped } from '../base/preferences.svelte';
import { middleKept } from './scrolling';

/** In percent. */
export const sizes = [50, 67, 80, 100, 125, 150, 200, 300, 400];

interface Shown {
  /** What scrolls, and the paper in it. */
  place: HTMLElement | undefined;
  paper: HTMLElement | undefined;
}

export class Zoom {
  at = $state(100);
  readonly #shown: () => Shown;
  readonly #resized: (width: number) => void;

  /** `resized` is told at once how wide the paper is, where what is on it is not as wide by itself. */
  constructor(shown: () => Shown, resized: (width: number) => void = () => {}) {
    this.#shown = shown;
    this.#resized = resized;
  }

  /** Larger, smaller, or as wide as its place. What is in the middle stays there. */
  step(step: Step): void {
    const { place, paper } = this.#shown();
    const next = stepped(sizes, this.at, step);
    if (!place || !paper) return;
    const keep = middleKept(place, paper);
    this.at = next;
    flushSync(); // the paper has its new size, and then what is on it
    this.#resized(paper.clientWidth);
    flushSync();
    keep();
  }
}
