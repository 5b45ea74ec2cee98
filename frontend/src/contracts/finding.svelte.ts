/**
 * A search in the document that is open. What is sought, and where it was found, lives as long as the
 * document is shown, and no longer.
 */
import { finds, most, type Span, sought } from './find';

/** A document as a search reads it: in pieces, which are pages or paragraphs. */
export interface Searched {
  pieces(): number;
  text(piece: number): string | Promise<string>;
  /** The piece that is in sight: the search begins there. */
  here(): number;
  /** These were found in a piece. */
  mark?(piece: number, spans: Span[]): void;
  /** The marks of the former search are to go. */
  clear?(): void;
  /** Brings one that was found into sight. */
  show(place: Place): void;
}

/** One that was found: which one of a piece. */
export interface Place {
  piece: number;
  nth: number;
}

/** How long nothing is typed before it is sought, and how long a search takes before it says so, in ms. */
const pause = { typing: 150, slow: 500 };

/** How long a search goes on before the window has its turn, in ms. */
const turn = 8;

const breath = () => new Promise<void>((resolve) => setTimeout(resolve));

export class Find {
  open = $state(false);
  text = $state('');
  /** What is sought, as it is compared. */
  what = $state.raw('');
  total = $state(0);
  /** The one that is in sight. */
  at = $state.raw<Place | undefined>(undefined);
  /** It has not come to the end; it takes long. */
  busy = $state(false);
  slow = $state(false);
  /** There are more than are counted. */
  more = $state(false);
  /** Asked for while it was open: its field takes the focus. */
  asked = $state(0);
  readonly #in: Searched;
  #counts: number[] = [];
  #stop = new AbortController();
  #before: Element | null = null;

  constructor(document: Searched) {
    this.#in = document;
  }

  /** The field is there, or gets the focus again. */
  ask(): void {
    if (!this.open) this.#before = document.activeElement;
    this.open = true;
    this.asked++;
  }

  /** The search ends, and all of it is forgotten. The focus goes to where it was. */
  close(): void {
    const before = this.#before;
    this.end();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  }

  end(): void {
    this.open = false;
    this.#before = null;
    this.seek('');
  }

  seek(text: string): void {
    this.#stop.abort();
    const stop = (this.#stop = new AbortController());
    this.text = text;
    this.what = sought(text);
    this.#counts = [];
    this.total = 0;
    this.at = undefined;
    this.slow = this.more = false;
    this.#in.clear?.();
    this.busy = this.what !== '';
    if (!this.busy) return;
    const begin = setTimeout(() => void this.#run(stop.signal), pause.typing);
    const slow = setTimeout(() => (this.slow = this.busy), pause.typing + pause.slow);
    stop.signal.addEventListener('abort', () => {
      clearTimeout(begin);
      clearTimeout(slow);
    });
  }

  async #run(signal: AbortSignal): Promise<void> {
    const count = this.#in.pieces();
    const first = this.#in.here();
    let since = performance.now();
    for (let i = 0; i < count && !this.more; i++) {
      const piece = (first + i) % count;
      const given = this.#in.text(piece);
      // What can't be read has nothing in it: the page says that it is broken when it is turned to.
      const text = typeof given === 'string' ? given : await given.catch(() => '');
      if (signal.aborted) return;
      for (const spans of finds(text, this.what)) {
        this.#found(piece, spans);
        if (this.more) break;
        if (performance.now() - since < turn) continue;
        await breath();
        if (signal.aborted) return;
        since = performance.now();
      }
    }
    this.busy = this.slow = false;
  }

  #found(piece: number, found: Span[]): void {
    const spans = found.slice(0, most - this.total);
    this.more = spans.length < found.length;
    if (spans.length === 0) return;
    this.#counts[piece] = (this.#counts[piece] ?? 0) + spans.length;
    this.total += spans.length;
    this.#in.mark?.(piece, spans);
    if (!this.at) this.#go({ piece, nth: 0 });
  }

  /** Which one of all it is that is in sight, from 1; 0 while that is not known. */
  get number(): number {
    const { at } = this;
    if (!at || this.busy) return 0;
    return this.#counts.slice(0, at.piece).reduce((sum, n) => sum + (n ?? 0), at.nth + 1);
  }

  /** To the next one, or to the one before; after the last comes the first. */
  step(by: 1 | -1): void {
    const { at } = this;
    if (!at) return;
    const nth = at.nth + by;
    if (nth >= 0 && nth < this.#counts[at.piece]!) return this.#go({ piece: at.piece, nth });
    const count = this.#in.pieces();
    let { piece } = at;
    do piece = (piece + by + count) % count;
    while (!this.#counts[piece]);
    this.#go({ piece, nth: by > 0 ? 0 : this.#counts[piece]! - 1 });
  }

  #go(place: Place): void {
    this.at = place;
    this.#in.show(place);
  }
}
