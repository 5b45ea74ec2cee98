package postgres

import (
	"slices"
	"time"

	"countersign/backend/store"
)

const (
	profileColumns = `id, email, email_key, name, role, created_at, password_salt, password_memory, password_time,
	password_lanes, password_key, password_lock, password_share, password_at, last_sign_in_at, generation, epoch, state, state_at, checklist_away, last_sheet, language`
	selectProfiles = "SELECT " + profileColumns + " FROM profiles WHERE workspace = $1 "
)

func (t *readTx) Profile(id string) (store.Profile, error) {
	return knows(t, askedProfile(id), copiedProfile, func() (store.Profile, error) { return scanProfile(t.one(selectProfiles+"AND id = $2", id)) })
}

func (t *readTx) ProfileByEmail(key string) (store.Profile, error) {
	return scanProfile(t.one(selectProfiles+"AND email_key = $2", key))
}

func scanProfile(row scanner) (p store.Profile, err error) {
	err = row.Scan(&p.ID, &p.Email, &p.EmailKey, &p.Name, &p.Role, &when{&p.CreatedAt}, &octets{&p.Password.Salt},
		&p.Password.Params.MemoryKiB, &p.Password.Params.Time, &p.Password.Params.Threads, &octets{&p.Password.PublicKey}, &octets{&p.Password.Lock}, &p.Password.Share,
		&when{&p.Password.ChangedAt}, &when{&p.LastSignInAt}, &p.Generation, &p.Epoch, &p.State, &when{&p.StateAt}, &p.ChecklistAway, &p.LastSheet, &p.Language)
	return p, translate(err)
}

func (t *tx) InsertProfile(p store.Profile) error {
	return t.exec("INSERT INTO profiles (workspace, "+profileColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)",
		p.ID, p.Email, p.EmailKey, p.Name, p.Role, millis(p.CreatedAt), blob(p.Password.Salt), p.Password.Params.MemoryKiB,
		p.Password.Params.Time, p.Password.Params.Threads, blob(p.Password.PublicKey), blob(p.Password.Lock), p.Password.Share, millis(p.Password.ChangedAt),
		millis(p.LastSignInAt), p.Generation, p.Epoch, p.State, millis(p.StateAt), p.ChecklistAway, p.LastSheet, p.Language)
}

func (t *tx) UpdateProfile(p store.Profile) error {
	return t.must(`UPDATE profiles SET email = $2, email_key = $3, name = $4, role = $5, password_salt = $6, password_memory = $7,
		password_time = $8, password_lanes = $9, password_key = $10, password_lock = $11, password_share = $12, password_at = $13, last_sign_in_at = $14,
		generation = $15, epoch = $16, state = $17, state_at = $18, checklist_away = $19, language = $20
		WHERE workspace = $1 AND id = $21`,
		p.Email, p.EmailKey, p.Name, p.Role, blob(p.Password.Salt), p.Password.Params.MemoryKiB, p.Password.Params.Time,
		p.Password.Params.Threads, blob(p.Password.PublicKey), blob(p.Password.Lock), p.Password.Share, millis(p.Password.ChangedAt), millis(p.LastSignInAt), p.Generation, p.Epoch,
		p.State, millis(p.StateAt), p.ChecklistAway, p.Language, p.ID)
}

const selectAttempts = "SELECT subject, kind, failures, since_sign_in, charged_at, before_at, locked_until FROM attempts WHERE workspace = $1 "

func scanAttempts(row scanner) (a store.Attempts, err error) {
	err = row.Scan(&a.Subject, &a.Kind, &a.Failures, &a.SinceSignIn, &when{&a.ChargedAt}, &when{&a.BeforeAt}, &when{&a.LockedUntil})
	return a, translate(err)
}

// Attempts reads those of all kinds at once, of which there are a few: a sign-in asks for most of them.
func (t *readTx) Attempts(subject string, kind store.Kind) (store.Attempts, error) {
	of, err := knows(t, askedAttempts(subject), slices.Clone[[]store.Attempts], func() ([]store.Attempts, error) {
		return all(t, scanAttempts, selectAttempts+"AND subject = $2", subject)
	})
	if i := slices.IndexFunc(of, func(a store.Attempts) bool { return a.Kind == kind }); i >= 0 {
		return of[i], err
	}
	if err == nil {
		err = store.ErrNotFound
	}
	return store.Attempts{Subject: subject, Kind: kind}, err // of one that is not there, too
}

func (t *tx) SaveAttempts(a store.Attempts) error {
	return t.exec(`INSERT INTO attempts (workspace, subject, kind, failures, since_sign_in, charged_at, before_at, locked_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace, subject, kind) DO UPDATE SET failures = excluded.failures,
		since_sign_in = excluded.since_sign_in, charged_at = excluded.charged_at, before_at = excluded.before_at,
		locked_until = excluded.locked_until`,
		a.Subject, a.Kind, a.Failures, a.SinceSignIn, millis(a.ChargedAt), millis(a.BeforeAt), millis(a.LockedUntil))
}

func (t *readTx) StaleAttempts(before time.Time) ([]string, error) {
	return t.strings("SELECT subject FROM attempts WHERE workspace = $1 AND subject LIKE 'unknown:%' AND charged_at < $2 LIMIT 100", millis(before))
}

func (t *tx) DeleteAttempts(subject string, kind store.Kind) error {
	return t.exec("DELETE FROM attempts WHERE workspace = $1 AND subject = $2 AND kind = $3", subject, kind)
}
