//go:build slow

package workspace_test

import (
	"fmt"
	"testing"
	"time"

	"countersign/backend/service"
)

// Whoever was away for long reads everything anew, and does not have the whole log gone through.
func TestHappened_AfterLongEverythingIsReadAnew(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	now, err := s.Happened(t.Context(), 0)
	h.ok(err)
	for i := range 1001 {
		h.ok(s.Rename(t.Context(), fmt.Sprint("Amara ", i)))
	}
	got, err := s.Happened(t.Context(), now.Seq)
	h.ok(err)
	if got.Overview == nil || got.Overview.Profile.Name != "Amara 1000" || !got.Approvals || !got.Members || len(got.News) != 0 || got.Seq < now.Seq+1001 {
		t.Errorf("%+v", got)
	}
	began := time.Now()
	got, err = s.Happened(t.Context(), got.Seq-1) // one's own act is nothing to be told of
	h.ok(err)
	if got.Any() || time.Since(began) < service.HappenedWait {
		t.Errorf("%+v, after %v", got, time.Since(began))
	}
}
