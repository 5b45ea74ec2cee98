package package_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// registry is npm's, with one vulnerability of a package that the page is built with.
func registry(t *testing.T, vulnerable string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/-/npm/v1/security/advisories/bulk" {
			http.NotFound(w, r) // which versions there are beside the one that is used
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		answer := map[string]any{}
		if vulnerable != "" {
			answer[vulnerable] = []any{map[string]any{"id": 1, "url": "https://example.com", "title": "a hole", "severity": "high", "vulnerable_versions": "*"}}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// vulnerabilities runs the script with a registry of npm, and with a list of Go's that cannot be reached.
func vulnerabilities(t *testing.T, registry string) (said string, code int) {
	t.Helper()
	gone := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(gone.Close)
	return run(t, []string{"GOVULNDB=" + gone.URL, "npm_config_registry=" + registry, "npm_config_cache=" + t.TempDir(), "PATIENCE=60"}, root+"/build/vulnerabilities.sh", "frontend")
}

func TestVulnerabilities_WithoutAListAreNoFailureAndSaySo(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	url := gone.URL
	gone.Close()
	said, code := vulnerabilities(t, url)
	if code != 0 || strings.Count(said, "cannot be reached") != 2 {
		t.Errorf("%d: %s", code, said)
	}
}

func TestVulnerabilities_OfPackagesOfThePageFail(t *testing.T) {
	t.Parallel()
	if said, code := vulnerabilities(t, registry(t, "")); code != 0 || strings.Count(said, "cannot be reached") != 1 {
		t.Errorf("without one: %d: %s", code, said)
	}
	if said, code := vulnerabilities(t, registry(t, "svelte")); code != 1 || !strings.Contains(said, "a hole") {
		t.Errorf("with one: %d: %s", code, said)
	}
}
