//go:build openapi

// Command openapi writes docs/openapi.yaml of package api. go generate ./backend/api runs it, with the modules of build/tools.mod: no program that
// ships has the libraries that it needs.
package main

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/invopop/jsonschema"
	"go.yaml.in/yaml/v4"

	"countersign/backend/api"
	"countersign/backend/service"
)

const about = `What a Countersign server answers. Each operation is a POST of one JSON value, and is answered with one JSON value: the result, an error, or both,
with the state of the workspace and of the session. Nothing of a request is in its address.

What was proven so far is a token in the Authorization header. It stands for an attempt, a challenge, an enrolment session or a session, and an operation takes
a token of its own kind only: x-asked-by says which. An operation with x-ask-again changes nothing, or nothing that asking again doesn’t set right: if its answer is
lost, ask again. Of any other nobody knows then whether it was carried out.

Long operations answer with lines that tell how far they’ve come; the last one has the answer. Contracts are encrypted before they are sent.
Byte strings are base64. A request with a field that isn’t here is refused.`

func main() {
	show := flag.Bool("show", false, "write it to standard output")
	flag.Parse()
	const root = "../.." // go generate runs in package api, and so does its test
	out, err := document(root)
	if err == nil && *show {
		_, err = os.Stdout.Write(out)
	} else if err == nil {
		err = os.WriteFile(filepath.Join(root, "docs", "openapi.yaml"), out, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type object = map[string]any

func document(root string) ([]byte, error) {
	s, err := newSchemas(root)
	if err != nil {
		return nil, err
	}
	paths := object{}
	for _, op := range api.Operations() {
		paths[op.Path()] = object{"post": s.operation(op)}
	}
	s.files(paths)
	for _, t := range []reflect.Type{reflect.TypeFor[api.State](), reflect.TypeFor[api.Error](), reflect.TypeFor[api.Line]()} {
		s.of(t)
	}
	components, err := s.components()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString("# Made by go generate ./backend/api. Don't edit it.\n")
	for _, part := range []object{
		{"openapi": "3.1.0"},
		{"info": object{"title": "Countersign server", "version": strings.Trim(api.Prefix, "/v"), "description": about, "license": object{"name": "See LICENSE"}}},
		{"servers": []any{object{"url": "https://{server}", "variables": object{"server": object{"default": "localhost:8443", "description": "HOST:PORT"}}}}},
		{"paths": paths},
		{"components": object{"schemas": components, "parameters": parameters(), "responses": failures(), "securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}}}},
	} {
		enc := yaml.NewEncoder(&out)
		enc.SetIndent(2)
		if err := errors.Join(enc.Encode(part), enc.Close()); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), check(out.Bytes())
}

// check looks that whatever is referred to is there.
func check(out []byte) error {
	var doc object
	if err := yaml.Unmarshal(out, &doc); err != nil {
		return err
	}
	var failed error
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case object:
			if to, ok := v["$ref"].(string); ok {
				at := any(doc)
				for _, name := range strings.Split(strings.TrimPrefix(to, "#/"), "/") {
					in, _ := at.(object)
					at = in[name]
				}
				if at == nil {
					failed = errors.Join(failed, fmt.Errorf("there is no %s", to))
				}
			}
			for _, in := range v {
				look(in)
			}
		case []any:
			for _, in := range v {
				look(in)
			}
		}
	}
	look(doc)
	return failed
}

// schemas are the types of requests and results.
type schemas struct {
	reflector jsonschema.Reflector
	known     map[string]reflect.Type
	made      map[string]object
	enums     map[string][]string // by the type's name, with its package
	err       error
}

func newSchemas(root string) (*schemas, error) {
	s := &schemas{known: map[string]reflect.Type{}, made: map[string]object{}, enums: map[string][]string{}}
	s.reflector = jsonschema.Reflector{Mapper: s.mapped, Namer: s.name, Anonymous: true}
	for _, pkg := range []string{"backend/api", "backend/service", "backend/store", "backend/audit"} {
		dir := filepath.Join(root, pkg)
		if err := s.reflector.AddGoComments("countersign/"+pkg, dir); err != nil {
			return nil, err
		}
		if err := s.readEnums(pkg, dir); err != nil {
			return nil, err
		}
	}
	// The library names a package by the folder that it was read from.
	for name, comment := range s.reflector.CommentMap {
		if i := strings.LastIndex(name, "/backend/"); i >= 0 {
			s.reflector.CommentMap["countersign"+name[i:]] = strings.Join(strings.Fields(comment), " ")
		}
	}
	return s, nil
}

// readEnums finds the constants of a type of text.
func (s *schemas) readEnums(pkg, dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.CONST {
				continue
			}
			for _, spec := range decl.Specs {
				v := spec.(*ast.ValueSpec)
				of, ok := v.Type.(*ast.Ident)
				if !ok || len(v.Values) != 1 {
					continue
				}
				if lit, ok := v.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					text, err := strconv.Unquote(lit.Value)
					if err != nil {
						return err
					}
					key := "countersign/" + pkg + "." + of.Name
					s.enums[key] = append(s.enums[key], text)
				}
			}
		}
	}
	return nil
}

