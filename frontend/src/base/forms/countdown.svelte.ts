/** A pause that counts itself down. It keeps to the clock, so that a slept tick costs nothing. */
export class Countdown {
  /** Whole seconds that are left, 0 when none runs. */
  left = $state(0);
  #until = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ended: () => void = () => {};

  start(seconds: number, ended: () => void = () => {}): void {
    this.stop();
    this.#until = performance.now() + seconds * 1000;
    this.#ended = ended;
    this.#timer = setInterval(() => this.#tick(), 250);
    this.#tick();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.left = 0;
  }

  #tick(): void {
    this.left = Math.max(0, Math.ceil((this.#until - performance.now()) / 1000));
    if (this.left > 0) return;
    this.stop();
    this.#ended();
  }
}
