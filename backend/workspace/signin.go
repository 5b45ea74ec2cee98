package workspace

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// SignIn checks the password. Of the two results one is set: a Session, or a
// Challenge where the profile has 2FA on or is required to, or where the password
// stands alone and is too short for that. An email that nobody has costs the
// same time and gets the same words and the same pauses as a wrong password.
// Errors: email_required, password_required, credentials_wrong, suspended_self,
// throttled; keychain and folder.
func (w *Workspace) SignIn(ctx context.Context, email string, pw secret.Text) (*Session, *Challenge, error) {
	key := emailKey(email)
	switch {
	case key == "":
		return nil, nil, refuse(service.CodeEmailRequired).At("email")
	case pw.Empty():
		return nil, nil, refuse(service.CodePasswordRequired).At("password")
	case !w.Created() || len(key) > 4*MaxEmail || len(pw.Reveal()) > 4*4*password.MaxLength:
		return nil, nil, refuse(service.CodeCredentialsWrong)
	}
	var p Profile
	var on bool
	var info Info
	err := w.view(ctx, func(tx ReadTx) (err error) {
		if info, err = tx.Info(); err != nil {
			return err
		}
		p, err = tx.ProfileByEmail(key)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = tx.Factor(p.ID)
		on = err == nil
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	w.cacheInfo(info)
	if p.State == ProfileInvited || p.State == ProfileRemoved {
		p = Profile{} // there is no password that could be right
	}
	t, wrapping, err := w.checkPasswordOf(ctx, p, key, pw, service.CodeCredentialsWrong)
	if err != nil {
		return nil, nil, err
	}
	kept := false
	defer func() {
		if !kept {
			wrapping.Wipe()
		}
	}()
	if p.State == ProfileSuspended {
		return nil, nil, service.Afterwards(refuse(service.CodeSuspendedSelf), w.refund(ctx, t))
	}
	// What was long enough while 2FA was required may be too short by now. Only here
	// is the password known: how long it is, is kept nowhere.
	mustEnrol, short := !on && info.Requires(w.now()), password.Short(pw, password.MinLength)
	if on || mustEnrol || short {
		if err := w.refund(ctx, t); err != nil {
			return nil, nil, err
		}
		c := w.newChallenge(p, wrapping)
		c.mustEnrol, c.alone, c.short, kept = mustEnrol, !on && !mustEnrol, short, true
		return nil, c, nil
	}
	s, err := w.completeSignIn(ctx, p, signInDetails{factor: "none", key: wrapping})
	return s, nil, err
}

// checkPasswordOf charges for a guess at p's password and looks at it. The zero
// Profile stands for an email that nobody has. The attempt is the caller's to
// refund or to reset, and the key, which a right password unwraps with, to wipe.
func (w *Workspace) checkPasswordOf(ctx context.Context, p Profile, emailKey string, pw secret.Text, wrong service.Code) (attempt, secret.Bytes, error) {
	subject := p.ID
	record := p.Password
	if subject == "" {
		subject = w.unknownSubject(emailKey)
		record = PasswordRecord{Salt: make([]byte, password.SaltSize), Params: w.cost, Verifier: make([]byte, password.KeySize)}
	}
	t, err := w.recordAttempt(ctx, subject, KindPassword)
	if err != nil {
		return t, secret.Bytes{}, err
	}
	derived, err := w.derive(ctx, pw, record.Salt, record.Params)
	if err != nil {
		return t, secret.Bytes{}, err
	}
	defer derived.Wipe()
	w.mu.RLock()
	verifier := password.Verifier(derived, w.keys.device)
	wrapping := password.WrappingKey(derived, w.keys.device)
	w.mu.RUnlock()
	if subtle.ConstantTimeCompare(verifier, record.Verifier) != 1 || p.ID == "" {
		wrapping.Wipe()
		return t, secret.Bytes{}, w.wrong(ctx, t, wrong)
	}
	return t, wrapping, nil
}

// unknownSubject is under what an email that nobody has is counted: keyed, so
// that the database does not tell which addresses were tried.
func (w *Workspace) unknownSubject(emailKey string) string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	mac := hmac.New(sha256.New, w.keys.pepper.Reveal())
	mac.Write([]byte("unknown email\x00" + emailKey))
	return unknownPrefix + hex.EncodeToString(mac.Sum(nil)[:16])
}

const unknownPrefix = "unknown:"

// Welcome is what a person is told after signing in.
type Welcome struct {
	FailedCodes          int // since the last sign-in: of every kind, one-time codes too
	FailedOther          int // of these, what were no verification codes
	LastFailedCodeAt     time.Time
	FailedPasswords      int
	LastFailedPasswordAt time.Time
	UsedCode             int // number of the recovery code that was used, 0 for none
	CodesLeft            int // with UsedCode
	AuthenticatorOff     bool
	RequireFrom          time.Time // when 2FA, which is off, will be required; zero: it will not
	News                 []News    // what others have done since the last sign-in, newest first: see newsOf
}

// News is something that an admin did to a profile, or that somebody did with the
// Emergency Kit.
type News struct {
	Kind   string // a kind of event
	At     time.Time
	By     string // name: who did it, or came in with the kit
	Detail map[string]string
}

// mostNews bounds what a welcome tells; the log has the rest.
const mostNews = 10

// signInDetails is how somebody came in.
type signInDetails struct {
	factor    string                 // none, code, recovery, help
	number    int                    // of the recovery code
	use       func(tx WriteTx) error // consumes the factor, or refuses
	enrolOnly EnrolmentKind          // empty: a whole session
	redeems   *redemption            // an invitation or a password reset, else nil
	chooses   *chosen                // a longer password, else nil
	key       secret.Bytes           // made of the password: see unwrapOwn
	short     bool                   // the password is too short to stand alone
}

// completeSignIn makes the session: one transaction consumes the factor, clears the
// counts, and writes the event. All factors are right by then.
func (w *Workspace) completeSignIn(ctx context.Context, p Profile, a signInDetails) (*Session, error) {
	now := w.now()
	var welcome Welcome
	var entered Profile
	var own vault.Identity
	how := map[string]string{"factor": a.factor}
	if a.number > 0 {
		how["number"] = strconv.Itoa(a.number)
	}
	err := w.update(ctx, func(tx WriteTx) error {
		fresh, err := tx.Profile(p.ID)
		if err := refuseUnless(err == nil && fresh.Epoch == p.Epoch, ignoreMissing(err), service.CodeChallengeEnded); err != nil {
			return err
		}
		looksAt(tx, p.ID)
		info, err := tx.Info()
		if err != nil {
			return err
		}
		var due time.Time
		_, err = tx.Factor(p.ID)
		if on := err == nil; err != nil && !errors.Is(err, ErrNotFound) {
			return err
		} else if on != (a.factor != "none") {
			return refuse(service.CodeChallengeEnded) // 2FA was turned on or off in between
		} else if !on && info.Requires(now) && a.enrolOnly != EnrolRequired {
			return refuse(service.CodeChallengeEnded) // 2FA was required in between
		} else if !on && info.Require2FA {
			due = info.RequireFrom
		}
		if a.use != nil {
			if err := a.use(tx); err != nil {
				return err
			}
		}
		if welcome, err = w.tell(tx, p.ID, a); err != nil {
			return err
		}
		welcome.RequireFrom = due
		if a.redeems != nil {
			if err := a.redeems.apply(tx, w, &fresh); err != nil {
				return err
			}
		}
		if err := reset(tx, p.ID, true, KindPassword, KindCode, KindRecovery, KindConfirm, KindInvitation, KindHelp); err != nil {
			return err
		}
		if a.chooses != nil {
			a.chooses.apply(&fresh)
		}
		fresh.LastSignInAt = now
		entered = fresh
		if err := tx.UpdateProfile(fresh); err != nil {
			return err
		}
		if own, err = w.unwrapOwn(tx, p.ID, a.key, a.redeems); err != nil {
			return err
		}
		if a.chooses != nil {
			if own, err = a.chooses.rewrap(tx, w.newSession(fresh, own)); err != nil {
				return err
			}
		}
		detail := maps.Clone(how)
		if a.enrolOnly != "" {
			detail["as-far-as"] = string(a.enrolOnly)
		}
		if a.redeems != nil {
			detail["chose-password"] = string(a.redeems.code.Kind)
		}
		if a.chooses != nil {
			detail["chose-password"] = choseLonger
		}
		return w.record(tx, now, eventSignedIn, p.ID, p.ID, detail)
	})
	if err != nil {
		return nil, err
	}
	s := w.newSession(entered, own)
	s.welcome, s.began, s.off, s.enrolOnly, s.short = welcome, how, a.factor == "none", a.enrolOnly == EnrolRequired, a.short
	if a.factor == "recovery" && a.enrolOnly == "" {
		s.grant() // the password and a recovery code were right a moment ago
	}
	return s, nil
}

// tell gathers the welcome before the counts are cleared. The charges of this
// very sign-in are among the counts and are taken off.
func (w *Workspace) tell(tx ReadTx, profileID string, a signInDetails) (Welcome, error) {
	wel := Welcome{UsedCode: a.number}
	own := map[Kind]int{}
	switch a.factor {
	case "none":
		switch { // what led through a challenge was given back before
		case a.enrolOnly != "", a.chooses != nil:
		case a.redeems != nil:
			own[KindInvitation] = 1
		default:
			own[KindPassword] = 1
		}
	case "help":
		own[KindHelp] = 1
	case "code":
		own[KindCode] = 1
	case "recovery":
		own[KindRecovery] = 1
	}
	for _, kind := range []Kind{KindPassword, KindCode, KindRecovery, KindInvitation, KindHelp} {
		at, err := tx.Attempts(profileID, kind)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return wel, err
		}
		n, when := at.SinceSignIn, at.ChargedAt
		if own[kind] > 0 {
			n, when = n-1, at.BeforeAt
		}
		if n <= 0 {
			n, when = 0, time.Time{}
		}
		if kind == KindPassword {
			wel.FailedPasswords, wel.LastFailedPasswordAt = n, when
			continue
		}
		wel.FailedCodes += n
		if kind != KindCode {
			wel.FailedOther += n
		}
		if when.After(wel.LastFailedCodeAt) {
			wel.LastFailedCodeAt = when
		}
		if kind == KindCode && at.Failures >= authenticator && a.factor == "recovery" {
			wel.AuthenticatorOff = true
		}
	}
	news, err := newsOf(tx, profileID)
	if err != nil {
		return wel, err
	}
	wel.News = news
	if a.number > 0 {
		left, err := codesLeft(tx, profileID)
		if err != nil {
			return wel, err
		}
		wel.CodesLeft = left
	}
	return wel, nil
}

