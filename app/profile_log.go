package app

// SecurityLog reads a page of what concerns the person themselves, newest first. before is the
// next of the page before; 0: from the newest.
func (p *Profile) SecurityLog(session string, before int64) (LogPage, error) {
	in, err := p.s.use(session)
	if err != nil {
		return LogPage{Entries: []LogEntryView{}}, err
	}
	found, err := in.session.OwnLog(p.s.context(), before, pageSize)
	return LogPage{Entries: in.s.logEntries(found.Entries), Next: found.Next}, in.after(err)
}

// LogStateView is how the whole log stands, to compare with what another member sees.
type LogStateView struct {
	Event int64  `json:"event"` // the newest
	At    string `json:"at"`    // of that event
	Code  string `json:"code"`
}

// LogState reads it: see client.Session.LogState.
func (p *Profile) LogState(session string) (LogStateView, error) {
	in, err := p.s.use(session)
	if err != nil {
		return LogStateView{}, err
	}
	is, err := in.session.LogState(p.s.context())
	if err != nil {
		return LogStateView{}, in.after(err)
	}
	return LogStateView{Event: is.Event, At: stamp(is.At), Code: is.Code}, nil
}

// CompareLog reports whether the log is the one whose code another member has seen.
func (p *Profile) CompareLog(session string, event int64, code string) error {
	in, err := p.s.use(session)
	if err != nil {
		return err
	}
	return in.after(in.session.CompareLog(p.s.context(), event, code))
}
