package app

// Preferences is how the window looks on this computer, to whoever uses it. It is there
// before a session, too.
type Preferences struct{ s *shell }

// PreferencesView is what a person can choose.
type PreferencesView struct {
	Language  string   `json:"language"`  // system, or one of Languages
	Languages []string `json:"languages"` // what it can be, by the names of their catalogues
	System    string   `json:"system"`    // the one of them that the system asks for
	Theme     string   `json:"theme"`     // system, light, dark
	Motion    string   `json:"motion"`    // system, reduce
	TextSize  int      `json:"textSize"`  // in percent
	TextSizes []int    `json:"textSizes"` // what it can be; empty where the system has its own way
	Notify    bool     `json:"notify"`    // the desktop tells of what happens while the window is not in front
	Notifies  bool     `json:"notifies"`  // it can, on this system
}

// Get reads the preferences.
func (p *Preferences) Get() (PreferencesView, error) { return p.s.preferencesView(), nil }

// Set uses other preferences, and keeps them. Where they cannot be kept they hold until
// the window closes.
func (p *Preferences) Set(chosen PreferencesView) error {
	before := p.s.language()
	err := p.s.preferences.change(func(kept *preferences) {
		kept.Language = chosen.Language
		kept.Theme, kept.Motion, kept.TextSize, kept.Quiet = chosen.Theme, chosen.Motion, chosen.TextSize, !chosen.Notify
	})
	p.s.showPreferences()
	if in := p.s.current(); in.session != nil && p.s.language() != before {
		p.s.ending.Go(in.readsIt) // a server may take its time
	}
	return folderFault(err)
}
