package locale

import "golang.org/x/sys/windows"

func fromSystem() []string {
	tags, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil {
		return nil
	}
	return tags[:min(len(tags), most)]
}
