package contracts

import (
	"bytes"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// SniffSize is how much of a document its type is told from, in bytes.
const SniffSize = 4 << 10

// beginnings are what files of a type begin with.
var beginnings = []struct{ bytes, kind string }{
	{"%PDF-", "application/pdf"}, {"\x89PNG\r\n\x1a\n", "image/png"}, {"\xff\xd8\xff", "image/jpeg"},
	{"GIF87a", "image/gif"}, {"GIF89a", "image/gif"}, {"BM", "image/bmp"},
	{"PK\x03\x04", "application/zip"}, {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"},
	{"{\\rtf", "application/rtf"}, {"II*\x00", "image/tiff"}, {"MM\x00*", "image/tiff"}, {"age-encryption.org/", "application/age"},
}

// endings tell apart what begins alike.
var endings = map[string]map[string]string{
	"application/zip": {
		".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
		".odt":  "application/vnd.oasis.opendocument.text", ".ods": "application/vnd.oasis.opendocument.spreadsheet",
	},
	"application/x-ole-storage": {".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".msg": "application/vnd.ms-outlook"},
	"text/plain": {
		".svg": "image/svg+xml", ".html": "text/html", ".htm": "text/html", ".xhtml": "text/html", ".csv": "text/csv", ".md": "text/markdown",
		".json": "application/json", ".xml": "application/xml", ".eml": "message/rfc822",
	},
}

// TypeOf tells what a document is from its first bytes, and from its name only
// where those allow it: a name alone makes nothing a picture.
func TypeOf(name string, head []byte) string {
	kind := "application/octet-stream"
	if len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP" {
		return "image/webp"
	}
	found := false
	for _, b := range beginnings {
		if bytes.HasPrefix(head, []byte(b.bytes)) {
			kind, found = b.kind, true
			break
		}
	}
	if !found && isText(head) {
		kind = "text/plain"
	}
	if other, ok := endings[kind][strings.ToLower(filepath.Ext(name))]; ok {
		return other
	}
	return kind
}

// isText is whether the first bytes are UTF-8 or UTF-16 with its mark, without
// what no text has. An empty file is one.
func isText(head []byte) bool {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return true
	}
	for _, c := range head {
		if c < 0x20 && !strings.ContainsRune("\t\n\r\f\x1b", rune(c)) {
			return false
		}
	}
	return utf8.Valid(wholeRunes(head)) || legacyText(head)
}

// wholeRunes leaves out a character that the first bytes of a file end in.
func wholeRunes(head []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(head); i++ {
		last := head[len(head)-i:]
		if utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return head[:len(head)-i]
			}
			break
		}
	}
	return head
}

// legacyText takes bytes of a single-byte encoding for text where at most a third are
// not ASCII.
func legacyText(head []byte) bool {
	odd := 0
	for _, c := range head {
		if c == 0x7f {
			return false
		}
		if c >= 0x80 {
			odd++
		}
	}
	return odd*3 <= len(head)
}
