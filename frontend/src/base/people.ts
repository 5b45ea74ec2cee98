/** Small words about people. */
import type { ProfileView } from '../wire/api';
import { locale, t } from './i18n';

/** "AO" for Amara Okafor: the first letters of the first and the last word. */
export function initials(name: string): string {
  const parts = name.split(/\s+/).filter(Boolean);
  const ends = parts.length > 1 ? [parts[0], parts.at(-1)] : parts;
  return ends.map((part) => firstLetter(part ?? '').toLocaleUpperCase(locale())).join('');
}

/** The first letter as it is read: with its accents, or an emoji whole. */
function firstLetter(word: string): string {
  const [first] = new Intl.Segmenter().segment(word);
  return first?.segment ?? '';
}

export function roleName(role: ProfileView['role']): string {
  switch (role) {
    case 'owner':
      return t('role.owner');
    case 'admin':
      return t('role.admin');
    case 'member':
      return t('role.member');
  }
}
