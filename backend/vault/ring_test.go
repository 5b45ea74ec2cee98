package vault_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
)

const title = "# countersign vault keys v1\n"

// encryptedBy is what anybody can make who has the public key.
func encryptedBy(t testing.TB, recipient, inside string) []byte {
	t.Helper()
	to := must[*age.X25519Recipient](t)(age.ParseX25519Recipient(recipient))
	var sealed bytes.Buffer
	w := must[io.WriteCloser](t)(age.Encrypt(&sealed, to))
	if _, err := io.WriteString(w, inside); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return sealed.Bytes()
}

func TestOpen_TakesOnlyTheFormThatIsWritten(t *testing.T) {
	t.Parallel()
	member, one := newIdentity(t), newIdentity(t).Text().Reveal()
	good := title + "# generation 1\n" + one + "\n"
	for inside, want := range map[string]bool{
		good: true,
		title + "# generation 1\n" + one + "\n# generation 1\n" + one + "\n": false,
		title + "# generation 1\n" + one + "\n# generation 2\n" + one + "\n": false,
		title + "# generation 01\n" + one + "\n":                             false,
		title + "# generation +1\n" + one + "\n":                             false,
		title + "# generation 0\n" + one + "\n":                              false,
		title + "# generation 1073741825\n" + one + "\n":                     false,
		title + "# generation 1\n" + strings.ToLower(one) + "\n":             false,
		title + "# generation 1\n" + one:                                     false,
		good + "\n":                                                          false,
		title:                                                                false,
		"":                                                                   false,
		strings.Replace(good, "v1", "v2", 1):                                 false,
	} {
		if _, err := member.Open(encryptedBy(t, member.Recipient(), inside)); (err == nil) != want {
			t.Errorf("%q: %v", strings.ReplaceAll(inside, one, "KEY"), err)
		}
	}
}
