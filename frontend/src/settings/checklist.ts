/** The steps of the checklist in words, and what leads to each. */
import type { ChecklistStep, ProfileView } from '../wire/api';
import { day } from '../base/dates';
import { t } from '../base/i18n';
import { type Act, enable, newCodes } from '../base/proof/acts';
import type { Asked, Place } from '../base/session.svelte';

export interface StepWords {
  title: string;
  why: string;
  /** The button, and the place or the act that it leads to; none where another step comes first. */
  act?: string;
  to?: Place | Act;
  /** What the place is opened for. */
  asked?: Asked;
}

export function stepWords(item: ChecklistStep['item'], { twoFactor }: ProfileView): StepWords {
  switch (item) {
    case 'two-factor':
      return {
        title: t('checklist.two_factor'),
        why: twoFactor.requireFrom
          ? t('checklist.two_factor_from', { day: day(twoFactor.requireFrom) })
          : t('checklist.two_factor_why'),
        act: t('enable.title'),
        to: enable,
      };
    case 'codes':
      return twoFactor.on
        ? {
            title: t('checklist.codes'),
            why: t('checklist.codes_why'),
            act: t('newCodes.title'),
            to: newCodes,
          }
        : { title: t('checklist.codes'), why: t('checklist.codes_then') };
    case 'kit':
      return {
        title: t('checklist.kit'),
        why: t('checklist.kit_why'),
        act: t('kit.make'),
        to: { at: 'workspace' },
        asked: 'make-kit',
      };
    case 'backup':
      return {
        title: t('checklist.backup'),
        why: t('checklist.backup_why'),
        act: t('backup.title'),
        to: { at: 'workspace' },
        asked: 'back-up',
      };
    case 'members':
      return {
        title: t('checklist.members'),
        why: t('checklist.members_why'),
        act: t('members.add'),
        to: { at: 'members' },
        asked: 'add-member',
      };
    case 'second-admin':
      return {
        title: t('checklist.second_admin'),
        why: t('checklist.second_admin_why'),
        act: t('members.open'),
        to: { at: 'members' },
      };
  }
}
