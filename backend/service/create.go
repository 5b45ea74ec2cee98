package service

import "time"

// NewWorkspace is what the first run asks for, but for the password.
type NewWorkspace struct {
	Workspace string
	Name      string
	Email     string
}

// NewVault is what the first owner's client has made beside the password, whose key pair comes with the vault's keys.
type NewVault struct {
	PublicKey string        // hex; of the vault's key
	Recovered []DocumentRow // contracts of a workspace that was lost
	KitAt     time.Time     // of the Emergency Kit that has opened these, and stays good; zero: there is none
}
