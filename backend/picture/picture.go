// Package picture tells from a picture's headers how much memory it takes to draw,
// before anything draws it: 76 KB of PNG can be 20,000 by 20,000 pixels, which is
// 1.6 GB. It decodes no pixel. A header that it does not understand is an error, so
// that what cannot be judged is not drawn.
package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// MaxPixels is how many pixels a picture may have, with all its frames: 200 MB at
// four bytes each. A page of A4 scanned at 600 dpi has 35 million, a photo of
// today's phones 12 to 50 million.
const MaxPixels = 50_000_000

// MaxSize bounds the file itself, in bytes.
const MaxSize = 64 << 20

// maxParts bounds how many chunks, blocks or segments a file may be made of.
const maxParts = 100_000

// Why a picture is not drawn.
var (
	ErrLarge  = errors.New("the picture has too many pixels")
	ErrHeader = errors.New("the picture's headers cannot be read")
)

// Types are the media types that Check knows.
var Types = []string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"}

// Check reads the headers of a picture of that media type and size in bytes. Errors:
// ErrLarge, ErrHeader; r's own.
func Check(mime string, r io.Reader, size int64) error {
	_, err := Pixels(mime, r, size)
	return err
}

// Pixels checks a picture likewise, and tells how many pixels it has, with all its
// frames.
func Pixels(mime string, r io.Reader, size int64) (int64, error) {
	if size > MaxSize {
		return 0, ErrLarge
	}
	p := &parser{r: bufio.NewReaderSize(r, 16<<10)}
	switch mime {
	case "image/png":
		p.png()
	case "image/jpeg":
		p.jpeg()
	case "image/gif":
		p.gif()
	case "image/webp":
		p.webp()
	case "image/bmp":
		p.bmp()
	default:
		p.fail(ErrHeader)
	}
	frames := max(1, p.frames)
	switch {
	case p.err != nil:
		return 0, p.err
	case p.width <= 0 || p.height <= 0:
		return 0, ErrHeader
	case p.width > MaxPixels || frames > MaxPixels/(p.width*p.height):
		return 0, ErrLarge
	}
	return p.width * p.height * frames, nil
}

// parser reads on until something is wrong, which is then the answer.
type parser struct {
	r             *bufio.Reader
	width, height int64 // the largest that anything in the file asks for
	frames        int64 // of an animation
	parts         int
	err           error
}

func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// next takes n bytes; where the file ends before that, its header is not whole.
func (p *parser) next(n int) []byte {
	b := make([]byte, n)
	if p.err != nil {
		return b
	}
	if _, err := io.ReadFull(p.r, b); err != nil {
		p.fail(short(err))
	}
	return b
}

func (p *parser) skip(n int64) {
	for n > 0 && p.err == nil {
		some, err := p.r.Discard(int(min(n, 1<<20)))
		n -= int64(some)
		if err != nil {
			p.fail(short(err))
		}
	}
}

func short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrHeader
	}
	return err
}

// more reports whether another part begins here: the file has not ended, and has
// not too many of them.
func (p *parser) more() bool {
	if p.err != nil {
		return false
	}
	if p.parts++; p.parts > maxParts {
		p.fail(ErrHeader)
		return false
	}
	_, err := p.r.Peek(1)
	if err != nil && !errors.Is(err, io.EOF) {
		p.fail(err)
	}
	return err == nil
}

func (p *parser) begins(with string) {
	if got := p.next(len(with)); string(got) != with {
		p.fail(ErrHeader)
	}
}

func (p *parser) grow(width, height int64) {
	p.width, p.height = max(p.width, width), max(p.height, height)
}

// png is of chunks (PNG, third edition, §5.3). IHDR is the first; each fcTL is a
// frame of an animation.
func (p *parser) png() {
	p.begins("\x89PNG\r\n\x1a\n")
	for first := true; p.more(); first = false {
		head := p.next(8)
		length, kind := int64(binary.BigEndian.Uint32(head)), string(head[4:])
		switch {
		case p.err != nil || first != (kind == "IHDR") || length > MaxSize:
			p.fail(ErrHeader)
			return
		case first && length != 13 || kind == "fcTL" && length != 26:
			p.fail(ErrHeader)
			return
		case kind == "IEND":
			return
		case kind == "IHDR", kind == "fcTL":
			b := p.next(int(length))
			if kind == "fcTL" {
				b, p.frames = b[4:], p.frames+1
			}
			p.grow(int64(binary.BigEndian.Uint32(b)), int64(binary.BigEndian.Uint32(b[4:])))
		default:
			p.skip(length)
		}
		p.skip(4) // the chunk's sum
	}
}

