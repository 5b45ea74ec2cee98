// Package app is the desktop shell, and the only importer of Wails: the window,
// its lifecycle, and the structs that the page calls. Each bound struct belongs
// to a group of screens; each call but the first ones takes the session's token,
// finds the session and hands on to a use case of backend/workspace. What a use
// case refuses reaches the page as a code with arguments, what nobody foresaw as
// an internal error with a reference that the log explains.
package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/options/windows"

	"countersign/app/platform"
	"countersign/backend/folder"
	"countersign/backend/locale"
	"countersign/backend/words"
)

// Version is the application's; the build sets it from wails.json.
var Version = "0.1.0"

// Window sizes, in CSS pixels. The smallest is the default at 200 %.
const (
	width, height       = 1080, 720
	minWidth, minHeight = 540, 480
)

// Run shows the window until it is closed and returns the exit code. Wails also
// runs this to read the bindings, and then nothing is opened.
func Run(page embed.FS, args []string, stderr io.Writer) int {
	reads := locale.Languages()
	say := words.For(reads...).Text // what is chosen is in the data folder, which is not known yet
	flags := flag.NewFlagSet("countersign", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dataDir := flags.String("data-dir", "", say(words.TerminalDataDir, words.Args{"variable": folder.EnvVar}))
	showVersion := flags.Bool("version", false, say(words.TerminalVersion, nil))
	if !buildingBindings {
		if err := flags.Parse(ownArgs(args)); err != nil {
			if err == flag.ErrHelp {
				return 0
			}
			return 2
		}
	}
	if *showVersion {
		fmt.Fprintln(stderr, "countersign", Version)
		return 0
	}
	path, err := folder.Resolve(*dataDir, dataName)
	if err != nil {
		fmt.Fprintln(stderr, "countersign:", err)
		return 1
	}
	platform.ForbidCoreDumps()
	platform.ForbidInspection()
	platform.KeepToOwnBus()
	platform.DrawInMemory()
	if !buildingBindings {
		if raiseOther(path) {
			return 0
		}
		platform.ChooseBackend()
		if !platform.HasDisplay() { // before anything is written
			fmt.Fprintln(stderr, "countersign:", say(words.TerminalNoDisplay, nil))
			return 1
		}
	}
	window := &wailsDesktop{}
	s := newShell(path, window)
	s.reads, window.say = reads, s.say
	s.place = s.preferences.get().Window
	if s.place.sane() && !buildingBindings {
		s.place = s.place.on(platform.WorkAreas())
	}
	if !buildingBindings {
		s.openAhead()
	}
	if err := wails.Run(windowOptions(s, page)); err != nil {
		fmt.Fprintln(stderr, "countersign:", say(words.TerminalNoWindow, words.Args{"why": err.Error()}))
		return 1
	}
	return 0
}

func windowOptions(s *shell, page fs.FS) *options.App {
	state := options.Normal
	if s.place.Maximised {
		state = options.Maximised
	}
	return &options.App{
		Title:            s.say(words.AppName, nil),
		Width:            cmp.Or(s.place.Width, width),
		Height:           cmp.Or(s.place.Height, height),
		MinWidth:         minWidth,
		MinHeight:        minHeight,
		WindowStartState: state,
		AssetServer: &assetserver.Options{
			Assets:     page,
			Handler:    http.HandlerFunc(s.serveContract),
			Middleware: func(next http.Handler) http.Handler { return pageMiddleware(s.dressPage(next)) },
		},
		Menu:               systemMenu(s),
		BackgroundColour:   s.preferences.get().paper(),
		Logger:             elidingLogger{s},
		LogLevel:           logger.ERROR, // TRACE prints whole results: never
		LogLevelProduction: logger.ERROR,
		OnStartup:          s.startup,
		OnBeforeClose:      s.beforeClose,
		OnShutdown:         s.shutdown,
		Bind:               []any{&Auth{s}, &Restore{s}, &Profile{s}, &Computers{s}, &Enrolment{s}, &CodeActions{s}, &AuditLog{s}, &Members{s}, &Import{s}, &PrintRuns{s}, &Exports{s}, &Settings{s}, &Contracts{s}, &Preferences{s}, &About{s}},
		ErrorFormatter:     func(err error) any { return s.presentText(err) },
		SingleInstanceLock: &options.SingleInstanceLock{
			UniqueId:               instanceID(s.root),
			OnSecondInstanceLaunch: func(options.SecondInstanceData) { s.desktop.Raise() },
		},
		EnableDefaultContextMenu: false,
		Linux:                    &linux.Options{ProgramName: "countersign", WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
		Mac:                      &mac.Options{Preferences: &mac.Preferences{}},
		Windows:                  &windows.Options{IsZoomControlEnabled: true},
	}
}

// raiseOther asks the window that already shows this data folder, if there is one, to
// come to the front, and reports whether it did.
func raiseOther(path string) bool {
	message, err := json.Marshal(options.SecondInstanceData{}) // arguments are nobody's business
	return err == nil && platform.RaiseOther(instanceID(path), string(message))
}

// instanceID tells two windows of one data folder from windows of two.
func instanceID(path string) string {
	sum := sha256.Sum256([]byte(path))
	return "countersign_" + hex.EncodeToString(sum[:8])
}

// The shell's life.

func (s *shell) startup(ctx context.Context) {
	s.desktop.Begin(ctx)
	s.desktop.PlaceAt(s.place.Rect)
	s.showPreferences()
	s.begin(ctx)
}

func (s *shell) beforeClose(context.Context) (stay bool) {
	s.keepPlace()
	s.desktop.CancelDialogs()
	return false
}

func (s *shell) shutdown(context.Context) { s.end() }
