package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"

	"countersign/backend/postgres"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// config is what the program is told by its file, the environment and flags.
type config struct {
	listen, health   string
	address          string // HOST:PORT by which members reach the server
	database         secret.Text
	keyFile          string
	credential       string
	certificate      string
	certificateKey   string
	level            slog.Level
	connections      int
	proxies          []string // addresses and networks of balancers
	drain            time.Duration
	newestVersion    string // a file
	workspace        string
	ownerName, owner string // of the first owner: name and email
	passphrase       secret.Text

	from map[string]string // where each key was set that was
}

// key is something that can be set. Of two places that set it the later counts: the file, the environment (COUNTERSIGN_NAME), a flag.
// A secret is in no flag, which everybody on the computer can read; NAME-file, COUNTERSIGN_NAME_FILE and --NAME-file lead to a file that has it.
type key struct {
	name     string
	text     words.Key // for help
	fallback string    // where it is not set; empty: nothing
	secret   bool
	isFile   bool
	set      func(c *config, value string) *cli.Failure
}

const environment = "COUNTERSIGN_"

// keys are all of them, in the order of help.
var keys = []key{
	{name: "listen", text: words.TerminalServerKeyListen, fallback: ":8443", set: func(c *config, v string) *cli.Failure { return listenTo(&c.listen, v) }},
	{name: "health-listen", text: words.TerminalServerKeyHealthListen, fallback: "127.0.0.1:8444", set: func(c *config, v string) *cli.Failure { return listenTo(&c.health, v) }},
	{name: "public-address", text: words.TerminalServerKeyPublicAddress, set: setAddress},
	{name: "database", text: words.TerminalServerKeyDatabase, secret: true, set: setDatabase},
	{name: "server-key", text: words.TerminalServerKeyServerKey, isFile: true, set: func(c *config, v string) *cli.Failure { return pathTo(&c.keyFile, v) }},
	{name: "server-key-credential", text: words.TerminalServerKeyServerKeyCredential, set: func(c *config, v string) *cli.Failure { c.credential = v; return nil }},
	{name: "certificate", text: words.TerminalServerKeyCertificate, isFile: true, set: func(c *config, v string) *cli.Failure { return pathTo(&c.certificate, v) }},
	{name: "certificate-key", text: words.TerminalServerKeyCertificateKey, isFile: true, set: func(c *config, v string) *cli.Failure { return pathTo(&c.certificateKey, v) }},
	{name: "max-connections", text: words.TerminalServerKeyMaxConnections, fallback: "1000", set: setConnections},
	{name: "proxies", text: words.TerminalServerKeyProxies, set: setProxies},
	{name: "drain", text: words.TerminalServerKeyDrain, fallback: "3s", set: setDrain},
	{name: "newest-version", text: words.TerminalServerKeyNewestVersion, isFile: true, set: func(c *config, v string) *cli.Failure { return pathTo(&c.newestVersion, v) }},
	{name: "log-level", text: words.TerminalServerKeyLogLevel, fallback: "info", set: setLevel},
	{name: "workspace", text: words.TerminalServerKeyWorkspace, set: func(c *config, v string) *cli.Failure { c.workspace = v; return nil }},
	{name: "owner-name", text: words.TerminalServerKeyOwnerName, set: func(c *config, v string) *cli.Failure { c.ownerName = v; return nil }},
	{name: "owner-email", text: words.TerminalServerKeyOwnerEmail, set: func(c *config, v string) *cli.Failure { c.owner = v; return nil }},
	{name: "passphrase", text: words.TerminalServerKeyPassphrase, secret: true, set: func(c *config, v string) *cli.Failure { c.passphrase = secret.NewText(v); return nil }},
}

func (k key) variable() string {
	return environment + strings.ToUpper(strings.ReplaceAll(k.name, "-", "_"))
}

func keyOf(name string) (key, bool) {
	i := slices.IndexFunc(keys, func(k key) bool { return k.name == name || k.secret && k.name+"-file" == name })
	if i < 0 {
		return key{}, false
	}
	return keys[i], true
}

// wrong is what is wrong with a value.
func wrong(why words.Key, args words.Args) *cli.Failure {
	return cli.Fail("config", cli.ExitUsage, why, args)
}

func listenTo(into *string, v string) *cli.Failure {
	host, port, err := net.SplitHostPort(v)
	if _, fault := strconv.ParseUint(port, 10, 16); err != nil || fault != nil || strings.ContainsAny(host, "/ ") {
		return wrong(words.TerminalServerConfigListen, words.Args{"value": strconv.Quote(v)})
	}
	*into = v
	return nil
}

func setAddress(c *config, v string) *cli.Failure {
	server, err := remote.ParseServer(v)
	if err != nil {
		return wrong(words.TerminalServerConfigPublicAddress, words.Args{"value": strconv.Quote(v)})
	}
	c.address = server
	return nil
}

// host is the part of the public address that the certificate has to be for; empty: there is none.
func (c *config) host() string {
	host, _, _ := net.SplitHostPort(c.address)
	return host
}

