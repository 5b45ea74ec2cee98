package qr

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
)

// maxScale keeps a picture below 185 modules × 32 pixels squared, 35 million pixels.
const maxScale = 32

// ErrImage means that an Image did not come from Encode, or that the scale is not 1 to 32.
var ErrImage = errors.New("qr: no such picture")

// PNG paints the path at scale pixels to a module, with the quiet zone around it. It
// reads the path that the window shows, so that a scanner that reads the picture has
// read the path.
func (i Image) PNG(scale int) ([]byte, error) {
	if scale < 1 || scale > maxScale || i.Modules < 1 || i.Modules > 177 {
		return nil, ErrImage
	}
	side := (i.Modules + 2*QuietZone) * scale
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for run := range strings.SplitSeq(strings.TrimSuffix(i.Path, "z"), "z") {
		var x, y, width, back int
		if n, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &width, &back); n != 4 || err != nil ||
			x < 0 || y < 0 || width < 1 || x+width > i.Modules || y >= i.Modules {
			return nil, ErrImage
		}
		left, top := (x+QuietZone)*scale, (y+QuietZone)*scale
		for py := top; py < top+scale; py++ {
			for px := left; px < left+width*scale; px++ {
				picture.SetColorIndex(px, py, 1)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("qr: write the picture: %w", err)
	}
	return out.Bytes(), nil
}
