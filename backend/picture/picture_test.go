package picture_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"golang.org/x/image/bmp"

	"countersign/backend/picture"
)

func check(mime string, b []byte) error {
	return picture.Check(mime, bytes.NewReader(b), int64(len(b)))
}

// drawn is a picture of that size, encoded by somebody else.
func drawn(tb testing.TB, width, height int, encode func(io.Writer, image.Image) error) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func toJPEG(w io.Writer, i image.Image) error { return jpeg.Encode(w, i, nil) }
func toGIF(w io.Writer, i image.Image) error  { return gif.Encode(w, i, nil) }

func chunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func header(width, height uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, width)
	return append(binary.BigEndian.AppendUint32(b, height), 1, 0, 0, 0, 0)
}

// bomb is a whole PNG of one bit for each pixel, all of them black.
func bomb(width, height int) []byte {
	var rows bytes.Buffer
	z := zlib.NewWriter(&rows)
	row := make([]byte, 1+(width+7)/8)
	for range height {
		_, _ = z.Write(row)
	}
	_ = z.Close()
	b := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header(uint32(width), uint32(height)))...)
	return append(append(b, chunk("IDAT", rows.Bytes())...), chunk("IEND", nil)...)
}

func animation(frames, width, height int) []byte {
	g := &gif.GIF{}
	for range frames {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White}))
		g.Delay = append(g.Delay, 0)
	}
	var b bytes.Buffer
	_ = gif.EncodeAll(&b, g)
	return b.Bytes()
}

func riff(chunks ...string) []byte {
	all := "WEBP" + strings.Join(chunks, "")
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(all))), all...)
}

func part(kind, data string) string {
	b := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(data))), data...)
	if len(data)%2 == 1 {
		b = append(b, 0)
	}
	return string(b)
}

func le24(n int) string { return string([]byte{byte(n), byte(n >> 8), byte(n >> 16)}) }

func canvas(width, height int) string {
	return part("VP8X", "\x02\x00\x00\x00"+le24(width-1)+le24(height-1))
}

func frame(width, height int) string {
	return part("ANMF", le24(0)+le24(0)+le24(width-1)+le24(height-1)+le24(10)+"\x00")
}

func lossy(width, height int) string {
	return part("VP8 ", "\x10\x00\x00\x9d\x01\x2a"+string(binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, uint16(width)), uint16(height))))
}

func lossless(width, height int) string {
	return part("VP8L", "\x2f"+string(binary.LittleEndian.AppendUint32(nil, uint32(width-1|(height-1)<<14))))
}

func bitmap(width, height int32) []byte {
	b := append([]byte("BM"), make([]byte, 12)...)
	b = binary.LittleEndian.AppendUint32(b, 40)
	b = binary.LittleEndian.AppendUint32(b, uint32(width))
	return append(binary.LittleEndian.AppendUint32(b, uint32(height)), make([]byte, 28)...)
}

// photo is the head of a JPEG of that size, with what cameras put before it.
func photo(width, height uint16, before ...byte) []byte {
	b := append([]byte("\xff\xd8\xff\xe1\x00\x08Exif\x00\x00\xff\xff"), before...)
	b = append(b, 0xc2, 0, 17, 8)
	b = binary.BigEndian.AppendUint16(b, height)
	return append(binary.BigEndian.AppendUint16(b, width), 3)
}

