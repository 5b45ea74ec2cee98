package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"

	"countersign/backend/backupform"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// rewritten are the keychain's items that a workspace rewrites as it is used. Whoever
// replaces one of a workspace that is in use elsewhere keeps it from opening there.
var rewritten = []string{"/anchor"}

func isRewritten(name string) bool {
	for _, suffix := range rewritten {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// refill writes a backup's items to the keychain, and can take it back.
type refill struct {
	secrets store.Secrets
	before  []formerItem // in the order in which they were written
}

// formerItem is an item as it was before it was written.
type formerItem struct {
	name  string
	value secret.Bytes
	there bool
}

// look reads an item that may not be there.
func look(ctx context.Context, secrets store.Secrets, name string) (f formerItem, err error) {
	f.name = name
	f.value, err = secrets.Get(ctx, name)
	f.there = err == nil
	if errors.Is(err, store.ErrSecretMissing) {
		return f, nil
	}
	return f, service.Explain(err)
}

// set writes an item and reads it back.
func (r *refill) set(ctx context.Context, was formerItem, value secret.Bytes) error {
	r.before = append(r.before, was)
	if err := r.secrets.Set(ctx, was.name, value); err != nil {
		return service.Explain(err)
	}
	got, err := look(ctx, r.secrets, was.name)
	if err == nil && (!got.there || !got.value.Equal(value)) {
		err = service.Fault(service.CodeKeychainMismatch, nil, nil)
	}
	return err
}

// undo puts every item back as it was, the last one first.
func (r *refill) undo(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var all error
	for i := len(r.before) - 1; i >= 0; i-- {
		all = errors.Join(all, r.before[i].putBack(ctx, r.secrets))
	}
	return all
}

func (f formerItem) putBack(ctx context.Context, secrets store.Secrets) error {
	if f.there {
		return service.Explain(secrets.Set(ctx, f.name, f.value))
	}
	return service.Explain(secrets.Delete(ctx, f.name))
}

// fill writes the items that the copy has by now. One that is there already has to be
// the same, but for those that are rewritten: each of these is noted in the keychain
// first, so that after a crash the next restore can put it back.
func (r *refill) fill(ctx context.Context, copied store.Secrets, items backupform.Items) error {
	for _, last := range []bool{false, true} { // what is rewritten comes last
		for _, i := range items.Items {
			if isRewritten(i.Name) != last {
				continue
			}
			want, err := copied.Get(ctx, i.Name)
			if errors.Is(err, store.ErrSecretMissing) {
				continue // an enrolment that was under way was undone
			}
			if err != nil {
				return err
			}
			was, err := look(ctx, r.secrets, i.Name)
			if err != nil {
				return err
			}
			if was.there && was.value.Equal(want) {
				continue
			}
			if was.there && !last {
				return ErrConflict
			}
			if last {
				if err := r.set(ctx, formerItem{name: noteOf(i.Name)}, note(was, want)); err != nil {
					return err
				}
			}
			if err := r.set(ctx, was, want); err != nil {
				return err
			}
		}
	}
	return nil
}

// done forgets what would undo it. A note that stays is of no use to anybody.
func (r *refill) done(ctx context.Context) {
	for _, f := range r.before {
		if isRewritten(f.name) {
			_ = r.secrets.Delete(context.WithoutCancel(ctx), noteOf(f.name))
		}
	}
}

// lives is ErrLives where the keychain has what a workspace rewrites as it is used.
func lives(ctx context.Context, secrets store.Secrets, items backupform.Items) error {
	for _, i := range items.Items {
		if !isRewritten(i.Name) {
			continue
		}
		if was, err := look(ctx, secrets, i.Name); err != nil {
			return err
		} else if was.there {
			return ErrLives
		}
	}
	return nil
}

// A note says what an item was before a restore, and, so that nothing is put back that
// was rewritten since, what the restore made of it: the SHA-256 of that, whether there
// was an item before, and the item.
const noteHead = sha256.Size + 1

func noteOf(name string) string { return name + "-before" }

func note(was formerItem, becomes secret.Bytes) secret.Bytes {
	sum := sha256.Sum256(becomes.Reveal())
	text := append(sum[:], 0)
	if was.there {
		text[sha256.Size] = 1
		text = append(text, was.value.Reveal()...)
	}
	return secret.NewBytes(text)
}

// undoInterrupted puts back what a restore has replaced that a crash has ended.
func undoInterrupted(ctx context.Context, secrets store.Secrets, items backupform.Items) error {
	for _, i := range items.Items {
		if !isRewritten(i.Name) {
			continue
		}
		noted, err := look(ctx, secrets, noteOf(i.Name))
		if err != nil {
			return err
		}
		if !noted.there || noted.value.Len() < noteHead {
			continue
		}
		now, err := look(ctx, secrets, i.Name)
		if err != nil {
			return err
		}
		text := noted.value.Reveal()
		if sum := sha256.Sum256(now.value.Reveal()); now.there && string(sum[:]) == string(text[:sha256.Size]) {
			was := formerItem{name: i.Name, there: text[sha256.Size] == 1, value: secret.NewBytes(text[noteHead:])}
			if err := was.putBack(ctx, secrets); err != nil {
				return err
			}
		}
		if err := secrets.Delete(ctx, noted.name); err != nil {
			return service.Explain(err)
		}
	}
	return nil
}