// mapped are types that have another form in JSON than their fields.
func (s *schemas) mapped(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[api.Text]():
		return &jsonschema.Schema{Type: "string", Format: "password"}
	case reflect.TypeFor[api.Bytes]():
		return &jsonschema.Schema{Type: "string", Format: "password", ContentEncoding: "base64"}
	case reflect.TypeFor[json.RawMessage]():
		return &jsonschema.Schema{}
	}
	if t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) && t != reflect.TypeFor[time.Time]() {
		return &jsonschema.Schema{Type: "string"}
	}
	if values := s.enums[t.PkgPath()+"."+t.Name()]; t.Kind() == reflect.String && len(values) > 1 {
		out := &jsonschema.Schema{Type: "string"}
		for _, v := range slices.Sorted(slices.Values(values)) {
			out.Enum = append(out.Enum, v)
		}
		if !slices.Contains(values, "") {
			out.Enum = append(out.Enum, "") // none
		}
		return out
	}
	return nil
}

var argument = regexp.MustCompile(`\[(?:[^\]]*[./])?(\w+)\]`)

// name is that of a schema: of a generic type, with its argument. Two types of one name would be one schema.
func (s *schemas) name(t reflect.Type) string {
	if t.Name() == "" {
		return ""
	}
	name := argument.ReplaceAllString(t.Name(), "$1")
	switch t { // of which package api has requests of the same name
	case reflect.TypeFor[service.Code]():
		name = "RefusalCode"
	case reflect.TypeFor[service.Run]():
		name = "PrintRun"
	}
	if known, ok := s.known[name]; ok && known != t {
		s.err = errors.Join(s.err, fmt.Errorf("%v and %v have one name", known, t))
	}
	s.known[name] = t
	return name
}

// of is the schema of a type, as it stands in a place.
func (s *schemas) of(t reflect.Type) any {
	b, err := json.Marshal(s.reflector.ReflectFromType(t))
	if err != nil {
		s.err = errors.Join(s.err, err)
		return nil
	}
	var out object
	if err := json.Unmarshal(bytes.ReplaceAll(b, []byte("#/$defs/"), []byte("#/components/schemas/")), &out); err != nil {
		s.err = errors.Join(s.err, err)
		return nil
	}
	defs, _ := out["$defs"].(object)
	for name, def := range defs {
		s.made[name] = def.(object)
	}
	delete(out, "$defs")
	delete(out, "$schema")
	return nullable(t, out)
}

// nullable lets a pointer, a list or a map be null: Go writes those so that hold nothing.
func nullable(t reflect.Type, schema object) any {
	switch t {
	case reflect.TypeFor[json.RawMessage]():
		return schema
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Map:
		if kind, ok := schema["type"].(string); ok {
			schema["type"] = []any{kind, "null"}
		}
	case reflect.Pointer:
		description := schema["description"]
		delete(schema, "description")
		out := object{"oneOf": []any{schema, object{"type": "null"}}}
		if description != nil {
			out["description"] = description
		}
		return out
	}
	return schema
}

func (s *schemas) components() (object, error) {
	out := object{}
	for name, def := range s.made {
		t := s.known[name]
		properties, _ := def["properties"].(object)
		if t != nil && t.Kind() == reflect.Struct {
			for _, f := range reflect.VisibleFields(t) {
				schema, ok := properties[f.Name].(object)
				if ok && !strings.Contains(f.Tag.Get("json"), "omitempty") {
					properties[f.Name] = nullable(f.Type, schema)
				}
			}
		}
		out[name] = def
	}
	return out, s.err
}

func ref(name string) object { return object{"$ref": "#/components/schemas/" + name} }

