package app

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"countersign/backend/keychain"
	"countersign/backend/service"
)

// silentDesktop is a desktop that nobody listens to.
type silentDesktop struct{ fakeDesktop }

func (d *silentDesktop) Emit(string, any) {}

// called is a bound method as the page reaches it.
type called struct {
	name   string
	method reflect.Value
}

// everyBound lists the methods of every bound struct, in one order.
func everyBound(s *shell) (all []called) {
	for _, bound := range windowOptions(s, fstest.MapFS{}).Bind {
		v := reflect.ValueOf(bound)
		for i := range v.NumMethod() {
			all = append(all, called{v.Elem().Type().Name() + "." + v.Type().Method(i).Name, v.Method(i)})
		}
	}
	return all
}

// fuzzed is what the fuzzer typed.
type fuzzed struct {
	page   page
	words  []string
	number int64
	yes    bool
}

// word is the next of the words.
func (z *fuzzed) word() string {
	w := z.words[0]
	z.words = append(z.words[1:], w)
	return w
}

// envelopes are what an envelope of each name holds, and what one without holds.
var (
	envelopes = map[string]string{"Password": holdsPassword, "Value": holdsFactor, "Passphrase": holdsPassphrase}
	anyOf     = []string{holdsPassword, holdsNewPassword, holdsCode, holdsRecovery, holdsFactor, holdsInvitation, holdsHelp, holdsWord}
)

// filled makes an argument of any type: each string in it is the next of the
// words. Envelopes are closed as the page does where yes is true, and hold what a
// field of that name holds, or what number says.
func (z *fuzzed) filled(of reflect.Type, name string) reflect.Value {
	v := reflect.New(of).Elem()
	switch of {
	case reflect.TypeFor[Envelope]():
		if z.yes {
			what, known := envelopes[name]
			if !known {
				what = anyOf[uint64(z.number)%uint64(len(anyOf))]
			}
			return reflect.ValueOf(z.page.typed(what, z.word()))
		}
	case reflect.TypeFor[PublicKey]():
		if z.yes {
			return reflect.ValueOf(z.page.mailbox().PublicKey)
		}
	}
	switch of.Kind() {
	case reflect.String:
		v.SetString(z.word())
	case reflect.Int, reflect.Int64:
		v.SetInt(z.number)
	case reflect.Bool:
		v.SetBool(z.yes)
	case reflect.Slice:
		for range 2 {
			v = reflect.Append(v, z.filled(of.Elem(), ""))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(of))
		for range 2 {
			v.SetMapIndex(z.filled(of.Key(), ""), z.filled(of.Elem(), ""))
		}
	case reflect.Struct:
		for i := range of.NumField() {
			v.Field(i).Set(z.filled(of.Field(i).Type, of.Field(i).Name))
		}
	default:
		panic("a bound method takes a " + of.String())
	}
	return v
}

// FuzzBound calls any bound method with anything, as a script in the page could:
// with a token that is made up, and with the session's own.
func FuzzBound(f *testing.F) {
	s := newShell(filepath.Join(f.TempDir(), "data"), &silentDesktop{})
	s.secrets = keychain.NewMemory()
	s.cost = cheap
	f.Cleanup(s.end)
	profile := &Profile{s}
	typing := page{f, &Auth{s}}
	in, err := typing.auth.CreateWorkspace(typing.newWorkspace())
	if err != nil {
		f.Fatal(err)
	}
	token := in.Token
	methods := everyBound(s)
	for i := range methods {
		f.Add(uint(i), true, "", "code", "000000", int64(0), false)
		f.Add(uint(i), true, "<img src=x onerror=alert(1)>", "recovery", "ABCD-EFGH-JKMN-PQRS", int64(-1), true)
		f.Add(uint(i), false, "\x00", "\xff", strings.Repeat("x", 2000), int64(1)<<62, true)
		f.Add(uint(i), false, email, "none", "١٢٣٤٥٦", int64(99999999), false)
		for what := range anyOf {
			f.Add(uint(i), true, "a password that is long", "code", "000000", int64(what), true)
		}
	}
	f.Fuzz(func(t *testing.T, which uint, ours bool, a, b, c string, number int64, yes bool) {
		m := methods[which%uint(len(methods))]
		in, free := m.method.Type(), open[m.name] || silent[m.name]
		z := &fuzzed{page{t, &Auth{s}}, []string{a, b, c}, number, yes}
		var args []reflect.Value
		for i := range in.NumIn() {
			arg := z.filled(in.In(i), "")
			if i == 0 && ours && !free && arg.Kind() == reflect.String {
				arg = reflect.ValueOf(token)
			}
			args = append(args, arg)
		}
		var err error
		for _, out := range m.method.Call(args) {
			if e, ok := out.Interface().(error); ok {
				err = e
			} else if _, jsonErr := json.Marshal(out.Interface()); jsonErr != nil {
				t.Errorf("%s gives the page what has no JSON: %v", m.name, jsonErr)
			}
		}
		if err != nil {
			refusedInWords(t, s, m.name, err)
		}
		if m.name == "Contracts.AddDropped" { // SendPart would wait for what nobody sends
			_ = (&Contracts{s}).StopAdding(token)
		}
		if !ours && !free && !service.IsCode(err, service.CodeSessionEnded) && !service.IsCode(err, service.CodeChallengeEnded) {
			t.Errorf("%s with a token that is made up: %v", m.name, err)
		}
		if _, err := profile.ChangeEmail(token, email, Proof{}); err != nil { // the session stands, whatever was called
			t.Fatalf("after %s: %v", m.name, err)
		}
	})
}

// refusedInWords sees to it that the page gets a code it has words for, and
// nothing that nobody foresaw.
func refusedInWords(t *testing.T, s *shell, name string, err error) {
	t.Helper()
	e := s.present(err)
	if e.Code == codeInternal || !worded(e) {
		t.Errorf("%s is refused with %+v: %v", name, e, err)
	}
	var text AppError
	if err := errors.Join(json.Unmarshal([]byte(s.presentText(err)), &text)); err != nil || text.Code != e.Code {
		t.Errorf("%s: the page reads %+v (%v)", name, text, err)
	}
}

// FuzzArgs drops the dev server's flags from any command line, and nothing else.
func FuzzArgs(f *testing.F) {
	f.Add("-loglevel", "Trace", "--data-dir")
	f.Add("-assetdir=x", "-devserver", "")
	f.Add("--", "-", "=")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		args := []string{a, b, c}
		own := dropWailsFlags(slices.Clone(args))
		at := 0
		for _, kept := range own {
			i := slices.Index(args[at:], kept)
			if i < 0 {
				t.Fatalf("%q becomes %q", args, own)
			}
			at += i + 1
		}
		if again := dropWailsFlags(slices.Clone(own)); len(own) == 3 && len(again) != 3 {
			t.Errorf("%q becomes %q, and that %q", args, own, again)
		}
	})
}
