// Package backupform is what is in the file of a backup: the entries of a bundle from which a workspace can be made again.
//
//	keychain.json   the items of the keychain; of a server's workspace its secrets, as they are encrypted there
//	rows.jsonl      the rows of every table, one a line
//	log.jsonl       the events of the log, one a line
//	document-NAME   each contract's file as it is, encrypted to the vault's key
//
// A backup that is made on a computer has workspace.db in the place of rows.jsonl and log.jsonl: the whole SQLite file. Rows and log
// go to any store, so a workspace moves in this form between a computer and a server. What is read is
// not known to be good until the bundle was read to its end, and fits its log.
package backupform

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"countersign/backend/audit"
	"countersign/backend/bundle"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// The entries.
const (
	Database = "workspace.db"
	Keychain = "keychain.json"
	Rows     = "rows.jsonl"
	Log      = "log.jsonl"
	Document = "document-" // and the name of its file
)

// Details of the manifest.
const (
	DetailEvent   = "event"   // the number of the newest event
	DetailMissing = "missing" // how many documents’ files were not there; "": none
)

// ErrForm means that an entry is not what it has to be.
var ErrForm = errors.New("backup: a part of it is not of the form of a backup")

// form is the version of keychain.json.
const form = 1

// maxItems bounds keychain.json; each item is a few hundred bytes.
const maxItems = 64 << 20

// maxLine bounds a row or an event. The largest tells of every row that there is.
const maxLine = 64 << 20

// Items is keychain.json.
type Items struct {
	Form int `json:"form"`
	// ServerKey is the fingerprint of the server's key that the values are encrypted under; empty: they are in clear.
	ServerKey string `json:"serverKey,omitempty"`
	Items     []Item `json:"items"`
}

// Item is one of them. Value is base64 in JSON.
type Item struct {
	Name  string `json:"name"`
	Value []byte `json:"value"`
}

// Secret is the value of an item in clear, in memory of its own.
func (i Item) Secret() secret.Bytes { return secret.NewBytes(bytes.Clone(i.Value)) }

// Wipe forgets the values.
func (i Items) Wipe() {
	for _, item := range i.Items {
		clear(item.Value)
	}
}

// AddItems writes keychain.json.
func AddItems(b *bundle.Writer, i Items) error {
	i.Form = form
	text, err := json.Marshal(i)
	if err != nil {
		return err
	}
	defer clear(text)
	return b.AddSized(Keychain, int64(len(text)), bytes.NewReader(text))
}

// ReadItems reads keychain.json. Errors: ErrForm, and r's.
func ReadItems(r io.Reader) (i Items, err error) {
	text, err := io.ReadAll(io.LimitReader(r, maxItems+1))
	defer func() { clear(text) }()
	if err != nil {
		return i, err
	}
	if len(text) > maxItems || json.Unmarshal(text, &i) != nil || i.Form != form {
		return i, fmt.Errorf("%w: %s", ErrForm, Keychain)
	}
	return i, nil
}

// row is a line of rows.jsonl.
type row struct {
	Table string          `json:"table"`
	ID    string          `json:"id"`
	Row   json.RawMessage `json:"row"`
}

// event is a line of log.jsonl.
type event struct {
	Seq     int64             `json:"seq"`
	At      time.Time         `json:"at"`
	Kind    string            `json:"kind"`
	Actor   string            `json:"actor,omitempty"`
	Subject string            `json:"subject,omitempty"`
	Detail  map[string]string `json:"detail"`
	Rows    []audit.Row       `json:"rows"`
	State   []byte            `json:"state"`
	Seal    []byte            `json:"seal"`
	Tree    []byte            `json:"tree"`
}

// AddRows writes rows.jsonl and log.jsonl of one state of a store.
func AddRows(b *bundle.Writer, tx store.ReadTx) error {
	err := b.AddFunc(Rows, func(w io.Writer) error {
		out := json.NewEncoder(w)
		for r, err := range tx.Rows() {
			if err != nil {
				return err
			}
			text, err := json.Marshal(r.Value)
			if err != nil {
				return err
			}
			if err := out.Encode(row{r.Key.Table, r.Key.ID, text}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.AddFunc(Log, func(w io.Writer) error {
		out := json.NewEncoder(w)
		for e, err := range tx.Events(0) {
			if err != nil {
				return err
			}
			if err := out.Encode(event{e.Seq, e.At, e.Kind, e.Actor, e.Subject, e.Detail, e.Rows, e.State[:], e.Signature, e.Tree}); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReadRows hands on the rows of rows.jsonl, profiles before what belongs to them. Errors: ErrForm, store.ErrAltered; put's and r's.
func ReadRows(r io.Reader, put func(store.Row) error) error {
	return eachLine(r, Rows, func(line row) error {
		value, err := store.ParseRow(line.Table, line.Row)
		if err != nil {
			return err
		}
		return put(store.Row{Key: store.Key{Table: line.Table, ID: line.ID}, Value: value})
	})
}

// ReadLog hands on the events of log.jsonl. Errors: ErrForm; put's and r's.
func ReadLog(r io.Reader, put func(store.SignedEvent) error) error {
	return eachLine(r, Log, func(line event) error {
		e := store.SignedEvent{
			Event:     audit.Event{Seq: line.Seq, At: line.At, Kind: line.Kind, Actor: line.Actor, Subject: line.Subject, Detail: line.Detail, Rows: line.Rows},
			Signature: line.Seal,
			Tree:      line.Tree,
		}
		if copy(e.State[:], line.State) != len(e.State) || len(line.State) != len(e.State) {
			return fmt.Errorf("%w: %s", ErrForm, Log)
		}
		return put(e)
	})
}

func eachLine[T any](r io.Reader, name string, take func(T) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	var text []byte
	for ended := false; !ended; {
		part, err := in.ReadSlice('\n')
		if ended = err == io.EOF; err != nil && !ended && err != bufio.ErrBufferFull {
			return err
		}
		if text = append(text, part...); len(text) > maxLine {
			return fmt.Errorf("%w: %s has a line that is too long", ErrForm, name)
		}
		if err == bufio.ErrBufferFull || ended && len(text) == 0 {
			continue
		}
		var line T
		if json.Unmarshal(text, &line) != nil {
			return fmt.Errorf("%w: %s", ErrForm, name)
		}
		if err := take(line); err != nil {
			return err
		}
		text = text[:0]
	}
	return nil
}

// Documents are the files that a state’s documents have.
func Documents(tx store.ReadTx) (names []string, err error) {
	all, err := tx.Documents()
	for _, d := range all {
		if d.State != store.DocumentPurged {
			names = append(names, store.BlobName(d.ID, d.Generation))
		}
	}
	return names, err
}

// AddDocument writes a document’s file.
func AddDocument(b *bundle.Writer, name string, f store.StoredBlob) error {
	return b.AddSized(Document+name, f.Size(), io.NewSectionReader(f, 0, f.Size()))
}
