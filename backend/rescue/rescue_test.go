package rescue_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/rescue"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

const (
	pass  = "tundra velvet orchard 91"
	lease = "The rent is nine hundred a month."
)

func cheap(c *local.Config) {
	c.Password, c.Recovery = password.Cheap, recovery.Cheap
}

// home is a data folder and its keychain.
type home struct {
	*testing.T
	dir     string
	secrets *keychain.Memory
}

func (h *home) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatalf("%v (%v)", err, errors.Unwrap(err))
	}
}

func (h *home) open() (*client.Local, *sqlite.Store, error) {
	h.Helper()
	db, err := sqlite.Open(h.Context(), filepath.Join(h.dir, "workspace.db"))
	h.ok(err)
	files, err := documents.Open(filepath.Join(h.dir, "documents"))
	h.ok(err)
	c := local.Config{Store: db, Secrets: h.secrets, Files: files}
	cheap(&c)
	w, err := local.Open(h.Context(), c)
	if err != nil {
		h.ok(db.Close())
		return nil, nil, err
	}
	h.ok(w.RecoverAll(h.Context()))
	return w, db, nil
}

// lived is a home with two contracts, one in the bin, and its Emergency Kit.
func lived(t *testing.T) (*home, secret.Text) {
	t.Helper()
	h := &home{t, t.TempDir(), keychain.NewMemory()}
	w, db, err := h.open()
	h.ok(err)
	s, err := w.Create(t.Context(), client.NewWorkspace{Workspace: "Northwind", Name: "Amara Okafor", Email: "amara@example.com", Password: secret.NewText(pass)})
	h.ok(err)
	var all []client.Source
	for _, name := range []string{"=Lease, unit 4", "Old"} {
		all = append(all, client.Source{Name: name, Size: int64(len(lease)), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(lease)), nil
		}})
	}
	out, err := s.AddDocuments(t.Context(), slices.Values(all), nil)
	h.ok(err)
	h.ok(s.TagDocuments(t.Context(), out.IDs[:1], []string{"rent", "harbour"}, nil))
	h.ok(s.RemoveDocuments(t.Context(), out.IDs[1:]))
	a, err := s.Admin(t.Context())
	h.ok(err)
	kit, err := a.MakeKit(t.Context(), client.Proof{Password: secret.NewText(pass)})
	h.ok(err)
	text := kit.Identity
	h.ok(s.End(context.WithoutCancel(t.Context())))
	h.ok(db.Close())
	return h, text
}

func owner(kit secret.Text) rescue.Owner {
	return rescue.Owner{Workspace: "Northwind again", Name: "Hannah Weiß", Email: "hannah@example.com", Password: secret.NewText(pass), Kit: kit}
}

// theContractsAreBack signs the new owner in and reads everything.
func (h *home) theContractsAreBack() {
	h.Helper()
	w, db, err := h.open()
	h.ok(err)
	defer db.Close()
	s, _, err := w.SignIn(h.Context(), "hannah@example.com", secret.NewText(pass))
	h.ok(err)
	all, err := s.Documents(h.Context())
	h.ok(err)
	for _, d := range all {
		var out bytes.Buffer
		h.ok(s.CopyDocument(h.Context(), d.ID, &out, nil))
		removed := d.State == store.DocumentRemoved
		if out.String() != lease || d.AddedBy != "Amara Okafor" || removed != (d.Name == "Old") || !removed && (d.Name != "=Lease, unit 4" || !slices.Equal(d.Tags, []string{"rent", "harbour"})) {
			h.Errorf("%+v reads %q", d, out.String())
		}
	}
	if len(all) != 2 || w.Name() != "Northwind again" {
		h.Errorf("%d contracts in %s", len(all), w.Name())
	}
	a, err := s.Admin(h.Context())
	h.ok(err)
	if k, err := a.KitState(h.Context()); err != nil || !k.Current {
		h.Errorf("the kit: %+v, %v", k, err)
	}
	if _, _, err := w.SignIn(h.Context(), "amara@example.com", secret.NewText(pass)); !service.IsCode(err, service.CodeCredentialsWrong) {
		h.Errorf("the old profile: %v", err)
	}
}

