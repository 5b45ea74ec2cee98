/** What can be done to a member, in words: on a menu, on their page, and in the dialog that asks. */
import type { LucideIcon } from '@lucide/svelte';
import Ban from '@lucide/svelte/icons/ban';
import KeyRound from '@lucide/svelte/icons/key-round';
import LogIn from '@lucide/svelte/icons/log-in';
import Printer from '@lucide/svelte/icons/printer';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import Smartphone from '@lucide/svelte/icons/smartphone';
import Trash from '@lucide/svelte/icons/trash-2';
import UserPlus from '@lucide/svelte/icons/user-plus';
import UserRound from '@lucide/svelte/icons/user-round';
import type { ApprovalKind, MemberAct, MemberView } from '../wire/api';
import { t } from '../base/i18n';

export interface ActItem {
  label: string;
  icon: LucideIcon;
  danger: boolean;
}

export interface ActWords {
  title: string;
  /** What it does, before it is done. */
  text: string;
  act: string;
  working: string;
  /** What is told once it is done; without it, a one-time code is shown. */
  done?: string;
}

const invited = (m: MemberView) => m.state === 'invited';

export function actItem(act: MemberAct, m: MemberView): ActItem {
  switch (act) {
    case 'issue':
      return { label: t('act.issue'), icon: Printer, danger: false };
    case 'help-code':
      return { label: t('act.help_code'), icon: Smartphone, danger: false };
    case 'reset-2fa':
      return { label: t('act.reset_2fa'), icon: RotateCcw, danger: false };
    case 'reset-password':
      return invited(m)
        ? { label: t('act.invite_again'), icon: UserPlus, danger: false }
        : { label: t('act.reset_password'), icon: KeyRound, danger: false };
    case 'role':
      return { label: t('act.role'), icon: UserRound, danger: false };
    case 'suspend':
      return { label: t('act.suspend'), icon: Ban, danger: true };
    case 'resume':
      return { label: t('act.resume'), icon: LogIn, danger: false };
    case 'remove':
      return { label: t('act.remove'), icon: Trash, danger: true };
  }
}

/** One sentence on what an act is for, beside its button. */
export function actPurpose(act: MemberAct, m: MemberView): string {
  switch (act) {
    case 'issue':
      return t('act.issue_for');
    case 'help-code':
      return t('act.help_code_for');
    case 'reset-2fa':
      return t('act.reset_2fa_for');
    case 'reset-password':
      return invited(m) ? t('act.invite_again_for') : t('act.reset_password_for');
    case 'role':
      return t('act.role_for');
    case 'suspend':
      return t('act.suspend_for');
    case 'resume':
      return t('act.resume_for');
    case 'remove':
      return t('act.remove_for');
  }
}

export function actWords(act: Exclude<MemberAct, 'issue'>, m: MemberView): ActWords {
  const { name } = m;
  switch (act) {
    case 'help-code':
      return {
        title: t('act.help_code'),
        text: t('act.help_code_text', { name }),
        act: t('act.help_code_do'),
        working: t('act.making'),
      };
    case 'reset-2fa':
      return {
        title: t('act.reset_2fa'),
        text: t('act.reset_2fa_text', { name }),
        act: t('act.reset_2fa'),
        working: t('act.resetting'),
        done: t('act.reset_2fa_done', { name }),
      };
    case 'reset-password':
      return invited(m)
        ? {
            title: t('act.invite_again'),
            text: t('act.invite_again_text', { name }),
            act: t('act.invite_again_do'),
            working: t('act.making'),
          }
        : {
            title: t('act.reset_password'),
            text: t('act.reset_password_text', { name }),
            act: t('act.reset_password_do'),
            working: t('act.making'),
          };
    case 'role':
      return {
        title: t('act.role'),
        text: t('act.role_text', { name }),
        act: t('act.role'),
        working: t('act.changing'),
        done: t('act.role_done', { name }),
      };
    case 'suspend':
      return {
        title: t('act.suspend_title', { name }),
        text: t('act.suspend_text', { name }),
        act: t('act.suspend'),
        working: t('act.suspending'),
        done: t('act.suspend_done', { name }),
      };
    case 'resume':
      return {
        title: t('act.resume_title', { name }),
        text: t('act.resume_text', { name }),
        act: t('act.resume'),
        working: t('act.resuming'),
        done: t('act.resume_done', { name }),
      };
    case 'remove':
      return {
        title: t('act.remove_title', { name }),
        text: t('act.remove_text', { name }),
        act: t('act.remove'),
        working: t('act.removing'),
        done: t('act.remove_done', { name }),
      };
  }
}

/** The kind of approval that an act waits for, where the workspace asks for two people. */
export function approvalKind(act: MemberAct, m: MemberView): ApprovalKind | undefined {
  switch (act) {
    case 'reset-2fa':
    case 'help-code':
      return act;
    // Nobody has the profile of an invitation yet, so it needs no one's approval.
    case 'reset-password':
      return invited(m) ? undefined : act;
    case 'issue':
      return 'print-run';
    case 'role':
    case 'suspend':
    case 'resume':
    case 'remove':
      return undefined;
  }
}

/** Taking away needs red; what a proof is asked for is in the application, act by act. */
export const destroys = (act: MemberAct): boolean => ['reset-2fa', 'suspend', 'remove'].includes(act);
export const needsProof = (act: MemberAct): boolean => act !== 'suspend' && act !== 'resume';
