package memberimport_test

import (
	"iter"
	"slices"
	"time"

	"countersign/backend/memberimport"
)

var clock = time.Date(2026, 11, 23, 9, 30, 0, 0, time.FixedZone("", 3600))

func sample() iter.Seq[memberimport.Person] {
	return slices.Values([]memberimport.Person{
		{
			Name: "Amara Okafor", Email: "amara@example.com", Role: "owner", State: "active", TwoFactor: "on", Required: "yes", CodesLeft: 7, Sheet: 12,
			IssuedAt: clock.AddDate(0, -3, 0), HandedOver: clock.AddDate(0, -3, 1), Acknowledged: clock.AddDate(0, -3, 2), LastSignIn: clock.Add(-time.Hour), Language: "ja",
		},
		{Name: `=HYPERLINK("//x")`, Email: "+49@example.com", Role: "member", State: "invited", TwoFactor: "off", Required: "2026-12-01"},
		{Name: "Zoë \"Z\" Löfgren, the younger", Email: "zoe@example.com", Role: "admin", State: "suspended", TwoFactor: "overdue"},
	})
}
