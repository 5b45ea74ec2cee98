/** The audit log in words: who did what to whom. A kind without words here keeps the application's own. */
import type { LucideIcon } from '@lucide/svelte';
import BadgeCheck from '@lucide/svelte/icons/badge-check';
import Ban from '@lucide/svelte/icons/ban';
import Building from '@lucide/svelte/icons/building-2';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import FileText from '@lucide/svelte/icons/file-text';
import KeyRound from '@lucide/svelte/icons/key-round';
import Laptop from '@lucide/svelte/icons/laptop';
import LogIn from '@lucide/svelte/icons/log-in';
import Printer from '@lucide/svelte/icons/printer';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Smartphone from '@lucide/svelte/icons/smartphone';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import UserPlus from '@lucide/svelte/icons/user-plus';
import UserRound from '@lucide/svelte/icons/user-round';
import type { LogEntry } from '../wire/api';
import { logDay } from '../base/dates';
import { type Key, t } from '../base/i18n';

interface Kind {
  says: Key;
  more?: Key;
  /** A detail without which there is nothing more to say. */
  needs?: string;
  icon: LucideIcon;
  warn?: boolean;
}

const kinds: Record<string, Kind> = {
  'workspace-created': { says: 'event.workspace-created', icon: Building },
  'state-accepted': { says: 'audit.says.state-accepted', icon: TriangleAlert, warn: true },
  'signed-in': { says: 'audit.says.signed-in', more: 'audit.says.used', needs: 'used', icon: LogIn },
  unlocked: { says: 'event.unlocked', icon: LogIn },
  'stepped-up': { says: 'audit.says.stepped-up', more: 'audit.says.used', needs: 'used', icon: BadgeCheck },
  'guess-wrong': { says: 'audit.says.guess-wrong', icon: TriangleAlert, warn: true },
  '2fa-enabled': { says: 'audit.says.2fa-enabled', more: 'audit.says.2fa-enabled.more', icon: Smartphone },
  'phone-changed': { says: 'audit.says.phone-changed', icon: Smartphone },
  'app-added': { says: 'event.app-added', icon: Smartphone },
  'app-renamed': { says: 'event.app-renamed', icon: Smartphone },
  'app-removed': { says: 'event.app-removed', icon: Smartphone },
  'phone-and-codes-changed': {
    says: 'audit.says.phone-and-codes-changed',
    more: 'audit.says.phone-and-codes-changed.more',
    icon: Smartphone,
  },
  '2fa-disabled': { says: 'audit.says.2fa-disabled', more: 'audit.says.used', needs: 'used', icon: Ban },
  'recovery-codes-replaced': {
    says: 'audit.says.recovery-codes-replaced',
    more: 'audit.says.recovery-codes-replaced.more',
    icon: Printer,
  },
  'recovery-codes-voided': {
    says: 'audit.says.recovery-codes-voided',
    more: 'audit.says.recovery-codes-voided.more',
    icon: RotateCcw,
  },
  'other-sessions-ended': { says: 'event.other-sessions-ended', icon: Ban },
  'profile-renamed': {
    says: 'audit.says.profile-renamed',
    more: 'audit.says.profile-renamed.more',
    icon: UserRound,
  },
  'news-put-away': { says: 'event.news-put-away', icon: UserRound },
  'email-changed': {
    says: 'audit.says.email-changed',
    more: 'audit.says.email-changed.more',
    icon: UserRound,
  },
  'run-begun': { says: 'audit.says.run-begun', more: 'audit.says.reason', icon: Printer },
  'run-sheets-issued': {
    says: 'event.run-sheets-issued',
    more: 'audit.says.run-sheets-issued.more',
    icon: Printer,
  },
  'run-sheet-issued': {
    says: 'event.run-sheet-issued',
    more: 'audit.says.run-sheets-issued.more',
    icon: Printer,
  },
  'sheet-acknowledged': { says: 'audit.says.sheet-acknowledged', icon: CircleCheck },
  'member-added': { says: 'audit.says.member-added', icon: UserPlus },
  'member-suspended': { says: 'event.member-suspended', icon: Ban },
  'members-computer-removed': { says: 'event.members-computer-removed', icon: Laptop },
  'member-removed': { says: 'event.member-removed', icon: Ban },
  '2fa-reset': { says: 'event.2fa-reset', icon: RotateCcw },
  'password-reset-given': { says: 'event.password-reset-given', icon: KeyRound },
  'help-code-given': { says: 'event.help-code-given', icon: Smartphone },
  'quick-unlock-on': { says: 'event.quick-unlock-on', icon: Building },
  'quick-unlock-off': { says: 'event.quick-unlock-off', icon: Building },
  'idle-time-set': { says: 'audit.says.idle-time-set', icon: Building },
  'computer-code-made': { says: 'event.computer-code-made', icon: Laptop },
  'computer-added': { says: 'event.computer-added', icon: Laptop },
  'computer-renamed': { says: 'event.computer-renamed', icon: Laptop },
  'computer-removed': { says: 'event.computer-removed', icon: Laptop },
  'password-changed': { says: 'event.password-changed', icon: KeyRound },
};

