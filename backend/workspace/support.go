package workspace

import (
	"context"
	"net/url"
	"strings"
	"unicode/utf8"

	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/text"
)

// Support reads whom to ask. It needs no session: it is for those who cannot sign in. It
// names nobody where the workspace has hidden that, and never gives an email of a profile.
// Errors: folder.
func (w *Workspace) Support(ctx context.Context) (s service.Support, err error) {
	err = w.view(ctx, func(tx store.ReadTx) error {
		info, err := tx.Info()
		if err != nil {
			return ignoreMissing(err)
		}
		s = service.Support{Contact: info.Support, Address: supportAddress(info.Support)}
		if info.HideAdmins {
			return nil
		}
		all, err := tx.Administer() // and not the members: anybody may ask
		for _, p := range all {
			s.Names = append(s.Names, p.Name)
		}
		return err
	})
	return s, err
}

// supportContact is the contact as it is known without asking the store.
func (w *Workspace) supportContact() string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.info.Support
}

// supportAddress is the URL that opens a contact; empty: it is no email and no link.
func supportAddress(contact string) string {
	email := contact
	if len(contact) > len(mailto) && strings.EqualFold(contact[:len(mailto)], mailto) {
		email = contact[len(mailto):]
	}
	if isEmail(email) {
		return mailto + email
	}
	u, err := url.Parse(contact)
	if err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && !strings.Contains(contact, " ") {
		return u.String()
	}
	return ""
}

const mailto = "mailto:"

func isEmail(s string) bool {
	_, _, err := checkEmail(s, "")
	return err == nil && !strings.ContainsAny(s, "?&%#/")
}

// checkSupport takes a support contact. What looks like a link has to be one that is opened
// safely: http, https or mailto.
func checkSupport(s string) (string, error) {
	contact, ok := text.Name(s)
	switch {
	case !ok:
		return "", refuse(service.CodeSupportForm).At("support")
	case utf8.RuneCountInString(contact) > service.MaxSupport:
		return "", refuse(service.CodeSupportLong).At("support").With("max", service.MaxSupport)
	}
	if supportAddress(contact) == "" && !strings.Contains(contact, " ") && looksLikeLink(contact) {
		return "", refuse(service.CodeSupportLink).At("support")
	}
	return contact, nil
}

// looksLikeLink reports whether a single word would be taken for an address of the web.
func looksLikeLink(s string) bool {
	u, err := url.Parse(s)
	return strings.Contains(s, "://") || err != nil || u.Scheme != ""
}

// SetSupport sets whom to ask for help, for owners; empty: nobody in particular. Errors:
// support_form, support_long, support_link; forbidden; folder.
func (a *Admin) SetSupport(ctx context.Context, contact string) error {
	contact, err := checkSupport(contact)
	if err != nil {
		return err
	}
	event := eventSupportSet
	if contact == "" {
		event = eventSupportRemoved
	}
	return a.setInfo(ctx, nil, "", event, func(tx store.ReadTx, i *store.Info) (map[string]string, error) {
		i.Support = contact
		return map[string]string{"to": contact}, a.mustSetSupport(tx)
	})
}

// NameAdmins says whether the sign-in's help names the owners and admins, for owners. Errors:
// forbidden; folder.
func (a *Admin) NameAdmins(ctx context.Context, named bool) error {
	event := eventAdminsHidden
	if named {
		event = eventAdminsNamed
	}
	return a.setInfo(ctx, nil, "", event, func(tx store.ReadTx, i *store.Info) (map[string]string, error) {
		i.HideAdmins = !named
		return nil, a.mustSetSupport(tx)
	})
}

func (a *Admin) mustSetSupport(tx store.ReadTx) error {
	actor, err := a.profile(tx)
	if err == nil && !service.MaySetSupport.Of(actor.Role) {
		err = refuse(service.CodeForbidden)
	}
	return err
}
