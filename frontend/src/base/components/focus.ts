/** Where the focus goes when something appears. */

/**
 * An attachment: the element takes the focus once, when it appears. A dialog that is about to
 * open is not focusable yet; `autofocus` tells it where to put the focus then.
 */
export function takesFocus(element: HTMLElement): void {
  element.autofocus = true;
  element.focus();
}
