package totp

import (
	"github.com/pquerna/otp"

	"countersign/backend/secret"
)

// Show returns the code of one step, which the package itself never has to say.
func Show(key secret.Bytes, step int64) (string, error) {
	return generate(Base32(key).Reveal(), step, otp.DigitsSix, otp.AlgorithmSHA1)
}
