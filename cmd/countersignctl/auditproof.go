package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

func eventOf(arg string) (int64, error) {
	n, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || n < 1 {
		return 0, cli.Usage(words.TerminalUsageEvent, nil)
	}
	return n, nil
}

// logState is how the log stands as audit code --json prints it.
type logState struct {
	Event int64     `json:"event"`
	At    time.Time `json:"at"`
	Code  string    `json:"code"`
	Key   string    `json:"key"`
}

func auditCode(ctx context.Context, e *env, _ []string) error {
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		is, err := s.LogState(ctx)
		if err != nil {
			return err
		}
		return e.print(logState(is), say(words.TerminalAuditCodeIs, words.Args{"event": is.Event, "at": second(is.At), "code": is.Code, "key": is.Key})+"\n")
	})
}

func auditCompare(ctx context.Context, e *env, args []string) error {
	event, err := eventOf(args[0])
	if err != nil {
		return err
	}
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		if err := s.CompareLog(ctx, event, args[1]); err != nil {
			return err
		}
		return e.print(map[string]any{"ok": true, "event": event}, say(words.TerminalAuditCompareSame, words.Args{"event": event})+"\n")
	})
}

// auditAccept signs in, is refused with a log that was restored, and accepts it. The next sign-in goes on.
func auditAccept(ctx context.Context, e *env, args []string) (err error) {
	p, err := e.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	s, err := e.signInTo(ctx, p)
	if err == nil {
		err = s.End(context.WithoutCancel(ctx))
		return errors.Join(cli.Fail("log_not_restored", cli.ExitRefused, words.TerminalFailureLogNotRestored, nil), err)
	}
	if !service.IsCode(err, service.CodeLogRestored) {
		return err
	}
	if err := p.AcceptRestored(ctx, args[0]); err != nil {
		return err
	}
	return e.print(map[string]any{"ok": true}, say(words.TerminalAuditAcceptDone, nil)+"\n")
}

func auditProve(ctx context.Context, e *env, args []string) error {
	event, err := eventOf(args[0])
	if err != nil {
		return err
	}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		proof, err := a.ProveEvent(ctx, event)
		if err != nil {
			return err
		}
		return e.print(map[string]any{"event": event, "proof": string(proof)}, string(proof))
	})
}

// provenEvent is what a proof proves as audit verify-proof --json prints it.
type provenEvent struct {
	OK      bool              `json:"ok"`
	Log     string            `json:"log"`
	Event   int64             `json:"event"`
	At      time.Time         `json:"at"`
	Kind    string            `json:"kind"`
	Actor   string            `json:"actor"`
	Subject string            `json:"subject"`
	Detail  map[string]string `json:"detail"`
	Of      int64             `json:"of"`   // events
	Code    string            `json:"code"` // of the log as of the newest of them
}

// auditVerifyProof needs neither the workspace nor the keychain.
func auditVerifyProof(ctx context.Context, e *env, args []string) (err error) {
	in := input{e.stdin, ctx}
	if args[0] != "-" {
		if in, err = openInput(ctx, args[0]); err != nil {
			return unreadable(err)
		}
		defer in.Close()
	}
	proof, err := io.ReadAll(io.LimitReader(in, audit.MaxProof+1))
	if err != nil {
		return unreadable(err)
	}
	l, c, err := audit.VerifyProof(proof, e.logKey)
	if err != nil {
		err = e.print(map[string]any{"ok": false}, say(words.TerminalAuditVerifyProofWrong, nil)+"\n")
		if err != nil {
			return err
		}
		return errFound
	}
	var detail []string
	for _, k := range slices.Sorted(maps.Keys(l.Detail)) {
		detail = append(detail, k+": "+l.Detail[k])
	}
	text := say(words.TerminalAuditVerifyProofIs, words.Args{
		"event": l.Seq, "of": c.Size, "log": cli.Printable(c.Origin), "code": c.Short(), "at": second(l.At),
		"kind": cli.Printable(l.Kind), "actor": cli.Printable(l.Actor), "subject": cli.Printable(l.Subject), "detail": cli.Printable(strings.Join(detail, ", ")),
	})
	return e.print(provenEvent{true, c.Origin, l.Seq, l.At, l.Kind, l.Actor, l.Subject, l.Detail, c.Size, c.Short()}, text+"\n")
}
