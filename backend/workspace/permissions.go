package workspace

// Who may do what, and to whom, is said here and nowhere else. A use case looks here in
// the transaction that acts; the page is told what it may offer from here.
