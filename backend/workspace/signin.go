package workspace

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"countersign/backend/password"
	"countersign/backend/service"
	"countersign/backend/store"
)

// SignInAttempt is a sign-in that has begun: its terms say what a client has to sign.
type SignInAttempt struct {
	service.PasswordTerms
	w      *Workspace
	key    string // of the email
	at     string // the computer
	madeAt time.Time

	mu   sync.Mutex
	over bool
}

// BeginSignIn begins a sign-in, which is good for ChallengeLife and for one guess. An email that nobody has
// gets terms of the same form, and always the same; so does a computer that is none of the person's. computer is its ID; empty in a workspace on one computer. Errors: email_required, credentials_wrong; folder.
func (w *Workspace) BeginSignIn(ctx context.Context, email, computer string) (*SignInAttempt, error) {
	key := emailKey(email)
	switch {
	case key == "":
		return nil, refuse(service.CodeEmailRequired).At("email")
	case !w.Created() || len(key) > 4*service.MaxEmail:
		return nil, refuse(service.CodeCredentialsWrong)
	}
	nonce, err := w.random(service.NonceSize)
	if err != nil {
		return nil, err
	}
	a := &SignInAttempt{w: w, key: key, at: computer, madeAt: w.wall()}
	p, at, _, _, err := w.whoSignsIn(ctx, key, computer)
	if err != nil {
		return nil, err
	}
	record := w.recordOf(p, key)
	a.PasswordTerms = service.PasswordTerms{WorkspaceID: w.ID(), Nonce: nonce, Salt: record.Salt, Params: record.Params, Share: record.Share, Box: at.Box}
	return a, nil
}

// whoSignsIn looks up who has an email and signs in from a computer, whether their 2FA is on, and the workspace. The zero Profile is nobody
// whose password could be right.
func (w *Workspace) whoSignsIn(ctx context.Context, emailKey, computer string) (p store.Profile, at store.Computer, on bool, info store.Info, err error) {
	err = w.view(ctx, func(tx store.ReadTx) (err error) {
		if info, err = tx.Info(); err != nil {
			return err
		}
		p, err = tx.ProfileByEmail(emailKey)
		if errors.Is(err, store.ErrNotFound) {
			p = store.Profile{}
			return nil
		}
		if err != nil {
			return err
		}
		if p, at, err = from(tx, p, computer); err != nil {
			return err
		}
		_, err = tx.Factor(p.ID)
		on = err == nil
		return ignoreMissing(err)
	})
	if err != nil {
		return store.Profile{}, store.Computer{}, false, info, err
	}
	w.cacheInfo(info)
	if p.State == store.ProfileInvited || p.State == store.ProfileRemoved || needsReset(p) {
		p = store.Profile{}
	}
	return p, at, on, info, nil
}

// recordOf is a profile's password record. That of an email which nobody has is made of the pepper.
func (w *Workspace) recordOf(p store.Profile, emailKey string) store.PasswordRecord {
	if p.ID != "" {
		return p.Password
	}
	return store.PasswordRecord{Salt: w.unknownSum("salt of an unknown email", emailKey)[:password.SaltSize], Params: w.cost, PublicKey: nobody, Share: hex.EncodeToString(w.unknownSum("share of an unknown email", emailKey)[:16])}
}

// nobody is the public key that signatures for an email nobody has are held against, which takes the same time as any
// other. Its seed of zeros is no secret: there being no profile is what refuses.
var nobody = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey)

