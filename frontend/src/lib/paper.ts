/**
 * An attachment for what is only for the printer: it stands beside the page, since printing shows
 * a sheet in place of everything else that is in #app.
 */
export function printed(element: HTMLElement): void {
  document.getElementById('app')?.append(element);
}
