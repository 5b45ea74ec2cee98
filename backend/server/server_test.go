package server

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/sync/semaphore"

	"countersign/backend/api"
)

func TestServer_LargeRequestsWaitForRoomInMemory(t *testing.T) {
	t.Parallel()
	s := &Server{bodies: semaphore.NewWeighted(mostBodies), stand: 10 * time.Millisecond}
	of := func(length int64) *http.Request {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody)
		r.ContentLength = length
		return r
	}
	var first func()
	for range mostBodies / api.LargeBody {
		done, err := s.turn(of(-1), api.LargeBody) // it may be as long as it can be
		if err != nil {
			t.Fatal(err)
		}
		first = done
	}
	if _, err := s.turn(of(1<<20), api.LargeBody); !errors.Is(err, api.ErrBusy) {
		t.Errorf("%v", err)
	}
	for _, small := range []func() (func(), error){
		func() (func(), error) { return s.turn(of(api.SmallBody), api.LargeBody) },
		func() (func(), error) { return s.turn(of(-1), api.SmallBody) },
		func() (func(), error) { return s.turn(of(0), api.LargeBody) },
	} {
		done, err := small()
		if err != nil {
			t.Errorf("a small one: %v", err)
		}
		done()
	}
	first()
	done, err := s.turn(of(api.LargeBody), api.LargeBody)
	if err != nil {
		t.Fatal(err)
	}
	done()
}
