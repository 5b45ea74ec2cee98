package totp

import (
	"github.com/pquerna/otp"

	"countersign/backend/secret"
)

// Show returns the code of one step, which the package itself never has to say.
func Show(key secret.Bytes, step int64) (string, error) {
	return generate(Base32(key).Reveal(), step, otp.DigitsSix, otp.AlgorithmSHA1)
}

// Steps is Matches for codes that a test makes up.
func Steps(current int64, shows func(step int64) (bool, error)) ([]int64, error) {
	return matching(current, shows)
}
