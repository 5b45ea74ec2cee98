package client

import (
	"strconv"
	"testing"
	"time"

	"countersign/backend/service"
)

func TestUntold_IsAddedOnceAndBounded(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	stays, once := service.News{Kind: "computer-added", At: at, Stays: 7}, service.News{Kind: "role-changed", At: at.Add(time.Minute), By: "Amara Okafor"}
	before := service.Welcome{
		FailedCodes: 3, FailedOther: 1, FailedPasswords: 2, LastFailedCodeAt: at.Add(2 * time.Minute), LastFailedPasswordAt: at.Add(3 * time.Minute),
		AuthenticatorOff: true, UsedCode: 4, CodesLeft: 6, News: []service.News{once, stays}, Seq: 20,
	}
	got := withUntold(service.Welcome{FailedCodes: 1, LastFailedCodeAt: at, News: []service.News{stays}, Seq: 30, NoComputers: true}, before)
	if got.FailedCodes != 4 || got.FailedOther != 1 || got.FailedPasswords != 2 || !got.LastFailedCodeAt.Equal(before.LastFailedCodeAt) || !got.LastFailedPasswordAt.Equal(before.LastFailedPasswordAt) ||
		!got.AuthenticatorOff || got.UsedCode != 4 || got.CodesLeft != 6 || got.Seq != 30 || !got.NoComputers {
		t.Errorf("%+v", got)
	}
	if len(got.News) != 2 || got.News[0].Stays != 7 || got.News[1].By != once.By {
		t.Errorf("%+v", got.News)
	}
	if got := withUntold(service.Welcome{UsedCode: 5, CodesLeft: 5}, before); got.UsedCode != 5 || got.CodesLeft != 5 {
		t.Errorf("the code of this sign-in is told: %+v", got)
	}
	for i := range 2 * mostUntold {
		before.News = append(before.News, service.News{Kind: "role-changed", At: at, By: strconv.Itoa(i)})
	}
	if got := withUntold(service.Welcome{News: []service.News{stays}}, before); len(got.News) != mostUntold || got.News[0].Stays != 7 {
		t.Errorf("%d news", len(got.News))
	}
}
