package remote_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/serverkey"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// Each attacker of SECURITY.md's table of a server, who has exactly what the test gives them.

const (
	leaseName = "Lease of the mill.txt"
	leaseText = "The mill is let to Bella Novak for nine years."
)

// held is a workspace at a server as countersignd has one, with PostgreSQL and a key of its own, and what its attackers may take of it.
type held struct {
	*place
	conn   string            // the database, which is what a dump has
	data   *postgres.Store   // the same, as rows
	key    *postgres.Key     // the server's
	laptop *keychain.Memory  // of Bella, with the keychain unlocked
	bella  *client.Workspace // on it
	phone  *phone            // Bella's
	secret []string          // what nobody is to find: passwords, codes and contracts
}

func newHeld(t *testing.T) *held {
	t.Helper()
	h := &held{conn: postgrestest.Template(t), laptop: keychain.NewMemory()}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(postgres.Migrate(t.Context(), h.conn))
	db, err := postgres.Open(t.Context(), h.conn)
	ok(err)
	t.Cleanup(db.Close)
	key, err := serverkey.Create(filepath.Join(t.TempDir(), "server.key"))
	ok(err)
	h.key, err = db.TakeKey(t.Context(), key)
	ok(err)
	h.data = db.Workspace("w")
	h.place = newPlaceOn(t, h.data, h.key.Secrets(h.data), h.data.Blobs(context.WithoutCancel(t.Context())), 0, asItIs)
	s := h.signIn(h.owner, ownerEmail, ownerPass)
	h.place.add(s, leaseName, leaseText)
	a, err := s.Admin(h.ctx())
	ok(err)
	given, err := a.AddMember(h.ctx(), service.NewMember{Name: "Bella Novak", Email: bellaEmail, Role: service.RoleMember}, client.Proof{Password: secret.NewText(ownerPass)})
	ok(err)
	h.bella = h.computerWith(t, remote.Config{Server: h.ts.URL}, h.laptop)
	in, _, err := h.bella.Redeem(h.ctx(), bellaEmail, secret.NewText(given.Code.Display()), secret.NewText(bellaPass))
	ok(err)
	phone, codes := h.enable(in, bellaPass)
	h.phone = phone
	h.secret = append(codes, ownerPass, bellaPass, leaseName, leaseText, given.Code.Display(), string(phone.key))
	return h
}

// add adds a contract.
func (p *place) add(s *client.Session, name, text string) {
	p.Helper()
	p.ok(second(s.AddDocuments(p.ctx(), slices.Values([]client.Source{source(name, text)}), nil)))
}

