/** The questions of the help, in groups, in order. */
import { type Key, t } from '../base/i18n';
import { folded } from '../base/search';
import type { Platform } from '../wire/window';

export interface Topic {
  title: Key;
  text: Key[];
}

export interface TopicGroup {
  title: Key;
  topics: Topic[];
}

export interface Shortcut {
  keys: Key;
  does: Key;
}

/** Every word that is searched is in one of the texts. */
export function matches(texts: Key[], search: string): boolean {
  const text = folded(texts.map((key) => t(key)).join('\n'));
  return folded(search)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The topics that say something about what is searched. */
export const answers = (groups: TopicGroup[], search: string): TopicGroup[] =>
  groups
    .map(({ title, topics }) => ({
      title,
      topics: topics.filter((it) => matches([it.title, ...it.text], search)),
    }))
    .filter(({ topics }) => topics.length > 0);

export const helpTopics: TopicGroup[] = [
  {
    title: 'help.lost',
    topics: [
      { title: 'help.phone', text: ['help.phone_1', 'help.phone_2', 'help.phone_3'] },
      { title: 'help.codes', text: ['help.codes_1', 'help.codes_2'] },
      { title: 'help.both', text: ['help.both_1', 'help.both_2', 'help.both_3'] },
      { title: 'help.password', text: ['help.password_1', 'help.password_2'] },
      { title: 'help.not_me', text: ['help.not_me_1', 'help.not_me_2'] },
      { title: 'help.clock', text: ['help.clock_1', 'help.clock_2'] },
    ],
  },
  {
    title: 'help.words',
    topics: [
      { title: 'help.workspace', text: ['help.workspace_1'] },
      { title: 'help.two_factor', text: ['help.two_factor_1', 'help.two_factor_2'] },
      { title: 'help.app', text: ['help.app_1', 'help.app_2'] },
      { title: 'help.recovery', text: ['help.recovery_1', 'help.recovery_2'] },
      { title: 'help.sheet', text: ['help.sheet_1', 'help.sheet_2'] },
      { title: 'help.one_time', text: ['help.one_time_1', 'help.one_time_2'] },
      { title: 'nav.contracts', text: ['help.contracts_1', 'help.contracts_2'] },
      { title: 'kit.title', text: ['help.kit_1'] },
      { title: 'help.roles', text: ['help.roles_1', 'help.roles_2', 'help.roles_3'] },
      { title: 'help.required', text: ['help.required_1', 'help.required_2'] },
      { title: 'help.lock', text: ['help.lock_1'] },
    ],
  },
  {
    title: 'help.who',
    topics: [
      { title: 'help.ask', text: ['help.ask_1', 'help.ask_2', 'help.ask_3'] },
      { title: 'help.nobody', text: ['help.nobody_1'] },
    ],
  },
];

/** Wails gives no way to zoom on macOS. */
const zoom = { keys: 'keys.zoom', does: 'keys.zoom_does' } as const;

export const shortcuts = (system: Platform | undefined): Shortcut[] => [
  { keys: 'keys.palette', does: 'keys.palette_does' },
  { keys: 'keys.help', does: 'keys.help_does' },
  { keys: 'keys.keys', does: 'keys.keys_does' },
  { keys: 'keys.lock', does: 'keys.lock_does' },
  { keys: 'keys.find', does: 'keys.find_does' },
  { keys: 'keys.rows', does: 'keys.rows_does' },
  { keys: 'keys.space', does: 'keys.space_does' },
  { keys: 'keys.shift', does: 'keys.shift_does' },
  { keys: 'keys.delete', does: 'keys.delete_does' },
  { keys: 'keys.tab', does: 'keys.tab_does' },
  { keys: 'keys.enter', does: 'keys.enter_does' },
  { keys: 'keys.escape', does: 'keys.escape_does' },
  ...(system && system !== 'darwin' ? [zoom] : []),
  { keys: 'keys.paste', does: 'keys.paste_does' },
];
