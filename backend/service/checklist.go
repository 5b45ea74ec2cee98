package service

// ChecklistItem is a step that a person has to take once, so that no single loss keeps
// them, or everybody, out.
type ChecklistItem string

// The steps, in their order.
const (
	StepTwoFactor   ChecklistItem = "two-factor"
	StepCodes       ChecklistItem = "codes"
	StepKit         ChecklistItem = "kit"
	StepBackup      ChecklistItem = "backup"
	StepMembers     ChecklistItem = "members"
	StepSecondAdmin ChecklistItem = "second-admin" // with 2FA on
)

// Checklist is what a person is asked to do after they have created a workspace or joined it.
type Checklist struct {
	Steps []ChecklistStep
	Away  bool // the person has put it away
}

// ChecklistStep is a step, and whether it was taken.
type ChecklistStep struct {
	Item ChecklistItem
	Done bool
}
