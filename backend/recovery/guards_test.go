package recovery_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"countersign/backend/recovery"
	"countersign/backend/secret"
)

func TestGenerate_ShortSourceWithoutRepeatsIsRefused(t *testing.T) {
	t.Parallel()
	var source []byte
	for i := range 16 * recovery.SetSize {
		source = append(source, byte(i))
		source[i] ^= byte(i / 16) // the codes differ in more than their order
	}
	if _, err := recovery.Generate(bytes.NewReader(source)); err != nil {
		t.Fatalf("the whole source: %v", err)
	}
	for n := range source {
		if codes, err := recovery.Generate(bytes.NewReader(source[:n])); err == nil || codes != nil {
			t.Errorf("%d bytes gave %d codes, %v", n, len(codes), err)
		}
	}
}

func TestParse_EveryLetterIsReadInEitherCase(t *testing.T) {
	t.Parallel()
	for _, s := range [][2]string{{"abcd-efgh-jkmn-pqrs", "ABCD-EFGH-JKMN-PQRS"}, {"tvwx-yz01-2345-6789", "TVWX-YZ01-2345-6789"}} {
		if c := parse(t, s[0]); c.Display() != s[1] {
			t.Errorf("%s reads as another code", s[0])
		}
	}
}

func TestDisplay_NoCodeHasNoCharacters(t *testing.T) {
	t.Parallel()
	if s := (recovery.Code{}).Display(); s != "---" {
		t.Errorf("%q", s)
	}
}

func TestParamsCheck_TakesTheLeastAndTheMost(t *testing.T) {
	t.Parallel()
	for _, p := range []recovery.Params{{MemoryKiB: 19 << 10, Time: 1, Threads: 1}, {MemoryKiB: 1 << 20, Time: 16, Threads: 16}} {
		if err := p.Check(); err != nil {
			t.Errorf("%+v: %v", p, err)
		}
	}
	for _, p := range []recovery.Params{
		{MemoryKiB: 19<<10 - 1, Time: 1, Threads: 1}, {MemoryKiB: 1<<20 + 1, Time: 1, Threads: 1}, {MemoryKiB: 19 << 10, Time: 0, Threads: 1},
		{MemoryKiB: 19 << 10, Time: 17, Threads: 1}, {MemoryKiB: 19 << 10, Time: 1, Threads: 0}, {MemoryKiB: 19 << 10, Time: 1, Threads: 17},
		{}, {MemoryKiB: 1<<32 - 1, Time: 1<<32 - 1, Threads: 255},
	} {
		if err := p.Check(); !errors.Is(err, recovery.ErrParams) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// A changed key would leave what it wraps unreadable. Node's crypto gives the same values.
func TestProofAndWrappingKey_AreOfTheCodeAndTellNothingOfEachOther(t *testing.T) {
	t.Parallel()
	p := recovery.Params{MemoryKiB: 19 << 10, Time: 1, Threads: 1}
	c := parse(t, "0HTR-1V5M-J8XP-4CE2")
	derived := recovery.Derive(c, salt, p)
	proof, key := recovery.Proof(derived), recovery.WrappingKey(derived)
	if !recovery.ProofOf(c, salt, p).Equal(proof) {
		t.Error("the proof is another than ProofOf's")
	}
	if got := hex.EncodeToString(proof.Reveal()); got != "820369aa63d22c9a5269d955143bd801a7d137018923eb6bb9134dad84957056" {
		t.Errorf("proof %s", got)
	}
	if got := hex.EncodeToString(key.Reveal()); got != "96608909ed09669360710cbc0ae00c88d1e01aaaacfac4d41eea9665cb85f6b5" {
		t.Errorf("key %s", got)
	}
	for name, other := range map[string]secret.Bytes{
		"another code": recovery.Derive(set(t)[0], salt, p), "another salt": recovery.Derive(c, []byte("0123456789abcdeg"), p), "no code": recovery.Derive(recovery.Code{}, salt, p),
	} {
		if recovery.WrappingKey(other).Equal(key) || recovery.Proof(other).Equal(proof) {
			t.Errorf("%s gives the same", name)
		}
	}
	if bytes.Equal(recovery.Keyed(proof, secret.NewBytes(make([]byte, 32))), recovery.Keyed(proof, pepper())) || proof.Equal(key) || key.Equal(derived) {
		t.Error("another pepper gives the same hash, or the proof is the key")
	}
}
