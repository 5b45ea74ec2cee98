package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"countersign/backend/audit"
	"countersign/backend/store"
)

// Trust is what the keychain knows of the workspace beside the head of its log: who
// can accept a database that does not fit, what each of them needs for it, and which
// vault key is the right one. It is written with the anchor, as one item, so whoever
// writes the data folder cannot choose any of it.
type Trust struct {
	generation int    // of the vault's key; 0: there is none yet
	check      []byte // recognises that key, see store.Info.VaultPublicKey; checkSize bytes
	owners     []Owner
}

// Owner is what the keychain knows of an owner who can sign in.
type Owner struct {
	id      string
	account [proofSize]byte // of role, state, password and authenticator apps
	codes   [proofSize]byte // of the recovery set that is active; zero: there is none
	step    int64           // the highest TOTP step that was used of any of the apps
	used    uint16          // recovery codes that were used: bit n is code n+1
}

// mostOwners bounds the item: store.MaxSecret is 1,920 bytes. The owners who came
// first are kept; others cannot accept.
const mostOwners = 24

// The forms: a generation, a check, and each owner with the length of the ID before it.
// A proof is 128 bits of HMAC-SHA-256 (RFC 2104 §5 allows half).
const (
	checkSize = 32
	proofSize = len(audit.Hash{}) / 2
	maxIDSize = 26                  // 128 bits in base32
	ownerSize = 2*proofSize + 8 + 2 // and the ID
)

func (t Trust) append(b []byte) []byte {
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

func parseTrust(b []byte) (t Trust, err error) {
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
			return Trust{}, errTrustForm
		}
		o := Owner{id: string(b[1 : 1+size])}
		b = b[1+size:]
		copy(o.account[:], b)
		copy(o.codes[:], b[proofSize:])
		o.step = int64(binary.BigEndian.Uint64(b[2*proofSize:]))
		o.used = binary.BigEndian.Uint16(b[2*proofSize+8:])
		t.owners, b = append(t.owners, o), b[ownerSize:]
	}
	return t, nil
}

// Vault is the generation of the vault's key and what recognises it; 0: none yet.
func (t Trust) Vault() (generation int, check []byte) { return t.generation, t.check }

// SameAccount reports whether role, state, password and authenticator apps are the same.
func (o Owner) SameAccount(as Owner) bool { return o.id == as.id && o.account == as.account }

// SameCodes reports whether the active recovery set is the same, or there is none.
func (o Owner) SameCodes(as Owner) bool { return o.codes == as.codes }

// Step is the highest TOTP step that was used of any authenticator app: what shows less has gone back.
func (o Owner) Step() int64 { return o.step }

// UsedCode reports whether a recovery code was used.
func (o Owner) UsedCode(number int) bool { return o.used&usedBit(number) != 0 }

// UseStep uses up a TOTP step. It is false for one that is used already.
func (o *Owner) UseStep(step int64) bool {
	fresh := step > o.step
	o.step = max(o.step, step)
	return fresh
}

// UseCode uses up a recovery code. It is false for one that is used already.
func (o *Owner) UseCode(number int) bool {
	fresh := !o.UsedCode(number)
	o.used |= usedBit(number)
	return fresh
}

// equal compares, whatever the order of the owners.
func (t Trust) equal(o Trust) bool {
	sorted := func(owners []Owner) []Owner {
		return slices.SortedFunc(slices.Values(owners), func(a, b Owner) int { return strings.Compare(a.id, b.id) })
	}
	return t.generation == o.generation && bytes.Equal(t.check, o.check) && slices.Equal(sorted(t.owners), sorted(o.owners))
}

// Owner finds what is known of a profile.
func (t Trust) Owner(id string) (Owner, bool) {
	i := slices.IndexFunc(t.owners, func(o Owner) bool { return o.id == id })
	if i < 0 {
		return Owner{}, false
	}
	return t.owners[i], true
}

// trustOf reads what the keychain is to know from a database that fits its log.
func (j *Journal) trustOf(tx store.ReadTx) (t Trust, err error) {
	info, err := tx.Info()
	if err != nil {
		return t, err
	}
	if err := t.setVault(info); err != nil {
		return t, err
	}
	owners, err := tx.Owners()
	if err != nil {
		return t, err
	}
	for _, p := range owners[:min(len(owners), mostOwners)] {
		o, err := j.Owner(tx, p)
		if err != nil {
			return t, err
		}
		t.owners = append(t.owners, o)
	}
	return t, nil
}

