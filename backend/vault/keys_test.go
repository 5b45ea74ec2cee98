package vault_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/vault"
)

func TestEncryptData_OpensOnlyForItsPlace(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	sealed := must[[]byte](t)(k.EncryptData("row 1", []byte("Lease of the mill")))
	next := must[vault.Keys](t)(k.Next())
	for _, keys := range []vault.Keys{k, next, vault.KeysOf(1, k.Newest())} {
		if got, err := keys.DecryptData("row 1", sealed); err != nil || string(got) != "Lease of the mill" {
			t.Errorf("%q, %v", got, err)
		}
		if _, err := keys.DecryptData("row 2", sealed); !errors.Is(err, vault.ErrCiphertext) {
			t.Errorf("for another row: %v", err)
		}
	}
	for name, keys := range map[string]vault.Keys{"None": {}, "OnlyNewest": next.OnlyNewest()} {
		if _, err := keys.DecryptData("row 1", sealed); !errors.Is(err, vault.ErrNoKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := newKeys(t, 1).DecryptData("row 1", sealed); !errors.Is(err, vault.ErrCiphertext) {
		t.Errorf("another vault: %v", err)
	}
	if _, err := (vault.Keys{}).EncryptData("row 1", nil); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("sealing with nothing: %v", err)
	}
	again := must[[]byte](t)(k.EncryptData("row 1", []byte("Lease of the mill")))
	if bytes.Equal(again, sealed) {
		t.Error("the same data is sealed to the same bytes")
	}
}

func TestEncryptTo_OpensOnlyForItsRecipient(t *testing.T) {
	t.Parallel()
	k, member := newKeys(t, 3), newIdentity(t)
	sealed := must[[]byte](t)(k.EncryptTo(member.Recipient()))
	got := must[vault.Keys](t)(member.Open(sealed))
	if got.Generation() != 3 || !got.Has(1) || !got.Has(2) || got.Has(4) || got.Newest().Text().Reveal() != k.Newest().Text().Reveal() {
		t.Errorf("generation %d", got.Generation())
	}
	if _, err := newIdentity(t).Open(sealed); !errors.Is(err, vault.ErrCiphertext) {
		t.Errorf("somebody else: %v", err)
	}
	for _, wrong := range []string{"", "age1", member.Text().Reveal(), member.Recipient() + "q"} {
		if _, err := k.EncryptTo(wrong); !errors.Is(err, vault.ErrRecipient) {
			t.Errorf("%v", err)
		}
	}
	if _, err := (vault.Keys{}).EncryptTo(member.Recipient()); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := (vault.Identity{}).Open(sealed); !errors.Is(err, vault.ErrIdentity) {
		t.Errorf("nobody: %v", err)
	}
}

func TestUnwrap_OpensOnlyForItsHolder(t *testing.T) {
	t.Parallel()
	i := newIdentity(t)
	pin := newKeys(t, 3).Pin()
	wrapped := must[[]byte](t)(vault.Wrap(kek(1), "anna", i, pin))
	if got, pinned, err := vault.Unwrap(kek(1), "anna", wrapped); err != nil || pinned != pin || got.Text().Reveal() != i.Text().Reveal() || got.Recipient() != i.Recipient() {
		t.Errorf("%v", err)
	}
	if _, _, err := vault.Unwrap(kek(1), "ben", wrapped); !errors.Is(err, vault.ErrWrap) {
		t.Errorf("another holder: %v", err)
	}
	if _, _, err := vault.Unwrap(kek(2), "anna", wrapped); !errors.Is(err, vault.ErrWrap) {
		t.Errorf("another key: %v", err)
	}
	if _, err := vault.Wrap(secret.NewBytes(make([]byte, 16)), "anna", i, vault.Pin{}); err == nil {
		t.Error("a short key wraps")
	}
	if _, err := vault.Wrap(kek(1), "anna", vault.Identity{}, vault.Pin{}); !errors.Is(err, vault.ErrIdentity) {
		t.Errorf("nothing: %v", err)
	}
}

func TestParseIdentity_TakesEachSpellingOfAKit(t *testing.T) {
	t.Parallel()
	i := newIdentity(t)
	text := i.Text().Reveal()
	for _, typed := range []string{
		text, string(bytes.ToLower([]byte(text))), " " + text + "\r\n", text[:20] + " \n\t" + text[20:40] + "\u00a0" + text[40:],
	} {
		if got, err := vault.ParseIdentity(secret.NewText(typed)); err != nil || got.Text().Reveal() != text || got.Recipient() != i.Recipient() {
			t.Errorf("%v", err)
		}
	}
	other := byte('Q')
	if text[30] == other {
		other = 'P'
	}
	for name, typed := range map[string]string{
		"Nothing": "", "Cut": text[:70], "ATypo": text[:30] + string(other) + text[31:], "Public": i.Recipient(), "Twice": text + text,
		"LongS": text[:3] + "-\u017fECRET-KEY-1" + text[len("AGE-SECRET-KEY-1"):],
	} {
		if _, err := vault.ParseIdentity(secret.NewText(typed)); !errors.Is(err, vault.ErrIdentity) || err.Error() != vault.ErrIdentity.Error() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPublicKey_RecognisesTheEmergencyKit(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 2)
	kit := vault.KeysOf(2, k.Newest())
	if !kit.PublicKey().Equal(k.PublicKey()) || len(k.PublicKey()) != ed25519.PublicKeySize {
		t.Error("the kit of the newest key is not recognised")
	}
	for name, keys := range map[string]vault.Keys{"Older": newKeys(t, 2), "Newer": must[vault.Keys](t)(k.Next()), "None": {}} {
		if keys.PublicKey().Equal(k.PublicKey()) {
			t.Errorf("%s is taken for the newest", name)
		}
	}
}

func TestSign_VerifiesForTheNewestKeyAndTheMessageAlone(t *testing.T) {
	t.Parallel()
	k, other := newKeys(t, 2), newKeys(t, 2)
	message := []byte("what it is for, and more")
	signature := k.Sign(message)
	if !ed25519.Verify(k.PublicKey(), message, signature) || !ed25519.Verify(k.OnlyNewest().PublicKey(), message, signature) {
		t.Error("its own signature does not verify")
	}
	if ed25519.Verify(other.PublicKey(), message, signature) || ed25519.Verify(k.PublicKey(), message[1:], signature) {
		t.Error("it verifies for another")
	}
	if (vault.Keys{}).Sign(message) != nil {
		t.Error("no key signs")
	}
	text := k.Newest().Text().Reveal()
	if key, err := hkdf.Key(sha256.New, []byte(text), nil, "countersign vault signature v1", 32); err != nil || !ed25519.NewKeyFromSeed(key).Public().(ed25519.PublicKey).Equal(k.PublicKey()) {
		t.Errorf("it is not derived as it is written down: %v", err)
	}
}

func TestPin_IsOfOneGenerationOfOneVault(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 2)
	pin := k.Pin()
	if pin.Generation != 2 || !bytes.Equal(pin.Key[:], k.PublicKey()) || pin != k.OnlyNewest().Pin() || pin == newKeys(t, 2).Pin() || (vault.Keys{}).Pin() != (vault.Pin{}) {
		t.Errorf("%+v", pin)
	}
	for _, p := range []vault.Pin{pin, {}} {
		if got, err := vault.ParsePin(p.Bytes()); err != nil || got != p || len(p.Bytes()) != vault.PinSize {
			t.Errorf("%+v, %v", got, err)
		}
	}
	b := pin.Bytes()
	none := append(make([]byte, 4), b[4:]...)
	many := append([]byte{0xff}, b[1:]...)
	for name, b := range map[string][]byte{"Nothing": nil, "Cut": b[:35], "Long": append(b, 0), "NoGeneration": none, "TooMany": many} {
		if got, err := vault.ParsePin(b); !errors.Is(err, vault.ErrPin) || got != (vault.Pin{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestSigned_ByAnyOfTheKeysThatAreThere(t *testing.T) {
	t.Parallel()
	first := newKeys(t, 1)
	keys := must[vault.Keys](t)(first.Next())
	message := []byte("what it is for, and more")
	for name, signature := range map[string][]byte{"the newest": keys.Sign(message), "one before it": first.Sign(message)} {
		if !keys.Signed(message, signature) || keys.Signed(message[1:], signature) || (vault.Keys{}).Signed(message, signature) {
			t.Errorf("by %s", name)
		}
	}
	if keys.OnlyNewest().Signed(message, first.Sign(message)) || keys.Signed(message, newKeys(t, 1).Sign(message)) || keys.Signed(message, nil) {
		t.Error("by a key that is not there")
	}
	signature := keys.Sign(message)
	keys.Wipe()
	if keys.Signed(message, signature) {
		t.Error("by keys that were wiped")
	}
}

func TestWipe_LeavesNothing(t *testing.T) {
	t.Parallel()
	k, member := newKeys(t, 2), newIdentity(t)
	older, newest := k.OnlyNewest(), k.Newest()
	k.Wipe()
	if !k.Empty() || !older.Empty() || !newest.Empty() || k.Has(1) || k.PublicKey() != nil || k.Sign(nil) != nil || !newest.Text().Empty() {
		t.Error("something is left")
	}
	if _, err := k.EncryptData("row", nil); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("sealing: %v", err)
	}
	if _, err := k.EncryptTo(member.Recipient()); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("handing on: %v", err)
	}
}

func TestKeys_PrintAsElided(t *testing.T) {
	t.Parallel()
	type holder struct {
		I vault.Identity
		K vault.Keys
		i vault.Identity
		k vault.Keys
	}
	k := newKeys(t, 2)
	i := k.Newest()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+" "+verb, holder{i, k, i, k}, &holder{i, k, i, k}, i, k)
	}
	text := i.Text().Reveal()
	for _, form := range []string{text, text[20:40], fmt.Sprintf("%x", text[20:40]), fmt.Sprint([]byte(text[20:30]))[1:20]} {
		if bytes.Contains(bytes.ToUpper(out.Bytes()), bytes.ToUpper([]byte(form))) {
			t.Errorf("printed: %s", out.String())
		}
	}
	if !bytes.Contains(out.Bytes(), []byte(secret.Elided)) {
		t.Error("nothing says that something was elided")
	}
}