/** For kinds that keep the application's own sentence: by how they begin. */
const icons: [RegExp, LucideIcon][] = [
  [/^(run-interrupted|clock|export-refused|emergency-kit-used)/, TriangleAlert],
  [/^(run|sheets?|export)-/, Printer],
  [/^(member|invited|role)/, UserPlus],
  [/^approval/, BadgeCheck],
  [/^(workspace|two-people|2fa-require|backup|move|server)/, Building],
  [/^contracts/, FileText],
  [/^(rotation|vault|emergency)/, KeyRound],
];

/** A piece of a sentence; a name stands out. */
export interface Piece {
  text: string;
  name: boolean;
}

export interface Said {
  pieces: Piece[];
  more: string | undefined;
  icon: LucideIcon;
  warn: boolean;
}

// Names are put between two characters that no name can hold: the application refuses them.
const [open, close] = ['\u0002', '\u0003'];
const mark = (name: string) => `${open}${name}${close}`;

function pieces(sentence: string): Piece[] {
  const all = sentence.split(open).flatMap((part, i): Piece[] => {
    if (i === 0) return [{ text: part, name: false }];
    const [name = '', rest = ''] = part.split(close);
    return [
      { text: name, name: true },
      { text: rest, name: false },
    ];
  });
  return all.filter(({ text }) => text !== '');
}

export function say(entry: LogEntry): Said {
  const kind = kinds[entry.kind];
  if (!kind) {
    const icon = icons.find(([begins]) => begins.test(entry.kind))?.[1] ?? ScrollText;
    return { pieces: pieces(entry.sentence), more: undefined, icon, warn: icon === TriangleAlert };
  }
  const values = {
    number: '',
    factor: '',
    app: '',
    named: '',
    chose: entry.detail?.['chose-password'] ?? '',
    ...entry.detail,
    left: Number(entry.detail?.left ?? 0),
    actor: entry.actor ? mark(entry.actor) : t('audit.somebody'),
    subject: entry.subject ? mark(entry.subject) : t('audit.unknown'),
  };
  return {
    pieces: pieces(t(kind.says, values)),
    more: kind.more && (!kind.needs || entry.detail?.[kind.needs]) ? t(kind.more, values) : undefined,
    icon: kind.icon,
    warn: kind.warn ?? false,
  };
}

/** What to do about an entry of one's own log if it was not oneself; undefined where that is evident, or nothing. */
export function advice({ kind, detail }: LogEntry): string | undefined {
  switch (kind) {
    case 'guess-wrong': // a code is asked for only after a right password
      return ['code', 'recovery', 'help'].includes(detail?.kind ?? '') ? t('securityLog.code') : undefined;
    case 'signed-in':
    case 'stepped-up':
      if (detail?.factor === 'recovery') return t('securityLog.recovery');
      return detail?.factor === 'help' ? t('securityLog.not_me') : undefined;
    case '2fa-disabled':
    case 'phone-changed':
    case 'app-added':
    case 'app-removed':
    case 'phone-and-codes-changed':
    case 'recovery-codes-replaced':
    case 'email-changed':
    case 'password-changed':
    case 'computer-added':
    case 'computer-removed':
      return t('securityLog.not_me');
    case 'password-reset-given':
    case 'help-code-given':
    case '2fa-reset':
      return t('news.password_next');
    case 'members-computer-removed':
      return detail?.last === 'yes' ? t('news.computer_last_next') : t('news.computer_removed_next');
    case 'emergency-kit-made':
    case 'emergency-kit-used':
      return t('securityLog.kit');
  }
  return undefined;
}

/** The entries under the days on which they were written, in their order. */
export function byDay(entries: LogEntry[]): { title: string; entries: LogEntry[] }[] {
  const days: { title: string; entries: LogEntry[] }[] = [];
  for (const entry of entries) {
    const title = logDay(entry.at);
    const last = days.at(-1);
    if (last?.title === title) last.entries.push(entry);
    else days.push({ title, entries: [entry] });
  }
  return days;
}
