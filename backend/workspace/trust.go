package workspace

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"countersign/backend/audit"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// trust is what the keychain knows of the workspace beside the head of its log: who
// can accept a database that does not fit, what each of them needs for it, and which
// vault key is the right one. It is written with the anchor, as one item, so whoever
// writes the data folder cannot choose any of it.
type trust struct {
	generation int    // of the vault's key; 0: there is none yet
	check      []byte // recognises that key, see vaultCheck; checkSize bytes
	owners     []trustedOwner
}

// trustedOwner is what the keychain knows of an owner who can sign in.
type trustedOwner struct {
	id      string
	account [proofSize]byte // of role, state, password and authenticator app
	codes   [proofSize]byte // of the recovery set that is active; zero: there is none
	step    int64           // the highest TOTP step that was used
	used    uint16          // recovery codes that were used: bit n is code n+1
}

// mostOwners bounds the item: Keychain.MaxValue is 1,920 bytes. The owners who came
// first are kept; others cannot accept.
const mostOwners = 24

// The forms: a generation, a check, and each owner with the length of the ID before it.
// A proof is 128 bits of HMAC-SHA-256 (RFC 2104 §5 allows half).
const (
	checkSize = 32
	proofSize = len(audit.Hash{}) / 2
	maxIDSize = 26                  // see newID
	ownerSize = 2*proofSize + 8 + 2 // and the ID
)

func (t trust) append(b []byte) []byte {
	check := t.check
	if check == nil {
		check = make([]byte, checkSize)
	}
	b = append(binary.BigEndian.AppendUint32(b, uint32(t.generation)), check...)
	for _, o := range t.owners {
		b = append(append(b, byte(len(o.id))), o.id...)
		b = append(append(b, o.account[:]...), o.codes[:]...)
		b = binary.BigEndian.AppendUint64(b, uint64(o.step))
		b = binary.BigEndian.AppendUint16(b, o.used)
	}
	return b
}

var errTrustForm = errors.New("what the keychain knows of the owners is not of our form")

func parseTrust(b []byte) (t trust, err error) {
	if len(b) == 0 { // of a version that did not keep this
		return t, nil
	}
	if len(b) < 4+checkSize {
		return t, errTrustForm
	}
	t.generation, t.check = int(binary.BigEndian.Uint32(b)), bytes.Clone(b[4:4+checkSize])
	for b = b[4+checkSize:]; len(b) > 0; {
		size := int(b[0])
		if size > maxIDSize || len(b) < 1+size+ownerSize || len(t.owners) == mostOwners {
			return trust{}, errTrustForm
		}
		o := trustedOwner{id: string(b[1 : 1+size])}
		b = b[1+size:]
		copy(o.account[:], b)
		copy(o.codes[:], b[proofSize:])
		o.step = int64(binary.BigEndian.Uint64(b[2*proofSize:]))
		o.used = binary.BigEndian.Uint16(b[2*proofSize+8:])
		t.owners, b = append(t.owners, o), b[ownerSize:]
	}
	return t, nil
}

// equal compares, whatever the order of the owners.
func (t trust) equal(o trust) bool {
	sorted := func(owners []trustedOwner) []trustedOwner {
		return slices.SortedFunc(slices.Values(owners), func(a, b trustedOwner) int { return strings.Compare(a.id, b.id) })
	}
	return t.generation == o.generation && bytes.Equal(t.check, o.check) && slices.Equal(sorted(t.owners), sorted(o.owners))
}

// owner finds what is known of a profile.
func (t trust) owner(id string) (trustedOwner, bool) {
	i := slices.IndexFunc(t.owners, func(o trustedOwner) bool { return o.id == id })
	if i < 0 {
		return trustedOwner{}, false
	}
	return t.owners[i], true
}

// trustOf reads what the keychain is to know from a database that fits its log.
func (w *Workspace) trustOf(tx ReadTx) (t trust, err error) {
	info, err := tx.Info()
	if err != nil {
		return t, err
	}
	if err := t.learnVault(info); err != nil {
		return t, err
	}
	owners, err := tx.Owners()
	if err != nil {
		return t, err
	}
	for _, p := range owners[:min(len(owners), mostOwners)] {
		o, err := w.trustedOwner(tx, p)
		if err != nil {
			return t, err
		}
		t.owners = append(t.owners, o)
	}
	return t, nil
}

func (t *trust) learnVault(info Info) error {
	check, err := hex.DecodeString(info.VaultCheck)
	if err != nil || len(check) > checkSize {
		return fmt.Errorf("the check of the vault's key is %q", info.VaultCheck)
	}
	t.generation, t.check = info.VaultGeneration, make([]byte, checkSize)
	copy(t.check, check)
	return nil
}

// account is what a proof of an owner's account is made of: whatever decides who
// this is, what they know and which phone they have. Times of use are no part of it,
// so that an owner can accept an older copy by the same password and phone.
type account struct {
	ID         string
	Role       Role
	State      ProfileState
	Password   PasswordRecord
	Generation int    // of the authenticator app; 0: 2FA is off
	Item       string // in the keychain
}

