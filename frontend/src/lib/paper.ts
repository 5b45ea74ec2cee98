/**
 * An attachment for what is only for the printer: it stands beside the page, since printing shows
 * a sheet in place of everything else that is in #app. It goes when the component goes that drew
 * it: what is moved away is not removed with what stood around it.
 */
export function printed(element: HTMLElement): () => void {
  document.getElementById('app')?.append(element);
  return () => element.remove();
}
