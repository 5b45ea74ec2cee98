package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"countersign/backend/client"
)

func TestServe_KeepsContractsAndGivesThemBack(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.init()
	s := p.serve()
	in := s.join(v)
	ctx := context.WithoutCancel(t.Context())
	text := strings.Repeat("The lease of the mill. ", 100_000)
	added, err := in.AddDocuments(ctx, func(yield func(client.Source) bool) {
		yield(client.Source{Name: "lease.txt", Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }})
	}, nil)
	if err != nil || len(added.IDs) != 1 {
		t.Fatalf("%+v, %v\n%s", added, err, s.log())
	}
	var out bytes.Buffer
	if err := in.CopyDocument(ctx, added.IDs[0], &out, nil); err != nil || out.String() != text {
		t.Fatalf("%d bytes, %v", out.Len(), err)
	}
}
