/**
 * Tells the application that the person is there: on what a person really does, and at most
 * every 20 seconds, since the application counts in minutes.
 */
const interval = 20_000;
const signs = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

/** Watches until the function that it returns is called. */
export function watchPresence(there: () => void, now: () => number = () => performance.now()): () => void {
  let last = -Infinity;
  const heard = (event: Event) => {
    if (!event.isTrusted || now() - last < interval) return;
    last = now();
    there();
  };
  for (const sign of signs) window.addEventListener(sign, heard, { passive: true, capture: true });
  return () => {
    for (const sign of signs) window.removeEventListener(sign, heard, { capture: true });
  };
}
