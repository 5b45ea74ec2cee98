package sqlite

import (
	"time"

	"countersign/backend/store"
)

const (
	profileColumns = `id, email, email_key, name, role, created_at, password_salt, password_memory, password_time,
	password_lanes, password_key, password_lock, password_share, password_at, last_sign_in_at, generation, epoch, state, state_at, checklist_away, last_sheet, language`
	selectProfiles = "SELECT " + profileColumns + " FROM profiles "
)

func (t *readTx) Profile(id string) (store.Profile, error) {
	return scanProfile(t.one(selectProfiles+"WHERE id = ?", id))
}

func (t *readTx) ProfileByEmail(key string) (store.Profile, error) {
	return scanProfile(t.one(selectProfiles+"WHERE email_key = ?", key))
}

func scanProfile(row scanner) (p store.Profile, err error) {
	err = row.Scan(&p.ID, &p.Email, &p.EmailKey, &p.Name, &p.Role, when{&p.CreatedAt}, &p.Password.Salt,
		&p.Password.Params.MemoryKiB, &p.Password.Params.Time, &p.Password.Params.Threads, &p.Password.PublicKey, &p.Password.Lock, &p.Password.Share,
		when{&p.Password.ChangedAt}, when{&p.LastSignInAt}, &p.Generation, &p.Epoch, &p.State, when{&p.StateAt}, &p.ChecklistAway, &p.LastSheet, &p.Language)
	return p, translate(err)
}

func (t *tx) InsertProfile(p store.Profile) error {
	return t.exec("INSERT INTO profiles ("+profileColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		p.ID, p.Email, p.EmailKey, p.Name, p.Role, millis(p.CreatedAt), blob(p.Password.Salt), p.Password.Params.MemoryKiB,
		p.Password.Params.Time, p.Password.Params.Threads, blob(p.Password.PublicKey), blob(p.Password.Lock), p.Password.Share, millis(p.Password.ChangedAt),
		millis(p.LastSignInAt), p.Generation, p.Epoch, p.State, millis(p.StateAt), p.ChecklistAway, p.LastSheet, p.Language)
}

func (t *tx) UpdateProfile(p store.Profile) error {
	return t.must(`UPDATE profiles SET email = ?, email_key = ?, name = ?, role = ?, password_salt = ?, password_memory = ?,
		password_time = ?, password_lanes = ?, password_key = ?, password_lock = ?, password_share = ?, password_at = ?, last_sign_in_at = ?, generation = ?, epoch = ?,
		state = ?, state_at = ?, checklist_away = ?, language = ?
		WHERE id = ?`,
		p.Email, p.EmailKey, p.Name, p.Role, blob(p.Password.Salt), p.Password.Params.MemoryKiB, p.Password.Params.Time,
		p.Password.Params.Threads, blob(p.Password.PublicKey), blob(p.Password.Lock), p.Password.Share, millis(p.Password.ChangedAt), millis(p.LastSignInAt), p.Generation, p.Epoch,
		p.State, millis(p.StateAt), p.ChecklistAway, p.Language, p.ID)
}

const selectAttempts = "SELECT subject, kind, failures, since_sign_in, charged_at, before_at, locked_until FROM attempts "

func scanAttempts(row scanner) (a store.Attempts, err error) {
	err = row.Scan(&a.Subject, &a.Kind, &a.Failures, &a.SinceSignIn, when{&a.ChargedAt}, when{&a.BeforeAt}, when{&a.LockedUntil})
	return a, translate(err)
}

func (t *readTx) Attempts(subject string, kind store.Kind) (store.Attempts, error) {
	a, err := scanAttempts(t.one(selectAttempts+"WHERE subject = ? AND kind = ?", subject, kind))
	a.Subject, a.Kind = subject, kind // of one that is not there, too
	return a, err
}

func (t *tx) SaveAttempts(a store.Attempts) error {
	return t.exec(`INSERT INTO attempts (subject, kind, failures, since_sign_in, charged_at, before_at, locked_until)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (subject, kind) DO UPDATE SET failures = excluded.failures,
		since_sign_in = excluded.since_sign_in, charged_at = excluded.charged_at, before_at = excluded.before_at,
		locked_until = excluded.locked_until`,
		a.Subject, a.Kind, a.Failures, a.SinceSignIn, millis(a.ChargedAt), millis(a.BeforeAt), millis(a.LockedUntil))
}

func (t *readTx) StaleAttempts(before time.Time) ([]string, error) {
	return t.strings("SELECT subject FROM attempts WHERE subject LIKE 'unknown:%' AND charged_at < ? LIMIT 100", millis(before))
}

func (t *tx) DeleteAttempts(subject string, kind store.Kind) error {
	return t.exec("DELETE FROM attempts WHERE subject = ? AND kind = ?", subject, kind)
}
