package workspace

import (
	"context"
	"slices"

	"countersign/backend/service"
	"countersign/backend/store"
)

// OpenCodes gives the one-time codes that can be used now, the one that expires first before the others. Errors: forbidden,
// session_ended; folder.
func (a *Admin) OpenCodes(ctx context.Context) (open []service.OpenCode, err error) {
	err = a.view(ctx, func(tx store.ReadTx) error {
		open = nil
		codes, err := tx.OneTimes()
		if err != nil {
			return err
		}
		names := map[string]string{} // few people give out codes to many
		for _, o := range codes {
			if o.Kind == store.OneTimeComputer || !o.EndedAt.IsZero() || !a.s.w.now().Before(o.ExpiresAt) {
				continue
			}
			name, is := names[o.IssuedBy]
			if !is {
				by, err := tx.Profile(o.IssuedBy)
				if ignoreMissing(err) != nil {
					return err
				}
				name = by.Name
				names[o.IssuedBy] = name
			}
			open = append(open, service.OpenCode{ProfileID: o.ProfileID, Kind: o.Kind, IssuedBy: name, IssuedAt: o.IssuedAt, ExpiresAt: o.ExpiresAt})
		}
		slices.SortStableFunc(open, func(x, y service.OpenCode) int { return x.ExpiresAt.Compare(y.ExpiresAt) })
		return nil
	})
	return open, err
}

// EndCode ends a one-time code that was given out and is not to be used any more. Whoever could give it out can end it. It asks for
// no proof, since it only takes away. Errors: forbidden, not_yourself, member_gone, one_time_gone where there is none any
// more; folder.
func (a *Admin) EndCode(ctx context.Context, id string, kind store.OneTimeKind) error {
	check := func(tx store.ReadTx) error {
		if _, _, err := a.target(tx, id, service.MayGive(kind)); err != nil {
			return err
		}
		o, err := tx.OneTime(id, kind)
		return refuseUnless(err == nil && o.EndedAt.IsZero() && kind != store.OneTimeComputer, ignoreMissing(err), service.CodeOneTimeGone)
	}
	return a.change(ctx, nil, check, func(tx store.WriteTx) error {
		if err := check(tx); err != nil {
			return err
		}
		if err := a.s.w.endOneTime(tx, id, kind); err != nil {
			return err
		}
		a.s.w.record(tx, a.s.w.now(), eventOneTimeEnded, a.s.id, id, map[string]string{"kind": string(kind)})
		return nil
	})
}
