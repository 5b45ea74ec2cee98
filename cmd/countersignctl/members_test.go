package main

import (
	"testing"

	"countersign/backend/client"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
)

func TestLink_IsForCodesThatBringAComputerToTheServer(t *testing.T) {
	t.Parallel()
	at := client.Place{Server: "countersign.example.com:8443", Key: remote.Fingerprint{}.String()}
	for kind, leads := range map[service.OneTimeKind]bool{
		service.OneTimeInvitation: true, service.OneTimeReset: true, service.OneTimeComputer: true, service.OneTimeHelp: false,
	} {
		given := client.GivenOut{GivenOut: service.GivenOut{Kind: kind, Email: "sam@example.com"}, At: at}
		link, err := linkOf(given)
		if err != nil || (link != "") != leads {
			t.Errorf("%s: %q, %v", kind, link, err)
		}
		if i, err := remote.ParseInvitation(secret.NewText(link)); leads && (err != nil || i.Server != at.Server || i.Computer != (kind == service.OneTimeComputer)) {
			t.Errorf("%s: %+v, %v", kind, i, err)
		}
		given.At = client.Place{} // the workspace is on this computer
		if link, err := linkOf(given); err != nil || link != "" {
			t.Errorf("%s on this computer: %q, %v", kind, link, err)
		}
	}
	if link, err := linkOf(client.GivenOut{At: client.Place{Server: at.Server, Key: "?"}}); err == nil {
		t.Errorf("a key that is none: %q", link)
	}
}
