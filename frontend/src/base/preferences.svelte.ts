/** How the window looks on this computer. The application keeps it; a page begins with theme and motion as they are. */
import { Preferences, type PreferencesView } from '../wire/api';
import { toasts } from './components/toasts.svelte';
import { percent, t, use } from './i18n';

export type Step = 'larger' | 'smaller' | 'usual';

/** What Ctrl with +, − or 0 does to the text; Cmd on macOS. A 0 counts wherever a keyboard has its digits. */
export function sizeKey(event: KeyboardEvent): Step | undefined {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return undefined;
  if (event.key === '+' || event.key === '=') return 'larger';
  if (event.key === '-') return 'smaller';
  return event.key === '0' || event.code === 'Digit0' ? 'usual' : undefined;
}

/** The size that a step leads to, of those that there are. */
export function stepped(sizes: number[], now: number, step: Step): number {
  if (step === 'usual') return 100;
  const next =
    step === 'larger' ? sizes.filter((it) => it > now).at(0) : sizes.filter((it) => it < now).at(-1);
  return next ?? now;
}

class Chosen {
  now = $state.raw<PreferencesView | undefined>(undefined);
  /** One is kept after the other: keys come faster than answers. */
  #kept: Promise<void> = Promise.resolve();

  async load(): Promise<void> {
    this.now = await Preferences.get();
  }

  /** Uses something else from now on. What is refused could not be kept, and holds all the same. */
  choose(part: Partial<PreferencesView>): Promise<void> {
    if (!this.now) return Promise.resolve();
    const chosen = { ...this.now, ...part };
    this.now = chosen;
    document.documentElement.dataset.theme = chosen.theme;
    document.documentElement.dataset.motion = chosen.motion;
    if (part.language !== undefined) {
      void use(chosen.language === 'system' ? chosen.system : chosen.language);
    }
    const kept = this.#kept.then(() => Preferences.set(chosen));
    this.#kept = kept.catch(() => {});
    return kept;
  }

  /** Makes everything larger or smaller, and says how large it is; false where the system does that by itself. */
  resize(step: Step): boolean {
    const { textSizes = [], textSize = 100 } = this.now ?? {};
    if (textSizes.length === 0) return false;
    const next = stepped(textSizes, textSize, step);
    toasts.show(t('preferences.text_size_now', { size: percent(next) }));
    this.choose({ textSize: next }).catch(() => {}); // the Preferences page would say why
    return true;
  }
}

export const preferences = new Chosen();
