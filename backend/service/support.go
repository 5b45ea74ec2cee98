package service

// MaxSupport is how long the support contact may be, in characters.
const MaxSupport = 200

// Support is whom a person can ask who cannot sign in.
type Support struct {
	Contact string
	Address string   // the URL that opens an email or a link; empty for words
	Names   []string // of the owners and admins who can sign in, the owners first; none where they are hidden
	Newest  string   // the newest version of Countersign that who runs the server knows of; empty for none
}
