/** Where the focus goes when something appears, and when what had it is gone. */

/**
 * An attachment: the element takes the focus once, when it appears. A dialog that is about to
 * open is not focusable yet; `autofocus` tells it where to put the focus then.
 */
export function takesFocus(element: HTMLElement): void {
  element.autofocus = true;
  element.focus();
}

/** Nothing has the focus: what had it is gone from the page. */
export const isLost = (): boolean => !document.activeElement || document.activeElement === document.body;

const field = 'input[type=radio]:checked, input:not([type=radio]), textarea, select';

/** The first field of a form or dialog that can be filled in; of radio buttons, the one that is chosen. */
export const firstField = (within: ParentNode): HTMLElement | undefined =>
  [...within.querySelectorAll<HTMLInputElement>(field)].find((it) => !it.disabled && !it.readOnly);

/** What Tab stops at; of radio buttons, at the one that is chosen. */
export const tabStops = (within: ParentNode): HTMLElement[] =>
  [...within.querySelectorAll<HTMLElement>('button, input, textarea, select, [tabindex]')].filter(
    (it) =>
      it.tabIndex >= 0 &&
      !it.matches(':disabled, [type=radio]:not(:checked)') &&
      it.getClientRects().length > 0,
  );

/** The heading takes it: it says where one is. */
export const toHeading = (): void => document.querySelector<HTMLElement>('h1[tabindex]')?.focus();