// SignIn checks the password by what the client has signed with it: service.SignInMessage. Of the two results one is set: a Session, or a
// Challenge where the profile has 2FA on or is required to, or where the password
// stands alone and, as the client says, is too short for that. An email that nobody has gets the same words and the same pauses as a wrong password.
// Errors: credentials_wrong, suspended_self, throttled, challenge_ended; keychain and folder.
func (a *SignInAttempt) SignIn(ctx context.Context, in service.SignIn) (*Session, *Challenge, error) {
	w := a.w
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over || !within(a.madeAt, w.wall(), service.ChallengeLife) {
		return nil, nil, refuse(service.CodeChallengeEnded)
	}
	a.over = true
	p, at, on, info, err := w.whoSignsIn(ctx, a.key, a.at)
	if err != nil {
		return nil, nil, err
	}
	if at.ID != "" && !public(at).Signed(service.ComputerMessage(a.WorkspaceID, a.Nonce), in.Computer) {
		p, on = store.Profile{}, false // only its name is known there
	}
	if err := w.checkSignature(ctx, p, a.key, service.SignInMessage(a.WorkspaceID, a.Nonce), in.Signature, service.CodeCredentialsWrong); err != nil {
		return nil, nil, err
	}
	if p.State == store.ProfileSuspended {
		return nil, nil, refuse(service.CodeSuspendedSelf)
	}
	// What was long enough while 2FA was required may be too short by now. Only the client
	// knows how long it is.
	mustEnrol := !on && info.Requires(w.now())
	if on || mustEnrol || in.Short {
		c := w.newChallenge(p)
		c.mustEnrol, c.alone, c.short, c.at = mustEnrol, !on && !mustEnrol, in.Short, at.ID
		return nil, c, nil
	}
	s, err := w.completeSignIn(ctx, p, signInDetails{factor: "none", at: at.ID})
	return s, nil, err
}

// checkSignature looks at a guess at p's password, and counts it where it is wrong: see recordResult. The zero
// Profile stands for an email that nobody has.
func (w *Workspace) checkSignature(ctx context.Context, p store.Profile, emailKey string, message, signature []byte, wrong service.Code) error {
	subject := p.ID
	if subject == "" {
		subject = w.unknownSubject(emailKey)
	}
	right := signed(w.recordOf(p, emailKey), message, signature) && p.ID != ""
	t, err := w.recordResult(ctx, subject, store.KindPassword, right)
	if err == nil && !right {
		return t.wrong(wrong)
	}
	return err
}

// signed reports whether a message was signed with a password.
func signed(r store.PasswordRecord, message, signature []byte) bool {
	return len(r.PublicKey) == ed25519.PublicKeySize && ed25519.Verify(r.PublicKey, message, signature)
}

// unknownSubject is under what an email that nobody has is counted: keyed, so
// that the database does not tell which addresses were tried.
func (w *Workspace) unknownSubject(emailKey string) string {
	return unknownPrefix + hex.EncodeToString(w.unknownSum("unknown email", emailKey)[:16])
}

func (w *Workspace) unknownSum(what, emailKey string) []byte {
	w.mu.RLock()
	defer w.mu.RUnlock()
	mac := hmac.New(sha256.New, w.keys.pepper.Reveal())
	mac.Write([]byte(what + "\x00" + emailKey))
	return mac.Sum(nil)
}

const unknownPrefix = "unknown:"

// mostNews bounds what a welcome tells; the log has the rest.
const mostNews = 10

// signInDetails is how somebody came in.
type signInDetails struct {
	factor    string                       // none, code, recovery, help, unlock
	number    int                          // of the recovery code
	app       string                       // whose code it was, where there are several
	use       func(tx store.WriteTx) error // consumes the factor, or refuses
	enrolOnly service.EnrolmentKind        // empty: a whole session
	redeems   *redemption                  // an invitation or a password reset, else nil
	chooses   *service.NewPassword         // a longer password, else nil
	short     bool                         // the password is too short to stand alone
	at        string                       // the computer, where it is known before: see arrivesAt
}

// arrivesAt is the computer from which somebody comes in: one that the profile has, or that comes with the password that they choose.
func (a signInDetails) arrivesAt() string {
	if a.redeems != nil {
		return arrivedAt(a.redeems.next)
	}
	return a.at
}

