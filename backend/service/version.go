package service

import (
	"slices"
	"strconv"
	"strings"
)

// Newer reports whether a version is later than another. What isn't three numbers, such as 1.2.3, is no version, and later than none.
func Newer(a, b string) bool {
	parsed, known := version(a)
	other, also := version(b)
	return known && also && slices.Compare(parsed[:], other[:]) > 0
}

func version(s string) (numbers [3]uint64, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) != len(numbers) {
		return numbers, false
	}
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil || len(part) > 5 { // zeros before it would make it as long as they like
			return numbers, false
		}
		numbers[i] = n
	}
	return numbers, true
}
