package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"countersign/backend/store"
)

// TestRows_AreEncodedAsTheLogHasThem holds the encoding that the digests in the log
// are of. A workspace whose log is of another one does not open.
func TestRows_AreEncodedAsTheLogHasThem(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 10, 123e6, time.UTC)
	const time1 = `"2026-11-23T09:00:10.123Z"`
	const never = `"0001-01-01T00:00:00Z"`
	const params = `{"MemoryKiB":19456,"Time":2,"Threads":1}`
	cost := store.Argon2id{MemoryKiB: 19456, Time: 2, Threads: 1}
	for want, row := range map[string]any{
		`{"ID":"w","Name":"N","CreatedAt":` + time1 + `,"Require2FA":true,"RequireFrom":` + never + `,"TwoPeople":false,"IdleMinutes":0,"LastRun":2,"BackupAt":` + never + `,"Support":"","HideAdmins":false,"CheckDays":90,"QuickUnlock":false,` +
			`"VaultGeneration":1,"Rotating":false,"RotationHeld":false,"KitAt":` + never + `,"KitBy":"","KitGeneration":0,"KitPublicKey":"","VaultPublicKey":"0a","VaultLinks":""}`: store.Info{
			ID: "w", Name: "N", CreatedAt: at, Require2FA: true, LastRun: 2, CheckDays: 90, VaultGeneration: 1, VaultPublicKey: "0a"},
		`{"ID":"p","Email":"A@example.com","EmailKey":"a@example.com","Name":"A","Role":"owner","CreatedAt":` + time1 + `,` +
			`"Password":{"Salt":"AQI=","Params":` + params + `,"PublicKey":"Aw==","Lock":"BA==","Share":"s","ChangedAt":` + time1 + `},` +
			`"LastSignInAt":` + time1 + `,"Generation":2,"Epoch":3,"State":"","StateAt":` + never + `,"ChecklistAway":false,"LastSheet":2,"Language":"de"}`: store.Profile{
			ID: "p", Email: "A@example.com", EmailKey: "a@example.com", Name: "A", Role: store.RoleOwner, CreatedAt: at,
			Password: store.PasswordRecord{Salt: []byte{1, 2}, Params: cost, PublicKey: []byte{3}, Lock: []byte{4}, Share: "s", ChangedAt: at}, LastSignInAt: at, Generation: 2, Epoch: 3, LastSheet: 2, Language: "de"},
		`{"Set":{"ID":"s","ProfileID":"p","Sheet":4,"State":"active","Salt":"BQ==","Params":` + params + `,` +
			`"IssuedAt":` + time1 + `,"IssuedBy":"A","Replaces":3,"EndedAt":` + never + `,"Run":0,"Place":0,"HandedOverAt":` + never + `,"AcknowledgedAt":` + never + `,"CheckedAt":` + never + `,"RemindAt":` + never + `,"HeldUntil":` + never + `},` +
			`"Codes":[{"Number":1,"Hash":"Bg==","UsedAt":` + time1 + `,"Use":"step-up"}]}`: store.SetRow{
			Set:   store.Set{ID: "s", ProfileID: "p", Sheet: 4, State: store.SetActive, Salt: []byte{5}, Params: cost, IssuedAt: at, IssuedBy: "A", Replaces: 3},
			Codes: []store.CodeRow{{Number: 1, Hash: []byte{6}, UsedAt: at, Use: store.UseStepUp}}},
		`{"ProfileID":"p","Since":` + time1 + `,"Apps":[{"Generation":1,"Name":"A","Item":"w/totp/p/1","AddedAt":` + time1 + `,"LastStep":9,"LastUsedAt":` + time1 + `,"LastUse":"sign-in"}]}`: store.Factor{
			ProfileID: "p", Since: at, Apps: []store.App{{Generation: 1, Name: "A", Item: "w/totp/p/1", AddedAt: at, LastStep: 9, LastUsedAt: at, LastUse: store.UseSignIn}}},
		`{"ID":"i","Kind":"enrol","ProfileID":"p","Item":"x","Generation":1,"Name":"N","Replaces":3,"ConfirmedStep":2,"CreatedAt":` + time1 + `,"HeldUntil":` + time1 + `}`: store.Intent{
			ID: "i", Kind: store.IntentEnrol, ProfileID: "p", Item: "x", Generation: 1, Name: "N", Replaces: 3, ConfirmedStep: 2, CreatedAt: at, HeldUntil: at},
		`{"Subject":"p","Kind":"code","Failures":1,"SinceSignIn":2,"ChargedAt":` + time1 + `,"BeforeAt":` + time1 + `,"LockedUntil":` + time1 + `}`: store.Attempts{
			Subject: "p", Kind: store.KindCode, Failures: 1, SinceSignIn: 2, ChargedAt: at, BeforeAt: at, LockedUntil: at},
		`{"ProfileID":"p","Kind":"help","Salt":"BQ==","Params":` + params + `,"Hash":"Bg==","IssuedAt":` + time1 + `,"IssuedBy":"a","ExpiresAt":` + time1 + `,"EndedAt":` + never + `,"Box":null}`: store.OneTime{
			ProfileID: "p", Kind: store.OneTimeHelp, Salt: []byte{5}, Params: cost, Hash: []byte{6}, IssuedAt: at, IssuedBy: "a", ExpiresAt: at},
		`{"Number":1,"At":` + time1 + `,"ByID":"p","ByName":"A","Reason":"r","Kind":"print","State":"done","Members":["p"],"Sheets":[4],"EndedAt":` + never + `,"HeldUntil":` + time1 + `}`: store.Run{
			Number: 1, At: at, ByID: "p", ByName: "A", Reason: "r", Kind: store.RunPrint, State: store.RunDone, Members: []string{"p"}, Sheets: []int{4}, HeldUntil: at},
		`{"ID":"x","Kind":"help-code","Members":["p"],"Reason":"r","ByID":"p","At":` + time1 + `,"ExpiresAt":` + time1 + `,"State":"used","DecidedBy":"q","DecidedAt":` + time1 + `}`: store.Approval{
			ID: "x", Kind: store.ApproveHelpCode, Members: []string{"p"}, Reason: "r", ByID: "p", At: at, ExpiresAt: at, State: store.ApprovalUsed, DecidedBy: "q", DecidedAt: at},
		`{"Holder":"profile/p","Recipient":"age1","Signature":null,"Wrapped":"AQ==","Sealed":"Ag==","Generation":1,"OnlyOne":true}`: store.VaultKey{
			Holder: "profile/p", Recipient: "age1", Wrapped: []byte{1}, Ciphertext: []byte{2}, Generation: 1, OnlyOne: true},
		`{"ProfileID":"p","ID":"c","Name":"C","SigningKey":"AQ==","BoxKey":"Ag==","Seal":"Aw==","Box":"BA==","AddedAt":` + time1 + `,"LastUsedAt":` + never + `}`: store.Computer{
			ProfileID: "p", ID: "c", Name: "C", SigningKey: []byte{1}, BoxKey: []byte{2}, Seal: []byte{3}, Box: []byte{4}, AddedAt: at},
		`{"ID":"d","Generation":1,"State":"removed","RemovedAt":"0001-01-01T00:00:00Z","Sealed":"AQ=="}`: store.DocumentRow{ID: "d", Generation: 1, State: store.DocumentRemoved, Ciphertext: []byte{1}},
		// Without a language, as it was before there were any: those logs go on.
		`{"ID":"","Email":"","EmailKey":"","Name":"","Role":"","CreatedAt":` + never + `,"Password":{"Salt":null,"Params":{"MemoryKiB":0,"Time":0,"Threads":0},"PublicKey":null,"Lock":null,"Share":"","ChangedAt":` + never + `},` +
			`"LastSignInAt":` + never + `,"Generation":0,"Epoch":0,"State":"","StateAt":` + never + `,"ChecklistAway":false,"LastSheet":0}`: store.Profile{},
	} {
		got, err := json.Marshal(row)
		if err != nil || string(got) != want {
			t.Errorf("%T is %s (%v)\nnot %s", row, got, err, want)
		}
	}
}
