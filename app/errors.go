package app

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"maps"

	"countersign/backend/service"
)

// AppError is what a rejected call gives the page: a code that has words in each
// language, the input that it is about, and the numbers in the sentence.
type AppError struct {
	Code      string         `json:"code"`
	Field     string         `json:"field,omitempty"`
	Args      map[string]any `json:"args,omitempty"`
	Reference string         `json:"reference,omitempty"` // finds the log's line
}

// Codes that are the shell's own; the others are workspace's.
const (
	codeSaveFailed      = "save_failed"
	codeSaveFull        = "save_full"
	codeSaveReadOnly    = "save_read_only"
	codeSaveForbidden   = "save_forbidden"
	codeClipboardFailed = "clipboard_failed"
	codePrintFailed     = "print_failed"
	codeFolderUnseen    = "folder_unseen"
	codeEnvelopeFailed  = "envelope_failed"
	codeRecipientsWrong = "recipients_wrong" // line, why
	codePassphraseWeak  = "passphrase_weak"  // minimum
	codeInternal        = "internal"

	// Import of members. Name is the file's.
	codeImportEmpty       = "import_empty"       // name
	codeImportSpreadsheet = "import_spreadsheet" // name
	codeImportNotText     = "import_not_text"    // name
	codeImportOneColumn   = "import_one_column"  // name
	codeImportNoEmail     = "import_no_email"    // name
	codeImportNoName      = "import_no_name"     // name
	codeImportLarge       = "import_large"       // name, max (MB)
	codeImportUnreadable  = "import_unreadable"  // name
	codeImportNone        = "import_none"
	codeImportRows        = "import_rows"    // number
	codeImportChanged     = "import_changed" // line
	codeImportCancelled   = "import_cancelled"
	codeCellLong          = "cell_long" // max
	codeQuoteOpen         = "quote_open"
	codePrintLong         = "print_long" // max

	// Open and verify. Name is the file's, or the folder's that is to be written.
	codeExportUnknown            = "export_unknown"    // name
	codeExportForeign            = "export_foreign"    // name
	codeExportNewer              = "export_newer"      // name
	codeExportPassphrase         = "export_passphrase" // name
	codeExportKey                = "export_key"        // name
	codeExportWork               = "export_work"       // name
	codeExportCut                = "export_cut"        // name
	codeExportEnd                = "export_end"        // name
	codeExportEdited             = "export_edited"     // name
	codeExportFiles              = "export_files"      // name
	codeExportSignature          = "export_signature"  // name
	codeExportHostile            = "export_hostile"    // name
	codeExportChanged            = "export_changed"    // name
	codeExportUnreadable         = "export_unreadable" // name
	codeExportExists             = "export_exists"     // name
	codeExportKeyForm            = "export_key_form"   // name, line, why
	codeExportPassphraseRequired = "export_passphrase_required"
	codeExportKeyRequired        = "export_key_required"
	codeExportBackup             = "export_backup"
	codeExportCancelled          = "export_cancelled"
	codeExportNone               = "export_none"

	// Restore a backup. Name is the file's.
	codeRestoreNotBackup = "restore_not_backup" // name
	codeRestoreOccupied  = "restore_occupied"   // name
	codeRestoreLives     = "restore_lives"      // name
	codeRestoreConflict  = "restore_conflict"   // name
	codeRestoreNotOwner  = "restore_not_owner"  // name
	codeRestoreOfServer  = "restore_of_server"  // name
	codeRestoreNoShare   = "restore_no_share"   // name
	codeRestoreOther     = "restore_other"      // name

	// Move to a server.
	codeMoveOther  = "move_other"
	codeMoveBehind = "move_behind"

	// Several workspaces on one computer.
	codeWorkspaceHere  = "workspace_here"  // name
	codeWorkspacesMost = "workspaces_most" // max

	codePastedLarge  = "pasted_large" // max (MB)
	codePastedFailed = "pasted_failed"
	codePagesMissing = "pages_missing"
	codeAddingFull   = "adding_full"
)

// shellError is a refusal of the shell's own. The page has the words for its code.
type shellError struct {
	code  string
	field string
	args  map[string]any
	cause error
}

func (e *shellError) Error() string { return e.code }
func (e *shellError) Unwrap() error { return e.cause }

// present maps every error once, at the edge. What lies beneath goes to the log.
func (s *shell) present(err error) AppError {
	var known *service.Error
	var own *shellError
	switch {
	case errors.As(err, &known):
		out := AppError{Code: string(known.Code), Field: known.Field, Args: maps.Clone(known.Args)}
		s.addPlaces(&out)
		if cause := known.Unwrap(); cause != nil {
			out.Reference = s.reference(string(known.Code), cause)
		}
		return out
	case errors.As(err, &own):
		out := AppError{Code: own.code, Field: own.field, Args: own.args}
		if own.cause != nil {
			out.Reference = s.reference(own.code, own.cause)
		}
		return out
	}
	ref := s.reference("internal error", err)
	return AppError{Code: codeInternal, Reference: ref, Args: map[string]any{"reference": ref}}
}

// presentText is present as JSON text: Wails' page makes a JavaScript Error of
// whatever a call is rejected with, and of an object only "[object Object]" is left.
func (s *shell) presentText(err error) string {
	text, jsonErr := json.Marshal(s.present(err))
	if jsonErr != nil { // an argument that has no JSON, which no sentence needs
		text, _ = json.Marshal(AppError{Code: codeInternal, Reference: s.reference("internal error", jsonErr)})
	}
	return string(text)
}

// addPlaces names the folder or file in errors that are about one.
func (s *shell) addPlaces(e *AppError) {
	add := func(key, value string) {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		if _, ok := e.Args[key]; !ok {
			e.Args[key] = value
		}
	}
	switch service.Code(e.Code) {
	case service.CodeFolderFailed, service.CodeFolderFull, service.CodeFolderReadOnly, service.CodeInUse:
		add("folder", s.path())
	case service.CodeDatabaseDamaged, service.CodeDatabaseNewer, service.CodeDatabaseBusy:
		add("file", s.databasePath())
	case service.CodeSecretsFileDamaged:
		add("file", s.secretsFilePath())
	}
}

// reference logs cause and returns what finds it again.
func (s *shell) reference(what string, cause error) string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	ref := base32.StdEncoding.EncodeToString(b[:])
	s.log().Error(what, "reference", ref, "cause", cause.Error())
	return ref
}
