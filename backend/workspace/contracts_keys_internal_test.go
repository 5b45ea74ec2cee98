package workspace

import (
	"crypto/ed25519"
	"encoding/hex"
	"testing"

	"countersign/backend/computer"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// What a client has made of a one-time code is bounded.
func TestNewOneTime_MalformedOneIsNotTaken(t *testing.T) {
	t.Parallel()
	good := func() service.NewOneTime {
		return service.NewOneTime{Salt: make([]byte, 16), Params: store.Argon2id(recovery.Cheap), Proof: secret.NewBytes(make([]byte, 32)), KeyPair: service.WrappedKeyPair{Recipient: "age1", Wrapped: []byte("wrapped")}}
	}
	if err := checkOneTime(good(), true, false); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*service.NewOneTime){
		"short salt":       func(n *service.NewOneTime) { n.Salt = n.Salt[1:] },
		"long salt":        func(n *service.NewOneTime) { n.Salt = append(n.Salt, 0) },
		"short proof":      func(n *service.NewOneTime) { n.Proof = secret.NewBytes(n.Proof.Reveal()[1:]) },
		"no proof":         func(n *service.NewOneTime) { n.Proof = secret.Bytes{} },
		"weak parameters":  func(n *service.NewOneTime) { n.Params = store.Argon2id{MemoryKiB: 8, Time: 1, Threads: 1} },
		"no recipient":     func(n *service.NewOneTime) { n.KeyPair.Recipient = "" },
		"nothing wrapped":  func(n *service.NewOneTime) { n.KeyPair.Wrapped = nil },
		"a box":            func(n *service.NewOneTime) { n.Box = []byte{1} },
		"too much wrapped": func(n *service.NewOneTime) { n.KeyPair.Wrapped = make([]byte, 1025) },
	} {
		n := good()
		change(&n)
		if checkOneTime(n, true, false) == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	help := good()
	help.KeyPair = service.WrappedKeyPair{}
	if err := checkOneTime(help, false, false); err != nil {
		t.Errorf("a temporary code without a key pair: %v", err)
	}
	computers := help
	computers.Box = make([]byte, computer.MaxBox)
	if err := checkOneTime(computers, false, true); err != nil {
		t.Errorf("a code for a computer: %v", err)
	}
	computers.Box = make([]byte, computer.MaxBox+1)
	if err := checkOneTime(computers, false, true); err == nil {
		t.Error("a box of any size is taken")
	}
	if err := checkOneTime(help, false, true); err == nil {
		t.Error("a code for a computer without a box is taken")
	}
}

// What a client has made of recovery codes is bounded, and is ten codes.
func TestNewSet_MalformedOneIsNotTaken(t *testing.T) {
	t.Parallel()
	w := &Workspace{keys: keys{pepper: secret.NewBytes(make([]byte, keySize))}}
	good := func() service.NewSet {
		n := service.NewSet{Salt: make([]byte, recovery.SaltSize), Params: store.Argon2id(recovery.Cheap)}
		for i := range recovery.SetSize {
			proof := make([]byte, recovery.HashSize)
			proof[0] = byte(i)
			n.Proofs = append(n.Proofs, secret.NewBytes(proof))
		}
		return n
	}
	if hashes, err := w.hashSet(good()); err != nil || len(hashes) != recovery.SetSize || len(hashes[0]) != recovery.HashSize {
		t.Fatalf("%d hashes, %v", len(hashes), err)
	}
	for name, change := range map[string]func(*service.NewSet){
		"nothing":           func(n *service.NewSet) { *n = service.NewSet{} },
		"short salt":        func(n *service.NewSet) { n.Salt = n.Salt[1:] },
		"long salt":         func(n *service.NewSet) { n.Salt = append(n.Salt, 0) },
		"weak parameters":   func(n *service.NewSet) { n.Params = store.Argon2id{MemoryKiB: 8, Time: 1, Threads: 1} },
		"nine codes":        func(n *service.NewSet) { n.Proofs = n.Proofs[1:] },
		"eleven codes":      func(n *service.NewSet) { n.Proofs = append(n.Proofs, secret.NewBytes(make([]byte, recovery.HashSize))) },
		"one code twice":    func(n *service.NewSet) { n.Proofs[0] = n.Proofs[1] },
		"one that is short": func(n *service.NewSet) { n.Proofs[3] = secret.NewBytes([]byte("short")) },
	} {
		n := good()
		change(&n)
		if hashes, err := w.hashSet(n); err == nil || hashes != nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	if _, err := (&Workspace{}).hashSet(good()); !service.IsCode(err, service.CodeSessionEnded) {
		t.Errorf("a workspace that was closed: %v", err)
	}
}

func TestSignedByVault_OnlyWithTheKeyThatIsKnown(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	message := service.ReviewMessage("id", make([]byte, service.NonceSize))
	signature := ed25519.Sign(private, message)
	known := store.Info{VaultGeneration: 1, VaultPublicKey: hex.EncodeToString(public)}
	if !signedByVault(known, message, signature) {
		t.Error("its own signature is not")
	}
	other, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, info := range map[string]store.Info{
		"no vault":        {},
		"no generation":   {VaultPublicKey: known.VaultPublicKey},
		"another key":     {VaultGeneration: 1, VaultPublicKey: hex.EncodeToString(other)},
		"half a key":      {VaultGeneration: 1, VaultPublicKey: known.VaultPublicKey[:32]},
		"what is no key":  {VaultGeneration: 1, VaultPublicKey: "x" + known.VaultPublicKey[1:]},
		"no key is known": {VaultGeneration: 1},
	} {
		if signedByVault(info, message, signature) {
			t.Errorf("%s: it is", name)
		}
	}
	for name, signed := range map[string][]byte{
		"nothing": nil, "another act's": ed25519.Sign(private, service.SignInMessage("id", make([]byte, service.NonceSize))),
		"another workspace's": ed25519.Sign(private, service.ReviewMessage("other", make([]byte, service.NonceSize))),
	} {
		if signedByVault(known, message, signed) {
			t.Errorf("%s: it is", name)
		}
	}
}
