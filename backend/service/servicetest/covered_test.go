package servicetest

import (
	"reflect"
	"slices"
	"testing"

	"countersign/backend/service"
)

// interfaces are those of package service that lead from one, each once: not what only a workspace on this computer has.
func interfaces(from reflect.Type, known []reflect.Type) []reflect.Type {
	if from.Kind() != reflect.Interface || from.PkgPath() != reflect.TypeFor[service.Workspace]().PkgPath() || slices.Contains(known, from) {
		return known
	}
	known = append(known, from)
	for m := range from.NumMethod() {
		for r := range from.Method(m).Type.NumOut() {
			known = interfaces(from.Method(m).Type.Out(r), known)
		}
	}
	return known
}

func TestContract_CoversEachMethodOfTheInterface(t *testing.T) {
	t.Parallel()
	var known []string
	all := interfaces(reflect.TypeFor[service.Workspace](), nil)
	if len(all) < 10 {
		t.Fatalf("only %d interfaces were found", len(all))
	}
	for _, i := range all {
		for m := range i.NumMethod() {
			known = append(known, i.Name()+"."+i.Method(m).Name)
		}
	}
	var covered []string
	for _, c := range useCases() {
		for _, name := range c.covers {
			if covered = append(covered, name); !slices.Contains(known, name) {
				t.Errorf("%s covers %s, which is no method of package service", c.name, name)
			}
		}
	}
	for _, name := range known {
		if !slices.Contains(covered, name) {
			t.Errorf("%s is in no use case of the contract", name)
		}
	}
}
