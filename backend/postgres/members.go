package postgres

import (
	"time"

	"countersign/backend/store"
)

// One statement reads a whole table of members: a query for each would be
// felt at ten thousand.
const selectMembers = `SELECT p.id, p.name, p.email, p.role, p.state, p.created_at, p.last_sign_in_at, f.profile_id IS NOT NULL, coalesce(f.since, 0),
		coalesce(s.sheet, 0), coalesce(s.run, 0), coalesce(s.issued_at, 0), coalesce(s.handed_at, 0), coalesce(s.acknowledged, 0), coalesce(s.checked_at, 0),
		coalesce((SELECT count(*) FROM recovery_codes c WHERE c.workspace = $1 AND c.set_id = s.id AND c.used_at = 0), 0),
		coalesce((SELECT max(o.expires_at) FROM one_time_codes o WHERE o.workspace = $1 AND o.profile_id = p.id AND o.kind IN ('invitation', 'password-reset') AND o.ended_at = 0), 0), p.language
	FROM profiles p LEFT JOIN factors f ON f.workspace = $1 AND f.profile_id = p.id
	LEFT JOIN recovery_sets s ON s.workspace = $1 AND s.profile_id = p.id AND s.state = 'active'
	WHERE p.workspace = $1 `

func scanMember(row scanner) (m store.Member, err error) {
	err = row.Scan(&m.ID, &m.Name, &m.Email, &m.Role, &m.State, &when{&m.CreatedAt}, &when{&m.LastSignInAt}, &m.On, &when{&m.OnSince}, &m.Sheet, &m.Run,
		&when{&m.IssuedAt}, &when{&m.HandedOverAt}, &when{&m.Acknowledged}, &when{&m.Checked}, &m.CodesLeft, &when{&m.InvitedUntil}, &m.Language)
	return m, translate(err)
}

func (t *readTx) Members() ([]store.Member, error) {
	return all(t, scanMember, selectMembers+"AND p.state <> 'removed' ORDER BY lower(p.name), p.id")
}

func (t *readTx) Member(id string) (store.Member, error) {
	return scanMember(t.one(selectMembers+"AND p.id = $2", id))
}

func (t *readTx) CountOwners() (n int, err error) {
	err = t.row("SELECT count(*) FROM profiles WHERE workspace = $1 AND role = 'owner' AND state = ''", nil, &n)
	return n, err
}

func (t *readTx) Owners() ([]store.Profile, error) {
	return all(t, scanProfile, selectProfiles+"AND role = 'owner' AND state = '' ORDER BY created_at, id")
}

func (t *readTx) Administer() ([]store.Profile, error) {
	return all(t, scanProfile, selectProfiles+"AND role IN ('owner', 'admin') AND state = '' ORDER BY role DESC, lower(name), id")
}

func (t *readTx) Approval(id string) (store.Approval, error) {
	return scanApproval(t.one(selectApprovals+"AND id = $2", id))
}

const selectApprovals = "SELECT id, kind, members, reason, by_id, at, expires_at, state, decided_by, decided_at FROM approvals WHERE workspace = $1 "

func scanApproval(row scanner) (a store.Approval, err error) {
	err = row.Scan(&a.ID, &a.Kind, &a.Members, &a.Reason, &a.ByID, &when{&a.At}, &when{&a.ExpiresAt}, &a.State, &a.DecidedBy, &when{&a.DecidedAt})
	if len(a.Members) == 0 {
		a.Members = nil // as it was given
	}
	return a, translate(err)
}

func (t *readTx) Approvals() ([]store.Approval, error) {
	return all(t, scanApproval, selectApprovals+"AND state IN ('waiting', 'approved') ORDER BY at, id")
}

func (t *tx) InsertApproval(a store.Approval) error {
	return t.exec(`INSERT INTO approvals (workspace, id, kind, members, reason, by_id, at, expires_at, state, decided_by, decided_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		a.ID, a.Kind, array(a.Members), a.Reason, a.ByID, millis(a.At), millis(a.ExpiresAt), a.State, a.DecidedBy, millis(a.DecidedAt))
}

func (t *tx) DecideApproval(id string, from, to store.ApprovalState, by string, at time.Time) (bool, error) {
	return t.guarded("UPDATE approvals SET state = $2, decided_by = $3, decided_at = $4 WHERE workspace = $1 AND id = $5 AND state = $6", to, by, millis(at), id, from)
}
