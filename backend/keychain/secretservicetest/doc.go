// Package secretservicetest starts a real Secret Service for tests: a session
// bus of its own and on it gnome-keyring, unlocked, with its home in a temporary
// folder. Nothing of the person's session is touched, and nothing is left behind.
//
// Start one for each test and hand Env to the process under test. A test that
// uses the keychain in its own process calls Use instead, and cannot run in
// parallel: go-keyring keeps one connection to the bus for the whole process.
//
// It needs the programs dbus-daemon and gnome-keyring-daemon, which build/setup.sh
// installs on Debian and Ubuntu.
package secretservicetest
