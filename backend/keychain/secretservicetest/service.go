//go:build unix

package secretservicetest

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// patience bounds every wait for a daemon of this package. It is long, since it
// only decides how soon a broken machine is noticed.
const patience = 30 * time.Second

// The bus has no service files, so nothing is started on it that the test did
// not start, the system's prompter included.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=SOCKET</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// Bus is a private session bus with nothing on it.
type Bus struct {
	Address string
	folder  string
	conn    *dbus.Conn // for the test's own questions
	process *exec.Cmd
}

// Service is a Bus with gnome-keyring on it.
type Service struct {
	*Bus
	daemon *exec.Cmd
}

// StartBus starts a session bus on which nobody keeps secrets.
func StartBus(t testing.TB) *Bus {
	t.Helper()
	// Not t.TempDir: the path of a socket has 107 bytes at most, and the test's
	// name is part of that one.
	folder, err := os.MkdirTemp("", "keyring")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) }) // the daemons below are gone by then
	b := &Bus{folder: folder}
	for _, sub := range []string{"runtime", "home"} {
		if err := os.Mkdir(filepath.Join(folder, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	config := filepath.Join(folder, "bus.conf")
	text := strings.Replace(busConfig, "SOCKET", filepath.Join(folder, "runtime", "bus"), 1)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	b.process = exec.Command("dbus-daemon", "--nofork", "--nopidfile", "--print-address", "--config-file="+config)
	b.process.Env = b.Env()
	out, err := b.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	launch(t, b.process)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon printed no address: %v", err)
	}
	b.Address = strings.TrimSpace(line)
	if b.conn, err = dbus.Connect(b.Address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.conn.Close() }) // the bus goes next, whatever this says
	return b
}

// Start starts a session bus and an unlocked Secret Service on it.
func Start(t testing.TB) *Service {
	t.Helper()
	s := &Service{Bus: StartBus(t)}
	up := s.watchOwner(t, "org.freedesktop.secrets")
	s.daemon = exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	s.daemon.Env = s.Env()
	s.daemon.Stdin = strings.NewReader("a password for the test's keyring")
	launch(t, s.daemon)
	select {
	case <-up:
	case <-time.After(patience):
		t.Fatal("gnome-keyring-daemon did not come up")
	}
	return s
}

// Env is the environment for a process that is to live on this bus, with its
// home and all its folders in the test's.
func (b *Bus) Env() []string {
	home := filepath.Join(b.folder, "home")
	env := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + home,
		"XDG_RUNTIME_DIR=" + filepath.Join(b.folder, "runtime"),
		"XDG_DATA_HOME=" + filepath.Join(home, "data"),
		"XDG_CONFIG_HOME=" + filepath.Join(home, "config"),
		"XDG_CACHE_HOME=" + filepath.Join(home, "cache"),
		"GIO_USE_VFS=local",
		"GSETTINGS_BACKEND=memory",
	}
	if b.Address != "" {
		env = append(env, "DBUS_SESSION_BUS_ADDRESS="+b.Address)
	}
	return env
}

// Use puts the test's own process on this bus until the test ends.
func (b *Bus) Use(t *testing.T) {
	t.Helper()
	for _, v := range b.Env() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	t.Cleanup(func() {
		// go-keyring's shared connection would outlive the bus otherwise.
		if shared, err := dbus.SessionBus(); err == nil {
			_ = shared.Close() // what it was connected to ends with the test
		}
	})
}

// Lock locks the login keyring, as the person's desktop may at any time.
func (s *Service) Lock(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	o := s.conn.Object("org.freedesktop.secrets", "/org/freedesktop/secrets")
	call := o.CallWithContext(ctx, "org.freedesktop.Secret.Service.Lock", 0,
		[]dbus.ObjectPath{"/org/freedesktop/secrets/collection/login"})
	if call.Err != nil {
		t.Fatal(call.Err)
	}
}

// Store writes an item as another program would.
func (s *Service) Store(t testing.TB, attributes map[string]string, text string) {
	t.Helper()
	type value struct {
		Session     dbus.ObjectPath
		Parameters  []byte
		Value       []byte
		ContentType string
	}
	service := s.conn.Object("org.freedesktop.secrets", "/org/freedesktop/secrets")
	var ignored dbus.Variant
	var session, item, prompt dbus.ObjectPath
	err := service.Call("org.freedesktop.Secret.Service.OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&ignored, &session)
	if err != nil {
		t.Fatal(err)
	}
	properties := map[string]dbus.Variant{
		"org.freedesktop.Secret.Item.Label":      dbus.MakeVariant("from another program"),
		"org.freedesktop.Secret.Item.Attributes": dbus.MakeVariant(attributes),
	}
	login := s.conn.Object("org.freedesktop.secrets", "/org/freedesktop/secrets/collection/login")
	err = login.Call("org.freedesktop.Secret.Collection.CreateItem", 0, properties,
		value{session, []byte{}, []byte(text), "text/plain"}, true).Store(&item, &prompt)
	if err != nil {
		t.Fatal(err)
	}
}

// Freeze stops the daemon in its tracks: it stays on the bus and answers nothing.
func (s *Service) Freeze(t testing.TB) { s.signal(t, syscall.SIGSTOP) }

// Thaw lets a frozen daemon go on.
func (s *Service) Thaw(t testing.TB) { s.signal(t, syscall.SIGCONT) }

// Kill ends the daemon and returns when it is off the bus.
func (s *Service) Kill(t testing.TB) {
	t.Helper()
	gone := s.watchOwner(t, "org.freedesktop.secrets")
	s.signal(t, syscall.SIGKILL)
	select {
	case <-gone:
	case <-time.After(patience):
		t.Fatal("gnome-keyring-daemon did not go away")
	}
}

func (s *Service) signal(t testing.TB, sig syscall.Signal) {
	t.Helper()
	if err := s.daemon.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// watchOwner returns a channel that is closed when the name's owner next changes.
func (b *Bus) watchOwner(t testing.TB, name string) <-chan struct{} {
	t.Helper()
	match := []dbus.MatchOption{dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name)}
	if err := b.conn.AddMatchSignal(match...); err != nil {
		t.Fatal(err)
	}
	signals := make(chan *dbus.Signal, 16)
	b.conn.Signal(signals)
	changed := make(chan struct{})
	go func() {
		for sig := range signals {
			if sig.Name == "org.freedesktop.DBus.NameOwnerChanged" && len(sig.Body) > 0 && sig.Body[0] == name {
				b.conn.RemoveSignal(signals)
				close(changed)
				return
			}
		}
	}()
	return changed
}

// launch starts a daemon that ends with the test, and with the test process if
// that is killed.
func launch(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	cmd.SysProcAttr = dieWithParent()
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v (build/setup.sh installs what the tests need)", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()         // its exit status says nothing: it was killed
	})
}