func source(name, text string) client.Source {
	return client.Source{Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// reads gives the text of the one contract that there is.
func (p *place) reads(s *client.Session) string {
	p.Helper()
	all, err := s.Documents(p.ctx())
	p.ok(err)
	var out bytes.Buffer
	p.ok(s.CopyDocument(p.ctx(), all[0].ID, &out, nil))
	return out.String()
}

// dump is the whole database as text.
func (h *held) dump() string {
	h.Helper()
	conn, err := pgx.Connect(h.ctx(), h.conn)
	h.ok(err)
	defer func() { h.ok(conn.Close(h.ctx())) }()
	rows, err := conn.Query(h.ctx(), "SELECT tablename::text FROM pg_tables WHERE schemaname = 'countersign' ORDER BY 1")
	h.ok(err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	h.ok(err)
	var all strings.Builder
	for _, table := range tables {
		rows, err := conn.Query(h.ctx(), "SELECT r::text FROM countersign."+table+" r")
		h.ok(err)
		text, err := pgx.CollectRows(rows, pgx.RowTo[string])
		h.ok(err)
		all.WriteString(strings.Join(text, "\n"))
	}
	return all.String()
}

// person is what the database has of somebody.
type person struct {
	profile store.Profile
	row     store.VaultKey
}

func (h *held) person(email string) (p person) {
	h.Helper()
	h.ok(h.data.View(h.ctx(), func(tx store.ReadTx) (err error) {
		if p.profile, err = tx.ProfileByEmail(email); err == nil {
			p.row, err = tx.VaultKey("profile/" + p.profile.ID)
		}
		return err
	}))
	return p
}

// derived is what an attacker makes of a guess at a password.
func (p person) derived(guess string) secret.Bytes {
	return password.Derive(secret.NewText(guess), p.profile.Password.Salt, password.Params(p.profile.Password.Params))
}

// tells reports whether a guess can be told to be right.
func (p person) tells(guess string, share secret.Bytes) bool {
	return bytes.Equal(password.PublicKey(p.derived(guess), share), p.profile.Password.PublicKey)
}

// opens gives the key pair that a guess unwraps.
func (p person) opens(guess string, share, lock secret.Bytes) (vault.Identity, bool) {
	own, _, err := vault.Unwrap(password.WrappingKey(p.derived(guess), share, lock), "password", p.row.Wrapped)
	return own, err == nil
}

// item reads one of the server's secrets, with its key.
func (h *held) item(name string) secret.Bytes {
	h.Helper()
	b, err := h.key.Secrets(h.data).Get(h.ctx(), h.inner.ID()+"/"+name)
	h.ok(err)
	return b
}

// lockOf opens the lock of somebody, with the server's key.
func (h *held) lockOf(p person) secret.Bytes {
	h.Helper()
	block, err := aes.NewCipher(h.item("lock").Reveal())
	h.ok(err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	h.ok(err)
	lock, err := aead.Open(nil, nil, p.profile.Password.Lock, []byte("countersign lock v1\x00"+p.profile.ID))
	h.ok(err)
	return secret.NewBytes(lock)
}

func (h *held) share(of *keychain.Memory) secret.Bytes {
	h.Helper()
	b, err := of.Get(h.ctx(), client.ShareName(h.inner.ID()))
	h.ok(err)
	return b
}

// guesses are all byte strings of the database that could be a share or a lock.
func (h *held) guesses(dump string) (all []secret.Bytes) {
	h.Helper()
	for _, part := range strings.Split(dump, `"\\x`)[1:] {
		text, _, _ := strings.Cut(part, `"`)
		if b, err := hex.DecodeString(text); err == nil && len(b) >= 32 {
			all = append(all, secret.NewBytes(b[:32]), secret.NewBytes(b[len(b)-32:]))
		}
	}
	if len(all) < 20 {
		h.Fatalf("the dump has only %d byte strings", len(all))
	}
	return all
}

func items(h *held) map[string]string {
	h.Helper()
	all := map[string]string{}
	for _, name := range h.laptop.Names() {
		b, err := h.laptop.Get(h.ctx(), name)
		h.ok(err)
		all[name] = string(b.Reveal())
	}
	return all
}

// Nothing on the laptop depends on the password, so nothing there says whether a guess is right. The server does, a few times.
func TestAttacker_LaptopWithItsKeychainCanOnlyAskTheServer(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	before := items(h)
	if len(before) != 4 { // share, key of the computer, vault, checkpoint
		t.Errorf("the keychain has %d items", len(before))
	}
	wait := func() secret.Text { return secret.NewText(h.phone.code()) }
	enter := func(pass string) *client.Session {
		_, c, err := h.bella.SignIn(h.ctx(), bellaEmail, secret.NewText(pass))
		h.ok(err)
		s, err := c.Verify(h.ctx(), wait())
		h.ok(err)
		return s
	}
	const other = "kettle drum marzipan 7"
	s := enter(bellaPass)
	h.ok(s.ChangePassword(h.ctx(), secret.NewText(bellaPass), secret.NewText(other), client.FactorInput{Kind: service.FactorCode, Value: wait()}))
	enter(other)
	for name, value := range items(h) {
		if name == client.CheckpointName(h.bella.ID()) { // it changes with each event: it has hashes that nobody can make without the server’s key
			continue
		}
		if value != before[name] {
			t.Errorf("%s depends on the password", name)
		}
	}
	// With the right password, the code is still missing, and without it nothing is told that could be unwrapped.
	_, c, err := h.bella.SignIn(h.ctx(), bellaEmail, secret.NewText(other))
	h.ok(err)
	if c == nil {
		t.Fatal("the password alone is enough")
	}
	if own, err := c.OwnKeys(h.ctx()); err == nil || own.Lock.Len() > 0 || len(own.Wrapped) > 0 {
		t.Error("the lock is given out before the code")
	}
	for range 5 {
		_, _, err := h.bella.SignIn(h.ctx(), bellaEmail, secret.NewText("granite lagoon whisper 48"))
		h.refused(err, service.CodeCredentialsWrong)
	}
	_, _, err = h.bella.SignIn(h.ctx(), bellaEmail, secret.NewText(other))
	h.refused(err, service.CodeThrottled)
}

func TestAttacker_DatabaseDumpTellsNoSecretAndNoRightGuess(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	dump := h.dump()
	if !strings.Contains(dump, bellaEmail) {
		t.Fatal("this is no dump")
	}
	low := strings.ToLower(dump)
	for _, s := range h.secret {
		plain := strings.NewReplacer("-", "", " ", "").Replace(s)
		for form, text := range map[string]string{
			"as it is": s, "without hyphens": plain, "in hex": hex.EncodeToString([]byte(s)), "in hex without hyphens": hex.EncodeToString([]byte(plain)),
			"in base64": base64.RawStdEncoding.EncodeToString([]byte(s)), "in base32": base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(s)),
		} {
			if strings.Contains(low, strings.ToLower(text)) {
				t.Errorf("the dump has %q %s", s, form)
			}
		}
	}
	// Whatever is in the database is no share and no lock: the right password is a guess like any other.
	p := h.person(bellaEmail)
	guesses := h.guesses(dump)
	for _, share := range guesses {
		if p.tells(bellaPass, share) {
			t.Fatal("the database tells a right guess")
		}
	}
	share := h.share(h.laptop) // which the attacker does not have
	for _, lock := range guesses {
		if _, opens := p.opens(bellaPass, share, lock); opens {
			t.Fatal("a lock is in the database in clear")
		}
	}
	other, err := serverkey.Create(filepath.Join(t.TempDir(), "other.key"))
	h.ok(err)
	db, err := postgres.Open(t.Context(), h.conn)
	h.ok(err)
	defer db.Close()
	if _, err := db.TakeKey(t.Context(), other); err == nil {
		t.Error("another server's key is taken")
	}
}

func TestAttacker_DatabaseAndServersKeyCannotTellARightGuess(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	p := h.person(bellaEmail)
	lock, pepper := h.lockOf(p), h.item("pepper") // which they find
	var totp secret.Bytes
	h.ok(h.data.View(h.ctx(), func(tx store.ReadTx) error {
		f, err := tx.Factor(p.profile.ID)
		if err == nil {
			totp, err = h.key.Secrets(h.data).Get(h.ctx(), f.Apps[0].Item)
		}
		return err
	}))
	if lock.Len() != password.KeySize || pepper.Len() == 0 || totp.Len() == 0 {
		t.Fatal("the attacker does not have the server's key")
	}
	for _, share := range append(h.guesses(h.dump()), lock, pepper, h.item("integrity"), h.item("lock")) {
		if p.tells(bellaPass, share) {
			t.Error("a share is at the server")
		}
		if _, opens := p.opens(bellaPass, share, lock); opens {
			t.Error("the contracts can be opened at the server")
		}
	}
	if !p.tells(bellaPass, h.share(h.laptop)) {
		t.Error("nor can they with the share: this proves nothing")
	}
}

func TestAttacker_DatabaseServersKeyAndALaptopGuessThatMemberAlone(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	bella, owner := h.person(bellaEmail), h.person(ownerEmail)
	share := h.share(h.laptop)
	for _, guess := range []string{"granite lagoon whisper 48", ownerPass, ""} {
		if _, opens := bella.opens(guess, share, h.lockOf(bella)); opens || bella.tells(guess, share) {
			t.Errorf("%q is as good as the password", guess)
		}
	}
	if params := store.Argon2id(password.DefaultParams); params.MemoryKiB < 64<<10 || params.Time < 3 { // what each guess costs, where no test made it cheap
		t.Errorf("a guess costs %+v", params)
	}
	// The right guess opens everything that this member reads.
	own, opens := bella.opens(bellaPass, share, h.lockOf(bella))
	if !opens || !bella.tells(bellaPass, share) {
		t.Fatal("the attacker has not what the test says")
	}
	keys, err := own.Open(bella.row.Ciphertext)
	h.ok(err)
	if keys.Generation() != 1 {
		t.Errorf("generation %d", keys.Generation())
	}
	// It says nothing of another's password.
	if _, opens := owner.opens(ownerPass, share, h.lockOf(owner)); opens || owner.tells(ownerPass, share) {
		t.Error("another member's password can be guessed on this laptop")
	}
	if _, err := own.Open(owner.row.Ciphertext); err == nil {
		t.Error("another member's row opens")
	}
}

// An admin has removed a stolen laptop. With it, and even with the password, the server gives nothing. What the laptop's share is worth against the database
// ends with the next password, but not for a copy from before.
func TestAttacker_LaptopThatAnAdminRemovedIsOfNoUseAlone(t *testing.T) {
	t.Parallel()
	const samEmail, samPass, nextPass = "sam@example.com", "orchid tundra basalt 57", "velvet harbour lantern 38"
	h := newHeld(t)
	a, err := h.signIn(h.owner, ownerEmail, ownerPass).Admin(h.ctx())
	h.ok(err)
	given, err := a.AddMember(h.ctx(), service.NewMember{Name: "Sam Ortiz", Email: samEmail, Role: service.RoleMember}, client.Proof{Password: secret.NewText(ownerPass)})
	h.ok(err)
	stolen, kept := keychain.NewMemory(), keychain.NewMemory()
	laptop, office := h.computerWith(t, remote.Config{Server: h.ts.URL}, stolen), h.computerWith(t, remote.Config{Server: h.ts.URL}, kept)
	in, _, err := laptop.Redeem(h.ctx(), samEmail, secret.NewText(given.Code.Display()), secret.NewText(samPass))
	h.ok(err)
	code, err := in.GiveComputerCode(h.ctx(), client.Proof{Password: secret.NewText(samPass)})
	h.ok(err)
	h.ok(office.AddComputer(h.ctx(), samEmail, secret.NewText(code.Code.Display())))
	share := h.share(stolen)
	list, err := in.Computers(h.ctx())
	h.ok(err)
	here := slices.IndexFunc(list.All, func(c client.Computer) bool { return c.Here })
	h.ok(a.RemoveComputer(h.ctx(), in.ProfileID(), list.All[here].ID, client.Proof{Password: secret.NewText(ownerPass)}))

	h.wants("the session on the laptop", second(in.Overview(h.ctx())), service.CodeSessionEnded)
	_, _, err = laptop.SignIn(h.ctx(), samEmail, secret.NewText(samPass))
	h.wants("the right password on the laptop", err, service.CodeComputerUnknown)
	before := h.person(samEmail)
	locked := h.lockOf(before)
	if _, opens := before.opens(samPass, share, locked); !opens {
		t.Error("with the database and the server's key the share is worth nothing: SECURITY.md says less than is so")
	}
	for _, lock := range append(h.guesses(h.dump()), secret.NewBytes(make([]byte, 32))) {
		if _, opens := before.opens(samPass, share, lock); opens {
			t.Fatal("the right password opens without the server's key")
		}
	}

	s := h.signIn(office, samEmail, samPass)
	h.ok(s.ChangePassword(h.ctx(), secret.NewText(samPass), secret.NewText(nextPass), client.FactorInput{}))
	now := h.person(samEmail)
	for _, pass := range []string{samPass, nextPass} {
		if _, opens := now.opens(pass, share, h.lockOf(now)); opens || now.tells(pass, share) {
			t.Errorf("after the change the laptop's share is worth something with %q", pass)
		}
	}
	shares := h.share(kept).Reveal()
	if newest := secret.NewBytes(shares[len(shares)-32:]); !now.tells(nextPass, newest) {
		t.Error("nor is the new one: this proves nothing")
	}
	if _, opens := before.opens(samPass, share, locked); !opens {
		t.Error("a copy from before is of no use: SECURITY.md says less than is so")
	}
}