func (s *schemas) operation(op api.Operation) object {
	out := object{
		"operationId": strings.NewReplacer("/", "-").Replace(op.Name), "summary": op.Does, "tags": []any{strings.Split(op.Name, "/")[0]}, "x-asked-by": string(op.By),
		"requestBody": object{"required": true, "content": object{"application/json": object{"schema": s.of(op.In)}}},
		"responses":   s.responses(op.Out, op.Long),
		"parameters":  []any{requestID},
	}
	if op.Keyed {
		out["parameters"] = []any{requestID, idempotencyKey}
	}
	if op.By == api.ByNobody {
		out["security"] = []any{}
	} else {
		out["security"] = []any{object{"token": []any{}}}
	}
	if op.Again {
		out["x-ask-again"] = true
	}
	out["x-longest-request"] = op.Limit()
	return out
}

var (
	requestID      = object{"$ref": "#/components/parameters/Request"}
	idempotencyKey = object{"$ref": "#/components/parameters/IdempotencyKey"}
)

func parameters() object {
	return object{
		"Request":        object{"name": api.RequestID, "in": "header", "description": "Names the request in the server’s log. The answer has it, or one that the server made.", "schema": object{"type": "string", "pattern": "^[0-9a-f]{16}$"}},
		"IdempotencyKey": object{"name": api.IdempotencyKey, "in": "header", "description": "Names a request that changes something. If its answer is lost, ask again with the same token, key and body, within " + api.KeysLast.String() + ": it is carried out once, and you are told what came of it. Make a new random key for each other request.", "schema": object{"type": "string", "pattern": api.IdempotencyKeyForm}},
	}
}

func (s *schemas) answer(of reflect.Type) object {
	return object{"type": "object", "required": []any{"Result", "State"}, "properties": object{"Result": s.of(of), "Error": ref("Error"), "State": ref("State")}}
}

func (s *schemas) responses(result reflect.Type, long bool) object {
	answer := object{"application/json": object{"schema": s.answer(result)}}
	failed := object{"$ref": "#/components/responses/Failed"}
	if long {
		lines := object{"schema": ref("Line"), "x-answer": s.answer(result)}
		return object{
			"200":     object{"description": "Lines, one value each. The last has Answer, which is x-answer. Empty lines say that the work goes on.", "content": object{api.Lines: lines}},
			"default": failed,
		}
	}
	return object{"200": object{"description": "It was done.", "content": answer}, "default": failed}
}

func failures() object {
	answer := object{"type": "object", "required": []any{"Error", "State"}, "properties": object{"Result": object{}, "Error": ref("Error"), "State": ref("State")}}
	return object{"Failed": object{
		"description": "It was refused, or failed. An act that took effect may have a result beside an error of what it left undone.", "content": object{"application/json": object{"schema": answer}},
	}}
}

// files are what is no operation.
func (s *schemas) files(paths object) {
	name := object{"name": "name", "in": "path", "required": true, "description": "ID.GENERATION.age", "schema": object{"type": "string", "maxLength": 100}}
	bytesOf := object{"application/octet-stream": object{"schema": object{"type": "string", "contentMediaType": "application/octet-stream"}}}
	of := func(id, does string, parameters ...any) object {
		return object{
			"operationId": id, "summary": does, "tags": []any{"files"}, "security": []any{object{"token": []any{}}}, "x-asked-by": string(api.BySession),
			"parameters": append([]any{requestID}, parameters...), "responses": s.responses(reflect.TypeFor[api.None](), false),
		}
	}
	kept := "It’s kept once all of it has come: send it in chunks, and after them the trailer " + api.Kept + " with the value 1. With Expect: 100-continue nothing is sent that would be refused."
	put := of("files-put", "Keeps a contract’s encrypted file.", name)
	put["description"], put["requestBody"] = kept, object{"required": true, "content": bytesOf}
	get := of("files-get", "Gives a contract’s encrypted file, or a range of it.", name, object{"name": "Range", "in": "header", "schema": object{"type": "string"}})
	responses := get["responses"].(object)
	responses["200"] = object{"description": "All of it.", "content": bytesOf}
	responses["206"] = object{"description": "The range.", "content": bytesOf}
	responses["416"] = object{"description": "There is no such range."}
	paths[api.Files+"/{name}"] = object{"put": put, "get": get, "delete": of("files-delete", "Removes a file that belongs to no contract.", name)}
	index := of("index-put", "Replaces the encrypted table of contents.")
	index["description"], index["requestBody"] = kept, object{"required": true, "content": bytesOf}
	paths[api.Index] = object{"put": index}
}
