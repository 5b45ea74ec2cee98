package app

import (
	"slices"
	"strings"
	"time"

	"countersign/backend/service"
)

// MemberColumns is the table of members column by column, each list with one entry
// a member: at ten thousand, the names of fields and the words of dates would be
// most of what crosses to the page, and Wails encodes it twice. The fields are
// those of MemberView. Dates are seconds of Unix time, 0 for none.
type MemberColumns struct {
	ID             []string `json:"id"`
	Name           []string `json:"name"`
	Email          []string `json:"email"`
	Role           Words    `json:"role"`
	State          Words    `json:"state"`
	Language       Words    `json:"language"`
	TwoFactor      Words    `json:"twoFactor"`
	OnSince        []int64  `json:"onSince"`
	CodesLeft      []int    `json:"codesLeft"`
	Sheet          []int    `json:"sheet"`
	Run            []int    `json:"run"`
	IssuedAt       []int64  `json:"issuedAt"`
	HandedOverAt   []int64  `json:"handedOverAt"`
	AcknowledgedAt []int64  `json:"acknowledgedAt"`
	CheckedAt      []int64  `json:"checkedAt"`
	LastSignInAt   []int64  `json:"lastSignInAt"`
	CreatedAt      []int64  `json:"createdAt"`
	InvitedUntil   []int64  `json:"invitedUntil"`
	Acts           Words    `json:"acts"`     // what may be done to them: of service.MemberPermission, a space between two
	Approves       []bool   `json:"approves"` // they could approve what is asked for now and is not about them
}

// CodeColumns are the one-time codes that were given out and can be used now, column by column, each list with one entry a
// code. Dates are seconds of Unix time.
type CodeColumns struct {
	Member    []int   `json:"member"` // the row of MemberColumns
	Kind      Words   `json:"kind"`   // invitation, password-reset, help
	IssuedBy  Words   `json:"issuedBy"`
	IssuedAt  []int64 `json:"issuedAt"`
	ExpiresAt []int64 `json:"expiresAt"`
	May       []bool  `json:"may"` // end it
}

// codeColumns leaves out the codes of those who are not in the table: they were added after it was read.
func codeColumns(open []service.OpenCode, all []service.Member, actorID string, actor service.Role) CodeColumns {
	row := make(map[string]int, len(all))
	for i, m := range all {
		row[m.ID] = i
	}
	open = slices.DeleteFunc(slices.Clone(open), func(o service.OpenCode) bool {
		_, is := row[o.ProfileID]
		return !is
	})
	return CodeColumns{
		Member:    column(open, func(o service.OpenCode) int { return row[o.ProfileID] }),
		Kind:      fewWords(open, func(o service.OpenCode) string { return string(o.Kind) }),
		IssuedBy:  fewWords(open, func(o service.OpenCode) string { return o.IssuedBy }),
		IssuedAt:  column(open, func(o service.OpenCode) int64 { return seconds(o.IssuedAt) }),
		ExpiresAt: column(open, func(o service.OpenCode) int64 { return seconds(o.ExpiresAt) }),
		May: column(open, func(o service.OpenCode) bool {
			return service.MayEndCode(actorID, actor, all[row[o.ProfileID]], o.Kind)
		}),
	}
}

// Words is a column of few different words: At has, for each row, the place of
// theirs in Of.
type Words struct {
	Of []string `json:"of"`
	At []int    `json:"at"`
}

// columns is the table as the actor sees it.
func (s *shell) columns(all []service.Member, p service.Policy, actorID string, actor service.Role) MemberColumns {
	return MemberColumns{
		ID:             column(all, func(m service.Member) string { return m.ID }),
		Name:           column(all, func(m service.Member) string { return m.Name }),
		Email:          column(all, func(m service.Member) string { return m.Email }),
		Role:           fewWords(all, func(m service.Member) string { return string(m.Role) }),
		State:          fewWords(all, stateOf),
		Language:       fewWords(all, func(m service.Member) string { return m.Language }),
		TwoFactor:      fewWords(all, func(m service.Member) string { return s.twoFactorOf(m, p) }),
		OnSince:        column(all, func(m service.Member) int64 { return seconds(m.OnSince) }),
		CodesLeft:      column(all, func(m service.Member) int { return m.CodesLeft }),
		Sheet:          column(all, func(m service.Member) int { return m.Sheet }),
		Run:            column(all, func(m service.Member) int { return m.Run }),
		IssuedAt:       column(all, func(m service.Member) int64 { return seconds(m.IssuedAt) }),
		HandedOverAt:   column(all, func(m service.Member) int64 { return seconds(m.HandedOverAt) }),
		AcknowledgedAt: column(all, func(m service.Member) int64 { return seconds(m.Acknowledged) }),
		CheckedAt:      column(all, func(m service.Member) int64 { return seconds(m.Checked) }),
		LastSignInAt:   column(all, func(m service.Member) int64 { return seconds(m.LastSignInAt) }),
		CreatedAt:      column(all, func(m service.Member) int64 { return seconds(m.CreatedAt) }),
		InvitedUntil:   column(all, func(m service.Member) int64 { return seconds(m.InvitedUntil) }),
		Acts: fewWords(all, func(m service.Member) string {
			return strings.Join(strs(service.PermissionsOn(actorID, actor, m)), " ")
		}),
		Approves: column(all, func(m service.Member) bool { return service.MayApprove(actorID, m) }),
	}
}

func column[R, T any](all []R, of func(R) T) []T {
	out := make([]T, len(all))
	for i, m := range all {
		out[i] = of(m)
	}
	return out
}

func fewWords[R any](all []R, of func(R) string) Words {
	out := Words{Of: []string{}, At: make([]int, len(all))}
	for i, m := range all {
		word := of(m)
		at := slices.Index(out.Of, word)
		if at < 0 {
			at = len(out.Of)
			out.Of = append(out.Of, word)
		}
		out.At[i] = at
	}
	return out
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
