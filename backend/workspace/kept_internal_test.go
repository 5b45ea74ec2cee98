package workspace

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
)

// What a value has in memory is saved, or is read again when it is resumed. A new field is put here once that is decided.
func TestKept_EachFieldIsSavedOrReadAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of             any
		saved, readNew []string
	}{
		{SignInAttempt{}, []string{"key", "at", "madeAt", "PasswordTerms", "over"}, []string{"w", "mu"}},
		{KitAttempt{}, []string{"KitTerms", "madeAt", "over"}, []string{"w", "mu"}},
		{RedeemAttempt{}, []string{"key", "kinds", "madeAt", "right", "over", "oneTime", "guess", "profile"}, []string{"w", "mu", "CodeTerms", "on", "info"}},
		{Challenge{}, []string{"profile", "at", "madeAt", "mustEnrol", "short", "alone", "redeems", "over"}, []string{"w", "mu"}},
		{Locked{}, []string{"PasswordTerms", "id", "at", "epoch", "startedAt", "elapsing", "wrong", "over"}, []string{"w", "mu"}},
		{EnrolmentSession{}, []string{"s", "kind", "done"}, []string{"beginning"}},
		{
			Session{},
			[]string{
				"id", "at", "welcome", "began", "epoch", "startedAt", "usedAt", "elapsing", "over", "waiting", "stood", "confirms", "run", "ran", "nonces", "off", "short", "enrolOnly", "enrolling", "overdue", "wasAdmin",
				"enrolment", "newCodes",
			},
			[]string{"w", "hold", "acts", "mu", "own", "jobs", "before", "moving"},
		},
		{elapsing{}, []string{"latest"}, []string{"seen"}},
		{PrintRun{}, []string{"second", "made", "run"}, []string{"a", "info", "members", "making", "mu", "sets", "skipped", "inForce", "state", "stage"}},
		{enrolment{}, []string{"intent", "item", "codes", "issued", "set"}, []string{"key"}},
		{newCodes{}, []string{"issued", "set"}, nil},
		{grant{}, []string{"at", "how"}, nil},
		{issuedNonce{}, []string{"nonce", "at"}, nil},
		{redemption{}, []string{"code", "next"}, nil},
		{attempt{}, []string{"subject", "kind", "failures", "lock"}, nil},
	} {
		of := reflect.TypeOf(c.of)
		known := slices.Concat(c.saved, c.readNew)
		for i := range of.NumField() {
			if name := of.Field(i).Name; !slices.Contains(known, name) {
				t.Errorf("%s.%s is neither saved nor read again", of.Name(), name)
			}
		}
		if len(known) != of.NumField() {
			t.Errorf("%s has %d fields, and %d are known", of.Name(), of.NumField(), len(known))
		}
	}
}

// fill gives each field of a value another content than none.
func fill(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	switch p := v.Addr().Interface().(type) {
	case *secret.Bytes:
		*p = secret.NewBytes([]byte{byte(*n), 1})
		return
	case *time.Time:
		*p = time.UnixMilli(int64(1_800_000_000_000 + *n)).UTC()
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0), n)
	case reflect.String:
		v.SetString(string(rune('a' + *n)))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), n)
	case reflect.Map:
		key, of := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, n)
		fill(t, of, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, of)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint8, reflect.Uint32:
		v.SetUint(uint64(*n))
	default:
		t.Fatalf("a field is of the kind %s, which this test cannot fill", v.Kind())
	}
}

// A password that was chosen waits for the second factor: all of it, with what elides itself.
func TestKept_PasswordIsSavedWhole(t *testing.T) {
	t.Parallel()
	var next service.NewPassword
	n := 0
	fill(t, reflect.ValueOf(&next).Elem(), &n)
	b, err := json.Marshal(keptPassword{next, next.Lock.Reveal()})
	if err != nil {
		t.Fatal(err)
	}
	var back keptPassword
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	got := back.NewPassword
	got.Lock = secret.NewBytes(back.Lock)
	if !reflect.DeepEqual(got, next) || got.Lock.Len() == 0 {
		t.Errorf("of what was chosen something is lost: a secret elides itself, so keptPassword has each by name")
	}
}

// What is saved of a session is all in it again once it is resumed.
func TestKept_SessionIsResumedWhole(t *testing.T) {
	t.Parallel()
	var k keptSession
	n := 0
	fill(t, reflect.ValueOf(&k).Elem(), &n)
	k.Enrolment.Item = []byte("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
	s, err := (&Workspace{}).resumeSession(k, nil)
	if err != nil {
		t.Fatal(err)
	}
	if again := s.kept(); !reflect.DeepEqual(*again, k) {
		t.Errorf("%+v\nand not %+v", *again, k)
	}
}

func TestKept_SavedByAnotherVersionIsSessionEnded(t *testing.T) {
	t.Parallel()
	w := &Workspace{}
	for _, saved := range []string{"", "{", `{"Form":0}`, `{"Form":2,"Session":{}}`} {
		if _, err := w.Served().Resume(t.Context(), secret.NewBytes([]byte(saved)), nil); !service.IsCode(err, service.CodeSessionEnded) {
			t.Errorf("%q: %v", saved, err)
		}
	}
	if _, err := w.Served().Save(service.Value{}); err == nil {
		t.Error("nothing was saved")
	}
}