// completeSignIn makes the session: one transaction consumes the factor, clears the
// counts, and writes the event. All factors are right by then.
func (w *Workspace) completeSignIn(ctx context.Context, p store.Profile, a signInDetails) (*Session, error) {
	now := w.now()
	var welcome service.Welcome
	var entered store.Profile
	var own service.OwnKeys
	how := map[string]string{"factor": a.factor}
	if a.number > 0 {
		how["number"] = strconv.Itoa(a.number)
	}
	if a.app != "" {
		how["used"] = a.app
	}
	at := a.arrivesAt()
	err := w.update(ctx, func(tx store.WriteTx) error {
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
		if on := err == nil; err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		} else if on != (a.factor != "none") {
			return refuse(service.CodeChallengeEnded) // 2FA was turned on or off in between
		} else if !on && info.Requires(now) && a.enrolOnly != service.EnrolRequired {
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
		proven := []store.Kind{store.KindPassword, store.KindCode, store.KindRecovery, store.KindConfirm, store.KindInvitation, store.KindHelp}
		if a.factor == factorUnlock {
			proven = proven[:1] // guesses at a second factor still count
		}
		if err := reset(tx, p.ID, true, proven...); err != nil {
			return err
		}
		if a.chooses != nil {
			if err := w.setPassword(tx, &fresh, *a.chooses, nil); err != nil {
				return err
			}
		}
		if err := w.useComputer(tx, p.ID, at); err != nil {
			return err
		}
		fresh.LastSignInAt = now
		entered = fresh
		if err := tx.UpdateProfile(fresh); err != nil {
			return err
		}
		if own, err = w.ownKeys(tx, fresh); err != nil {
			return err
		}
		detail := maps.Clone(how)
		if a.enrolOnly != "" {
			detail["as-far-as"] = string(a.enrolOnly)
		}
		if at != "" {
			detail["at"] = at
		}
		if a.redeems != nil {
			detail["chose-password"] = string(a.redeems.code.Kind)
		}
		if a.chooses != nil {
			detail["chose-password"] = choseLonger
		}
		kind := eventSignedIn
		if a.factor == factorUnlock {
			kind = eventUnlocked
			delete(detail, "factor")
		}
		w.record(tx, now, kind, p.ID, p.ID, detail)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s := w.newSession(entered, own)
	s.welcome, s.began, s.off, s.enrolOnly, s.short, s.at = welcome, how, a.factor == "none", a.enrolOnly == service.EnrolRequired, a.short, at
	if a.factor == "recovery" {
		s.grant() // the password and a recovery code were right a moment ago
	}
	return s, nil
}

// tell gathers the welcome before the counts are cleared. The charges of this
// very sign-in are among the counts and are taken off.
func (w *Workspace) tell(tx store.ReadTx, profileID string, a signInDetails) (service.Welcome, error) {
	wel := service.Welcome{UsedCode: a.number}
	own := map[store.Kind]int{}
	switch a.factor {
	case "none":
		switch { // what led through a challenge was given back before
		case a.enrolOnly != "", a.chooses != nil:
		case a.redeems != nil:
			own[store.KindInvitation] = 1
		}
	case "help":
		own[store.KindHelp] = 1
	case "code":
		own[store.KindCode] = 1
	case "recovery":
		own[store.KindRecovery] = 1
	}
	for _, kind := range []store.Kind{store.KindPassword, store.KindCode, store.KindRecovery, store.KindInvitation, store.KindHelp} {
		at, err := tx.Attempts(profileID, kind)
		if errors.Is(err, store.ErrNotFound) {
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
		if kind == store.KindPassword {
			wel.FailedPasswords, wel.LastFailedPasswordAt = n, when
			continue
		}
		wel.FailedCodes += n
		if kind != store.KindCode {
			wel.FailedOther += n
		}
		if when.After(wel.LastFailedCodeAt) {
			wel.LastFailedCodeAt = when
		}
		if kind == store.KindCode && at.Failures >= authenticator && a.factor == "recovery" {
			wel.AuthenticatorOff = true
		}
	}
	at := a.arrivesAt()
	news, err := newsOf(tx, profileID, at, a.factor == factorUnlock)
	if err != nil {
		return wel, err
	}
	wel.News = news
	head, err := tx.Head()
	if err != nil {
		return wel, err
	}
	wel.Seq = head.Seq
	computers, err := tx.Computers(profileID)
	if err != nil {
		return wel, err
	}
	wel.NoComputers = len(computers) == 0 && at == ""
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
func newsOf(tx store.ReadTx, profileID, at string, unlocks bool) (news []service.News, err error) {
	p, err := tx.Profile(profileID)
	if err != nil {
		return nil, err
	}
	since, err := lastEntrance(tx, profileID, unlocks)
	if err != nil {
		return nil, err
	}
	others, err := newsSince(tx, p, since)
	if err != nil {
		return nil, err
	}
	itself, err1 := ownNews(tx, p, at)
	wait, err2 := waitingNews(tx, p)
	return slices.Concat(others.whole, others.kit, wait, itself, others.own), errors.Join(err1, err2)
}

// waitingNews tells an owner or an admin of each who got a key pair that nobody can give the vault's keys to: until there is a password reset they open no
// contract. It is told at each sign-in for as long as they wait.
func waitingNews(tx store.ReadTx, p store.Profile) (news []service.News, err error) {
	if !service.MayAdminister.Of(p.Role) {
		return nil, nil
	}
	info, err := tx.Info()
	if err != nil {
		return nil, err
	}
	behind, err := tx.VaultKeysBehind(info.VaultGeneration)
	if errors.Is(err, store.ErrAltered) {
		return nil, nil // somebody else’s row keeps nobody out: giving the keys, which comes next, finds it and says so in the log
	}
	if err != nil {
		return nil, err
	}
	for _, row := range behind {
		id, is := strings.CutPrefix(row.Holder, profileHolder(""))
		if !is || id == p.ID || len(row.Signature) > 0 || len(news) == mostNews {
			continue
		}
		who, err := tx.Profile(id)
		if err != nil {
			return nil, err
		}
		if who.State != store.ProfileActive {
			continue
		}
		n := service.News{Kind: eventKeyPairMade, By: who.Name, At: who.LastSignInAt}
		for e, err := range tx.EventsOf(id) { // the newest of them, which is near: the pair came with their last sign-ins
			if err != nil {
				return nil, err
			}
			if e.Kind == eventKeyPairMade {
				n.At = e.At
				break
			}
		}
		news = append(news, n)
	}
	return news, nil
}

// newsSince reads what others have done to a profile since an event.
func newsSince(tx store.ReadTx, p store.Profile, since int64) (n othersNews, err error) {
	var news []service.News
	var told []store.SignedEvent
	for e, err := range tx.EventsAbout(p.ID, since) {
		if err != nil {
			return n, err
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
			return n, err
		}
		news = append(news, service.News{Kind: e.Kind, At: e.At, By: by.Name, Detail: e.Detail})
	}
	sheet, err1 := newSheet(tx, p, since)
	kit, err2 := kitNews(tx, p, since)
	whole, err3 := workspaceNews(tx, p, since)
	return othersNews{whole, kit, slices.Concat(sheet, news)}, errors.Join(err1, err2, err3)
}

// othersNews is of the workspace, of the Emergency Kit, and of one's own profile.
type othersNews struct{ whole, kit, own []service.News }

func (n othersNews) all() []service.News { return slices.Concat(n.whole, n.kit, n.own) }

// newSheet tells of a sheet that another has issued. A run's events are about
// many at a time, so the sheet itself is asked, and then the event with which it
// came into force: it was made before, and the person may have signed in between.
func newSheet(tx store.ReadTx, p store.Profile, since int64) (news []service.News, err error) {
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
		return []service.News{{
			Kind: eventRunSheetIssued, At: set.IssuedAt, By: set.IssuedBy,
			Detail: map[string]string{"run": decimal(set.Run), "sheets": decimal(set.Sheet)},
		}}, nil
	}
	return nil, nil
}
