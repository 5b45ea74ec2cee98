package secretsfile

import (
	"errors"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// Check says in words whether a new passphrase may be set. It is judged as a password
// that stands alone, since whoever has the file can guess it without being counted:
// 15 characters or more after NFC, at most 1,024, and none that is tried first.
//
// Errors: passphrase_required, passphrase_short (minimum, length), passphrase_long
// (max), passphrase_common.
func Check(passphrase secret.Text) error {
	err := password.Check(passphrase, password.MinLength, nil)
	var short *password.ShortError
	var long *password.LongError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, password.ErrEmpty):
		return refuse(service.CodePassphraseRequired, nil)
	case errors.As(err, &short):
		return refuse(service.CodePassphraseShort, map[string]any{"minimum": short.Minimum, "length": short.Length})
	case errors.As(err, &long):
		return refuse(service.CodePassphraseLong, map[string]any{"max": long.Max})
	}
	return refuse(service.CodePassphraseCommon, nil)
}

// Explain gives the errors of Create and Open words: passphrase_wrong, and those that
// service.Explain knows.
func Explain(err error) error {
	if errors.Is(err, ErrPassphrase) {
		return refuse(service.CodePassphraseWrong, nil)
	}
	return service.Explain(err)
}

func refuse(c service.Code, args map[string]any) error {
	return &service.Error{Code: c, Field: "passphrase", Args: args}
}
