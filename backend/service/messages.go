package service

import (
	"fmt"
	"slices"
)

// NonceSize is the length in bytes of what makes a message one that was never signed before.
const NonceSize = 32

// What a client signs to prove that it has a key which the workspace does not have. Each message begins with
// what it is for, and names the workspace, so that no signature is good for anything else.

// SignInMessage is signed with the key of a password (password.Sign) to sign in.
func SignInMessage(workspaceID string, nonce []byte) []byte {
	return message("countersign sign-in v1", workspaceID, nonce)
}

// ComputerMessage is signed with the key of a computer (computer.Key.Sign) to sign in from it.
func ComputerMessage(workspaceID string, nonce []byte) []byte {
	return message("countersign computer v1", workspaceID, nonce)
}

// UnlockMessage is signed with the key of a password to open a session again whose window was locked.
func UnlockMessage(workspaceID string, nonce []byte) []byte {
	return message("countersign unlock v1", workspaceID, nonce)
}

// ProofMessage is signed with the key of a password to confirm a sensitive act.
func ProofMessage(workspaceID string, nonce []byte) []byte {
	return message("countersign step-up v1", workspaceID, nonce)
}

// ReviewMessage is signed with the vault's key (vault.Keys.Sign) by an owner who reviews a changed database, to
// show that their key pair opens the vault.
func ReviewMessage(workspaceID string, nonce []byte) []byte {
	return message("countersign review v1", workspaceID, nonce)
}

// KitMessage is signed with the vault's key (vault.Keys.Sign) by whoever has the Emergency Kit, to let
// somebody with an email in.
func KitMessage(workspaceID string, nonce []byte, email string) []byte {
	return append(message("countersign emergency kit v1", workspaceID, nonce), email...)
}

// HolderMessage is signed with the vault's key (vault.Keys.Sign) by a client that has made a key pair for somebody. Whoever runs the
// workspace can put any public key beside any name; the vault's keys are given only to one that was signed. It names nobody: whoever has the
// key pair may read everything, as what they are called now and later.
func HolderMessage(workspaceID, recipient string) []byte {
	return []byte("countersign holder v1\x00" + workspaceID + "\x00" + recipient)
}

// VaultMessage is signed with the vault's key (vault.Keys.Sign) before a new one takes its place: it leads whoever has pinned the old
// one to the new one, of which publicKey is in hex.
func VaultMessage(workspaceID string, generation int, publicKey string) []byte {
	return fmt.Appendf(nil, "countersign vault v1\x00%s\x00%d\x00%s", workspaceID, generation, publicKey)
}

// message ends a text of any length with a zero byte; the nonce has NonceSize bytes.
func message(purpose, workspaceID string, nonce []byte) []byte {
	return slices.Concat([]byte(purpose+"\x00"+workspaceID+"\x00"), nonce)
}
