package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/cmd/internal/cli"
)

// settings reads a configuration, as serve does, from a file, an environment and flags.
func settings(t *testing.T, file string, environ, args []string) (*config, []problem) {
	t.Helper()
	e := &env{environ: environ, stdout: io.Discard, stderr: io.Discard, now: time.Now}
	if file != "" {
		path := filepath.Join(t.TempDir(), "countersignd.toml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		e.environ = append(slices.Clone(environ), environment+"CONFIG="+path)
	}
	c, _, err := commands(e).Find([]string{"serve"})
	if err == nil {
		err = c.ParseFlags(args)
	}
	if err != nil {
		t.Fatal(err)
	}
	e.command = c
	return e.configure()
}

func TestConfig_FlagComesBeforeVariableBeforeFile(t *testing.T) {
	t.Parallel()
	file := "listen = \":1001\"\nhealth-listen = \":1002\"\nlog-level = \"warn\"\nmax-connections = 7\n"
	c, problems := settings(t, file, []string{"COUNTERSIGN_HEALTH_LISTEN=:2002", "COUNTERSIGN_LOG_LEVEL=error", "PATH=/"}, []string{"--log-level", "debug"})
	if len(problems) > 0 || c.listen != ":1001" || c.health != ":2002" || c.level.String() != "DEBUG" || c.connections != 7 || c.drain != 3*time.Second {
		t.Errorf("%+v, %v", c, problems)
	}
	if !strings.HasSuffix(c.from["listen"], "countersignd.toml") || c.from["health-listen"] != "COUNTERSIGN_HEALTH_LISTEN" || c.from["log-level"] != "--log-level" || c.from["drain"] != "" {
		t.Errorf("%v", c.from)
	}
}

func TestConfig_WhatIsNotSetHasItsFallback(t *testing.T) {
	t.Parallel()
	c, problems := settings(t, "", nil, nil)
	if len(problems) > 0 || c.listen != ":8443" || c.health != "127.0.0.1:8444" || c.level.String() != "INFO" || c.connections != 1000 || !c.database.Empty() {
		t.Errorf("%+v, %v", c, problems)
	}
}

func TestConfig_WrongValuesAreSaidWithTheirKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct{ file, variable, flag, key, says string }{
		{file: `listne = ":1"`, key: "listne", says: "no such setting"},
		{file: "[listen]\nport = 1", key: "listen", says: "quotation marks"},
		{file: `log-level = true`, key: "log-level", says: "quotation marks"},
		{file: "listen = \":1\"\nlisten = \":2\"", key: "config", says: "line 2"},
		{file: `listen = `, key: "config", says: "line 1"},
		{file: "\ndatabase = hidden", key: "config", says: "line 2"},
		{file: strings.Repeat("#", mostConfig+1), key: "config", says: "can’t be read"},
		{variable: "COUNTERSIGN_CONFIG=" + filepath.Join(dir, "none"), key: "config", says: "can’t be read"},
		{file: `listen = "8443"`, key: "listen", says: `"8443"`},
		{file: `listen = ":0443x"`, key: "listen", says: "HOST:PORT"},
		{file: `listen = ":70000"`, key: "listen", says: "HOST:PORT"},
		{file: `health-listen = "a b:1"`, key: "health-listen", says: "HOST:PORT"},
		{file: `listen = ""`, key: "listen", says: "empty"},
		{file: `public-address = "http://countersign.example.com"`, key: "public-address", says: "HOST:PORT"},
		{file: `public-address = "https://a/b"`, key: "public-address", says: "HOST:PORT"},
		{file: `public-address = "https://u:p@a"`, key: "public-address", says: "HOST:PORT"},
		{file: `public-address = ":8443"`, key: "public-address", says: "HOST:PORT"},
		{file: `database = "postgres://u:hidden@["`, key: "database", says: "connection string"},
		{file: `database = "postgres://u:hidden@a/d?sslmode=verify-full&sslrootcert=/none/ca.pem"`, key: "database", says: "/none/ca.pem"},
		{file: "database = \"host=a\"\ndatabase-file = \"/b\"", key: "database", says: "twice"},
		{variable: "COUNTERSIGN_DATABASE_FILE=" + filepath.Join(dir, "none"), key: "database", says: "can’t be read"},
		{file: `server-key = "server.key"`, key: "server-key", says: "whole path"},
		{file: "server-key = \"/a\"\nserver-key-credential = \"b\"", key: "server-key", says: "Both"},
		{file: `certificate = "a"`, key: "certificate", says: "whole path"},
		{file: `certificate-key = "a"`, key: "certificate-key", says: "whole path"},
		{file: `max-connections = 0`, key: "max-connections", says: "1 to 100000"},
		{file: `max-connections = 100001`, key: "max-connections", says: "1 to 100000"},
		{file: `max-connections = "many"`, key: "max-connections", says: "number"},
		{file: `proxies = "balancer.example.com"`, key: "proxies", says: "addresses or networks"},
		{file: `proxies = "10.0.0.5,"`, key: "proxies", says: "addresses or networks"},
		{file: `proxies = "10.0.0.0/33"`, key: "proxies", says: "addresses or networks"},
		{file: `drain = "-1s"`, key: "drain", says: "0s to 5m"},
		{file: `drain = "6m"`, key: "drain", says: "0s to 5m"},
		{file: `drain = 3`, key: "drain", says: "0s to 5m"},
		{variable: "COUNTERSIGN_LOG_LEVEL=loud", key: "log-level", says: "debug, info, warn, error"},
		{flag: "--log-level=loud", key: "log-level", says: "debug, info, warn, error"},
	} {
		var environ, args []string
		if c.variable != "" {
			environ = []string{c.variable}
		}
		if c.flag != "" {
			args = []string{c.flag}
		}
		_, problems := settings(t, c.file, environ, args)
		if len(problems) != 1 || problems[0].Key != c.key || !strings.Contains(problems[0].String(), c.says) || strings.ContainsAny(problems[0].String(), "{}") {
			t.Errorf("%.60q %s %s: %v", c.file, c.variable, c.flag, problems)
		}
		for _, p := range problems {
			if strings.Contains(p.String(), "hidden") {
				t.Errorf("it tells a secret: %s", p)
			}
			if c.variable != "" && c.key != "config" && !strings.Contains(p.String(), strings.Split(c.variable, "=")[0]) || c.flag != "" && !strings.Contains(p.String(), "--log-level") {
				t.Errorf("it does not say where: %s", p)
			}
		}
	}
}

