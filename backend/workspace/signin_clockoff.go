package workspace

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// A code of another time is refused and counted like any wrong one, and its person is told
// how far the two clocks are apart. Whoever has guessed such a code would learn with that when
// it is going to be right, or to when they would have to set the clock: of the 3,360 steps within
// clockReach each way, 20 guesses hit one with 7 % where there is one authenticator app, and with
// 29 % where there are five; they hit one of now with 0.006 % and 0.03 %. So the event says for
// which step it was told, and a code of that step, whichever app’s, opens nothing any more. Of
// typing errors, one in 300 is taken for a clock that is off, with five apps one in 60.

// clockOff is where a wrong code would have been right.
type clockOff struct {
	by   time.Duration // the phone is ahead
	step int64
}

// wrongCode is wrong for a verification code that was looked at. It says nothing of a clock
// unless the step that this tells of is in the log, and anchored.
func (w *Workspace) wrongCode(ctx context.Context, t attempt, off *clockOff) error {
	if off == nil {
		return w.wrong(ctx, t, service.CodeCodeWrong).At("code")
	}
	err := w.update(ctx, func(tx store.WriteTx) error {
		detail := map[string]string{"kind": string(t.kind), "step": strconv.FormatInt(off.step, 10)}
		w.record(tx, w.now(), eventWrong, "", t.subject, detail)
		return nil
	})
	wrong := t.wrong(service.CodeCodeWrong).At("code")
	if err != nil {
		_ = logLeftover(w, err)
		return wrong
	}
	return ofAnotherTime(wrong, off.by)
}

// wasTold reports whether somebody was told of one of the steps, which are of now. Whoever was, was within clockReach
// of it, so that older events are not read.
func wasTold(tx store.ReadTx, profileID string, steps []int64, now time.Time) (bool, error) {
	oldest := now.Add(-clockReach - time.Hour)
	for e, err := range tx.EventsOf(profileID) {
		if err != nil {
			return false, err
		}
		if e.At.Before(oldest) {
			break
		}
		if e.Kind == eventWrong && slices.ContainsFunc(steps, func(s int64) bool { return e.Detail["step"] == strconv.FormatInt(s, 10) }) {
			return true, nil
		}
	}
	return false, nil
}

// told is wasTold as far as the log can be read, which may be what is wrong with the database. Errors: folder.
func (s *Quarantine) told(ctx context.Context, profileID string, steps []int64) (told bool, err error) {
	err = s.w.view(ctx, func(tx store.ReadTx) (err error) {
		told, err = wasTold(tx, profileID, steps, s.w.now())
		return err
	})
	if errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrAltered) {
		s.w.log.Warn("whether a code was told of cannot be read", "error", err)
		err = nil
	}
	return told, err
}
