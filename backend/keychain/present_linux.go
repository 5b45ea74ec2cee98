package keychain

import "context"

// Present looks whether there is a keychain, without unlocking it or asking anybody
// anything: ErrKeychainAbsent is the answer that there is none.
func (k *Keychain) Present(ctx context.Context) error {
	address, ok := sessionBus()
	if !ok {
		return absent("there is no session bus")
	}
	s, err := connect(ctx, address, k.patience)
	if err != nil {
		return err
	}
	defer s.close()
	_, err = s.collection(ctx)
	return err
}
