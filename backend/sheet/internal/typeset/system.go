package typeset

import (
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/fontscan"
	"github.com/go-text/typesetting/language"
)

const (
	largestFont = 256 << 20 // of a file: the largest collections of Asian fonts have 90 MB
	keptFonts   = 8         // parsed fonts that stay in memory
	triedFonts  = 24        // for one character, before it counts as one that nothing shows
)

// system are the fonts of this computer, which show what ours lack. They are listed once, when a
// text first needs one, and parsed when one is used. A file there may hold anything, so whatever
// goes wrong with one means that it is not used.
var system struct {
	sync.Mutex
	listed bool
	fonts  []fontscan.Footprint
	parsed map[fontscan.Location]*Font // nil: not to be used
}

// want is what a font is chosen for.
type want struct {
	text   string // a character as a reader sees it, of one rune or several
	weight int
	lang   string // of the paper, or of the text if its letters tell
}

// systemFont returns the best font of this computer that shows all of w.text, or nil.
func systemFont(w want) *Font {
	if strings.ContainsFunc(w.text, func(r rune) bool { return unicode.Is(unicode.Co, r) }) {
		return nil
	}
	system.Lock()
	defer system.Unlock()
	if !system.listed {
		system.fonts, system.listed, system.parsed = list(), true, make(map[fontscan.Location]*Font)
	}
	var fit []ranked
	for i := range system.fonts {
		f := &system.fonts[i]
		if f.Aspect.Style == font.StyleItalic || !shows(f.Runes.Contains, w.text) {
			continue
		}
		fit = append(fit, ranked{f, rank(f, w)})
	}
	slices.SortFunc(fit, func(a, b ranked) int {
		switch {
		case a.rank != b.rank:
			return a.rank - b.rank
		case a.Location.File != b.Location.File:
			return strings.Compare(a.Location.File, b.Location.File)
		}
		return int(a.Location.Index) - int(b.Location.Index)
	})
	for _, r := range fit[:min(len(fit), triedFonts)] {
		if f := parsed(r.Footprint); f != nil && f.draws(w.text) {
			return f
		}
	}
	return nil
}

// list finds the fonts. The library keeps its list in a file, which is thrown away: looking again
// takes a fifth of a second for three hundred fonts, and what is in a cache may be stale or damaged.
func list() (fonts []fontscan.Footprint) {
	defer func() {
		if recover() != nil {
			fonts = nil
		}
	}()
	dir, err := os.MkdirTemp("", "countersign-fonts-")
	if err != nil {
		return nil
	}
	defer func() { _ = os.RemoveAll(dir) }() // it holds nothing of anybody's
	fonts, err = fontscan.SystemFonts(log.New(io.Discard, "", 0), dir)
	if err != nil {
		return nil
	}
	return fonts
}

// parsed returns a font, read now or before.
func parsed(f *fontscan.Footprint) *Font {
	if known, ok := system.parsed[f.Location]; ok {
		return known
	}
	if len(system.parsed) >= keptFonts {
		clear(system.parsed)
	}
	read := read(f)
	system.parsed[f.Location] = read
	return read
}

func read(f *fontscan.Footprint) (read *Font) {
	defer func() {
		if recover() != nil {
			read = nil
		}
	}()
	info, err := os.Stat(f.Location.File)
	if err != nil || !info.Mode().IsRegular() || info.Size() > largestFont {
		return nil
	}
	file, err := os.Open(f.Location.File)
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }() // it was only read
	loaders, err := opentype.NewLoaders(file)
	if err != nil || int(f.Location.Index) >= len(loaders) {
		return nil
	}
	l := loaders[f.Location.Index]
	if os2, err := l.RawTable(opentype.MustNewTag("OS/2")); err != nil || !embeddable(os2) {
		return nil
	}
	read, err = load(name(f), l)
	if err != nil {
		return nil
	}
	read.foreign = true
	return read
}

// embeddable reports whether the licence of a font lets a part of it be in a document, as its
// OS/2 table says (fsType).
func embeddable(os2 []byte) bool {
	const restricted, whole, pictures = 0x0002, 0x0100, 0x0200
	if len(os2) < 10 {
		return false
	}
	t := binary.BigEndian.Uint16(os2[8:])
	return t&0x000f != restricted && t&(whole|pictures) == 0
}

// name is what the document calls a font: letters and digits of its family, and its weight.
func name(f *fontscan.Footprint) string {
	family := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, f.Family)
	if family == "" {
		family = "System"
	}
	return fmt.Sprintf("%s-%d", family[:min(len(family), 48)], int(f.Aspect.Weight))
}

// draws reports whether the font has an outline for everything in s. Some fonts list
// characters that they have no glyph for, or only a picture.
func (f *Font) draws(s string) bool {
	return shows(func(r rune) bool {
		glyph, ok := f.parsed.NominalGlyph(r)
		return ok && (unicode.IsSpace(r) || len(f.Outline(uint16(glyph))) > 0)
	}, s)
}

// shows reports whether has is true of each rune of s that something has to show.
func shows(has func(rune) bool, s string) bool {
	for _, r := range s {
		if !invisible(r) && !has(r) {
			return false
		}
	}
	return true
}

type ranked struct {
	*fontscan.Footprint
	rank int
}

// plain are families, as the library writes them, that go well with ours, by the systems that
// have them. What is not among them follows.
var plain = []string{
	"notosans", "sourcehansans", // Linux
	"segoeui", "nirmalaui", "leelawadeeui", "yugothic", "meiryo", "malgungothic", "microsoftyahei", "microsoftjhenghei", // Windows
	"hiraginosans", "pingfang", "applesdgothicneo", "geezapro", "arialhebrew", "kohinoordevanagari", "thonburi", // macOS
	"arial", "tahoma", "dejavusans",
}

// han are the ends of families' names that have the letters of one language; what the languages share
// looks different in each.
var han = map[string][]string{
	"ja": {"jp", "yugothic", "meiryo", "hiraginosans", "msgothic", "ipagothic", "takao", "vlgothic"},
	"ko": {"kr", "malgungothic", "applesdgothicneo", "nanumgothic"},
	"zh": {"sc", "microsoftyahei", "simhei", "wenquanyi", "wqy"},
	"tw": {"tc", "microsoftjhenghei"},
}

// rank is lower for a font that is better for w.
func rank(f *fontscan.Footprint, w want) int {
	rank := max(slices.IndexFunc(plain, func(p string) bool { return strings.HasPrefix(f.Family, p) }), -1)
	if rank < 0 {
		rank = len(plain)
	}
	for _, poor := range []string{"mono", "serif", "nastaliq", "kufi", "looped", "display", "emoji", "symbols"} {
		if strings.Contains(f.Family, poor) {
			rank += 100
		}
	}
	if f.Aspect.Stretch != font.StretchNormal {
		rank += 100
	}
	switch language.LookupScript([]rune(w.text)[0]) {
	case language.Han, language.Hiragana, language.Katakana, language.Hangul, language.Bopomofo, language.Common:
		if !slices.ContainsFunc(han[w.lang], func(s string) bool { return strings.HasSuffix(f.Family, s) || strings.HasPrefix(f.Family, s) }) {
			rank += 50
		}
	}
	off := int(f.Aspect.Weight) - w.weight
	return rank*1000 + max(off, -off)
}