func (t *Trust) setVault(info store.Info) error {
	check, err := hex.DecodeString(info.VaultPublicKey)
	if err != nil || len(check) > checkSize {
		return fmt.Errorf("the check of the vault's key is %q", info.VaultPublicKey)
	}
	t.generation, t.check = info.VaultGeneration, make([]byte, checkSize)
	copy(t.check, check)
	return nil
}

// account is what a proof of an owner's account is made of: whatever decides who
// this is, what they know and which phones they have. Times of use and names are no part of it,
// so that an owner can accept an older copy by the same password and phones.
type account struct {
	ID       string
	Role     store.Role
	State    store.ProfileState
	Password store.PasswordRecord
	Apps     []appProof // none: 2FA is off
}

type appProof struct {
	Generation int
	Item       string // in the keychain
}

// codeProof is what a proof of a recovery set is made of.
type codeProof struct {
	ID     string
	Salt   []byte
	Params store.Argon2id
	Hashes [][]byte
}

// Owner makes the proofs of an owner from the rows as they are.
func (j *Journal) Owner(tx store.ReadTx, p store.Profile) (o Owner, err error) {
	if len(p.ID) > maxIDSize {
		return o, fmt.Errorf("a profile's ID has %d bytes", len(p.ID))
	}
	o.id = p.ID
	f, err := tx.Factor(p.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return o, err
	}
	o.step = f.LastStep()
	var apps []appProof
	for _, a := range f.Apps {
		apps = append(apps, appProof{a.Generation, a.Item})
	}
	h, err := j.hash(key("account", p.ID), account{p.ID, p.Role, p.State, p.Password, apps})
	if err != nil {
		return o, err
	}
	copy(o.account[:], h[:])
	set, err := tx.ActiveSet(p.ID)
	if errors.Is(err, store.ErrNotFound) {
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
	if h, err = j.hash(key("codes", p.ID), proof); err != nil {
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

// trustChanges is how a change alters what the keychain is to know, as of one event.
type trustChanges struct {
	seq    int64
	vault  *Trust            // nil: as it was
	owners map[string]*Owner // nil: is none that can sign in
}

// changesTrust finds what the keychain is to know anew after a change, from the rows that it
// touched. Where this process has not seen all events before it, say since another
// process wrote them, their rows count as well.
func (t *Tx) changesTrust(prev, head store.Head) (trustChanges, error) {
	l := trustChanges{seq: head.Seq, owners: map[string]*Owner{}}
	t.j.mu.RLock()
	known := t.j.trustedAt
	t.j.mu.RUnlock()
	for _, k := range t.order {
		if err := t.addRow(&l, k); err != nil {
			return l, err
		}
	}
	if known >= prev.Seq {
		return l, nil
	}
	var before []store.Key
	for e, err := range t.tx.Events(known) {
		if err != nil {
			return l, err
		}
		for _, row := range e.Rows {
			table, id, _ := strings.Cut(row.Key, "/")
			before = append(before, store.Key{Table: table, ID: id})
		}
	}
	for _, k := range before {
		if err := t.addRow(&l, k); err != nil {
			return l, err
		}
	}
	return l, nil
}

func (t *Tx) addRow(l *trustChanges, k store.Key) error {
	id := k.ID
	switch k.Table {
	case "workspace":
		info, err := t.tx.Info()
		if err != nil {
			return ignoreMissing(err)
		}
		l.vault = &Trust{}
		return l.vault.setVault(info)
	case "set":
		set, err := t.tx.Set(k.ID)
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
	p, err := t.tx.Profile(id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	l.owners[id] = nil
	if err != nil || p.Role != store.RoleOwner || p.State != store.ProfileActive {
		return nil
	}
	o, err := t.j.Owner(t.tx, p)
	l.owners[id] = &o
	return err
}

// trusts makes what a committed change has taught part of what is known.
func (j *Journal) trusts(l trustChanges) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.trusted, j.trustedAt = j.trusted.with(l), l.seq
}

// with is what is known once a change is committed that teaches this.
func (t Trust) with(l trustChanges) Trust {
	is := Trust{generation: t.generation, check: t.check}
	if l.vault != nil {
		is.generation, is.check = l.vault.generation, l.vault.check
	}
	fresh := maps.Clone(l.owners)
	for _, o := range t.owners {
		now, touched := fresh[o.id]
		switch {
		case !touched:
			is.owners = append(is.owners, o)
		case now != nil:
			is.owners = append(is.owners, *now)
		}
		delete(fresh, o.id)
	}
	for _, id := range slices.Sorted(maps.Keys(fresh)) {
		if o := fresh[id]; o != nil && len(is.owners) < mostOwners {
			is.owners = append(is.owners, *o)
		}
	}
	return is
}
