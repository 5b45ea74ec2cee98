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
