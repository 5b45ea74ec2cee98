package audit_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/backend/audit"
)

// TestExport_VerifiesByHandAsTheGuideSays runs what docs/security says with standard tools.
func TestExport_VerifiesByHandAsTheGuideSays(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "security", "verify.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(verify\\(\\) \\{.*?)```.*?```sh\n(grep .*?)```").FindSubmatch(guide)
	if blocks == nil {
		t.Fatal("the guide has no script")
	}
	folder := t.TempDir()
	run := func(script []byte) string {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", string(script))
		cmd.Dir = folder
		out, _ := cmd.CombinedOutput() // what it says counts
		return string(out)
	}

	var b bytes.Buffer
	x, err := audit.NewExporter(&b, "workspace")
	if err != nil {
		t.Fatal(err)
	}
	var head audit.Head
	for seq := int64(405); seq <= 415; seq++ {
		e := audit.Event{Seq: seq, At: time.UnixMilli(seq * 1000), Kind: "signed-in", Actor: "a", Detail: map[string]string{"reason": `a \ % "quoted" – reason`}}
		if err := x.Event(e, []byte{1}); err != nil {
			t.Fatal(err)
		}
		if seq == 412 {
			head = x.Head()
		}
	}
	if err := x.Close("Northwind Legal", time.UnixMilli(0), 0); err != nil {
		t.Fatal(err)
	}
	export := filepath.Join(folder, "log.jsonl")
	if err := os.WriteFile(export, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := run(blocks[1]); said != "every line fits the one before\n" {
		t.Errorf("of a good export it says %q", said)
	}
	if said := run(blocks[2]); !strings.Contains(said, strings.TrimPrefix(head.String(), "412:")+`"}`) {
		t.Errorf("the checkpoint is %s, and the line ends with %q", head, said)
	}

	changed := bytes.Replace(b.Bytes(), []byte(`"seq":408,"at":"1970-01-01T00:06:48`), []byte(`"seq":408,"at":"1970-01-01T00:06:49`), 1)
	if bytes.Equal(changed, b.Bytes()) {
		t.Fatal("nothing was changed")
	}
	if err := os.WriteFile(export, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	if said := run(blocks[1]); !strings.HasPrefix(said, `changed: {"event":{"seq":408,`) {
		t.Errorf("of a changed export it says %q", said)
	}
}
