package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Whoever runs a server, or has its database, could put an older state back, or show two members different ones. So each computer is a witness: it
// keeps the newest signed checkpoint of the log in its keychain, and believes in a later one only if it leads on from there. It is asked for at each
// sign-in, and after each act that asks for a proof. A workspace on this computer has its anchor for that: see package journal.

// CheckpointName is what the keychain's item with the newest checkpoint is called that this computer has seen of a workspace at a server.
func CheckpointName(workspace string) string { return workspace + "/checkpoint" }

// keptCheckpoint is what this computer knows of the log; zero where it knows nothing yet. Errors: keychain.
func (w *Workspace) keptCheckpoint(ctx context.Context) (known audit.Witness, c audit.Checkpoint, err error) {
	b, err := w.secrets.Get(ctx, CheckpointName(w.ID()))
	if errors.Is(err, store.ErrSecretMissing) {
		return known, c, nil
	}
	if err == nil {
		if known, c, err = audit.ParseWitness(b.Reveal()); err != nil {
			err = fmt.Errorf("%w: %w", store.ErrSecretMissing, err)
		}
	}
	if err != nil {
		return known, c, service.Explain(fmt.Errorf("the checkpoint that this computer knows: %w", err))
	}
	return known, c, nil
}

func (w *Workspace) keepCheckpoint(ctx context.Context, known audit.Witness) error {
	return w.setAndReadBack(ctx, CheckpointName(w.ID()), secret.NewBytes(known.Bytes()))
}

// ask gives a checkpoint with what proves that it leads on from one that is known.
func (s *Session) ask(ctx context.Context, q service.CheckpointQuery) (audit.Witness, [][]byte, error) {
	c, err := s.Session.Checkpoint(ctx, q)
	return audit.Witness{Key: c.Key, Signed: c.Signed}, c.Consistent, err
}

// witness holds the log against what this computer knows of it, and keeps its newest checkpoint. Errors: log_not_authentic, log_restored; keychain; the
// server's.
func (s *Session) witness(ctx context.Context) error {
	w := s.w
	if !w.served {
		return nil
	}
	w.witnessing.Lock()
	defer w.witnessing.Unlock()
	known, was, err := w.keptCheckpoint(ctx)
	if err != nil {
		return err
	}
	next, proof, err := s.ask(ctx, service.CheckpointQuery{After: was.Size})
	if err != nil {
		return err
	}
	is, err := known.Follow(audit.Origin(w.ID()), next, proof)
	w.offered = restoredLog{}
	if errors.Is(err, audit.ErrRestored) {
		code, fault := s.codeAt(ctx, is.Since.Seq, next, is)
		if fault != nil {
			return fault
		}
		w.offered = restoredLog{next, code}
		w.log.Warn("the server’s log was restored", "known", was.Size, "shown", is.Size, "at", is.Since.At, "error", err)
		return service.Refuse(service.CodeLogRestored).With("event", int(is.Since.Seq)).Because(err)
	}
	if err != nil {
		w.log.Warn("the server’s log is not the one that this computer knows", "known", was.Size, "shown", is.Size, "error", err)
		return service.Refuse(service.CodeLogNotAuthentic).With("event", int(was.Size)).With("code", was.Short()).Because(err)
	}
	if known.Key != "" && is == was {
		return nil
	}
	return w.keepCheckpoint(ctx, next)
}

// witnessed is witness after an act, which stands. What keeps the checkpoint from being asked for is left for the next time; a log that does not
// fit is told at once.
func (s *Session) witnessed(ctx context.Context) error {
	err := s.witness(context.WithoutCancel(ctx))
	if service.IsCode(err, service.CodeLogNotAuthentic) || service.IsCode(err, service.CodeLogRestored) {
		return err
	}
	if err != nil {
		s.w.log.Warn("the log’s checkpoint is asked for again later", "error", service.Cause(err))
	}
	return nil
}

// restoredLog is a log that has gone back and says so, and the code as of the restore.
type restoredLog struct {
	audit.Witness
	code string
}

// AcceptRestored takes the restored log, with which the last sign-in was refused, in the place of the one that this computer knows. Its person has
// asked who runs the server, and gives the code that the restore has printed. Errors: log_code, where none was refused; log_code_other; keychain.
func (w *Workspace) AcceptRestored(ctx context.Context, code string) error {
	w.witnessing.Lock()
	defer w.witnessing.Unlock()
	if w.offered.Key == "" || len(plainCode(code)) != 16 {
		return service.Refuse(service.CodeLogCode).At("code")
	}
	if plainCode(code) != plainCode(w.offered.code) {
		return service.Refuse(service.CodeLogCodeOther).At("code")
	}
	if err := w.keepCheckpoint(ctx, w.offered.Witness); err != nil {
		return err
	}
	w.offered = restoredLog{}
	return nil
}

