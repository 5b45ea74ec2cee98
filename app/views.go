package app

import (
	"time"

	"countersign/backend/client"
	"countersign/backend/recovery"
	"countersign/backend/service"
)

// The views are what the page gets to see: no hash, no key, no salt. Times are
// RFC 3339 in UTC, empty where there is none.

// SignedIn is a session as the page holds it: a token that means nothing elsewhere.
type SignedIn struct {
	Token   string      `json:"token"`
	Profile ProfileView `json:"profile"`
	Welcome Welcome     `json:"welcome"`
	Kept    *Kept       `json:"kept,omitempty"` // what they come back to after a lock
}

// Welcome is what the person is told after signing in.
type Welcome struct {
	FailedCodes          int    `json:"failedCodes"`
	FailedOther          int    `json:"failedOther"` // of these, what were no verification codes
	LastFailedAt         string `json:"lastFailedAt,omitempty"`
	FailedPasswords      int    `json:"failedPasswords"`
	LastFailedPasswordAt string `json:"lastFailedPasswordAt,omitempty"`
	UsedCode             int    `json:"usedCode,omitempty"`
	CodesLeft            int    `json:"codesLeft"`
	AuthenticatorOff     bool   `json:"authenticatorOff"`

	RequireFrom string `json:"requireFrom,omitempty"` // 2FA is off, and required from then on
	News        []News `json:"news"`                  // what others did to this profile, or with the Emergency Kit
}

// News is something that an admin did to the profile since the last sign-in, or
// that somebody did with the Emergency Kit; at a server, also while its person is in.
type News struct {
	Kind   string            `json:"kind"` // a kind of event
	At     string            `json:"at"`
	By     string            `json:"by"`
	Detail map[string]string `json:"detail"`
	Stays  int64             `json:"stays,omitempty"` // it is told at each sign-in until it is put away by this number
}

// ProfileView is Settings → Profile.
type ProfileView struct {
	ID                string    `json:"id"`
	Name              string    `json:"name"`
	Email             string    `json:"email"`
	Role              string    `json:"role"`
	Workspace         string    `json:"workspace"`
	CreatedAt         string    `json:"createdAt"`
	PasswordChangedAt string    `json:"passwordChangedAt"`
	LastSignInAt      string    `json:"lastSignInAt,omitempty"`
	Language          string    `json:"language,omitempty"` // of what is printed for them; empty: none is known
	TwoFactor         TwoFactor `json:"twoFactor"`
	Permissions       []string  `json:"permissions"` // see service.Permission: what the page offers
}

// TwoFactor is where 2FA stands.
type TwoFactor struct {
	On               bool       `json:"on"`
	Since            string     `json:"since,omitempty"`
	Apps             []AppView  `json:"apps"`                 // in the order in which they were added
	MostApps         int        `json:"mostApps"`             // how many there may be
	LastUsedAt       string     `json:"lastUsedAt,omitempty"` // of the one that was used last
	LastUsedFor      string     `json:"lastUsedFor,omitempty"`
	AuthenticatorOff bool       `json:"authenticatorOff"`
	Required         bool       `json:"required"`
	RequireFrom      string     `json:"requireFrom,omitempty"` // when it will be
	ShortPassword    bool       `json:"shortPassword"`         // without 2FA, the next sign-in asks for a longer one
	Codes            *CodesView `json:"codes,omitempty"`
}

// AppView is an authenticator app.
type AppView struct {
	Number      int    `json:"number"`
	Name        string `json:"name"` // empty: its person has given it none
	AddedAt     string `json:"addedAt"`
	LastUsedAt  string `json:"lastUsedAt,omitempty"`
	LastUsedFor string `json:"lastUsedFor,omitempty"`
}

// CodesView is the recovery set in short.
type CodesView struct {
	Total    int    `json:"total"`
	Left     int    `json:"left"`
	Used     []int  `json:"used"`
	Sheet    int    `json:"sheet"`
	IssuedAt string `json:"issuedAt"`
	IssuedBy string `json:"issuedBy"`
	Voided   bool   `json:"voided"`
	Warn     bool   `json:"warn"`

	Run            int    `json:"run,omitempty"` // print run, where an admin issued it
	HandedOverAt   string `json:"handedOverAt,omitempty"`
	AcknowledgedAt string `json:"acknowledgedAt,omitempty"`
	CheckedAt      string `json:"checkedAt,omitempty"` // when its holder last had it
	CheckDue       bool   `json:"checkDue"`            // it is time to ask them
}

// CodeUsage says which numbered code was used, and when.
type CodeUsage struct {
	Sheet    int        `json:"sheet"`
	IssuedAt string     `json:"issuedAt"`
	State    string     `json:"state"` // active, voided
	Codes    []CodeView `json:"codes"`
}

// CodeView is one code of a set, without the code.
type CodeView struct {
	Number  int    `json:"number"`
	UsedAt  string `json:"usedAt,omitempty"`
	UsedFor string `json:"usedFor,omitempty"`
}

// EnrolmentView is what a new phone needs. Issuer and Account are what its app shows.
type EnrolmentView struct {
	QR        QRView   `json:"qr"`
	KeyGroups Envelope `json:"keyGroups"`
	Issuer    string   `json:"issuer"`
	Account   string   `json:"account"`
	Shortened bool     `json:"shortened"` // the whole of them does not fit into a QR code
	Digits    int      `json:"digits"`
	Period    int      `json:"period"` // seconds
}

