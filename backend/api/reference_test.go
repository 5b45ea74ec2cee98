package api_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"countersign/backend/api"
)

var write = flag.Bool("write", false, "write docs/reference/api.md anew")

const apiPage = "../../docs/reference/api.md"

func TestReference_IsWhatTheOperationsSay(t *testing.T) {
	t.Parallel()
	ops := slices.SortedFunc(slices.Values(api.Operations()), func(a, b api.Operation) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	b.WriteString("# Server operations\n\n<!-- Made by a test of backend/api, with -write. -->\n\n")
	b.WriteString("What a server answers: a POST of one JSON value to each address, answered with one JSON value. [openapi.yaml](../openapi.yaml) (OpenAPI 3.1) has the requests, the results and the errors.\n\n")
	b.WriteString("- A token in the header `Authorization` stands for what was proven so far. Each operation takes a token of its own kind.\n")
	b.WriteString("- An operation that is safe to ask again changes nothing, or nothing that asking again doesn’t set right.\n")
	fmt.Fprintf(&b, "- With the header `%s`, a request is carried out once, and is answered alike when it is sent again.\n", api.IdempotencyKey)
	group := ""
	for _, op := range ops {
		if g, _, _ := strings.Cut(op.Name, "/"); g != group {
			group = g
			fmt.Fprintf(&b, "\n## %s\n\n| operation | what it does | who may ask | if the answer is lost |\n|---|---|---|---|\n", group)
		}
		again := "look what came of it"
		switch {
		case op.Again:
			again = "ask again"
		case op.Keyed:
			again = "ask again with the same key"
		}
		who := string(op.By)
		if op.By == api.ByNobody {
			who = "everyone"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", op.Path(), strings.NewReplacer("|", `\|`, "<", "&lt;", "{", "&#123;").Replace(op.Does), who, again)
	}
	if *write {
		if err := os.WriteFile(apiPage, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := os.ReadFile(apiPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != b.String() {
		t.Error("docs/reference/api.md isn’t what the operations say: run make reference")
	}
}
