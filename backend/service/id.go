package service

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

// idSize is what an ID is made of, in random bytes.
const idSize = 16

// NewID makes an ID: 128 random bits in lower-case base32, without padding.
func NewID(random io.Reader) (string, error) {
	b := make([]byte, idSize)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("random bytes: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)), nil
}

// IDFits reports whether a text has the form of an ID.
func IDFits(id string) bool {
	return len(id) == 26 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") == ""
}
