/**
 * Tells the application that the person is there, on what a person really does: at once, and
 * then at most once in two seconds, as long as it goes on. The last sign is told as well, so
 * that the idle time begins no earlier than the person stops.
 */
const interval = 2_000;
const signs = [
  'keydown',
  'input', // an input method types without keys
  'pointerdown',
  'pointermove',
  'click', // a screen reader presses without a pointer
  'wheel',
  'dragover',
] as const;

/** Watches until the function that it returns is called. */
export function watchPresence(there: () => void): () => void {
  let resting: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const tell = () => {
    again = false;
    resting = setTimeout(() => {
      resting = undefined;
      if (again) tell();
    }, interval);
    there();
  };
  const heard = (event: Event) => {
    if (!event.isTrusted) return;
    if (resting === undefined) tell();
    else again = true;
  };
  for (const sign of signs) window.addEventListener(sign, heard, { passive: true, capture: true });
  return () => {
    clearTimeout(resting);
    for (const sign of signs) window.removeEventListener(sign, heard, { capture: true });
  };
}
