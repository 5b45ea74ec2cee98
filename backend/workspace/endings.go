package workspace

import (
	"bytes"
	"errors"
	"slices"
)

// A one-time code and an approval hold for people as they were: for somebody with
// this role, this state and this email, by somebody whose role allowed it. A change
// of a profile ends what no longer fits, in the same commit: see change.UpdateProfile.

// oneTimeKinds are all of them.
var oneTimeKinds = []OneTimeKind{OneTimeInvitation, OneTimeReset, OneTimeHelp}

// mayStand reports whether the issuer could give a subject a code of this kind, as
// both are now.
func mayStand(kind OneTimeKind, issuer, subject Profile) bool {
	what, state := actResetPassword, ProfileActive // an invitation is given anew by the same act
	switch kind {
	case OneTimeInvitation:
		state = ProfileInvited
	case OneTimeHelp:
		what = actHelpCode
	}
	return issuer.State == ProfileActive && subject.State == state && what.may(issuer.Role, subject.Role)
}

// endWhatDependedOn ends the codes that were given out for a profile whose role,
// state or email has changed, those that it gave out and may not give out any more,
// and the approvals that it has a part in. A new password ends what was to reset
// the old one.
func endWhatDependedOn(c *change, was, is Profile) error {
	if !bytes.Equal(was.Password.Verifier, is.Password.Verifier) {
		if err := endOneTime(c, is.ID, OneTimeReset); err != nil {
			return err
		}
	}
	stood := was.Role == is.Role && was.State == is.State
	if stood && was.EmailKey == is.EmailKey {
		return nil
	}
	for _, kind := range oneTimeKinds {
		if err := endOneTime(c, is.ID, kind); err != nil {
			return err
		}
	}
	if stood {
		return nil
	}
	return errors.Join(endGivenBy(c, is), endApprovals(c, is.ID))
}

// endHelp ends the help code of a profile whose phone goes: it stood in for that.
func endHelp(c *change, profileID string) error { return endOneTime(c, profileID, OneTimeHelp) }

// endOneTime ends an open code, and takes the vault from the key pair that came
// with it. What is left of it tells who has the right code that it ended.
func endOneTime(c *change, profileID string, kind OneTimeKind) error {
	o, err := c.OneTime(profileID, kind)
	if err != nil || !o.EndedAt.IsZero() {
		return ignoreMissing(err)
	}
	if _, err := c.EndOneTime(profileID, kind, c.w.now()); err != nil {
		return err
	}
	return dropHolder(c, oneTimeHolder(kind, profileID))
}

// endGivenBy ends the codes that a profile gave out and may not give out now.
func endGivenBy(c *change, issuer Profile) error {
	given, err := c.OneTimesBy(issuer.ID)
	if err != nil {
		return err
	}
	for _, o := range given {
		subject, err := c.Profile(o.ProfileID)
		if err != nil {
			return err
		}
		if mayStand(o.Kind, issuer, subject) {
			continue
		}
		if err := endOneTime(c, o.ProfileID, o.Kind); err != nil {
			return err
		}
	}
	return nil
}

// endApprovals ends what waits or was approved and that a profile asked for,
// decided on or is the subject of.
func endApprovals(c *change, profileID string) error {
	open, err := c.Approvals()
	if err != nil {
		return err
	}
	for _, a := range open {
		if a.ByID != profileID && a.DecidedBy != profileID && !slices.Contains(a.Members, profileID) {
			continue
		}
		if _, err := c.DecideApproval(a.ID, a.State, ApprovalEnded, a.DecidedBy, c.w.now()); err != nil {
			return err
		}
	}
	return nil
}
