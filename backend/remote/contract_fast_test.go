//go:build !slow

package remote_test

// byTurns are the use cases in which one instance goes on with what another has begun: who comes in, by what, and the acts of several commits. The
// others are one request, which is the same wherever it is answered.
var byTurns = []string{
	"SignIn", "Unlock", "Challenge", "Redeem", "StepUp", "Session", "Enable", "Apps", "ChangePhone", "NewCodes", "NotMe", "Disable", "Reset2FA", "Computer",
	"Run_GoesOnInOrder", "Rotation_BringsEverything", "Documents", "Files",
}
