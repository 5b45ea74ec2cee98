/** The places of the sidebar, in order. A new one is one line. */
import type { LucideIcon } from '@lucide/svelte';
import Building from '@lucide/svelte/icons/building-2';
import CircleHelp from '@lucide/svelte/icons/circle-question-mark';
import FileText from '@lucide/svelte/icons/file-text';
import Printer from '@lucide/svelte/icons/printer';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Sliders from '@lucide/svelte/icons/sliders-horizontal';
import UserRound from '@lucide/svelte/icons/user-round';
import UsersRound from '@lucide/svelte/icons/users-round';
import type { Key } from '../base/i18n';
import type { Place } from '../base/session.svelte';

export interface SidebarPlace {
  to: Extract<
    Place['at'],
    'contracts' | 'profile' | 'preferences' | 'members' | 'print-runs' | 'workspace' | 'audit' | 'help'
  >;
  label: Key;
  icon: LucideIcon;
  /** Places inside it, which keep it marked as the current one. */
  holds?: Place['at'][];
  /** For owners and admins: it is absent for a member. */
  admin?: boolean;
}

/** What one comes for. */
export const contracts: SidebarPlace = { to: 'contracts', label: 'nav.contracts', icon: FileText };

export const settings: SidebarPlace[] = [
  { to: 'profile', label: 'nav.profile', icon: UserRound, holds: ['two-factor', 'security-log'] },
  { to: 'preferences', label: 'nav.preferences', icon: Sliders },
  { to: 'members', label: 'nav.members', icon: UsersRound, holds: ['adoption'], admin: true },
  { to: 'print-runs', label: 'nav.print_runs', icon: Printer, holds: ['print-run'], admin: true },
  { to: 'workspace', label: 'nav.workspace', icon: Building, admin: true },
  { to: 'audit', label: 'nav.audit', icon: ScrollText, admin: true },
];

export const foot: SidebarPlace[] = [{ to: 'help', label: 'nav.help', icon: CircleHelp }];
