package memberimport

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// sampleSize is how many characters are looked at to find delimiter and columns.
const sampleSize = 32 << 10

// text gives a file's characters one by one, whatever they are encoded in.
type text struct {
	in     *bufio.Reader
	decode func() (rune, error)
	name   string // of the encoding, once it is certain
	ahead  []rune // what sample has read
}

// limited refuses a file that is too large instead of reading part of it.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	if l.left -= int64(n); l.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

// signatures are how files begin that people take for CSV.
var signatures = []struct {
	begins []byte
	err    error
}{
	{[]byte("PK\x03\x04"), ErrSpreadsheet},       // .xlsx, .ods
	{[]byte("\xd0\xcf\x11\xe0"), ErrSpreadsheet}, // .xls
	{[]byte("{\\rtf"), ErrNotText},               // a text document
	{[]byte("%PDF"), ErrNotText},                 //
	{[]byte("\xff\xfe\x00\x00"), ErrNotText},     // UTF-32, which nobody writes
}

func newText(r io.Reader) (*text, error) {
	t := &text{in: bufio.NewReaderSize(&limited{r, MaxSize}, 64<<10)}
	head, err := t.in.Peek(5)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, readFailed(err)
	}
	for _, s := range signatures {
		if bytes.HasPrefix(head, s.begins) {
			return nil, s.err
		}
	}
	for _, bom := range []struct {
		mark   string
		name   string
		decode func() (rune, error)
	}{
		{"\xef\xbb\xbf", "UTF-8", t.utf8},
		{"\xff\xfe", "UTF-16", func() (rune, error) { return t.utf16(0, 1) }},
		{"\xfe\xff", "UTF-16", func() (rune, error) { return t.utf16(1, 0) }},
	} {
		if bytes.HasPrefix(head, []byte(bom.mark)) {
			_, err := t.in.Discard(len(bom.mark))
			t.name, t.decode = bom.name, bom.decode
			return t, err
		}
	}
	t.decode = t.unknown
	return t, nil
}

// encoding names what the file was written in. ASCII is UTF-8.
func (t *text) encoding() string {
	if t.name == "" {
		return "UTF-8"
	}
	return t.name
}

// next gives the next character.
func (t *text) next() (rune, error) {
	if len(t.ahead) > 0 {
		r := t.ahead[0]
		t.ahead = t.ahead[1:]
		return r, nil
	}
	return t.read()
}

// read refuses what no text has in it.
func (t *text) read() (rune, error) {
	r, err := t.decode()
	if err != nil {
		return 0, err
	}
	if r < ' ' && !unicode.IsSpace(r) {
		return 0, ErrNotText
	}
	return r, nil
}

// sample gives the beginning, which next gives again.
func (t *text) sample() ([]rune, error) {
	for len(t.ahead) < sampleSize {
		r, err := t.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		t.ahead = append(t.ahead, r)
	}
	return t.ahead, nil
}

// unknown decides at the first character that is not ASCII: what fits UTF-8 is that, since
// nothing else looks like it by chance; any other single-byte text is taken for Windows-1252,
// the superset of Latin-1 that spreadsheets write.
func (t *text) unknown() (rune, error) {
	b, err := t.in.ReadByte()
	if err != nil {
		return 0, readFailed(err)
	}
	if b < utf8.RuneSelf {
		return rune(b), nil
	}
	if err := t.in.UnreadByte(); err != nil {
		return 0, err
	}
	head, err := t.in.Peek(utf8.UTFMax)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, readFailed(err)
	}
	t.name, t.decode = "Windows-1252", t.windows1252
	if r, size := utf8.DecodeRune(head); r != utf8.RuneError || size > 1 {
		t.name, t.decode = "UTF-8", t.utf8
	}
	return t.decode()
}

func (t *text) utf8() (rune, error) {
	r, size, err := t.in.ReadRune()
	if err == nil && r == utf8.RuneError && size == 1 {
		err = ErrNotText
	}
	return r, readFailed(err)
}

func (t *text) windows1252() (rune, error) {
	b, err := t.in.ReadByte()
	r := charmap.Windows1252.DecodeByte(b)
	if err == nil && (r == utf8.RuneError || r > 0x7e && r < 0xa0) { // bytes that it does not define
		err = ErrNotText
	}
	return r, readFailed(err)
}

// utf16 reads a character from units whose low and high byte are there.
func (t *text) utf16(low, high int) (rune, error) {
	unit := func() (rune, error) {
		var b [2]byte
		_, err := io.ReadFull(t.in, b[:])
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = ErrNotText
		}
		return rune(b[low]) | rune(b[high])<<8, readFailed(err)
	}
	r, err := unit()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	second, err := unit()
	if errors.Is(err, io.EOF) {
		err = ErrNotText
	}
	if r = utf16.DecodeRune(r, second); err == nil && r == utf8.RuneError {
		err = ErrNotText
	}
	return r, err
}

// readFailed keeps what callers match on as it is.
func readFailed(err error) error {
	for _, known := range []error{nil, io.EOF, ErrNotText, ErrTooLarge} {
		if err == known {
			return err
		}
	}
	return fmt.Errorf("memberimport: read the file: %w", err)
}
