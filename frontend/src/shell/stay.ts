/**
 * Keeps the window on its page. Nothing on it leads elsewhere; this is for what comes from
 * outside, and a second guard: on Linux the window itself refuses to leave.
 */

/** What the Navigation API tells, in engines that have it. */
interface Navigate extends Event {
  readonly navigationType: string;
}

export function stay(): void {
  // A file or a link dropped on the window would be opened in its place.
  for (const name of ['dragover', 'drop'] as const) {
    window.addEventListener(name, (event) => event.preventDefault(), { capture: true });
  }
  // The page has no links, and what became one all the same opens nothing.
  for (const name of ['click', 'auxclick'] as const) {
    const toLink = (event: Event) => event.composedPath().some((it) => it instanceof HTMLAnchorElement);
    window.addEventListener(name, (event) => toLink(event) && event.preventDefault(), { capture: true });
  }
  // The page never navigates, but for beginning anew.
  const navigation = (window as { navigation?: EventTarget }).navigation;
  navigation?.addEventListener('navigate', (event) => {
    if ((event as Navigate).navigationType !== 'reload') event.preventDefault();
  });
  Object.defineProperty(window, 'open', { value: () => null });
}
