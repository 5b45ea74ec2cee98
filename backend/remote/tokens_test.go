package remote_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/secret"
	"countersign/backend/serverkey"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/store/tokenstest"
)

// Whoever writes the database makes no session, and opens none that is another's.
func TestTokens_RowThatTheServerDidNotMakeOpensNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	bella := p.member()
	_, hers := p.token(bella, bellaEmail, bellaPass)
	s, token := p.token(p.owner, ownerEmail, ownerPass)
	_, mine := p.token(p.owner, ownerEmail, ownerPass)
	digest := func(token string) store.Digest { return sha256.Sum256([]byte(token)) }
	owners, err := p.rows.Look(p.ctx(), digest(token))
	p.ok(err)
	good, err := p.rows.Look(p.ctx(), digest(mine))
	p.ok(err)
	put := func(t store.Token) {
		p.Helper()
		p.ok(second(p.rows.Take(p.ctx(), t.Digest, "test", time.Hour, store.Digest{})))
		p.ok(p.rows.Leave(p.ctx(), t, "test"))
	}
	changed := bytes.Clone(good.State)
	changed[len(changed)-1] ^= 1
	saved, err := p.sealer.Decrypt(good.State, "tested", "token", fmt.Sprintf("%x", good.Digest))
	p.ok(err)
	elsewhere, err := p.sealer.Encrypt(saved, "another workspace", "token", fmt.Sprintf("%x", good.Digest))
	p.ok(err)
	otherKey, err := serverkey.Create(filepath.Join(t.TempDir(), "other.key"))
	p.ok(err)
	forged, err := otherKey.For("tokens").Encrypt(saved, "tested", "token", fmt.Sprintf("%x", good.Digest))
	p.ok(err)
	for what, state := range map[string][]byte{
		"another session's": owners.State, "changed": changed, "of another workspace": elsewhere, "under another key": forged, "none": nil, "in clear": saved.Reveal(),
	} {
		row := good
		row.State = state
		put(row)
		for _, path := range []string{api.Overview.Path(), api.Touch.Path(), api.Members.Path()} {
			if got := p.post(path, mine, "{}"); got.code() != service.CodeSessionEnded || got.State.Session != nil {
				t.Errorf("%s: %s", what, got.body)
			}
		}
		if got := p.say(http.MethodGet, api.Files+"/"+p.blobName(), mine, nil, nil); got.code() != service.CodeSessionEnded {
			t.Errorf("%s: %s", what, got.body)
		}
	}
	put(good)
	if got := p.post(api.Overview.Path(), mine, "{}"); got.Error != nil {
		t.Errorf("%s", got.body)
	}
	// A row that says it is of another kind is none. One that had to make room opens nothing, even before it is ended.
	row := good
	row.Kind = store.TokenChallenge
	put(row)
	if got := p.post(api.AuthenticatorOff.Path(), mine, "{}"); got.code() != service.CodeChallengeEnded {
		t.Errorf("%s", got.body)
	}
	row = good
	row.Until = time.Time{}
	put(row)
	for _, path := range []string{api.Overview.Path(), api.Touch.Path()} {
		if got := p.post(path, mine, "{}"); got.code() != service.CodeSessionEnded {
			t.Errorf("it had to make room: %s", got.body)
		}
	}
	if got := p.post(api.Overview.Path(), hers, "{}"); got.Error != nil {
		t.Errorf("hers: %s", got.body)
	}
	_, err = s.Overview(p.ctx())
	p.ok(err)
}

