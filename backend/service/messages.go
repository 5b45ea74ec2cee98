package service

import "slices"

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

// message ends a text of any length with a zero byte; the nonce has NonceSize bytes.
func message(purpose, workspaceID string, nonce []byte) []byte {
	return slices.Concat([]byte(purpose+"\x00"+workspaceID+"\x00"), nonce)
}
