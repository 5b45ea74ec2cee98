package workspace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"testing"

	"countersign/backend/vault"
)

// knownOwners are n owners as the keychain has them.
func knownOwners(n int) (t trust) {
	t.generation, t.check = 3, bytes.Repeat([]byte{7}, checkSize)
	for i := range n {
		o := trustedOwner{id: strings.Repeat("a", maxIDSize-i%2), step: int64(100 + i), used: uint16(i)}
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
		want trust
		err  error
	}{
		"nothing, of an older version":   {nil, trust{}, nil},
		"no owner":                       {knownOwners(0).append(nil), knownOwners(0), nil},
		"some owners":                    {knownOwners(2).append(nil), knownOwners(2), nil},
		"as many owners as fit":          {knownOwners(mostOwners).append(nil), knownOwners(mostOwners), nil},
		"one owner more than fit":        {knownOwners(mostOwners + 1).append(nil), trust{}, errTrustForm},
		"an ID that is too long":         {long, trust{}, errTrustForm},
		"a head that is short of a byte": {make([]byte, 4+checkSize-1), trust{}, errTrustForm},
		"one byte":                       {[]byte{1}, trust{}, errTrustForm},
		"an owner short of a byte":       {one[:len(one)-1], trust{}, errTrustForm},
		"an ID without its owner":        {one[:4+checkSize+1], trust{}, errTrustForm},
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
	for name, change := range map[string]func(*trust){
		"the vault key's number": func(o *trust) { o.generation++ },
		"the vault key's check":  func(o *trust) { o.check = bytes.Repeat([]byte{8}, checkSize) },
		"an owner's step":        func(o *trust) { o.owners[1].step++ },
		"an owner less":          func(o *trust) { o.owners = o.owners[:1] },
	} {
		other := knownOwners(2)
		change(&other)
		if known.equal(other) {
			t.Errorf("%s is not compared", name)
		}
	}
}

func TestTrust_LearnsNoVaultCheckThatIsNone(t *testing.T) {
	t.Parallel()
	for check, ok := range map[string]bool{
		"": true, "00ff": true, strings.Repeat("ab", checkSize): true,
		"zz": false, "00ffz": false, "00f": false, strings.Repeat("ab", checkSize+1): false,
	} {
		var got trust
		err := got.learnVault(Info{VaultGeneration: 2, VaultCheck: check})
		switch {
		case ok != (err == nil):
			t.Errorf("%q: %v", check, err)
		case ok && (got.generation != 2 || len(got.check) != checkSize || !strings.HasPrefix(hexOf(got.check)+check, check)):
			t.Errorf("%q: %+v", check, got)
		case !ok && (got.generation != 0 || got.check != nil):
			t.Errorf("%q leaves %+v", check, got)
		}
	}
}

func TestTrust_OwnerWithAnIDThatDoesNotFitIsNotTaken(t *testing.T) {
	t.Parallel()
	w := &Workspace{}
	if o, err := w.trustedOwner(nil, Profile{ID: strings.Repeat("a", maxIDSize+1)}); err == nil {
		t.Errorf("taken as %+v", o)
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

func TestHexOf_NoCheckIsEmpty(t *testing.T) {
	t.Parallel()
	for want, check := range map[string][]byte{"0001": {0, 1}, "ff00": {255, 0}} {
		if got := hexOf(check); got != want {
			t.Errorf("%v: %q", check, got)
		}
	}
	for _, check := range [][]byte{nil, {}, {0, 0, 0}} {
		if got := hexOf(check); got != "" {
			t.Errorf("%v: %q", check, got)
		}
	}
}

func TestIsVault_OnlyTheNewestKeyOfAVault(t *testing.T) {
	t.Parallel()
	own, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	keys := vault.KeysOf(2, own)
	info := Info{ID: "w", VaultGeneration: 2, VaultCheck: vaultCheck(keys, "w")}
	if !info.isVault(keys) {
		t.Error("the vault's own keys are not")
	}
	for name, c := range map[string]struct {
		info Info
		keys vault.Keys
	}{
		"no keys where there is no vault":  {Info{ID: "w"}, vault.Keys{}},
		"a vault of generation 0":          {Info{ID: "w", VaultCheck: vaultCheck(keys, "w")}, keys},
		"the same key as an older one":     {info, vault.KeysOf(1, own)},
		"the same key as a newer one":      {info, vault.KeysOf(3, own)},
		"another key of this generation":   {info, vault.KeysOf(2, other)},
		"no keys":                          {info, vault.Keys{}},
		"the key of another workspace's":   {Info{ID: "v", VaultGeneration: 2, VaultCheck: info.VaultCheck}, keys},
		"a vault whose check is not known": {Info{ID: "w", VaultGeneration: 2}, keys},
	} {
		if c.info.isVault(c.keys) {
			t.Errorf("%s are the vault's", name)
		}
	}
}
