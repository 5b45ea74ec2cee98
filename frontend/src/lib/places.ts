/** The places of the sidebar, in order. A new one is one line. */
import type { LucideIcon } from '@lucide/svelte';
import CircleHelp from '@lucide/svelte/icons/circle-question-mark';
import UserRound from '@lucide/svelte/icons/user-round';
import type { Key } from './i18n';
import type { Place } from './session.svelte';

export interface SidebarPlace {
  to: Extract<Place['at'], 'profile' | 'help'>;
  label: Key;
  icon: LucideIcon;
  /** Places inside it, which keep it marked as the current one. */
  holds?: Place['at'][];
}

export const settings: SidebarPlace[] = [
  { to: 'profile', label: 'nav.profile', icon: UserRound, holds: ['two-factor'] },
];

export const foot: SidebarPlace[] = [{ to: 'help', label: 'nav.help', icon: CircleHelp }];
