package locale

import (
	"slices"
	"strings"
	"testing"
)

func TestLanguages_AreThoseOfTheEnvironment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  string
		want string
		said bool
	}{
		"nothing is set":              {"", "", false},
		"as most systems have it":     {"LANG=de_AT.UTF-8", "de-AT", true},
		"messages go before LANG":     {"LANG=de_DE.UTF-8 LC_MESSAGES=fr_FR", "fr-FR", true},
		"LC_ALL goes before all":      {"LANG=de_DE LC_MESSAGES=fr_FR LC_ALL=ja_JP.eucJP", "ja-JP", true},
		"several":                     {"LANG=es_ES.UTF-8 LANGUAGE=ca:es", "ca es es-ES", true},
		"a modifier":                  {"LANG=de_DE@euro", "de-DE", true},
		"for programs":                {"LANG=de_DE.UTF-8 LC_ALL=C LANGUAGE=fr", "", true},
		"for programs, with a coding": {"LANG=C.UTF-8", "", true},
		"POSIX":                       {"LC_MESSAGES=POSIX LANG=de_DE", "", true},
		"too long":                    {"LANG=" + strings.Repeat("x", 65), "", true},
		"too many":                    {"LANG=de LANGUAGE=" + strings.Repeat("fr:", 99), strings.Repeat("fr ", most) + "de", true},
	} {
		env := map[string]string{}
		for pair := range strings.FieldsSeq(c.env) {
			key, value, _ := strings.Cut(pair, "=")
			env[key] = value
		}
		got, said := fromEnvironment(func(name string) string { return env[name] })
		if !slices.Equal(got, strings.Fields(c.want)) || said != c.said {
			t.Errorf("%s: %v, %v", name, got, said)
		}
	}
}

func TestLanguages_AreReadAsMacOSPrintsThem(t *testing.T) {
	t.Parallel()
	for printed, want := range map[string]string{
		"(\n    \"de-DE\",\n    \"en-DE\",\n    fr\n)\n": "de-DE en-DE fr", "(\n)\n": "", "": "",
	} {
		if got := fromDefaults(printed); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%q: %v", printed, got)
		}
	}
}