func TestRescue_KitMakesANewOwnerWithoutTheKeychain(t *testing.T) {
	t.Parallel()
	h, kit := lived(t)
	h.secrets = keychain.NewMemory()
	if _, _, err := h.open(); !service.IsCode(err, service.CodeKeychainItemMissing) {
		t.Fatal(err)
	}
	wrong := owner(secret.NewText("AGE-SECRET-KEY-1"))
	if err := rescue.WithKit(t.Context(), h.dir, h.secrets, wrong, cheap); !service.IsCode(err, service.CodeKitForm) {
		t.Error(err)
	}
	_, other := lived(t)
	if err := rescue.WithKit(t.Context(), h.dir, h.secrets, owner(other), cheap); !service.IsCode(err, service.CodeKitWrong) {
		t.Error(err)
	}
	weak := owner(kit)
	weak.Password = secret.NewText("short")
	if err := rescue.WithKit(t.Context(), h.dir, h.secrets, weak, cheap); !service.IsCode(err, service.CodePasswordShort) {
		t.Error(err)
	}
	if names := h.secrets.Names(); len(names) > 0 {
		t.Errorf("what was refused left %v in the keychain", names)
	}
	h.ok(rescue.WithKit(t.Context(), h.dir, h.secrets, owner(kit), cheap))
	h.theContractsAreBack()
	aside, err := filepath.Glob(filepath.Join(h.dir, "workspace-before-*.db"))
	if err != nil || len(aside) != 1 {
		t.Errorf("set aside: %v, %v", aside, err)
	}
}

func TestRescue_WorksWithADamagedOrMissingDatabase(t *testing.T) {
	t.Parallel()
	for name, ruin := range map[string]func(path string) error{
		"Damaged": func(path string) error { return os.WriteFile(path, []byte("not a database at all"), 0o600) },
		"Gone":    os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, kit := lived(t)
			h.T, h.secrets = t, keychain.NewMemory()
			h.ok(ruin(filepath.Join(h.dir, "workspace.db")))
			_, other := lived(t)
			if err := rescue.WithKit(t.Context(), h.dir, h.secrets, owner(other), cheap); !service.IsCode(err, service.CodeKitWrong) {
				t.Error(err)
			}
			h.ok(rescue.WithKit(t.Context(), h.dir, h.secrets, owner(kit), cheap))
			h.theContractsAreBack()
		})
	}
}

// torn is a home whose database was damaged while commits lay in its WAL alone: the
// whole database and the WAL as they were.
func torn(t *testing.T) (h *home, kit secret.Text, database, wal []byte) {
	t.Helper()
	h, kit = lived(t)
	place := filepath.Join(h.dir, "workspace.db")
	w, db, err := h.open()
	h.ok(err)
	s, _, err := w.SignIn(t.Context(), "amara@example.com", secret.NewText(pass))
	h.ok(err)
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	database, err = os.ReadFile(place)
	h.ok(err)
	wal, err = os.ReadFile(place + "-wal")
	h.ok(err)
	h.ok(db.Close())
	if len(wal) == 0 {
		t.Fatal("the WAL is empty")
	}
	h.ok(os.WriteFile(place+"-wal", wal, 0o600))
	h.ok(os.WriteFile(place, append([]byte("damaged"), database[7:]...), 0o600))
	return h, kit, database, wal
}