// The token of an attempt has its state in it, and opens where the server made it for.
func TestTokens_AttemptIsOneOfTheServers(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	begin := func(path, body string) string {
		p.Helper()
		var begun struct{ Token string }
		p.ok(json.Unmarshal(p.post(path, "", body).Result, &begun))
		if begun.Token == "" {
			t.Fatal("there is no token")
		}
		return begun.Token
	}
	in := begin(api.BeginSignIn.Path(), `{"Email":"`+ownerEmail+`"}`)
	redeem := begin(api.BeginRedeem.Path(), `{"Email":"`+ownerEmail+`"}`)
	changed := []byte(in)
	changed[len(changed)-5] ^= 1
	guess := `{"Signature":"` + base64.StdEncoding.EncodeToString(random(64)) + `","Short":false}`
	for what, token := range map[string]string{"redeem": redeem, "changed": string(changed), "cut": in[:len(in)-8], "empty": "a.", "none": ""} {
		if got := p.post(api.SignIn.Path(), token, guess); got.code() != service.CodeChallengeEnded {
			t.Errorf("%s: %s", what, got.body)
		}
	}
	if got := p.post(api.CheckCode.Path(), in, `{"Proof":"AAAA"}`); got.code() != service.CodeChallengeEnded {
		t.Errorf("a sign-in redeems: %s", got.body)
	}
	if strings.Contains(in, "amara") || bytes.Contains(decoded(in), []byte("amara")) {
		t.Error("it tells of its email")
	}
	if got := p.post(api.SignIn.Path(), in, guess); got.code() != service.CodeCredentialsWrong {
		t.Errorf("%s", got.body)
	}
	if got := p.post(api.SignIn.Path(), in, guess); got.code() != service.CodeChallengeEnded { // it was good for one guess
		t.Errorf("%s", got.body)
	}
	for _, last := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=" { // in whatever form it is shown
		for _, again := range []string{in[:len(in)-1] + string(last), in + string(last)} {
			if got := p.post(api.SignIn.Path(), again, guess); got.code() != service.CodeChallengeEnded {
				t.Errorf("again as ...%s: %s", again[len(again)-4:], got.body)
			}
		}
	}
	late := begin(api.BeginSignIn.Path(), `{"Email":"`+ownerEmail+`"}`)
	p.clk.advance(service.ChallengeLife)
	if got := p.post(api.SignIn.Path(), late, guess); got.code() != service.CodeChallengeEnded {
		t.Errorf("%s", got.body)
	}
}

func TestTokens_ChallengeIsNoUseOnceItsPersonIsIn(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	f, _ := p.enable(p.signIn(p.owner, ownerEmail, ownerPass), ownerPass)
	in := func(leave bool) string {
		_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
		p.ok(err)
		p.ok(second(c.AuthenticatorOff(p.ctx())))
		_, token := p.wire.last(api.AuthenticatorOff.Path())
		if leave {
			c.Leave()
		} else {
			p.ok(second(c.Verify(p.ctx(), secret.NewText(f.code()))))
		}
		return token
	}
	for _, leave := range []bool{false, true} {
		token := in(leave)
		p.until("it is left", func() bool {
			return p.post(api.AuthenticatorOff.Path(), token, "{}").code() == service.CodeChallengeEnded
		})
		got := p.post(api.Verify.Path(), token, `{"Code":"`+f.code()+`"}`)
		if got.code() != service.CodeChallengeEnded {
			t.Errorf("%s", got.body)
		}
	}
}

func decoded(token string) []byte {
	b, _ := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "a."))
	return b
}

// Who asks in vain leaves nothing at the server: what they could fill it with has no end.
func TestTokens_WhoProvesNothingLeavesNoRow(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	memory := p.rows.(*tokenstest.Memory)
	before := memory.Len()
	guess := `{"Signature":"` + base64.StdEncoding.EncodeToString(random(64)) + `","Short":false}`
	token := func(path, body string) string {
		var begun struct{ Token string }
		p.ok(json.Unmarshal(p.post(path, "", body).Result, &begun))
		return begun.Token
	}
	email := `{"Email":"nobody@example.com"}`
	counted := 0
	for range 40 {
		token(api.BeginSignIn.Path(), email)
		p.post(api.LeaveRedeem.Path(), token(api.BeginRedeem.Path(), email), "{}")
		if got := p.post(api.SignIn.Path(), token(api.BeginSignIn.Path(), email), guess); got.code() == service.CodeCredentialsWrong {
			counted++
		} else if got.code() != service.CodeThrottled {
			t.Fatalf("%s", got.body)
		}
	}
	if counted > 8 || memory.Len() != before+counted {
		t.Errorf("%d rows, %d guesses that were looked at", memory.Len()-before, counted)
	}
	p.clk.advance(3 * service.ChallengeLife)
	p.signIn(p.owner, ownerEmail, ownerPass) // then the server looks
	p.until("the used ones are gone", func() bool { return memory.Len() <= before+2 })
}
