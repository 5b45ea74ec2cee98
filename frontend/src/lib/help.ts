/** The questions of the help, in groups, in order. */
import type { Key } from './i18n';

export interface Topic {
  title: Key;
  text: Key[];
}

export const helpTopics: { title: Key; topics: Topic[] }[] = [
  {
    title: 'help.lost',
    topics: [
      { title: 'help.phone', text: ['help.phone_1', 'help.phone_2', 'help.phone_3'] },
      { title: 'help.codes', text: ['help.codes_1', 'help.codes_2'] },
      { title: 'help.both', text: ['help.both_1', 'help.both_2'] },
      { title: 'help.password', text: ['help.password_1'] },
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
      { title: 'help.sheet', text: ['help.sheet_1'] },
      { title: 'help.lock', text: ['help.lock_1'] },
    ],
  },
  {
    title: 'help.who',
    topics: [
      { title: 'help.ask', text: ['help.ask_1', 'help.ask_2'] },
      { title: 'help.nobody', text: ['help.nobody_1'] },
    ],
  },
];

export const shortcuts: { keys: Key; does: Key }[] = [
  { keys: 'keys.lock', does: 'keys.lock_does' },
  { keys: 'keys.tab', does: 'keys.tab_does' },
  { keys: 'keys.enter', does: 'keys.enter_does' },
  { keys: 'keys.escape', does: 'keys.escape_does' },
  { keys: 'keys.paste', does: 'keys.paste_does' },
];
