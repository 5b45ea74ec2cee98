package workspace_test

import "strings"

// What a step may lead to.

func unchanged(before, after standing) bool { return before.but() == after.but() }

func turnedOn(before, after standing) bool {
	return !before.on && after.on && after.sheet > 0 && after.used == "" && after.name == before.name
}

func turnedOff(before, after standing) bool {
	return before.on && !after.on && after.name == before.name && after.password == before.password
}

func otherPhone(before, after standing) bool {
	before.phone = after.phone
	return after.on && before.but() == after.but()
}

func otherSheet(before, after standing) bool {
	return after.on && after.sheet > before.sheet && after.used == "" && before.phone == after.phone
}

func noSheet(before, after standing) bool {
	if before.sheet == 0 { // there was none
		return before.but() == after.but()
	}
	return after.on && after.sheet == 0 && before.phone == after.phone
}

// codeUsed: one code more of the same set, and nothing else.
func codeUsed(before, after standing) bool {
	more := len(strings.Fields(after.used)) - len(strings.Fields(before.used))
	before.used = after.used
	return more == 1 && before.but() == after.but()
}

func otherPassword(before, after standing) bool {
	changed := after.password != before.password
	before.password, before.used = after.password, after.used
	return changed && before.but() == after.but()
}

func otherName(before, after standing) bool {
	before.name = after.name
	return before.but() == after.but()
}