// newsOf reads what others have done to a profile since it was last signed in,
// after what an owner or an admin has to know of the Emergency Kit. What is new
// goes by the number of the event: a clock that was set back hides nothing.
func newsOf(tx ReadTx, profileID string) (news []News, err error) {
	p, err := tx.Profile(profileID)
	if err != nil {
		return nil, err
	}
	since, err := lastEntrance(tx, profileID)
	if err != nil {
		return nil, err
	}
	var told []store.SignedEvent
	for e, err := range tx.EventsAbout(profileID, since) {
		if err != nil {
			return nil, err
		}
		if !tellsMember[e.Kind] {
			continue
		}
		if told = append(told, e); len(told) == mostNews {
			break
		}
	}
	names := people{}
	for _, e := range told {
		by, err := names.find(tx, e.Actor)
		if err != nil {
			return nil, err
		}
		news = append(news, News{Kind: e.Kind, At: e.At, By: by.Name, Detail: e.Detail})
	}
	sheet, err1 := newSheet(tx, p, since)
	kit, err2 := kitNews(tx, p, since)
	address, err3 := emailNews(tx, p, since)
	return slices.Concat(kit, address, sheet, news), errors.Join(err1, err2, err3)
}

// newSheet tells of a sheet that another has issued. A run's events are about
// many at a time, so the sheet itself is asked, and then the event with which it
// came into force: it was made before, and the person may have signed in between.
func newSheet(tx ReadTx, p Profile, since int64) (news []News, err error) {
	set, err := tx.ActiveSet(p.ID)
	if err != nil || set.Run == 0 {
		return nil, ignoreMissing(err)
	}
	for e, err := range tx.SheetsIssued(since) {
		switch {
		case err != nil:
			return nil, err
		case e.Detail["run"] != decimal(set.Run) || !slices.Contains(strings.Fields(e.Detail["members"]), p.ID):
			continue
		case e.Actor == p.ID:
			return nil, nil
		}
		return []News{{
			Kind: eventRunSheetIssued, At: set.IssuedAt, By: set.IssuedBy,
			Detail: map[string]string{"run": decimal(set.Run), "sheets": decimal(set.Sheet)},
		}}, nil
	}
	return nil, nil
}