func TestRescue_CommitsInTheWALAreSetAsideWithTheDatabase(t *testing.T) {
	t.Parallel()
	h, kit, database, _ := torn(t)
	old := h.secrets
	h.secrets = keychain.NewMemory()
	h.ok(rescue.WithKit(t.Context(), h.dir, h.secrets, owner(kit), cheap))
	h.theContractsAreBack()
	aside, err := filepath.Glob(filepath.Join(h.dir, "workspace-before-*.db"))
	if err != nil || len(aside) != 1 {
		t.Fatalf("set aside: %v, %v", aside, err)
	}
	h.ok(os.WriteFile(aside[0], database, 0o600)) // somebody repairs it
	db, err := sqlite.Open(t.Context(), aside[0])
	h.ok(err)
	defer db.Close()
	c := local.Config{Store: db, Secrets: old}
	cheap(&c)
	w, err := local.Open(t.Context(), c)
	h.ok(err)
	s, _, err := w.SignIn(t.Context(), "amara@example.com", secret.NewText(pass))
	h.ok(err)
	if o, err := s.Overview(t.Context()); err != nil || o.Profile.Name != "Amara N. Okafor" {
		t.Errorf("the last commit is lost: %q, %v", o.Profile.Name, err)
	}
}

func TestRescue_AWALWithoutItsDatabaseDoesNotMeetTheNewOne(t *testing.T) {
	t.Parallel()
	h, kit, _, wal := torn(t)
	h.secrets = keychain.NewMemory()
	place := filepath.Join(h.dir, "workspace.db")
	h.ok(os.Remove(place))
	h.ok(rescue.WithKit(t.Context(), h.dir, h.secrets, owner(kit), cheap))
	h.theContractsAreBack()
	aside, err := filepath.Glob(filepath.Join(h.dir, "workspace-before-*.db-wal"))
	if err != nil || len(aside) != 1 {
		t.Fatalf("set aside: %v, %v", aside, err)
	}
	if got, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(got, wal) {
		t.Errorf("%d bytes of %d, %v", len(got), len(wal), err)
	}
}

func TestRescue_LeftoversThatCannotBeReadAreAnError(t *testing.T) {
	t.Parallel()
	h, kit := lived(t)
	h.secrets = keychain.NewMemory()
	beside := filepath.Join(h.dir, "workspace.db.rescue")
	db, err := sqlite.Open(t.Context(), beside)
	h.ok(err)
	h.ok(db.Update(t.Context(), func(tx store.WriteTx) error { return tx.InsertInfo(store.Info{ID: "half", Name: "Half"}) }))
	h.ok(db.Close())
	h.ok(h.secrets.Set(t.Context(), "half/device", secret.NewBytes([]byte("key"))))
	ctx, stop := context.WithCancel(t.Context())
	stop() // each read fails
	if err := rescue.WithKit(ctx, h.dir, h.secrets, owner(kit), cheap); err == nil {
		t.Error("it went on")
	}
	if _, err := os.Stat(beside); err != nil || len(h.secrets.Names()) != 1 {
		t.Errorf("what names the items is gone, and they are not: %v, %v", err, h.secrets.Names())
	}
	h.ok(rescue.WithKit(t.Context(), h.dir, h.secrets, owner(kit), cheap))
	if names := h.secrets.Names(); len(names) != 5 {
		t.Errorf("the keychain has %v", names)
	}
}

func TestRescue_InterruptedCanBeRepeated(t *testing.T) {
	t.Parallel()
	h, kit := lived(t)
	h.secrets = keychain.NewMemory()
	// As far as a crash before the rename gets.
	ctx, stop := context.WithCancel(t.Context())
	failing := &stopping{Memory: h.secrets, stop: stop}
	if err := rescue.WithKit(ctx, h.dir, failing, owner(kit), cheap); err == nil {
		t.Fatal("it was not stopped")
	}
	h.ok(rescue.WithKit(t.Context(), h.dir, h.secrets, owner(kit), cheap))
	if names := h.secrets.Names(); len(names) != 5 {
		t.Errorf("the keychain has %v", names)
	}
	h.theContractsAreBack()
	left, err := filepath.Glob(filepath.Join(h.dir, "workspace.db.rescue*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// stopping stops at the third item.
type stopping struct {
	*keychain.Memory
	stop func()
	n    int
}

func (s *stopping) Set(ctx context.Context, name string, v secret.Bytes) error {
	if s.n++; s.n == 3 {
		s.stop()
	}
	return s.Memory.Set(ctx, name, v)
}
