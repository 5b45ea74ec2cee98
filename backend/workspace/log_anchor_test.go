package workspace_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/workspace"
)

func TestAnchor_ThatIsGoneIsWrittenByTheNextChange(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.ok(h.secrets.Delete(t.Context(), h.secrets.prefix()+"/anchor"))
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	h.restart()
	owner.signIn()
}

// anchorPlace is how many bytes of the anchor name a place in the log: its number, and
// the seal there.
const anchorPlace = 8 + 32

func TestAnchor_MarkOfAnotherSealIsNoAnchor(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	head, marked, err := workspace.ReadAnchor(inner(h.w), t.Context())
	h.ok(err)
	h.marks = head - marked + 1
	h.restart()
	if _, at, err := workspace.ReadAnchor(inner(h.w), t.Context()); err != nil || at != marked {
		t.Errorf("the mark moved to %d, %v", at, err)
	}
	h.marks = head - marked // as many events as lie between two marks
	h.restart()
	if to, at, err := workspace.ReadAnchor(inner(h.w), t.Context()); err != nil || at != head || to != head {
		t.Errorf("head %d, mark %d, %v", to, at, err)
	}
	b := bytes.Clone(anchorOf(h).Reveal())
	b[anchorPlace-1] ^= 1
	setAnchor(h, secret.NewBytes(b))
	h.ok(h.store.Close())
	_, err = h.start()
	h.refused(err, service.CodeNotAuthentic)
	b[anchorPlace-1] ^= 1
	setAnchor(h, secret.NewBytes(b))
	h.ok(h.store.Close())
	_, err = h.start()
	h.ok(err)
}

func TestReport_OlderCopyFromBeforeTheMarkFitsUpToItsEnd(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	old := h.olderCopy()
	s = h.signedIn()
	for _, name := range []string{"Amara", "Amara O.", "Amara Okafor"} {
		h.ok(s.Rename(t.Context(), name))
	}
	h.marks = 1
	h.restart()
	h.ok(h.store.Close())
	h.ok(os.WriteFile(h.path, old, 0o600))
	_, err := h.start()
	var r *audit.Mismatch
	if !errors.As(err, &r) || findings(err) != "older-copy \n" || r.LastGood.IsZero() {
		t.Errorf("%v", r)
	}
}

func TestReport_UnreadableEventHidesNoRow(t *testing.T) {
	t.Parallel()
	h, _, _ := lived(t)
	h.sneak("UPDATE events SET rows = 'x' WHERE seq = 2", "UPDATE profiles SET role = 'member'")
	_, err := h.start()
	h.refused(err, service.CodeNotAuthentic)
	if all := findings(err); !strings.Contains(all, "log-broken") || !strings.Contains(all, "profile/") {
		t.Errorf("found %s", all)
	}
}
