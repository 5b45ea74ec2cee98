package service

import "countersign/backend/secret"

// Shown is what the person needs to enrol a phone. The key is shown only until
// the enrolment ends, and never again.
type Shown struct {
	URI     secret.Text // for the QR code
	Groups  []string    // the key in groups of four, for typing in
	Issuer  string      // as the app shows it
	Account string      // as the app shows it

	Shortened bool // one of these is not whole: it would not fit into a QR code
}

// EnrolmentKind says what a EnrolmentSession leads to.
type EnrolmentKind string

// The kinds of EnrolmentSession.
const (
	EnrolRequired EnrolmentKind = "enrol"        // 2FA is required, and off
	EnrolNewPhone EnrolmentKind = "change-phone" // a help code stood in for a lost phone
)
