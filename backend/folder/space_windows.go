package folder

import "golang.org/x/sys/windows"

// Free is how many bytes this person may still write to the folder's disk.
func Free(path string) (uint64, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, explain(err)
	}
	var free uint64
	return free, explain(windows.GetDiskFreeSpaceEx(name, &free, nil, nil))
}