// plainCode is a code as it is compared: capitals, spaces and dashes do not matter.
func plainCode(s string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "", "\u00a0", "", "\n", "").Replace(s))
}

// KnowLogAt makes the log of a workspace on this computer, as of an event, what this computer knows of it, in the place of all that it knew. A server that
// the workspace moves to has to have this log, signed with the workspace's own key, at the beginning of its own. Errors: event_unknown, session_ended;
// folder; keychain.
func (s *Session) KnowLogAt(ctx context.Context, event int64) error {
	if s.w.served {
		return service.Refuse(service.CodeForbidden)
	}
	if err := s.begin(); err != nil {
		return err
	}
	known, _, err := s.ask(ctx, service.CheckpointQuery{At: event})
	if err != nil {
		return err
	}
	s.w.witnessing.Lock()
	defer s.w.witnessing.Unlock()
	return s.w.keepCheckpoint(ctx, known)
}

// LogState is how the log stands, for people to compare.
type LogState struct {
	Event int64
	At    time.Time // of the event
	Code  string
	Key   string // the log's public key, with which others verify proofs
}

// LogState gives the newest checkpoint of the log: at a server the one that this computer has verified and keeps. Errors: session_ended,
// log_not_authentic, log_restored; folder; keychain.
func (s *Session) LogState(ctx context.Context) (LogState, error) {
	known, c, err := s.newest(ctx)
	if err != nil {
		return LogState{}, err
	}
	return LogState{c.Size, c.At, c.Short(), known.Key}, nil
}

// LogState is Session.LogState, of an owner or admin alone, as all of Admin is. Errors: forbidden; those of Session.LogState.
func (a *Admin) LogState(ctx context.Context) (LogState, error) {
	if _, err := a.LogHead(ctx); err != nil {
		return LogState{}, err
	}
	return a.s.LogState(ctx)
}

func (s *Session) newest(ctx context.Context) (known audit.Witness, c audit.Checkpoint, err error) {
	if err := s.begin(); err != nil {
		return known, c, err
	}
	if s.w.served {
		if err := s.witness(ctx); err != nil {
			return known, c, err
		}
		return s.w.keptCheckpoint(ctx)
	}
	if known, _, err = s.ask(ctx, service.CheckpointQuery{}); err == nil {
		c, err = audit.Witness{}.Follow(audit.Origin(s.w.ID()), known, nil)
	}
	return known, c, err
}

// CompareLog reports whether the log that this computer knows has at its beginning the one that another has noted: the number of an event, and the code as
// of it. Errors: log_code, log_code_other, event_unknown; those of LogState.
func (s *Session) CompareLog(ctx context.Context, event int64, code string) error {
	if len(plainCode(code)) != 16 {
		return service.Refuse(service.CodeLogCode).At("code")
	}
	known, c, err := s.newest(ctx)
	if err != nil {
		return err
	}
	if event < 1 || event > c.Size {
		return service.Refuse(service.CodeEventUnknown).At("event").With("event", int(event))
	}
	then, err := s.codeAt(ctx, event, known, c)
	if err == nil && plainCode(then) != plainCode(code) {
		err = service.Refuse(service.CodeLogCodeOther).At("code")
	}
	return err
}

var errOtherEvent = errors.New("it is of another event")

// codeAt is the code as of an event of a log that is known, which has to begin with the one that was then.
func (s *Session) codeAt(ctx context.Context, event int64, known audit.Witness, c audit.Checkpoint) (string, error) {
	then, _, err := s.ask(ctx, service.CheckpointQuery{At: event})
	if err != nil {
		return "", err
	}
	_, proof, err := s.ask(ctx, service.CheckpointQuery{At: c.Size, After: event})
	if err != nil {
		return "", err
	}
	was, err := audit.OpenCheckpoint(then.Signed, then.Key)
	if err == nil && was.Size != event {
		err = errOtherEvent
	}
	if err == nil {
		_, err = then.Follow(c.Origin, known, proof)
	}
	if err != nil {
		return "", service.Refuse(service.CodeLogNotAuthentic).With("event", int(c.Size)).With("code", c.Short()).Because(err)
	}
	return was.Short(), nil
}
