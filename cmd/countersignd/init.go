package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/postgres"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/serverkey"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// initialise makes what a server needs and is not there yet, and founds the workspace. What is there is used and never replaced, so that
// an init that was interrupted can be run again: until the first owner has come in, it makes their invitation anew.
func initialise(ctx context.Context, e *env, _ []string) error {
	c, err := e.configured("database", "server-key", "certificate", "certificate-key", "public-address", "workspace", "owner-name", "owner-email")
	if err != nil {
		return err
	}
	workspace := service.NewWorkspace{Workspace: c.workspace, Name: c.ownerName, Email: c.owner}
	if err := postgres.Migrate(ctx, c.database.Reveal()); err != nil {
		return err
	}
	key, err := makeOrReadKey(ctx, c)
	if err != nil {
		return err
	}
	defer key.Close()
	s, err := openWith(ctx, c, postgres.Open, key, slog.New(slog.DiscardHandler), true)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.workspace.CheckFound(ctx, workspace); err != nil {
		return err
	}
	shown, err := e.certificateFor(c)
	if err != nil {
		return err
	}
	oneTime, code, err := client.FirstInvitation(client.Config{})
	if err != nil {
		return err
	}
	defer oneTime.Proof.Wipe()
	given, err := s.workspace.Found(ctx, workspace, oneTime)
	if err != nil {
		return err
	}
	in := remote.Invitation{Server: c.address, Key: shown, Email: given.Email, Code: secret.NewText(code.Display())}
	v := founded{
		Workspace: given.Workspace, ServerKey: s.fingerprint, Address: in.Server, Fingerprint: in.Key.String(), Name: given.Name, Email: given.Email,
		Code: in.Code.Reveal(), ExpiresAt: given.ExpiresAt, Join: in.Link().Reveal(),
	}
	return e.print(v, v.text(c))
}

// founded is what init prints.
type founded struct {
	Workspace   string    `json:"workspace"`
	ServerKey   string    `json:"serverKey"` // fingerprint
	Address     string    `json:"address"`
	Fingerprint string    `json:"fingerprint"` // of the certificate's public key
	Name        string    `json:"name"`
	Email       string    `json:"email"`
	Code        string    `json:"code"`
	ExpiresAt   time.Time `json:"expiresAt"`
	Join        string    `json:"join"`
}

func (v founded) text(c *config) string {
	files := []string{c.certificate, c.certificateKey}
	if c.keyFile != "" {
		files = append([]string{c.keyFile}, files...)
	}
	return say(words.TerminalServerInitDone, words.Args{
		"workspace": cli.Printable(v.Workspace), "files": strings.Join(files, ", "), "name": cli.Printable(v.Name), "email": cli.Printable(v.Email), "address": v.Address,
		"fingerprint": v.Fingerprint, "code": v.Code, "until": minute(v.ExpiresAt), "join": v.Join,
	}) + "\n"
}

// makeOrReadKey reads the server's key, or makes one for a database that has none yet.
func makeOrReadKey(ctx context.Context, c *config) (*serverkey.Key, error) {
	key, err := readKey(c)
	var own *cli.Failure
	if err == nil || !errors.As(err, &own) || own.Code != "key_missing" || c.credential != "" {
		return key, err
	}
	d, err := postgres.Open(ctx, c.database.Reveal())
	if err != nil {
		return nil, err
	}
	belongs, err := d.Fingerprint(ctx)
	d.Close()
	if err != nil {
		return nil, err
	}
	if belongs != "" {
		return nil, cli.Fail("key_missing", cli.ExitUnavailable, words.TerminalServerFailureKeyLost, words.Args{"where": c.keyFile, "fingerprint": belongs})
	}
	if key, err = serverkey.Create(c.keyFile); err != nil {
		return nil, cli.Fail("key_unreadable", cli.ExitUnavailable, words.TerminalServerFailureKeyUnwritable, words.Args{"where": c.keyFile, "why": bare(err)})
	}
	return key, nil
}

// certificateFor gives the fingerprint of the certificate's key. Where there is no certificate it makes one.
func (e *env) certificateFor(c *config) (shown remote.Fingerprint, err error) {
	if _, err := os.Stat(c.certificate); errors.Is(err, os.ErrNotExist) {
		if err := makeCertificate(c.certificate, c.certificateKey, c.host(), e.now()); err != nil {
			return shown, err
		}
	}
	pair, err := readPair(c.certificate, c.certificateKey)
	if err != nil {
		return shown, err
	}
	if why := checkCertificate(pair.Leaf, c.host(), e.now()); why != nil {
		return shown, cli.Fail("certificate", cli.ExitUnavailable, words.TerminalServerConfigProblem, words.Args{"key": "certificate", "why": why.Error()})
	}
	return remote.FingerprintOf(pair.Leaf), nil
}

func migrate(ctx context.Context, e *env, _ []string) error {
	c, err := e.configured("database")
	if err != nil {
		return err
	}
	if err := postgres.Migrate(ctx, c.database.Reveal()); err != nil {
		return err
	}
	return e.print(map[string]bool{"migrated": true}, say(words.TerminalServerMigrateDone, nil)+"\n")
}
