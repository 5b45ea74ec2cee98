package workspace

import (
	"context"

	"countersign/backend/secret"
)

// GuessPassword looks at a password that was typed for a profile as it is given, whatever the
// store holds, and gives the key that it leads to.
func GuessPassword(w *Workspace, ctx context.Context, p Profile, pw secret.Text) (secret.Bytes, error) {
	_, key, err := w.checkPasswordOf(ctx, p, p.EmailKey, pw, CodeCredentialsWrong)
	return key, err
}

// ProfileOf gives the stored profile of an email.
func ProfileOf(w *Workspace, ctx context.Context, email string) (p Profile, err error) {
	err = w.view(ctx, func(tx Tx) error {
		p, err = tx.ProfileByEmail(emailKey(email))
		return err
	})
	return p, err
}