// jpeg is of segments up to the one of the frame (ITU-T T.81, B.2.2). A height of 0,
// which a later segment would tell, is not taken.
func (p *parser) jpeg() {
	p.begins("\xff\xd8")
	for p.more() {
		if b := p.next(1)[0]; b != 0xff {
			p.fail(ErrHeader)
			return
		}
		marker := byte(0xff)
		for marker == 0xff && p.more() { // fill bytes
			marker = p.next(1)[0]
		}
		switch {
		case p.err != nil:
			return
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd7: // alone
			continue
		case marker == 0xd9 || marker == 0xda: // the end, or the picture, before a frame
			p.fail(ErrHeader)
			return
		}
		length := int64(binary.BigEndian.Uint16(p.next(2)))
		isFrame := marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
		if length < 2 || isFrame && length < 8 {
			p.fail(ErrHeader)
			return
		}
		if !isFrame {
			p.skip(length - 2)
			continue
		}
		b := p.next(5)
		p.grow(int64(binary.BigEndian.Uint16(b[3:])), int64(binary.BigEndian.Uint16(b[1:])))
		return
	}
}

// gif is of blocks (GIF89a, §17 to 27). A frame may reach beyond the screen that the
// file speaks of, and a file that ends early shows what it has.
func (p *parser) gif() {
	if got := string(p.next(6)); got != "GIF87a" && got != "GIF89a" {
		p.fail(ErrHeader)
	}
	screen := p.next(7)
	p.grow(int64(binary.LittleEndian.Uint16(screen)), int64(binary.LittleEndian.Uint16(screen[2:])))
	p.colours(screen[4])
	for p.more() {
		switch p.next(1)[0] {
		case 0x21:
			p.skip(1)
			p.subBlocks()
		case 0x2c:
			b := p.next(9)
			at := func(i int) int64 { return int64(binary.LittleEndian.Uint16(b[i:])) }
			p.grow(at(0)+at(4), at(2)+at(6))
			p.frames++
			p.colours(b[8])
			p.skip(1)
			p.subBlocks()
		case 0x3b:
			return
		default:
			p.fail(ErrHeader)
		}
	}
}

// colours skips a table of colours, if there is one.
func (p *parser) colours(flags byte) {
	if flags&0x80 != 0 {
		p.skip(3 << (flags&7 + 1))
	}
}

func (p *parser) subBlocks() {
	for p.err == nil {
		if _, err := p.r.Peek(1); errors.Is(err, io.EOF) {
			return
		}
		n := p.next(1)[0]
		if n == 0 {
			return
		}
		if _, err := p.r.Discard(int(n)); err != nil && !errors.Is(err, io.EOF) {
			p.fail(err)
		}
	}
}

// webp is of chunks in a RIFF (RFC 9649, §2). VP8X speaks of the canvas, and the
// picture in it, or each frame, of itself again.
func (p *parser) webp() {
	p.begins("RIFF")
	p.skip(4)
	p.begins("WEBP")
	for p.more() {
		head := p.next(8)
		length, kind := int64(binary.LittleEndian.Uint32(head[4:])), string(head[:4])
		taken := map[string]int64{"VP8X": 10, "VP8 ": 10, "VP8L": 5, "ANMF": 16}[kind]
		if p.err != nil || length > MaxSize || length < taken {
			p.fail(ErrHeader)
			return
		}
		b := p.next(int(taken))
		switch kind {
		case "VP8X":
			p.grow(1+uint24(b[4:]), 1+uint24(b[7:]))
		case "VP8 ":
			if b[0]&1 != 0 || !bytes.Equal(b[3:6], []byte{0x9d, 0x01, 0x2a}) { // no key frame
				p.fail(ErrHeader)
			}
			p.grow(int64(binary.LittleEndian.Uint16(b[6:])&0x3fff), int64(binary.LittleEndian.Uint16(b[8:])&0x3fff))
		case "VP8L":
			if b[0] != 0x2f {
				p.fail(ErrHeader)
			}
			bits := int64(binary.LittleEndian.Uint32(b[1:]))
			p.grow(1+bits&0x3fff, 1+bits>>14&0x3fff)
		case "ANMF":
			p.grow(2*uint24(b)+1+uint24(b[6:]), 2*uint24(b[3:])+1+uint24(b[9:]))
			p.frames++
		}
		if rest := length - taken + length&1; p.err == nil {
			n, err := io.CopyN(io.Discard, p.r, rest)
			if err != nil && (!errors.Is(err, io.EOF) || n < rest-1) {
				p.fail(short(err))
			}
		}
	}
}

func uint24(b []byte) int64 { return int64(b[0]) | int64(b[1])<<8 | int64(b[2])<<16 }

// bmp has its size after the file's own header, in the form of OS/2 or of Windows,
// where a negative height counts from the top.
func (p *parser) bmp() {
	p.begins("BM")
	p.skip(12)
	switch length := binary.LittleEndian.Uint32(p.next(4)); {
	case length == 12:
		b := p.next(4)
		p.grow(int64(binary.LittleEndian.Uint16(b)), int64(binary.LittleEndian.Uint16(b[2:])))
	case length >= 40 && length <= 1<<10:
		b := p.next(8)
		width, height := int64(int32(binary.LittleEndian.Uint32(b))), int64(int32(binary.LittleEndian.Uint32(b[4:]))) //nolint:gosec // signed in the file
		p.grow(width, max(height, -height))
	default:
		p.fail(ErrHeader)
	}
}
