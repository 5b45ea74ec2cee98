/**
 * Refusals in words. Each code has two sentences in `src/i18n`: `error.CODE.what` says what
 * happened, `error.CODE.next` what to do now.
 */
import { Refused } from './api';
import { duration } from './dates';
import { isKey, t, type Values } from './i18n';

/** Every code that the application may send. A test holds the words against this list. */
export const errorCodes = [
  'name_required',
  'name_long',
  'name_form',
  'workspace_required',
  'workspace_long',
  'workspace_form',
  'workspace_exists',
  'email_required',
  'email_form',
  'email_long',
  'email_taken',
  'password_required',
  'password_short',
  'password_long',
  'password_common',
  'password_wrong',
  'password_same',
  'credentials_wrong',
  'throttled',
  'code_required',
  'code_form',
  'code_wrong',
  'code_used',
  'code_expired',
  'code_clock',
  'authenticator_off',
  'recovery_required',
  'recovery_form',
  'recovery_wrong',
  'recovery_used',
  'recovery_none',
  'factor_required',
  'session_ended',
  'challenge_ended',
  'enrolment_ended',
  'enrolment_unconfirmed',
  'two_factor_on',
  'two_factor_off',
  'required_by_workspace',
  'enable_first',
  'forbidden',
  'suspended_self',
  'invitation_required',
  'invitation_form',
  'invitation_wrong',
  'help_required',
  'help_form',
  'help_wrong',
  'one_time_expired',
  'one_time_used',
  'role_unknown',
  'email_twice',
  'import_long',
  'nobody_chosen',
  'member_gone',
  'member_invited',
  'member_suspended',
  'not_yourself',
  'last_owner',
  'reason_required',
  'reason_long',
  'reason_form',
  'approval_needed',
  'approval_gone',
  'approval_own',
  'two_people_alone',
  'require_alone',
  'require_past',
  'idle_range',
  'run_long',
  'run_over',
  'run_cancelled',
  'run_unknown',
  'codes_changed',
  'check_word_required',
  'check_word_wrong',
  'check_word_none',
  'keychain_absent',
  'keychain_locked',
  'keychain_slow',
  'keychain_dismissed',
  'keychain_mismatch',
  'keychain_item_missing',
  'keychain_failed',
  'folder_read_only',
  'folder_full',
  'folder_failed',
  'database_damaged',
  'database_newer',
  'database_busy',
  'not_authentic',
  'in_use',
  'clock_wrong',
  'save_failed',
  'clipboard_failed',
  'print_failed',
  'envelope_failed',
  'recipients_wrong',
  'passphrase_weak',
  'import_empty',
  'import_spreadsheet',
  'import_not_text',
  'import_one_column',
  'import_no_email',
  'import_no_name',
  'import_large',
  'import_unreadable',
  'import_none',
  'import_rows',
  'import_changed',
  'import_cancelled',
  'cell_long',
  'quote_open',
  'print_long',
  'export_unknown',
  'export_foreign',
  'export_newer',
  'export_passphrase',
  'export_key',
  'export_work',
  'export_cut',
  'export_end',
  'export_edited',
  'export_files',
  'export_signature',
  'export_hostile',
  'export_changed',
  'export_unreadable',
  'export_exists',
  'export_key_form',
  'export_passphrase_required',
  'export_key_required',
  'export_backup',
  'export_cancelled',
  'export_none',
  'vault_waiting',
  'document_gone',
  'document_missing',
  'document_damaged',
  'document_name_required',
  'document_name_long',
  'document_name_form',
  'tag_long',
  'tag_form',
  'tags_many',
  'already_adding',
  'preview_over',
  'rotation_running',
  'kit_form',
  'kit_wrong',
  'kit_none',
  'pasted_large',
  'pasted_failed',
  'internal',
] as const;

export interface Words {
  what: string;
  next: string;
}

/** Anything thrown, as a refusal. A bug in the page is an internal error like one behind it. */
export function refused(thrown: unknown): Refused {
  if (thrown instanceof Refused) return thrown;
  return new Refused({ code: 'internal', message: String(thrown) });
}

/** Values as the messages want them: absent numbers become −1, pauses become "30 seconds". */
function valuesOf(args: Refused['args']): Values {
  const values: Values = {
    left: -1,
    length: -1,
    sheet: 0,
    ready: 0,
    min: 0,
    max: 0,
    line: 0,
    minimum: 0,
    why: '',
    reference: 'none',
    ...args,
  };
  values.named = args.name ? 'yes' : 'no';
  if (typeof args.pause === 'number') values.pause = duration(args.pause);
  if (typeof args.minutes === 'number') values.away = duration(args.minutes * 60);
  return values;
}

/** The two sentences for a refusal. An unknown code reads as an internal error. */
export function words(error: Refused): Words {
  const what = `error.${error.code}.what`;
  const next = `error.${error.code}.next`;
  const values = valuesOf(error.args);
  if (!isKey(what) || !isKey(next)) return words(new Refused({ code: 'internal', message: error.message }));
  return { what: t(what, values), next: t(next, values) };
}
