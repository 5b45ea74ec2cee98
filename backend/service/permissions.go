package service

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
	MaySetSupport    Permission = "support"       // whom the sign-in names
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
	{MaySetSupport, owners},
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

// MemberPermission is something that an owner or an admin may do to a member.
type MemberPermission string

// The permissions on members.
const (
	MayAdd           MemberPermission = "add"
	MayChangeRole    MemberPermission = "role" // or add somebody with one
	MaySuspend       MemberPermission = "suspend"
	MayReactivate    MemberPermission = "resume"
	MayRemove        MemberPermission = "remove"
	MayResetPassword MemberPermission = "reset-password"
	MayReset2FA      MemberPermission = "reset-2fa" // the password is still needed
	MayGiveHelpCode  MemberPermission = "help-code" // likewise
	MayIssueCodes    MemberPermission = "issue"     // recovery codes, for those with 2FA on
	MaySetLanguage   MemberPermission = "language"  // of what is printed for them

	MayRemoveComputer MemberPermission = "remove-computer" // and see which they have
)

// onRoles is on members of which roles an admin has a permission; an owner has all on all. An
// admin looks after members; what only a second factor is touched by, an admin may do for
// anybody, so that one owner without a phone is not the end of a workspace: the owner's
// password is still needed. Nobody who is not an owner can both reset an owner's password
// and their second factor, which together would be a way in.
var onRoles = map[MemberPermission][]Role{
	MayAdd:           {RoleMember},
	MayChangeRole:    {},
	MaySuspend:       {RoleMember},
	MayReactivate:    {RoleMember},
	MayRemove:        {RoleMember},
	MayResetPassword: {RoleMember},
	MayReset2FA:      {RoleOwner, RoleAdmin, RoleMember},
	MayGiveHelpCode:  {RoleOwner, RoleAdmin, RoleMember},
	MayIssueCodes:    {RoleMember},
	MaySetLanguage:   {RoleOwner, RoleAdmin, RoleMember},

	MayRemoveComputer: {RoleMember}, // with the last one goes the password
}

// On reports whether an actor's role has the permission on somebody of a target's role.
func (p MemberPermission) On(actor, target Role) bool {
	return actor == RoleOwner || actor == RoleAdmin && slices.Contains(onRoles[p], target)
}

// notOnOneself lists what nobody does to themselves: there is a screen of one's own
// for it, or it would lock oneself out.
var notOnOneself = []MemberPermission{MaySuspend, MayReactivate, MayRemove, MayResetPassword, MayReset2FA, MayGiveHelpCode, MayRemoveComputer}

// Refused says why an actor does not have the permission; empty: they have it. One's own
// sheet is printed with the others.
func (p MemberPermission) Refused(actorID string, actor Role, targetID string, target Role) Code {
	self := actorID == targetID
	switch {
	case self && slices.Contains(notOnOneself, p):
		return CodeNotYourself
	case self && p == MayIssueCodes && MayAdminister.Of(actor), p.On(actor, target):
		return ""
	}
	return CodeForbidden
}

// offered are the permissions that a list of members offers, in this order, and where a
// member has to stand for each to make sense.
var offered = []struct {
	MemberPermission
	fits func(Member) bool
}{
	{MayIssueCodes, func(m Member) bool { return m.On && m.State != ProfileSuspended }},
	{MayGiveHelpCode, func(m Member) bool { return m.On && m.State != ProfileSuspended }},
	{MayReset2FA, func(m Member) bool { return m.On }},
	{MayResetPassword, func(m Member) bool { return m.State != ProfileSuspended }},
	{MayChangeRole, func(Member) bool { return true }},
	{MaySuspend, func(m Member) bool { return m.State == ProfileActive }},
	{MayReactivate, func(m Member) bool { return m.State == ProfileSuspended }},
	{MayRemove, func(Member) bool { return true }},
}

// PermissionsOn lists what an actor may do to a member and what makes sense where the member
// stands now.
func PermissionsOn(actorID string, actor Role, m Member) (all []MemberPermission) {
	for _, p := range offered {
		if p.fits(m) && p.Refused(actorID, actor, m.ID, m.Role) == "" {
			all = append(all, p.MemberPermission)
		}
	}
	return all
}

// MayApprove reports whether a member could approve what an actor asks for, if it is not
// about the member: another owner or admin, with a code of their own.
func MayApprove(actorID string, m Member) bool {
	return m.ID != actorID && MayAdminister.Of(m.Role) && m.State == ProfileActive && m.On
}

// MayGive is the permission to give out a one-time code, and to end it.
func MayGive(kind OneTimeKind) MemberPermission {
	if kind == OneTimeHelp {
		return MayGiveHelpCode
	}
	return MayResetPassword
}

// MayEndCode reports whether an actor may end a code of a member.
func MayEndCode(actorID string, actor Role, m Member, kind OneTimeKind) bool {
	return MayGive(kind).Refused(actorID, actor, m.ID, m.Role) == ""
}
