/** Refusals: what the application says no with, and each code that it may send. */

export interface AppError {
  code: string;
  /** Of an error of the page itself. */
  message?: string;
  field?: string;
  args?: Record<string, string | number>;
  reference?: string;
}

/** A refusal by the application, with its code for `base/errors` to turn into words. */
export class Refused extends Error {
  readonly code: string;
  readonly field: string | undefined;
  readonly args: Record<string, string | number>;

  constructor(error: AppError) {
    super(error.message || error.code);
    this.name = 'Refused';
    this.code = error.code;
    this.field = error.field || undefined;
    this.args = { ...error.args, ...(error.reference ? { reference: error.reference } : {}) };
  }
}

function isAppError(value: unknown): value is AppError {
  return typeof value === 'object' && value !== null && typeof (value as AppError).code === 'string';
}

/** A rejection's refusal, which arrives as the JSON text of an Error's message. */
export function refusalIn(reason: unknown): AppError | undefined {
  if (isAppError(reason)) return reason;
  if (!(reason instanceof Error)) return undefined;
  try {
    const value: unknown = JSON.parse(reason.message);
    return isAppError(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Anything thrown, as a refusal. A bug in the page is an internal error like one behind it. */
export function refused(thrown: unknown): Refused {
  if (thrown instanceof Refused) return thrown;
  return new Refused({ code: 'internal', message: String(thrown) });
}

/** Every code that the application may send. A test holds the words against this list. */
export const errorCodes = [
  'name_required',
  'name_long',
  'name_form',
  'workspace_required',
  'workspace_long',
  'workspace_form',
  'workspace_exists',
  'computer_unknown',
  'computer_gone',
  'computer_here',
  'computers_full',
  'computer_name',
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
  'terms_weak',
  'throttled',
  'code_required',
  'code_form',
  'code_wrong',
  'code_used',
  'code_expired',
  'code_clock',
  'codes_ahead',
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
  'one_time_ended',
  'one_time_gone',
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
  'support_long',
  'support_form',
  'support_link',
  'require_alone',
  'require_past',
  'require_far',
  'idle_range',
  'run_long',
  'run_over',
  'pages_missing',
  'adding_full',
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
  'secrets_file_locked',
  'secrets_file_damaged',
  'secrets_file_refused',
  'secrets_file_none',
  'passphrase_required',
  'passphrase_short',
  'passphrase_long',
  'passphrase_common',
  'passphrase_wrong',
  'folder_read_only',
  'folder_full',
  'folder_failed',
  'database_damaged',
  'database_newer',
  'database_busy',
  'outcome_unknown',
  'invitation_link',
  'server_address',
  'server_key',
  'server_unreachable',
  'server_other',
  'server_certificate',
  'server_failed',
  'not_authentic',
  'accept_changed',
  'in_use',
  'clock_wrong',
  'clock_behind',
  'save_failed',
  'save_full',
  'save_read_only',
  'save_forbidden',
  'clipboard_failed',
  'print_failed',
  'folder_unseen',
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
  'restore_not_backup',
  'restore_occupied',
  'restore_lives',
  'restore_conflict',
  'restore_not_owner',
  'restore_of_server',
  'restore_no_share',
  'restore_other',
  'move_other',
  'workspace_here',
  'workspaces_most',
  'move_behind',
  'vault_exists',
  'vault_not_authentic',
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
