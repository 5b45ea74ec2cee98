/** What can be done with the content that is shown, and the keys for it, wherever the focus is on the page. */
import { sizeKey } from '../base/preferences.svelte';
import type { Find } from './finding.svelte';
import type { Zoom } from './zoom.svelte';

export class Reading {
  find = $state.raw<Find | undefined>(undefined);
  zoom = $state.raw<Zoom | undefined>(undefined);
  /** Whether the pages of a PDF are shown as small pictures; as there is room, until that is chosen. */
  pages = $state<boolean | undefined>(undefined);

  /** Ctrl+F opens the search of what is read; Escape closes it before anything else. True if that was meant. */
  keys(event: KeyboardEvent): boolean {
    const { find } = this;
    if (!find || event.defaultPrevented) return false;
    const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (control && event.key.toLowerCase() === 'f') find.ask();
    else if (event.key === 'Escape' && find.open) find.close();
    else return false;
    event.preventDefault();
    return true;
  }

  /** What was shown is gone; something else may be shown already. */
  leave(find?: Find, zoom?: Zoom): void {
    if (this.find === find) this.find = undefined;
    if (this.zoom === zoom) this.zoom = undefined;
  }

  /** While the focus is in the preview, Ctrl with +, − or 0 is about what is read, and not about the text of the window. */
  zoomKeys(event: KeyboardEvent): void {
    const size = sizeKey(event);
    if (!size || !this.zoom) return;
    event.preventDefault();
    event.stopPropagation();
    this.zoom.step(size);
  }
}