func setDatabase(c *config, v string) *cli.Failure {
	err := postgres.CheckConnString(v)
	if file := (*fs.PathError)(nil); errors.As(err, &file) {
		return wrong(words.TerminalServerConfigUnreadable, words.Args{"why": file.Error()})
	}
	if err != nil {
		return wrong(words.TerminalServerConfigDatabase, nil) // nothing of it is told
	}
	c.database = secret.NewText(v)
	return nil
}

func pathTo(into *string, v string) *cli.Failure {
	if !filepath.IsAbs(v) {
		return wrong(words.TerminalServerConfigPath, words.Args{"value": strconv.Quote(v)})
	}
	*into = v
	return nil
}

// mostConnections is more than one process has files open for.
const mostConnections = 100_000

func setConnections(c *config, v string) *cli.Failure {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > mostConnections {
		return wrong(words.TerminalServerConfigMaxConnections, words.Args{"value": strconv.Quote(v), "max": mostConnections})
	}
	c.connections = n
	return nil
}

// setProxies takes addresses and networks, with commas between them.
func setProxies(c *config, v string) *cli.Failure {
	var all []string
	for place := range strings.SplitSeq(v, ",") {
		place = strings.TrimSpace(place)
		_, network := netip.ParsePrefix(place)
		if _, address := netip.ParseAddr(place); address != nil && network != nil {
			return wrong(words.TerminalServerConfigProxies, words.Args{"value": strconv.Quote(v)})
		}
		all = append(all, place)
	}
	c.proxies = all
	return nil
}

// mostDrain is how long a balancer may take to notice.
const mostDrain = 5 * time.Minute

func setDrain(c *config, v string) *cli.Failure {
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 || d > mostDrain {
		return wrong(words.TerminalServerConfigDrain, words.Args{"value": strconv.Quote(v)})
	}
	c.drain = d
	return nil
}

var levels = []string{"debug", "info", "warn", "error"}

func setLevel(c *config, v string) *cli.Failure {
	if !slices.Contains(levels, v) {
		return wrong(words.TerminalServerConfigLogLevel, words.Args{"value": strconv.Quote(v), "levels": strings.Join(levels, ", ")})
	}
	_ = c.level.UnmarshalText([]byte(v)) // one of those that it knows
	return nil
}

// problem is something that is wrong with what was set, in a sentence.
type problem struct {
	Key     string `json:"key"`
	From    string `json:"from,omitempty"` // where it was set
	Message string `json:"message"`
}

func (p problem) String() string {
	if p.From == "" {
		return say(words.TerminalServerConfigProblem, words.Args{"key": p.Key, "why": p.Message})
	}
	return say(words.TerminalServerConfigProblemFrom, words.Args{"key": p.Key, "from": p.From, "why": p.Message})
}

// value is what a place has set a key to.
type value struct {
	text secret.Text
	from string
	path bool // of a file with it
}

// reading is a configuration on its way.
type reading struct {
	values   map[string]value
	problems []problem
}

func (r *reading) wrong(name, from string, why *cli.Failure) {
	r.problems = append(r.problems, problem{name, from, why.Error()})
}

// put notes what a place has set. The same place may name a secret or its file, not both.
func (r *reading) put(k key, name, text, from string, before map[string]bool) {
	if before[k.name] {
		r.wrong(k.name, from, wrong(words.TerminalServerConfigTwice, words.Args{"file": k.name + "-file"}))
		return
	}
	before[k.name] = true
	r.values[k.name] = value{secret.NewText(text), from, name != k.name}
}

// defaultConfig is read if it is there.
const defaultConfig = "/etc/countersign/countersignd.toml"

// mostConfig bounds the file, and each file with a secret, in bytes.
const mostConfig = 64 << 10

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostConfig+1))
	if err == nil && len(b) > mostConfig {
		err = fmt.Errorf("%s has more than %d bytes", path, mostConfig)
	}
	return b, err
}

// configure reads the configuration, and all that is wrong with it. needs are the keys that must be set.
func (e *env) configure(needs ...string) (*config, []problem) {
	r := &reading{values: map[string]value{}}
	r.file(e.configFile(), e.config != "" || e.variable("CONFIG") != "")
	r.environment(e)
	r.flags(e.command)
	c := &config{from: map[string]string{}}
	for _, k := range keys {
		v, set := r.values[k.name]
		if !set && k.fallback != "" {
			v.text = secret.NewText(k.fallback)
		} else if !set {
			continue
		}
		c.from[k.name] = v.from
		text := v.text.Reveal()
		if v.path {
			b, err := readBounded(text)
			if err != nil {
				r.wrong(k.name, v.from, wrong(words.TerminalServerConfigUnreadable, words.Args{"why": err}))
				continue
			}
			text = strings.TrimRight(string(b), "\r\n")
		}
		if text == "" {
			r.wrong(k.name, v.from, wrong(words.TerminalServerConfigEmpty, nil))
			continue
		}
		if why := k.set(c, text); why != nil {
			r.wrong(k.name, v.from, why)
		}
	}
	r.needs(needs)
	return c, r.problems
}