func TestConfig_SecretComesFromAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "database")
	if err := os.WriteFile(path, []byte("postgres://u:hidden@a,b/d?target_session_attrs=read-write\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file          string
		environ, args []string
	}{
		{file: `database-file = "` + path + `"`}, {environ: []string{"COUNTERSIGN_DATABASE_FILE=" + path}}, {args: []string{"--database-file", path}},
		{file: `database = "postgres://u:hidden@a,b/d?target_session_attrs=read-write"`}, {environ: []string{"COUNTERSIGN_DATABASE=postgres://u:hidden@a,b/d?target_session_attrs=read-write"}},
	} {
		got, problems := settings(t, c.file, c.environ, c.args)
		if len(problems) > 0 || got.database.Reveal() != "postgres://u:hidden@a,b/d?target_session_attrs=read-write" {
			t.Errorf("%+v: %v", c, problems)
		}
	}
}

func TestConfig_PasswordInAFileThatOthersReadIsRefused(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	delete(p.settings, "database-file")
	p.settings["database"] = p.database
	path := p.config()
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o640: true, 0o644: false, 0o604: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, problems := (&env{options: options{config: path}, now: time.Now, command: commands(&env{})}).configure()
		if (len(problems) == 0) != ok || !ok && problems[0].Key != "database" {
			t.Errorf("%04o: %v", mode, problems)
		}
	}
}

