package server

import (
	"fmt"
	"testing"
	"time"

	"countersign/backend/service"
)

func TestTokens_ManyAttemptsFromOneAddressPushOutNoOthers(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	k := newTokens(func() time.Time { return now })
	key := func(i int) (d digest) { copy(d[:], fmt.Sprint(i)); return d }
	other := digest{0xff}
	k.attempts.add(other, "another's", "192.0.2.1", now)
	for i := range 3 * mostFrom {
		k.attempts.add(key(i), i, "192.0.2.2", now)
	}
	if k.find(other) == nil {
		t.Error("another's attempt was pushed out")
	}
	for i := range 3 * mostFrom {
		if there := k.find(key(i)) != nil; there != (i >= 2*mostFrom) {
			t.Fatalf("%d of %d: %v", i, 3*mostFrom, there)
		}
	}
	// Many addresses share what there is, and the oldest goes.
	for i := range mostBegun {
		k.attempts.add(key(100_000+i), i, fmt.Sprint(i), now)
	}
	if n := len(k.attempts.all); n != mostBegun || k.attempts.oldest.Len() != mostBegun {
		t.Errorf("%d are kept", n)
	}
	if k.find(other) != nil || k.find(key(100_000)) == nil || len(k.attempts.of) != mostBegun {
		t.Errorf("of %d addresses, another than the oldest went", len(k.attempts.of))
	}
	now = now.Add(2*service.ChallengeLife - 1)
	if k.over(); len(k.attempts.all) != mostBegun {
		t.Error("some went too early")
	}
	now = now.Add(1)
	if k.over(); len(k.attempts.all)+k.attempts.oldest.Len()+len(k.attempts.of) != 0 {
		t.Error("what is too old is kept")
	}
}

func TestAddressOf_IsWhatAClientCannotChoose(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"192.0.2.7:5000": "192.0.2.7", "[::ffff:192.0.2.7]:5000": "192.0.2.7", "[2001:db8:1:2:3:4:5:6]:1": "2001:db8:1:2::/64", "[fe80::1%eth0]:1": "fe80::/64", "": "", "@": "",
	} {
		if got := addressOf(remote); got != want {
			t.Errorf("%q: %q", remote, got)
		}
	}
}
