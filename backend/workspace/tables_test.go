package workspace_test

import (
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// unhashed are the tables that the log does not tell of: itself, what the
// migrations keep, and parts.
var unhashed = slices.Concat([]string{"events", "goose_db_version", "sqlite_sequence"}, parts)

// parts are hashed with what they belong to: a set, and a factor.
var parts = []string{"recovery_codes", "apps"}

// ofEverything is a workspace with two rows or more in each table and something
// in every field, as no log tells of them.
func ofEverything(t *testing.T) *fixture {
	t.Helper()
	h, _ := created(t)
	_ = h.file() // which keeps texts that are none, too
	at := time.Date(2026, 11, 23, 9, 0, 10, 123e6, time.UTC)
	params := store.Argon2id{MemoryKiB: 19456, Time: 2, Threads: 1}
	h.ok(h.store.Update(t.Context(), func(tx store.WriteTx) error {
		info, err := tx.Info()
		if err != nil {
			return err
		}
		_, err1 := tx.NextRun()
		info.Require2FA, info.RequireFrom, info.TwoPeople, info.IdleMinutes, info.VaultGeneration = true, at, true, 9, 2
		info.Rotating, info.RotationHeld, info.KitAt, info.KitBy, info.KitGeneration, info.KitPublicKey = true, true, at, "b", 2, "0a"
		err = errors.Join(err1, tx.UpdateInfo(info))
		for i, id := range []string{"b", "a/1", "ä \"'\x00\xff"} { // not in their order, and not as this program makes them
			hash := []byte{0, byte(i), 255}
			profile := store.Profile{
				ID: id, Email: id + "@example.com", EmailKey: id, Name: "N" + id, Role: store.RoleMember, CreatedAt: at, LastSignInAt: at, Generation: 3,
				Password: store.PasswordRecord{Salt: hash, Params: store.Argon2id(cheap), PublicKey: hash, Lock: hash, Share: "s", ChangedAt: at}, Epoch: 2, State: store.ProfileSuspended, StateAt: at, LastSheet: 20, Language: "de",
			}
			set := store.Set{
				ID: "s" + id, ProfileID: id, Sheet: 10 - i, State: store.SetActive, Salt: hash, Params: params, IssuedAt: at, IssuedBy: "A", Replaces: i + 2,
				EndedAt: at, Run: 1, Place: i + 1, HandedOverAt: at, AcknowledgedAt: at,
			}
			bare := set
			bare.ID, bare.Sheet, bare.State = "t"+id, 20-i, store.SetReplaced
			err = errors.Join(err, tx.InsertProfile(profile),
				tx.InsertFactor(store.Factor{ProfileID: id, Since: at, Apps: []store.App{{Generation: 3, Item: "item" + id, AddedAt: at, LastStep: 7, LastUsedAt: at, LastUse: store.UseSignIn}}}),
				tx.InsertIntent(store.Intent{ID: id, Kind: store.IntentEnrol, ProfileID: id, Item: "next" + id, Generation: 4, ConfirmedStep: 5, CreatedAt: at}),
				tx.InsertSet(set, [][]byte{hash, {1}, {2}}[i:]), tx.InsertSet(bare, nil),
				tx.SaveAttempts(store.Attempts{Subject: id, Kind: store.KindCode, Failures: 3, SinceSignIn: 4, ChargedAt: at, BeforeAt: at, LockedUntil: at}),
				tx.InsertOneTime(store.OneTime{ProfileID: id, Kind: store.OneTimeHelp, Salt: hash, Params: params, Hash: hash, IssuedAt: at, IssuedBy: "b", ExpiresAt: at, EndedAt: at, Box: hash}),
				tx.InsertRun(store.Run{Number: 9 - i, At: at, ByID: "b", ByName: "B", Reason: "r", Kind: store.RunPrint, State: store.RunDone, Members: []string{"b"}[:i%2], Sheets: []int{4}[:i%2], EndedAt: at}),
				tx.InsertApproval(store.Approval{
					ID: id, Kind: store.ApproveHelpCode, Members: []string{id}, Reason: "r", ByID: "b", At: at, ExpiresAt: at, State: store.ApprovalUsed, DecidedBy: "a/1", DecidedAt: at,
				}),
				tx.SaveVaultKey(store.VaultKey{Holder: "profile/" + id, Recipient: "age1", Wrapped: hash, Ciphertext: hash[i:], Generation: 2, OnlyOne: true}),
				tx.SaveComputer(store.Computer{ProfileID: id, ID: "c" + string(rune('0'+i)), Name: "C", SigningKey: hash, BoxKey: hash, Seal: hash, Box: hash, AddedAt: at, LastUsedAt: at}),
				tx.InsertDocument(store.DocumentRow{ID: id, Generation: 2, State: store.DocumentRemoved, Ciphertext: hash}))
			_, used := tx.ConsumeCode(set.ID, 1, at, store.UseStepUp)
			err = errors.Join(err, used)
		}
		return err
	}))
	return h
}

// raw is the file as another program sees it: as it wrote it last, and with no
// rule of a table in its way.
func (h *fixture) raw() *sql.DB {
	h.Helper()
	db, err := sql.Open("sqlite", "file:"+h.file()+"?_pragma=ignore_check_constraints(1)&_pragma=synchronous(0)&_pragma=busy_timeout(5000)&_pragma=writable_schema(1)")
	h.ok(err)
	h.Cleanup(func() { _ = db.Close() })
	return db
}

type column struct{ table, name, kind string }

// columns are those of all tables that the log tells of.
func (h *fixture) columns(db *sql.DB) (all []column) {
	h.Helper()
	rows, err := db.Query("SELECT t.name, c.name, c.type FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'")
	h.ok(err)
	defer rows.Close()
	for rows.Next() {
		var c column
		h.ok(rows.Scan(&c.table, &c.name, &c.kind))
		if slices.Contains(parts, c.table) || !slices.Contains(unhashed, c.table) {
			all = append(all, c)
		}
	}
	h.ok(rows.Err())
	return all
}

// hashed are the hashes of all rows as a start makes them, after a look whether
// each row has the same by its key.
func (h *fixture) hashed() (hashes map[store.Key]audit.Hash, err error) {
	h.Helper()
	err = h.store.View(h.Context(), func(tx store.ReadTx) (err error) {
		if hashes, err = workspace.HashAll(inner(h.w), tx); err != nil {
			return err
		}
		for k, scanned := range hashes {
			if byKey, err := workspace.HashOne(inner(h.w), tx, k); err != nil || byKey != scanned {
				h.Errorf("%q has another hash by its key (%v)", k, err)
			}
		}
		return nil
	})
	return hashes, err
}

func TestTables_EachRowIsHashedAtTheStart(t *testing.T) {
	t.Parallel()
	h := ofEverything(t)
	hashes, err := h.hashed()
	h.ok(err)
	db := h.raw()
	want := 0
	for _, c := range h.columns(db) {
		var n, first int
		h.ok(db.QueryRow("SELECT count(*), (SELECT cid = 0 FROM pragma_table_info(?) WHERE name = ?) FROM "+c.table, c.table, c.name).Scan(&n, &first))
		if n < 2 && c.table != "workspace" {
			t.Errorf("this test puts %d rows into %s", n, c.table)
		}
		if !slices.Contains(unhashed, c.table) {
			want += n * first
		}
	}
	if len(hashes) != want {
		t.Errorf("%d of %d rows are hashed", len(hashes), want)
	}
}

func TestTables_HashCoversEachColumn(t *testing.T) {
	t.Parallel()
	h := ofEverything(t)
	db := h.raw()
	before, err := h.hashed()
	h.ok(err)
	for _, c := range h.columns(db) {
		if c == (column{"workspace", "one", "INTEGER"}) {
			continue // says nothing: it is 1
		}
		there, back := "unhex('78' || hex(#))", "unhex(substr(hex(#), 3))"
		switch c.kind {
		case "INTEGER":
			there = "CASE # WHEN 0 THEN 1 WHEN 1 THEN 0 ELSE -# END"
			back = there
		case "TEXT":
			there, back = "CAST("+there+" AS TEXT)", "CAST("+back+" AS TEXT)"
		}
		set := func(to string) {
			_, err := db.Exec("UPDATE " + c.table + " SET " + c.name + " = " + strings.ReplaceAll(to, "#", c.name))
			h.ok(err)
		}
		set(there)
		if after, err := h.hashed(); err == nil && maps.Equal(after, before) {
			t.Errorf("%s.%s can be changed", c.table, c.name)
		}
		set(back)
	}
	if after, err := h.hashed(); err != nil || !maps.Equal(after, before) {
		t.Errorf("this test does not put back what it has changed (%v)", err)
	}
}

// edited is a copy in whose file an index of ours has the entries of another, of
// a table with these columns and rows.
func (h *fixture) edited(t *testing.T, index, columns, own, rows string) *fixture {
	t.Helper()
	h = h.copied(t)
	h.sneak("CREATE TABLE planted "+columns, "INSERT INTO planted "+rows)
	theirs := "sqlite_autoindex_planted_1"
	if own != "" {
		h.sneak(own)
		theirs = "planted_index"
	}
	page := map[string]int{}
	db := h.raw()
	for _, name := range []string{index, theirs} {
		var n int
		h.ok(db.QueryRow("SELECT rootpage FROM sqlite_schema WHERE name = ?", name).Scan(&n))
		page[name] = n
	}
	for name, n := range map[string]int{index: page[theirs], theirs: page[index]} {
		h.ok(second(db.Exec("UPDATE sqlite_schema SET rootpage = ? WHERE name = ?", n, name)))
	}
	h.ok(db.Close())
	h.ok(second(h.raw().Exec("DROP TABLE planted")))
	return h
}

// TestOpen_FindsAnEditedIndex: the rows of the table are as they
// were, but a look-up by the key finds another's, or none.
func TestOpen_FindsAnEditedIndex(t *testing.T) {
	t.Parallel()
	home := peopled(t)
	for name, c := range map[string]struct{ table, columns, rows string }{
		"LeadsToAnother": {"profiles", "(key TEXT PRIMARY KEY)", `(rowid, key) SELECT CASE rowid WHEN (SELECT min(rowid) FROM profiles)
			THEN (SELECT max(rowid) FROM profiles) WHEN (SELECT max(rowid) FROM profiles) THEN (SELECT min(rowid) FROM profiles) ELSE rowid END, id FROM profiles`},
		"LeadsNowhere": {"factors", "(key TEXT PRIMARY KEY)", "(rowid, key) SELECT rowid, profile_id FROM factors LIMIT 1"},
		"InNoOrder":    {"factors", "(key TEXT PRIMARY KEY DESC)", "(rowid, key) SELECT rowid, profile_id FROM factors"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := home.edited(t, "sqlite_autoindex_"+c.table+"_1", c.columns, "", c.rows)
			_, err := h.start()
			h.refused(err, service.CodeNotAuthentic)
			if findings(err) == "" {
				t.Errorf("there is no report: %v", err)
			}
		})
	}
}

// TestOpen_FindsAnIndexThatSwapsRecoverySets: the sets and their keys
// are as they were, but the set in force of two members is each other's.
func TestOpen_FindsAnIndexThatSwapsRecoverySets(t *testing.T) {
	t.Parallel()
	h := peopled(t).edited(t, "one_active_set", "(profile_id TEXT NOT NULL, state TEXT NOT NULL)",
		"CREATE UNIQUE INDEX planted_index ON planted (profile_id) WHERE state = 'active'",
		"(rowid, profile_id, state) SELECT (SELECT sum(rowid) FROM recovery_sets WHERE state = 'active') - rowid, profile_id, state FROM recovery_sets WHERE state = 'active'")
	w, err := h.start()
	if w != nil {
		t.Error("it opened")
	}
	h.refused(err, service.CodeDatabaseDamaged)
}