func TestConfigCheck_SaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	if out := p.good("config", "check"); !strings.Contains(out, "right") { // init makes what is not there
		t.Error(out)
	}
	p.init()
	p.good("config", "check")
	p.settings["listen"], p.settings["unheard"] = "x", "of"
	code, out, _ := p.run("config", "check", "--json")
	var v configReport
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != cli.ExitWrong || v.OK || len(v.Problems) != 2 {
		t.Errorf("exit code %d: %s", code, out)
	}
	if why := p.refused(cli.ExitUsage, "config", "serve"); !strings.Contains(why, "listen") || !strings.Contains(why, "unheard") {
		t.Errorf("serve says %s", why)
	}
	delete(p.settings, "unheard")
	p.settings["listen"] = ":0"
	for name, c := range map[string]struct {
		key, says string
		happen    func(q *place)
	}{
		"host":    {"certificate", "public-address", func(q *place) { q.settings["public-address"] = "https://other.example.com" }},
		"no cert": {"certificate", "certificate.pem", func(q *place) { q.remove("certificate.pem") }},
		"no key":  {"server-key", "server.key", func(q *place) { q.remove("server.key") }},
		"exposed": {"certificate", "0644", func(q *place) { q.chmod("certificate.key", 0o644) }},
		"open":    {"server-key", "0600", func(q *place) { q.chmod("server.key", 0o644) }},
		"swapped": {"certificate", "private key", func(q *place) { q.write("certificate.pem", q.read("certificate.key")) }},
	} {
		q := *p
		q.dir = t.TempDir()
		for _, name := range []string{"server.key", "certificate.pem", "certificate.key", "database"} {
			q.write(name, p.read(name))
		}
		q.settings = map[string]string{}
		for k, v := range p.settings {
			q.settings[k] = strings.Replace(v, p.dir, q.dir, 1)
		}
		c.happen(&q)
		code, out, told := q.run("config", "check")
		if code != cli.ExitWrong || !strings.HasPrefix(out, c.key+" (") || !strings.Contains(out, c.says) || strings.Count(out, "\n") != 1 {
			t.Errorf("%s: exit code %d: %s%s", name, code, out, told)
		}
	}
}

func TestConfigCheck_LooksAtACredentialWhereThereAreAny(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	delete(p.settings, "server-key")
	p.settings["server-key-credential"] = "server.key"
	p.good("config", "check") // by hand
	for dir, want := range map[string]int{p.dir: cli.ExitDone, t.TempDir(): cli.ExitWrong} {
		cmd := p.program("config", "check")
		cmd.Env = append(cmd.Env, "CREDENTIALS_DIRECTORY="+dir)
		out, _ := cmd.Output()
		if code := cmd.ProcessState.ExitCode(); code != want || want != 0 && !strings.HasPrefix(string(out), "server-key-credential (") {
			t.Errorf("in %s: exit code %d: %s", dir, code, out)
		}
	}
	cmd := p.program("status")
	cmd.Env = append(cmd.Env, "CREDENTIALS_DIRECTORY="+p.dir)
	if out, err := cmd.Output(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func (p *place) remove(name string) {
	p.Helper()
	if err := os.Remove(p.path(name)); err != nil {
		p.Fatal(err)
	}
}

func (p *place) chmod(name string, mode os.FileMode) {
	p.Helper()
	if err := os.Chmod(p.path(name), mode); err != nil {
		p.Fatal(err)
	}
}

func TestConfigCheck_TellsOfVariablesThatSetNothing(t *testing.T) {
	t.Parallel()
	e := &env{environ: []string{"COUNTERSIGN_PORT=1", "COUNTERSIGN_LISTEN=:1", "COUNTERSIGN_DATABASE_FILE=/a", "COUNTERSIGN_CONFIG=/b", "HOME=/"}}
	if got := e.strangers(); !slices.Equal(got, []string{"COUNTERSIGN_PORT"}) {
		t.Errorf("%v", got)
	}
}

func TestConfig_KeysHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range keys {
		for _, name := range []string{k.name, k.variable(), k.flag()} {
			if seen[name] && !(name == k.flag() && k.flag() == k.name) {
				t.Errorf("%s is twice there", name)
			}
			seen[name] = true
		}
	}
}

func TestServe_SettingsThatAreMissingAreNamed(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.settings = map[string]string{}
	why := p.refused(cli.ExitUsage, "config", "init")
	for _, k := range []string{"database", "server-key", "certificate", "certificate-key", "public-address", "workspace", "owner-name", "owner-email"} {
		if !strings.Contains(why, k+": It isn’t set. Set it in the file, with COUNTERSIGN_") {
			t.Errorf("%s is not named: %s", k, why)
		}
	}
}
