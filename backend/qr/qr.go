// Package qr draws a QR code as one SVG path, so that a window shows it crisp at every
// zoom without a picture file in between. It is the only importer of
// github.com/skip2/go-qrcode.
//
// An Image is as secret as the text in it: show it, do not log or keep it.
package qr

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	qrcode "github.com/skip2/go-qrcode"

	"countersign/backend/secret"
)

// QuietZone is how many modules of white a reader needs on each side (ISO/IEC 18004
// section 9.1).
const QuietZone = 4

var (
	// ErrEmpty means that there is nothing to encode.
	ErrEmpty = errors.New("qr: nothing to encode")
	// ErrTooLong means that the text does not fit into the largest QR code.
	ErrTooLong = errors.New("qr: the text is too long for a QR code")
)

// Image is a QR code of Modules by Modules squares. Path is its black area as SVG path
// data, one unit to a module, without the quiet zone: give the viewBox
// "-4 -4 N+8 N+8" with N the modules, white behind it, and shape-rendering crispEdges.
// Printed or logged it is "[elided]"; JSON holds it, on its way to the window.
type Image struct {
	Modules int    `json:"modules"`
	Path    string `json:"path"`
}

// Level is how much of the picture a reader can do without.
type Level = qrcode.RecoveryLevel

const (
	// Screen is 7 %, in the fewest and largest modules: a screen is clean.
	Screen = qrcode.Low
	// Paper is 15 %: paper is folded and stained.
	Paper = qrcode.Medium
)

// Encode draws text with so much error correction.
//
// Errors: ErrEmpty, ErrTooLong.
func Encode(text secret.Text, level Level) (Image, error) {
	if text.Empty() {
		return Image{}, ErrEmpty
	}
	code, err := qrcode.New(text.Reveal(), level)
	if err != nil {
		return Image{}, ErrTooLong // the only error it has, and its words may grow
	}
	code.DisableBorder = true
	rows := code.Bitmap()
	return Image{Modules: len(rows), Path: path(rows)}, nil
}

// path writes each run of black modules in a row as one rectangle.
func path(rows [][]bool) string {
	var b strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			start := x
			for x < len(row) && row[x] {
				x++
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", start, y, x-start, x-start)
		}
	}
	return b.String()
}

// Format implements fmt.Formatter for every verb.
func (i Image) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, secret.Elided) }

// LogValue implements slog.LogValuer.
func (i Image) LogValue() slog.Value { return slog.StringValue(secret.Elided) }
