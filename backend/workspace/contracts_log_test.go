package workspace_test

import (
	"io"
	"strings"
	"testing"

	"countersign/backend/service"
)

func TestLog_ContractNamesAreForThoseWithTheKey(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("Harbour lease", "1"))
	h.add(s, paper("a", "1"), paper("b", "2"), paper("c", "3"), paper("d", "4"))
	o, err := s.OpenDocument(t.Context(), h.find(s, "Harbour lease").ID)
	h.ok(err)
	h.ok(o.Close())
	h.ok(s.RemoveDocuments(t.Context(), []string{h.find(s, "Harbour lease").ID}))
	a := owner.admin()
	h.ok(a.PurgeDocuments(t.Context(), []string{h.find(s, "Harbour lease").ID}))
	page, err := a.Log(t.Context(), service.LogQuery{Group: service.GroupContracts})
	h.ok(err)
	h.ok(a.NameDocuments(t.Context(), page.Entries))
	var said []string
	for _, e := range page.Entries {
		said = append(said, sentence(e))
	}
	want := "Amara Okafor deleted “Harbour lease” permanently.|Amara Okafor removed “Harbour lease”.|Amara Okafor opened “Harbour lease”.|" +
		"Amara Okafor added 4 contracts (a, b, c, …).|Amara Okafor added “Harbour lease”."
	if got := strings.Join(said, "|"); got != want {
		t.Errorf("the log says %s", got)
	}
	var export strings.Builder
	_, err = a.ExportLog(t.Context(), io.MultiWriter(&export), nil)
	if h.ok(err); strings.Contains(export.String(), "Harbour") {
		t.Error("an export holds a contract's name")
	}
}