// needs looks whether all is set that a command cannot do without. Of the two places of the server's key one has to be.
func (r *reading) needs(names []string) {
	_, file := r.values["server-key"]
	_, credential := r.values["server-key-credential"]
	if file && credential {
		r.wrong("server-key", "", wrong(words.TerminalServerConfigKeyTwice, nil))
	}
	for _, name := range names {
		if _, set := r.values[name]; !set && !(name == "server-key" && credential) {
			k, _ := keyOf(name)
			r.wrong(name, "", wrong(words.TerminalServerConfigMissing, words.Args{"variable": k.variable()}))
		}
	}
}

func (e *env) configFile() string {
	if e.config != "" {
		return e.config
	}
	if path := e.variable("CONFIG"); path != "" {
		return path
	}
	return defaultConfig
}

func (r *reading) file(path string, named bool) {
	text, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return
	}
	if err != nil {
		r.wrong("config", "", wrong(words.TerminalServerConfigUnreadable, words.Args{"why": err}))
		return
	}
	var all map[string]any
	if _, err := toml.Decode(string(text), &all); err != nil {
		r.wrong("config", path, wrong(words.TerminalServerConfigToml, words.Args{"why": withoutText(err)}))
		return
	}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	before := map[string]bool{}
	for _, name := range names {
		k, known := keyOf(name)
		if !known {
			r.wrong(name, path, wrong(words.TerminalServerConfigUnknown, nil))
			continue
		}
		switch v := all[name].(type) {
		case string:
			r.put(k, name, v, path, before)
		case int64:
			r.put(k, name, strconv.FormatInt(v, 10), path, before)
		default:
			r.wrong(name, path, wrong(words.TerminalServerConfigType, nil))
		}
	}
	for _, k := range keys {
		if v := r.values[k.name]; k.secret && v.from == path && !v.path {
			r.private(k.name, path)
		}
	}
}

// private refuses a file with a secret that everybody on the computer can read.
func (r *reading) private(name, path string) {
	if st, err := os.Stat(path); err == nil && st.Mode().Perm()&0o007 != 0 {
		r.wrong(name, path, wrong(words.TerminalServerConfigExposed, words.Args{"mode": fmt.Sprintf("%04o", st.Mode().Perm()), "file": path}))
	}
}

// withoutText is what is wrong with a file, and where, without what it says there: that may be a secret.
func withoutText(err error) string {
	var at toml.ParseError
	if errors.As(err, &at) {
		return say(words.TerminalServerConfigTomlLine, words.Args{"line": at.Position.Line})
	}
	return say(words.TerminalServerConfigTomlForm, nil)
}

// variable gives one of the environment's.
func (e *env) variable(name string) (value string) {
	for _, set := range e.environ {
		if v, is := strings.CutPrefix(set, environment+name+"="); is {
			value = v
		}
	}
	return value
}

func (r *reading) environment(e *env) {
	before := map[string]bool{}
	for _, k := range keys {
		if v := e.variable(strings.TrimPrefix(k.variable(), environment)); v != "" {
			r.put(k, k.name, v, k.variable(), before)
		}
		if !k.secret {
			continue
		}
		if v := e.variable(strings.TrimPrefix(k.variable(), environment) + "_FILE"); v != "" {
			r.put(k, k.name+"-file", v, k.variable()+"_FILE", before)
		}
	}
}

func (r *reading) flags(c *cobra.Command) {
	before := map[string]bool{}
	for _, k := range keys {
		name := k.flag()
		if f := c.Flags().Lookup(name); f != nil && f.Changed {
			r.put(k, name, f.Value.String(), "--"+name, before)
		}
	}
}

// flag is the name of its flag.
func (k key) flag() string {
	if k.secret {
		return k.name + "-file"
	}
	return k.name
}

// configFlags gives a command the flags of the keys that concern it.
func configFlags(names ...string) flags {
	return func(c *cobra.Command, o *options) {
		c.Flags().StringVar(&o.config, "config", "", say(words.TerminalServerFlagConfig, words.Args{"file": defaultConfig}))
		files(c, "config")
		for _, k := range keys {
			if !slices.Contains(names, k.name) {
				continue
			}
			// The fallback is said in the words: a flag that is left out leaves what the file and the environment say.
			c.Flags().String(k.flag(), "", say(k.text, words.Args{"default": k.fallback}))
			if k.isFile || k.secret {
				files(c, k.flag())
			}
			if k.name == "log-level" {
				cli.Choices(c, k.name, levels...)
			}
		}
	}
}

// configured is configure for a command that cannot go on with anything wrong.
func (e *env) configured(needs ...string) (*config, error) {
	c, problems := e.configure(needs...)
	if len(problems) == 0 {
		return c, nil
	}
	var all []string
	for _, p := range problems {
		all = append(all, p.String())
	}
	return nil, cli.Fail("config", cli.ExitUsage, words.TerminalServerConfigWrong, words.Args{"problems": strings.Join(all, " ")})
}