// codeProof is what a proof of a recovery set is made of.
type codeProof struct {
	ID     string
	Salt   []byte
	Params store.Argon2id
	Hashes [][]byte
}

// trustedOwner makes the proofs of an owner from the rows as they are.
func (w *Workspace) trustedOwner(tx ReadTx, p Profile) (o trustedOwner, err error) {
	if len(p.ID) > maxIDSize {
		return o, fmt.Errorf("a profile's ID has %d bytes", len(p.ID))
	}
	o.id = p.ID
	f, err := tx.Factor(p.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return o, err
	}
	o.step = f.LastStep
	h, err := w.hash(rowKey("account", p.ID), account{p.ID, p.Role, p.State, p.Password, f.Generation, f.Item})
	if err != nil {
		return o, err
	}
	copy(o.account[:], h[:])
	set, err := tx.ActiveSet(p.ID)
	if errors.Is(err, ErrNotFound) {
		return o, nil
	}
	if err != nil {
		return o, err
	}
	codes, err := tx.Codes(set.ID)
	if err != nil {
		return o, err
	}
	proof := codeProof{ID: set.ID, Salt: set.Salt, Params: set.Params}
	for _, c := range codes {
		proof.Hashes = append(proof.Hashes, c.Hash)
		if !c.UsedAt.IsZero() {
			o.used |= usedBit(c.Number)
		}
	}
	if h, err = w.hash(rowKey("codes", p.ID), proof); err != nil {
		return o, err
	}
	copy(o.codes[:], h[:])
	return o, nil
}

// usedBit is the place of a recovery code among those used.
func usedBit(number int) uint16 {
	if number < 1 || number > 16 {
		return 0
	}
	return 1 << (number - 1)
}

// learnings is how a change alters what the keychain is to know, as of one event.
type learnings struct {
	seq    int64
	vault  *trust                   // nil: as it was
	owners map[string]*trustedOwner // nil: is none that can sign in
}

// learn finds what the keychain is to know anew after a change, from the rows that it
// touched. Where this process has not seen all events before it, say since another
// process wrote them, their rows count as well.
func (c *change) learn(prev, head Head) (learnings, error) {
	l := learnings{seq: head.Seq, owners: map[string]*trustedOwner{}}
	c.w.mu.RLock()
	known := c.w.trustedAt
	c.w.mu.RUnlock()
	for _, k := range c.order {
		if err := c.learnRow(&l, k); err != nil {
			return l, err
		}
	}
	if known >= prev.Seq {
		return l, nil
	}
	var before []Key
	for e, err := range c.WriteTx.Events(known) {
		if err != nil {
			return l, err
		}
		for _, row := range e.Rows {
			table, id, _ := strings.Cut(row.Key, "/")
			before = append(before, Key{Table: table, ID: id})
		}
	}
	for _, k := range before {
		if err := c.learnRow(&l, k); err != nil {
			return l, err
		}
	}
	return l, nil
}

func (c *change) learnRow(l *learnings, k Key) error {
	id := k.ID
	switch k.Table {
	case "workspace":
		info, err := c.WriteTx.Info()
		if err != nil {
			return ignoreMissing(err)
		}
		l.vault = &trust{}
		return l.vault.learnVault(info)
	case "set":
		set, err := c.WriteTx.Set(k.ID)
		if err != nil {
			return ignoreMissing(err) // one that was never active
		}
		id = set.ProfileID
	case "profile", "factor":
	default:
		return nil
	}
	if _, done := l.owners[id]; done {
		return nil
	}
	p, err := c.WriteTx.Profile(id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	l.owners[id] = nil
	if err != nil || p.Role != RoleOwner || p.State != ProfileActive {
		return nil
	}
	o, err := c.w.trustedOwner(c.WriteTx, p)
	l.owners[id] = &o
	return err
}

// trusts makes what a committed change has taught part of what is known.
func (w *Workspace) trusts(l learnings) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := trust{generation: w.trusted.generation, check: w.trusted.check}
	if l.vault != nil {
		t.generation, t.check = l.vault.generation, l.vault.check
	}
	for _, o := range w.trusted.owners {
		now, touched := l.owners[o.id]
		switch {
		case !touched:
			t.owners = append(t.owners, o)
		case now != nil:
			t.owners = append(t.owners, *now)
		}
		delete(l.owners, o.id)
	}
	for _, id := range slices.Sorted(maps.Keys(l.owners)) {
		if o := l.owners[id]; o != nil && len(t.owners) < mostOwners {
			t.owners = append(t.owners, *o)
		}
	}
	w.trusted, w.trustedAt = t, l.seq
}

// vaultCheck recognises the newest of the vault's keys.
func vaultCheck(keys vault.Keys, workspaceID string) string {
	return hex.EncodeToString(keys.Check([]byte(workspaceID)))
}

// isVault reports whether keys are the vault's own, as against some that another has
// encrypted to a member. Nothing is encrypted to keys that are not.
func isVault(i Info, keys vault.Keys) bool {
	return i.VaultGeneration > 0 && keys.Generation() == i.VaultGeneration &&
		subtle.ConstantTimeCompare([]byte(vaultCheck(keys, i.ID)), []byte(i.VaultCheck)) == 1
}
