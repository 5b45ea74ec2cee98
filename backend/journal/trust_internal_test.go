package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/store"
)

// knownOwners are n owners as the keychain has them.
func knownOwners(n int) (t Trust) {
	t.generation, t.check = 3, bytes.Repeat([]byte{7}, checkSize)
	for i := range n {
		o := Owner{id: strings.Repeat("a", maxIDSize-i%2), step: int64(100 + i), used: uint16(i)}
		o.account[0], o.codes[proofSize-1] = byte(i), byte(i)
		t.owners = append(t.owners, o)
	}
	return t
}

func TestParseTrust_WholeFormsOnly(t *testing.T) {
	t.Parallel()
	long := binary.BigEndian.AppendUint32(nil, 1)
	long = append(append(long, make([]byte, checkSize)...), maxIDSize+1)
	long = append(long, make([]byte, maxIDSize+1+ownerSize)...)
	one := knownOwners(1).append(nil)
	for name, c := range map[string]struct {
		b    []byte
		want Trust
		err  error
	}{
		"nothing, of an older version":   {nil, Trust{}, nil},
		"no owner":                       {knownOwners(0).append(nil), knownOwners(0), nil},
		"some owners":                    {knownOwners(2).append(nil), knownOwners(2), nil},
		"as many owners as fit":          {knownOwners(mostOwners).append(nil), knownOwners(mostOwners), nil},
		"one owner more than fit":        {knownOwners(mostOwners + 1).append(nil), Trust{}, errTrustForm},
		"an ID that is too long":         {long, Trust{}, errTrustForm},
		"a head that is short of a byte": {make([]byte, 4+checkSize-1), Trust{}, errTrustForm},
		"one byte":                       {[]byte{1}, Trust{}, errTrustForm},
		"an owner short of a byte":       {one[:len(one)-1], Trust{}, errTrustForm},
		"an ID without its owner":        {one[:4+checkSize+1], Trust{}, errTrustForm},
	} {
		got, err := parseTrust(c.b)
		if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v and %+v", name, err, got)
		}
	}
}

func TestTrust_EqualComparesAllOfIt(t *testing.T) {
	t.Parallel()
	known := knownOwners(2)
	turned := knownOwners(2)
	turned.owners[0], turned.owners[1] = turned.owners[1], turned.owners[0]
	if !known.equal(knownOwners(2)) || !known.equal(turned) {
		t.Error("the same in another order is something else")
	}
	for name, change := range map[string]func(*Trust){
		"the vault key's number": func(o *Trust) { o.generation++ },
		"the vault key's check":  func(o *Trust) { o.check = bytes.Repeat([]byte{8}, checkSize) },
		"an owner's step":        func(o *Trust) { o.owners[1].step++ },
		"an owner less":          func(o *Trust) { o.owners = o.owners[:1] },
	} {
		other := knownOwners(2)
		change(&other)
		if known.equal(other) {
			t.Errorf("%s is not compared", name)
		}
	}
}

func TestTrust_TakesNoVaultCheckThatIsNone(t *testing.T) {
	t.Parallel()
	for check, ok := range map[string]bool{
		"": true, "00ff": true, strings.Repeat("ab", checkSize): true,
		"zz": false, "00ffz": false, "00f": false, strings.Repeat("ab", checkSize+1): false,
	} {
		var got Trust
		err := got.setVault(store.Info{VaultGeneration: 2, VaultPublicKey: check})
		switch {
		case ok != (err == nil):
			t.Errorf("%q: %v", check, err)
		case ok && (got.generation != 2 || len(got.check) != checkSize || !strings.HasPrefix(hex.EncodeToString(got.check), check)):
			t.Errorf("%q: %+v", check, got)
		case !ok && (got.generation != 0 || got.check != nil):
			t.Errorf("%q leaves %+v", check, got)
		}
	}
}

func TestTrust_OwnerWithAnIDThatDoesNotFitIsNotTaken(t *testing.T) {
	t.Parallel()
	j := &Journal{}
	if o, err := j.Owner(nil, store.Profile{ID: strings.Repeat("a", maxIDSize+1)}); err == nil {
		t.Errorf("taken as %+v", o)
	}
}

func TestOwner_SameIsWhoAndWithWhichCodes(t *testing.T) {
	t.Parallel()
	o := knownOwners(1).owners[0]
	other, account, codes := o, o, o
	other.id, account.account[0], codes.codes[0] = "b", 1, 1
	for name, c := range map[string]struct {
		as            Owner
		account, code bool
	}{
		"the same":        {o, true, true},
		"somebody else":   {other, false, true},
		"another account": {account, false, true},
		"other codes":     {codes, true, false},
	} {
		if o.SameAccount(c.as) != c.account || o.SameCodes(c.as) != c.code {
			t.Errorf("%s: %v, %v", name, o.SameAccount(c.as), o.SameCodes(c.as))
		}
	}
}

func TestHash_RowWithoutAFormIsAnError(t *testing.T) {
	t.Parallel()
	j := &Journal{key: func(use func(secret.Bytes)) error { use(secret.NewBytes(make([]byte, 32))); return nil }}
	never := store.Profile{ID: "a", CreatedAt: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)}
	if h, err := j.hash(key("profile", "a"), never); err == nil {
		t.Errorf("%x", h)
	}
	if h, err := j.hash(key("profile", "a"), store.Profile{ID: "a"}); err != nil || Digest(h) == "" {
		t.Errorf("%x, %v", h, err)
	}
}

func TestUsedBit_EachCodeHasItsOwn(t *testing.T) {
	t.Parallel()
	for number, want := range map[int]uint16{-1: 0, 0: 0, 1: 1, 2: 2, 10: 1 << 9, 16: 1 << 15, 17: 0, 64: 0} {
		if got := usedBit(number); got != want {
			t.Errorf("%d: %b", number, got)
		}
	}
}