func TestCheck_TakesWhatAPersonHas(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mime string
		b    []byte
	}{
		"png":              {"image/png", drawn(t, 300, 200, png.Encode)},
		"jpeg":             {"image/jpeg", drawn(t, 300, 200, toJPEG)},
		"gif":              {"image/gif", drawn(t, 300, 200, toGIF)},
		"gif, animated":    {"image/gif", animation(20, 64, 64)},
		"gif, cut short":   {"image/gif", animation(3, 64, 64)[:400]},
		"bmp":              {"image/bmp", drawn(t, 300, 200, bmp.Encode)},
		"bmp, upside down": {"image/bmp", bitmap(300, -200)},
		"bmp of OS/2":      {"image/bmp", append(append([]byte("BM"), make([]byte, 12)...), 12, 0, 0, 0, 44, 1, 200, 0)},
		"webp":             {"image/webp", riff(lossy(300, 200))},
		"webp, lossless":   {"image/webp", riff(lossless(300, 200))},
		"webp, animated":   {"image/webp", riff(canvas(300, 200), frame(300, 200), frame(10, 10))},
		"a scan of A4":     {"image/png", bomb(4960, 7016)},
		"a large photo":    {"image/jpeg", photo(8192, 6100)},
	} {
		if err := check(c.mime, c.b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheck_RefusesWhatFillsTheMemory(t *testing.T) {
	t.Parallel()
	small := bomb(20_000, 20_000)
	if len(small) > 80_000 {
		t.Errorf("the bomb has %d bytes", len(small))
	}
	moving := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header(1000, 1000))...)
	for range 51 {
		moving = append(moving, chunk("fcTL", append(append([]byte{0, 0, 0, 0}, header(1000, 1000)...), make([]byte, 9)...))...)
	}
	beyond := animation(1, 8, 8)
	copy(beyond[bytes.IndexByte(beyond[13:], 0x2c)+13+1:], []byte{0xff, 0xff, 0xff, 0xff, 8, 0, 8, 0})
	for name, c := range map[string]struct {
		mime string
		b    []byte
	}{
		"png of 76 KB":             {"image/png", small},
		"png, one pixel too many":  {"image/png", append(append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header(picture.MaxPixels+1, 1))...), chunk("IEND", nil)...)},
		"png, as large as it gets": {"image/png", append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header(1<<32-1, 1<<32-1))...)},
		"png, animated":            {"image/png", append(moving, chunk("IEND", nil)...)},
		"jpeg":                     {"image/jpeg", photo(65_535, 65_535)},
		"gif, animated":            {"image/gif", animation(51, 1000, 1000)},
		"gif beyond its screen":    {"image/gif", beyond},
		"bmp":                      {"image/bmp", bitmap(20_000, 20_000)},
		"bmp, the lowest height":   {"image/bmp", bitmap(1, -1<<31)},
		"webp":                     {"image/webp", riff(lossy(16_383, 16_383))},
		"webp, lossless":           {"image/webp", riff(lossless(16_384, 16_384))},
		"webp with a large canvas": {"image/webp", riff(canvas(1<<24, 1<<24), lossy(10, 10))},
		"webp with a small canvas": {"image/webp", riff(canvas(1, 1), lossy(16_383, 16_383))},
		"webp, animated":           {"image/webp", riff(canvas(5000, 5000), frame(10, 10), frame(10, 10), frame(10, 10))},
		"webp beyond its canvas":   {"image/webp", riff(canvas(10, 10), frame(20_000, 20_000))},
	} {
		if err := check(c.mime, c.b); !errors.Is(err, picture.ErrLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := picture.Check("image/png", bytes.NewReader(nil), picture.MaxSize+1); !errors.Is(err, picture.ErrLarge) {
		t.Errorf("a large file: %v", err)
	}
}

func TestCheck_RefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	whole := drawn(t, 30, 20, png.Encode)
	for name, c := range map[string]struct {
		mime string
		b    []byte
	}{
		"nothing":                {"image/png", nil},
		"a beginning alone":      {"image/png", whole[:8]},
		"half a header":          {"image/png", whole[:20]},
		"png called a jpeg":      {"image/jpeg", whole},
		"png without its header": {"image/png", append([]byte("\x89PNG\r\n\x1a\n"), chunk("IDAT", nil)...)},
		"png with two headers":   {"image/png", append(append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header(1, 1))...), chunk("IHDR", header(20_000, 20_000))...)},
		"png of no size":         {"image/png", append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header(0, 5))...)},
		"png of many parts":      {"image/png", append(append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header(1, 1))...), bytes.Repeat(chunk("tEXt", nil), 100_001)...)},
		"jpeg without a height":  {"image/jpeg", photo(100, 0)},
		"jpeg without a frame":   {"image/jpeg", []byte("\xff\xd8\xff\xda\x00\x08")},
		"jpeg of a short part":   {"image/jpeg", []byte("\xff\xd8\xff\xe0\x00\x01\x00")},
		"gif of other blocks":    {"image/gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00\x99")},
		"webp of no frame":       {"image/webp", riff(part("VP8 ", "\x11\x00\x00\x9d\x01\x2a\x01\x00\x01\x00"))},
		"webp of nothing":        {"image/webp", riff()},
		"webp, half a chunk":     {"image/webp", riff(lossy(10, 10))[:24]},
		"bmp of another header":  {"image/bmp", append(append([]byte("BM"), make([]byte, 12)...), 13, 0, 0, 0, 1, 0, 1, 0)},
		"bmp of negative width":  {"image/bmp", bitmap(-5, 5)},
		"svg":                    {"image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
	} {
		if err := check(c.mime, c.b); !errors.Is(err, picture.ErrHeader) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failing struct{ after io.Reader }

var errDisk = errors.New("the disk fails")

func (f failing) Read(b []byte) (int, error) {
	n, err := f.after.Read(b)
	if err == io.EOF {
		err = errDisk
	}
	return n, err
}

func TestCheck_AFailingReaderIsNoWrongHeader(t *testing.T) {
	t.Parallel()
	for mime, b := range map[string][]byte{
		"image/png": drawn(t, 30, 20, png.Encode)[:60], "image/jpeg": photo(9, 9)[:12], "image/gif": animation(2, 9, 9)[:40],
		"image/webp": riff(lossy(9, 9)), "image/bmp": bitmap(9, 9)[:16],
	} {
		err := picture.Check(mime, failing{bytes.NewReader(b)}, 1000)
		if !errors.Is(err, errDisk) {
			t.Errorf("%s: %v", mime, err)
		}
	}
}

// FuzzCheck: whatever a decoder of the standard library draws is judged by at least its size.
func FuzzCheck(f *testing.F) {
	f.Add(drawn(f, 30, 20, png.Encode))
	f.Add(drawn(f, 30, 20, toJPEG))
	f.Add(animation(2, 9, 9))
	f.Add(drawn(f, 30, 20, bmp.Encode))
	f.Add(riff(canvas(3, 3), frame(3, 3), lossless(3, 3)))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, mime := range picture.Types {
			err := check(mime, b)
			if err != nil && !errors.Is(err, picture.ErrLarge) && !errors.Is(err, picture.ErrHeader) {
				t.Errorf("%s: %v", mime, err)
			}
			if err != nil {
				continue
			}
			if c, kind, wrong := image.DecodeConfig(bytes.NewReader(b)); wrong == nil && "image/"+kind == mime && c.Width*c.Height > picture.MaxPixels {
				t.Errorf("%s of %d by %d was taken", kind, c.Width, c.Height)
			}
		}
	})
}
