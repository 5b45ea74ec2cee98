package workspace_test

import (
	"context"
	"os"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/teststore"
)

// sealed opens what start has refused.
func (h *fixture) sealed() *client.Quarantine {
	h.Helper()
	var err error
	h.store, err = teststore.Open(h.Context(), h.T, h.path)
	h.ok(err)
	store := h.store
	h.Cleanup(func() { _ = store.Close() })
	s, err := local.OpenQuarantined(h.Context(), local.Config{Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap})
	h.ok(err)
	if s == nil {
		h.Fatal("nothing is sealed")
	}
	return s
}

func TestAccept_OlderCopyIsAcceptedByItsOwner(t *testing.T) {
	t.Parallel()
	h, s, p, codes := enabled(t)
	h.restart()
	old, err := os.ReadFile(h.file())
	h.ok(err)
	_ = s
	s2, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	h.ok(s2.Rename(t.Context(), "Amara N. Okafor"))
	h.ok(h.store.Close())
	h.ok(os.WriteFile(h.path, old, 0o600))

	locked := h.sealed()
	if r := locked.Report(); r.Findings[0].Kind != audit.FoundOlderCopy || r.LastGood.IsZero() {
		t.Errorf("report: %v", r)
	}
	h.clock.step(time.Minute)
	none := client.FactorInput{Kind: service.FactorNone}
	h.refused(accept(t.Context(), locked, "nobody@example.com", secret.NewText(pass), none), service.CodeCredentialsWrong)
	h.refused(accept(t.Context(), locked, email, secret.NewText("not the password at all"), none), service.CodeCredentialsWrong)
	h.refused(accept(t.Context(), locked, email, secret.NewText(pass), none), service.CodeFactorRequired)
	h.refused(accept(t.Context(), locked, email, secret.NewText(pass), byCode(p.wrong())), service.CodeCodeWrong)
	h.ok(accept(t.Context(), locked, email, secret.NewText(pass), byCode(p.code())))
	h.ok(h.store.Close())
	h.open()
	h.restart()
	_, err = h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.refused(err, service.CodeCodeUsed) // the one that accepted
	_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.refused(err, service.CodeRecoveryUsed) // since the copy was made: the keychain knows
	_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[1]))
	h.ok(err)
}

func TestAccept_GuessesAreCountedInTheKeychain(t *testing.T) {
	t.Parallel()
	h, _, _ := lived(t)
	h.sneak("UPDATE attempts SET failures = 0 WHERE kind = 'code'")
	copied, err := os.ReadFile(h.file())
	h.ok(err)
	for range 5 {
		h.ok(os.WriteFile(h.path, copied, 0o600)) // however often the file is put back
		s := h.sealed()
		h.refused(accept(t.Context(), s, email, secret.NewText("not the password at all"), byCode("000000")), service.CodeCredentialsWrong)
		h.ok(h.store.Close())
	}
	h.refused(accept(t.Context(), h.sealed(), email, secret.NewText(pass), byCode("000000")), service.CodeThrottled)
}

func TestAccept_EditedRowProvesNothing(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"ItsOwnPassword": "UPDATE profiles SET password_at = password_at + 1",
		"ItsOwnFactor":   "DELETE FROM factors",
		"ItsOwnItem":     "UPDATE apps SET item = item || '0'",
		"ItsOwnPhone":    "UPDATE apps SET generation = 0",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, p, _ := lived(t)
			h.sneak(sql)
			h.clock.step(10 * time.Minute)
			h.refused(accept(t.Context(), h.sealed(), email, secret.NewText(pass), byCode(p.code())), service.CodeAcceptChanged)
			h.ok(h.store.Close())
			_, err := h.start()
			h.refused(err, service.CodeNotAuthentic)
		})
	}
}

func TestAccept_PlantedIntentIsNotCarriedOut(t *testing.T) {
	t.Parallel()
	h, p, codes := lived(t)
	h.sneak("UPDATE attempts SET failures = 0 WHERE kind = 'code'",
		"INSERT INTO intents (id, kind, item, created_at) SELECT 'i', 'delete-item', item, 1 FROM apps")
	h.clock.step(10 * time.Minute)
	h.ok(accept(t.Context(), h.sealed(), email, secret.NewText(pass), byRecovery(codes[3])))
	h.ok(h.store.Close())
	h.open()
	if h.items() != 1 {
		t.Error("a planted order deleted the key")
	}
	_, err := h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
}

// accept proves an owner and takes a sealed workspace as it is.
func accept(ctx context.Context, s *client.Quarantine, email string, pw secret.Text, factor client.FactorInput) error {
	a, err := s.Prove(ctx, email, pw, factor)
	if err != nil {
		return err
	}
	return a.Accept(ctx)
}