// QRView is a QR code as SVG path data, one unit a module, without quiet zone.
type QRView struct {
	Modules int      `json:"modules"`
	Path    Envelope `json:"path"`
}

// Confirmed is the result of the new phone's first code: the codes to keep at
// Enable 2FA, the profile at Change phone.
type Confirmed struct {
	Sheet   *SheetView   `json:"sheet,omitempty"`
	Profile *ProfileView `json:"profile,omitempty"`
}

// SheetView is a recovery set while it is shown.
type SheetView struct {
	Sheet     int      `json:"sheet"`
	Workspace string   `json:"workspace"`
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	IssuedAt  string   `json:"issuedAt"`
	IssuedBy  string   `json:"issuedBy"`
	Replaces  int      `json:"replaces,omitempty"`
	Support   string   `json:"support,omitempty"` // whom to ask for help
	Codes     Envelope `json:"codes"`
	Language  string   `json:"language,omitempty"` // in which it is printed; empty: the window's
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func newsView(all []service.News) []News {
	news := []News{}
	for _, n := range all {
		news = append(news, News{Kind: n.Kind, At: stamp(n.At), By: n.By, Detail: n.Detail, Stays: n.Stays})
	}
	return news
}

func welcomeView(w service.Welcome) Welcome {
	return Welcome{
		RequireFrom: stamp(w.RequireFrom), News: newsView(w.News),
		FailedCodes: w.FailedCodes, FailedOther: w.FailedOther, LastFailedAt: stamp(w.LastFailedCodeAt),
		FailedPasswords: w.FailedPasswords, LastFailedPasswordAt: stamp(w.LastFailedPasswordAt),
		UsedCode: w.UsedCode, CodesLeft: w.CodesLeft, AuthenticatorOff: w.AuthenticatorOff,
	}
}

func (s *shell) profileView(o service.Overview) ProfileView {
	p, f := o.Profile, o.TwoFactor
	v := ProfileView{
		Permissions: strs(s.permissionsOf(p.Role)), ID: p.ID, Name: p.Name, Email: p.Email, Role: string(p.Role), Workspace: o.Workspace,
		CreatedAt: stamp(p.CreatedAt), PasswordChangedAt: stamp(p.PasswordChangedAt), LastSignInAt: stamp(p.LastSignInAt), Language: p.Language,
		TwoFactor: TwoFactor{
			On: f.On, Since: stamp(f.Since), Apps: []AppView{}, MostApps: service.MaxApps, AuthenticatorOff: f.AuthenticatorOff, Required: f.Required, RequireFrom: stamp(f.RequireFrom), ShortPassword: f.ShortPassword,
		},
	}
	var last service.App
	for _, a := range f.Apps {
		v.TwoFactor.Apps = append(v.TwoFactor.Apps, AppView{Number: a.Number, Name: a.Name, AddedAt: stamp(a.AddedAt), LastUsedAt: stamp(a.LastUsedAt), LastUsedFor: string(a.LastUse)})
		if !a.LastUsedAt.Before(last.LastUsedAt) {
			last = a
		}
	}
	v.TwoFactor.LastUsedAt, v.TwoFactor.LastUsedFor = stamp(last.LastUsedAt), string(last.LastUse)
	if c := f.Codes; c != nil {
		codes := &CodesView{
			Total: len(c.Codes), Left: c.Left, Used: []int{}, Sheet: c.Sheet, IssuedAt: stamp(c.IssuedAt), IssuedBy: c.IssuedBy,
			Voided: c.State != service.SetActive, Warn: c.Low(), Run: c.Run, HandedOverAt: stamp(c.HandedOverAt), AcknowledgedAt: stamp(c.AcknowledgedAt),
			CheckedAt: stamp(c.CheckedAt), CheckDue: c.CheckDue,
		}
		for _, row := range c.Codes {
			if !row.UsedAt.IsZero() {
				codes.Used = append(codes.Used, row.Number)
			}
		}
		v.TwoFactor.Codes = codes
	}
	return v
}

func usageView(c *service.CodeUsage) CodeUsage {
	v := CodeUsage{Codes: []CodeView{}}
	if c == nil {
		return v
	}
	v.Sheet, v.IssuedAt, v.State = c.Sheet, stamp(c.IssuedAt), string(c.State)
	for _, row := range c.Codes {
		v.Codes = append(v.Codes, CodeView{Number: row.Number, UsedAt: stamp(row.UsedAt), UsedFor: string(row.Use)})
	}
	return v
}

func sheetView(i client.Issued, to recipient) (SheetView, error) {
	codes, err := to.close(holdsCodes, spaced(display(i.Codes)))
	return SheetView{
		Sheet: i.Sheet, Workspace: i.Workspace, Name: i.Name, Email: i.Email, IssuedAt: stamp(i.IssuedAt), IssuedBy: i.IssuedBy,
		Replaces: i.Replaces, Support: i.Support, Codes: codes, Language: paperLanguage(i.Language),
	}, err
}

// strs is a list of words as the page gets it: never null.
func strs[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = string(s)
	}
	return out
}

func display(codes []recovery.Code) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = c.Display()
	}
	return out
}
