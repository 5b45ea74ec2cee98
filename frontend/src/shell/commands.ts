/** What the quick actions offer: every place that this person has, and what they may do there. */
import type { LucideIcon } from '@lucide/svelte';
import Download from '@lucide/svelte/icons/download';
import Folder from '@lucide/svelte/icons/folder';
import KeyRound from '@lucide/svelte/icons/key-round';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Lock from '@lucide/svelte/icons/lock';
import Moon from '@lucide/svelte/icons/moon';
import Plus from '@lucide/svelte/icons/plus';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Smartphone from '@lucide/svelte/icons/smartphone';
import Sun from '@lucide/svelte/icons/sun';
import Upload from '@lucide/svelte/icons/upload';
import UserPlus from '@lucide/svelte/icons/user-plus';
import type { PreferencesView, ProfileView } from '../wire/api';
import { help } from '../base/components/help.svelte';
import { type Key, t } from '../base/i18n';
import { preferences } from '../base/preferences.svelte';
import { folded } from '../base/search';
import { type Asked, type Place, session } from '../base/session.svelte';
import { contracts, foot, settings } from './places';

export interface Command {
  id: string;
  label: string;
  icon: LucideIcon;
  /** It leads to a place, and does nothing there. */
  place: boolean;
  keys?: string;
  go: () => void;
}

/** What this person may do, in the order of the window. */
export function commandsOf(
  { permissions, twoFactor }: ProfileView,
  theme?: PreferencesView['theme'],
): Command[] {
  const admin = permissions.includes('administer');
  const places = [contracts, ...settings, ...foot]
    .filter((it) => !it.admin || admin)
    .map(({ to, label, icon }) => ({
      ...{ id: to, label: t(label), icon, place: true },
      go: () => session.go({ at: to }),
    }));
  const act = (label: Key, icon: LucideIcon, go: () => void, keys?: string): Command => ({
    ...{ id: label, label: t(label), icon, place: false, go },
    ...(keys && { keys }),
  });
  const at = (place: Place, label: Key, icon: LucideIcon, asked?: Asked) =>
    act(label, icon, () => session.go(place, asked));
  const themed = (theme: PreferencesView['theme'], label: Key, icon: LucideIcon) =>
    act(label, icon, () => void preferences.choose({ theme }).catch(() => {}));
  return [
    ...places,
    at({ at: 'contracts' }, 'contracts.add', Plus, 'add-contract'),
    at({ at: 'contracts' }, 'palette.add_folder', Folder, 'add-folder'),
    at({ at: 'profile' }, 'password.title', KeyRound, 'change-password'),
    at({ at: 'security-log' }, 'securityLog.title', ScrollText),
    ...(twoFactor.on
      ? [
          at({ at: 'two-factor' }, 'twoFactor.edit', ShieldCheck),
          at({ at: 'two-factor' }, 'phone.title', Smartphone, 'change-phone'),
          at({ at: 'two-factor' }, 'newCodes.title', RotateCcw, 'new-codes'),
        ]
      : [at({ at: 'profile' }, 'enable.title', ShieldCheck, 'enable')]),
    ...(admin
      ? [
          at({ at: 'members' }, 'members.add', UserPlus, 'add-member'),
          at({ at: 'members' }, 'palette.import', Upload, 'import-members'),
          at({ at: 'adoption' }, 'adoption.title', ShieldCheck),
          at({ at: 'workspace' }, 'policy.require', ShieldCheck, 'require'),
        ]
      : []),
    ...(permissions.includes('backup') ? [at({ at: 'workspace' }, 'backup.title', Download, 'back-up')] : []),
    ...(theme === 'dark' ? [] : [themed('dark', 'palette.dark', Moon)]),
    ...(theme === 'light' ? [] : [themed('light', 'palette.light', Sun)]),
    ...(theme === 'system' ? [] : [themed('system', 'palette.system', Sun)]),
    act('help.shortcuts', Keyboard, () => (help.open = 'keys'), t('keys.keys')),
    act('nav.lock', Lock, () => session.lock(), t('keys.lock')),
  ];
}

/** How well a label fits what is searched: 0 is best; undefined does not fit. Every word has to be in it. */
function fit(label: string, wanted: string): number | undefined {
  const text = folded(label);
  if (text.startsWith(wanted)) return 0;
  const words = text.split(/[^\p{L}\p{N}]+/u);
  const each = wanted.split(/\s+/);
  if (each.every((it) => words.some((word) => word.startsWith(it)))) return 1;
  return each.every((it) => text.includes(it)) ? 2 : undefined;
}

/** The commands that fit, the best first; of equals, and where nothing is searched, those used last. */
export function ranked(all: Command[], search: string, recent: string[]): Command[] {
  const wanted = folded(search.trim());
  const age = ({ id }: Command) => (recent.includes(id) ? recent.indexOf(id) : recent.length);
  return all
    .map((command) => ({ command, fit: wanted ? fit(command.label, wanted) : 0 }))
    .filter((it): it is { command: Command; fit: number } => it.fit !== undefined)
    .sort((a, b) => a.fit - b.fit || age(a.command) - age(b.command))
    .map(({ command }) => command);
}

/** What was used last, newest first. It is forgotten with the session. */
let recent: string[] = [];
session.whenOver(() => (recent = []));

export const recentCommands = (): string[] => recent;

export function used({ id }: Command): void {
  recent = [id, ...recent.filter((it) => it !== id)].slice(0, 4);
}
