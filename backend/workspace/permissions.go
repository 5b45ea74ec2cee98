package workspace

import "slices"

// Who may do what, and to whom, is said here and nowhere else. A use case looks here in
// the transaction that acts; the page is told what it may offer from here.

// Permission is something that is about nobody in particular.
type Permission string

// The permissions.
const (
	MayAdminister    Permission = "administer"    // see and change members, print runs, policy and log
	MayGiveRoles     Permission = "give-roles"    // add owners and admins
	MayPurge         Permission = "purge"         // delete contracts for good
	MayAskForTwo     Permission = "two-people"    // turn on and off that some acts need two people
	MayManageKey     Permission = "vault-key"     // rotate it, make an Emergency Kit
	MayConfirmClock  Permission = "confirm-clock" // after it was ahead
	MayBackUp        Permission = "backup"        // and restore
	MayChangeSecrets Permission = "passphrase"    // of the secrets file
)

var owners, admins = []Role{RoleOwner}, []Role{RoleOwner, RoleAdmin}

// permissions is who has which.
var permissions = []struct {
	Permission
	of []Role
}{
	{MayAdminister, admins},
	{MayGiveRoles, owners},
	{MayPurge, admins},
	{MayAskForTwo, owners},
	{MayManageKey, owners},
	{MayConfirmClock, owners},
	{MayBackUp, owners},
	{MayChangeSecrets, owners},
}

// PermissionsOf gives what somebody of a role may do.
func PermissionsOf(r Role) (all []Permission) {
	for _, p := range permissions {
		if slices.Contains(p.of, r) {
			all = append(all, p.Permission)
		}
	}
	return all
}

// Of reports whether somebody of a role has the permission.
func (p Permission) Of(r Role) bool { return slices.Contains(PermissionsOf(r), p) }

// act is something that an owner or an admin may do to somebody.
type act int

const (
	actAdd     act = iota // a member
	actRole               // give another role, or add somebody with one
	actSuspend            // and let in again
	actRemove
	actResetPassword
	actReset2FA // the password is still needed
	actHelpCode // likewise
	actIssue    // recovery codes, for those with 2FA on
)

// ofAdmins is to people of which roles an admin may do an act; an owner may to all. An
// admin looks after members; what only a second factor is touched by, an admin may do for
// anybody, so that one owner without a phone is not the end of a workspace: the owner's
// password is still needed. Nobody who is not an owner can both reset an owner's password
// and their second factor, which together would be a way in.
var ofAdmins = map[act][]Role{
	actAdd:           {RoleMember},
	actRole:          {},
	actSuspend:       {RoleMember},
	actRemove:        {RoleMember},
	actResetPassword: {RoleMember},
	actReset2FA:      {RoleOwner, RoleAdmin, RoleMember},
	actHelpCode:      {RoleOwner, RoleAdmin, RoleMember},
	actIssue:         {RoleMember},
}

// may says whether an actor's role allows an act on somebody with a target's role.
func (a act) may(actor, target Role) bool {
	return actor == RoleOwner || actor == RoleAdmin && slices.Contains(ofAdmins[a], target)
}

// notOnOneself lists what nobody does to themselves: there is a screen of one's own
// for it, or it would lock oneself out.
var notOnOneself = []act{actSuspend, actRemove, actResetPassword, actReset2FA, actHelpCode}

// refused says why an actor may not do an act to somebody; empty: they may. One's own
// sheet is printed with the others.
func (a act) refused(actorID string, actor Role, targetID string, target Role) Code {
	self := actorID == targetID
	switch {
	case self && slices.Contains(notOnOneself, a):
		return CodeNotYourself
	case self && a == actIssue && MayAdminister.Of(actor), a.may(actor, target):
		return ""
	}
	return CodeForbidden
}

// MemberAct is an act on a member, as it is offered.
type MemberAct string

// memberActs are what is offered, in this order: the act that it is, and where a member has
// to stand for it to make sense.
var memberActs = []struct {
	name MemberAct
	act
	fits func(Member) bool
}{
	{"issue", actIssue, func(m Member) bool { return m.On && m.State != ProfileSuspended }},
	{"help-code", actHelpCode, func(m Member) bool { return m.On && m.State != ProfileSuspended }},
	{"reset-2fa", actReset2FA, func(m Member) bool { return m.On }},
	{"reset-password", actResetPassword, func(m Member) bool { return m.State != ProfileSuspended }},
	{"role", actRole, func(Member) bool { return true }},
	{"suspend", actSuspend, func(m Member) bool { return m.State == ProfileActive }},
	{"resume", actSuspend, func(m Member) bool { return m.State == ProfileSuspended }},
	{"remove", actRemove, func(Member) bool { return true }},
}

// ActsOn lists what an actor may do to a member and what makes sense where the member
// stands now.
func ActsOn(actorID string, actor Role, m Member) (acts []MemberAct) {
	for _, a := range memberActs {
		if a.fits(m) && a.refused(actorID, actor, m.ID, m.Role) == "" {
			acts = append(acts, a.name)
		}
	}
	return acts
}

// MayApprove reports whether a member could approve what an actor asks for, if it is not
// about the member: another owner or admin, with a code of their own.
func MayApprove(actorID string, m Member) bool {
	return m.ID != actorID && MayAdminister.Of(m.Role) && m.State == ProfileActive && m.On
}
