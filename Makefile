# Countersign. `make` lists what there is; each target sets up what it needs and
# is quick when that is done. Everything is built inside the tree.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:

# Whatever is built, vetted or tested is compiled the same way, and so only once. Paths are not part of
# it: what Go has in its cache serves another clone.
export GOFLAGS := $(strip $(filter-out -trimpath,$(shell go env GOFLAGS 2>/dev/null)) -trimpath)

# A release has a tag, such as v1.2.3.
version := $(or $(patsubst v%,%,$(shell git describe --tags --exact-match --match 'v[0-9]*' 2>/dev/null)),$(shell sed -n 's/.*"productVersion": "\(.*\)".*/\1/p' wails.json))
# What Go frees it overwrites, and it copies no stacks to make them smaller: a password of an hour
# ago is not in memory any more.
ldflags := -X countersign/app.Version=$(version) -X runtime.godebugDefault=clobberfree=1,gcshrinkstackoff=1
# webkit2_41 chooses WebKitGTK 4.1, the only one on Debian 12 and newer. Other
# systems ignore it.
production := desktop,production,webkit2_41
development := dev,webkit2_41
# Tests with the tag slow are left to "make test-all".
all_tests := $(production),slow
tool := go tool -modfile=build/tools.mod
exe := $(shell go env GOEXE 2>/dev/null)
app := build/bin/countersign$(exe)
ctl := build/bin/countersignctl$(exe)
dev_app := build/bin/countersign-dev$(exe)
page := frontend/dist/index.html
page_sources := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune \
	-o -path frontend/tests -prune -o -type f -print 2>/dev/null) $(wildcard backend/words/*.json)
# What is promised of things that happen at once is tested in these packages.
racing := ./backend/sqlite/... ./backend/keychain/... ./backend/workspace/racetest
private := build/private-desktop.sh
playwright := $(private) node e2e/node_modules/@playwright/test/cli.js test --config e2e/playwright.config.mjs
# The files of window tests that "make test" leaves to "make test-all".
window_more := alone import kit leaks moving place preferences unlocking

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

# Set-up.

.PHONY: setup setup-build setup-test
setup: setup-build setup-test frontend/node_modules/.package-lock.json e2e/node_modules/.package-lock.json ## install what is missing

setup-build:
	@build/setup.sh build

setup-test: setup-build
	@build/setup.sh test
	@go build -modfile=build/tools.mod -o /dev/null filippo.io/age/cmd/age # the tests build it, and are offline

%/node_modules/.package-lock.json: %/package-lock.json %/package.json
	@echo "npm ci in $*"
	@cd $* && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

# Building. Go keeps its own cache, so the programs are handed to it each time.

$(page): frontend/node_modules/.package-lock.json $(page_sources)
	@cd frontend && npm run --silent build -- --logLevel warn
	@touch $@

.PHONY: build build-app dev-app
build: build-app ## build the app and countersignctl into build/bin
	@$(MAKE) ctl

build-app: setup-build $(page)
	@go build -tags $(production) -ldflags '-s -w $(ldflags)' -o $(app) .

# The manual page and the completion scripts are made by the program, so they are never behind it.
share := build/bin/share
define program
	@CGO_ENABLED=0 go build -ldflags '-s -w -X main.version=$(version)' -o build/bin/$(1)$(exe) ./cmd/$(1)
	@mkdir -p $(share)/man/man1 $(share)/bash-completion/completions $(share)/zsh/site-functions \
		$(share)/fish/vendor_completions.d $(share)/powershell
	@LC_ALL=C build/bin/$(1)$(exe) man > $(share)/man/man1/$(1).1
	@LC_ALL=C build/bin/$(1)$(exe) completion bash > $(share)/bash-completion/completions/$(1)
	@LC_ALL=C build/bin/$(1)$(exe) completion zsh > $(share)/zsh/site-functions/_$(1)
	@LC_ALL=C build/bin/$(1)$(exe) completion fish > $(share)/fish/vendor_completions.d/$(1).fish
	@LC_ALL=C build/bin/$(1)$(exe) completion powershell > $(share)/powershell/$(1).ps1
endef

.PHONY: ctl countersignd server
ctl: ## build countersignctl, with its manual page and completion scripts in build/bin/share
	$(call program,countersignctl)

countersignd: ## build countersignd, likewise
	$(call program,countersignd)

server: ## try a workspace server: PostgreSQL and countersignd, with everything in build/server (folder=…)
	@build/setup.sh server
	@$(MAKE) countersignd
	@build/server.sh $(folder)

dev-app: setup-build $(page)
	@go build -tags $(development) -o $(dev_app) .

.PHONY: run
run: ## build and open the window, or without a display take the tour
ifneq ($(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter-out Linux,$(shell uname -s))),)
run: build
	@$(app)
else
run:
	@echo "there is no display: taking the tour on a private one"
	@$(MAKE) tour
	@echo "To see the window itself, run $(app) where there is a display: in a desktop session of this computer, or after ssh -X."
endif

.PHONY: dev
dev: setup-build frontend/node_modules/.package-lock.json ## build, open the window and follow changes
	@$(tool) wails dev -m -nosyncgomod

.PHONY: bindings
bindings: setup-build $(page) ## write frontend/wailsjs anew from the bound structs
	@$(tool) wails generate module -tags webkit2_41 >/dev/null
	@chmod 644 frontend/wailsjs/runtime/* # as `wails build` leaves them

# The icon, version and manifest are in files that Go's linker takes for Windows only.
.PHONY: windows
windows: setup-build $(page) ## build the app and countersignctl for Windows into build/bin/windows; untested there
	@build/setup.sh package
	@build/windows/resources.sh $(version)
	@GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build -tags $(production) -ldflags '-s -w -H windowsgui $(ldflags)' -o build/bin/windows/countersign.exe .
	@GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build -ldflags '-s -w -X main.version=$(version)' -o build/bin/windows/countersignctl.exe ./cmd/countersignctl

.PHONY: bundle
bundle: $(page) ## on a Mac: the bundle and its disk image in build/dist; identity=… signs, profile=… notarises; untested
	@LDFLAGS='$(ldflags)' build/darwin/bundle.sh $(version) '$(identity)' '$(profile)'

# Programs in packages know their commit, whatever the person's own settings say.
.PHONY: package
package: setup-build ## make all packages in build/dist, as docs/release.md says: contact='Name <address@example.com>' homepage=https://…
	@build/setup.sh package
	@$(MAKE) build countersignd windows GOFLAGS='$(filter-out -buildvcs=%,$(GOFLAGS)) -buildvcs=true'
	@CONTACT='$(contact)' HOMEPAGE='$(homepage)' build/package.sh $(version)

# Its packages name no one who takes reports: they are for this test.
.PHONY: test-packages
test-packages: ## make the packages, and install, use, update and remove them in a fresh Debian; it needs root (only="look same")
	@build/setup.sh packages
	@$(MAKE) package seed contact='Nobody <nobody@example.com>'
	@build/test-packages.sh $(version) $(only)

.PHONY: licenses
licenses: setup-build frontend/node_modules/.package-lock.json ## write app/licenses.json anew after a dependency has changed
	@node frontend/licenses.mjs

.PHONY: test-bindings
test-bindings: setup-build $(page) ## frontend/wailsjs is what the bound structs make
	@echo "bindings"
	@before=$$(mktemp -d); trap 'rm -rf "$$before"' EXIT; cp -pR frontend/wailsjs/. "$$before"; \
		$(MAKE) bindings; \
		diff -r "$$before" frontend/wailsjs || { echo "frontend/wailsjs was behind; it is written anew: commit it"; exit 1; }; \
		cp -pR "$$before"/. frontend/wailsjs # as old as they were: the page is not built again

# Documents. The site's pages are docs/ and a few files beside it; only its generator is fetched.

.PHONY: docs reference
docs: docs/site/node_modules/.package-lock.json ## build the site of docs/ into build/site, and check its links
	@cd docs/site && npm run --silent build

reference: setup-build ## write the pages of docs/reference anew that the programs make
	@go test ./backend/api -run TestReference -write
	@go test ./cmd/countersignctl ./cmd/countersignd -run 'TestReference|TestErrors' -write

# Tests.

# lint vets all packages with their tests, and go test does not do it again.

# Tests wait for the disk most of their time. A folder in memory spares that, where there is one with room.
memory := $(shell df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000 { print "/dev/shm" }')
ifneq ($(memory),)
test-go test-race test-race-more test-postgres test-e2e test-e2e-more test-window test-window-more: export GOTMPDIR := $(or $(TMPDIR),/tmp)
test-go test-race test-race-more test-postgres test-e2e test-e2e-more test-window test-window-more: export TMPDIR := $(memory)
endif

.PHONY: test test-all
# The page's packages are mostly waited for: Go code is looked at meanwhile. Windows are mostly waited for, too: they, and what
# the page's tools look at, run beside the tests of Go and then the browser's. Two Go commands at once would compile the same
# packages: the windows' application is built before.
test: ## check each area: this is what CI runs
	@$(MAKE) setup-test
	@$(MAKE) -j2 ready-page lint-go
	@$(MAKE) ready-window
	@$(MAKE) -j2 check-go-browser check-window-page
	@$(MAKE) test-bindings
	@echo "make test: everything passed"

test-all: test ## check everything: what "make test" checks, the rest of the Go, browser and window tests, the race detector, the use cases over PostgreSQL, other systems, and the builds of countersignctl and countersignd
	@$(MAKE) build countersignd test-platforms test-go test-race test-race-more test-postgres
	@$(MAKE) -j2 test-e2e-more test-window-more
	@echo "make test-all: everything passed"

.PHONY: ready-page check-go-browser check-window-page
ready-page: setup $(page)

check-go-browser:
	@$(MAKE) test-go tags=$(production)
	@$(MAKE) test-e2e

check-window-page:
	@$(MAKE) test-window
	@$(MAKE) lint-page
	@$(MAKE) test-frontend

.PHONY: test-go test-race test-race-more test-platforms
test-go: setup-build setup-test $(page) ## Go tests, with those that "make test" leaves out
	@echo "go test"
	@go test -parallel 4 -vet=off -timeout 25m -tags $(or $(tags),$(all_tests)) ./... | { grep -v 'no test files' || true; }

test-race: setup-build setup-test ## Go tests of what happens at once, under the race detector
	@echo "go test -race"
	@go test -race -vet=off -timeout 25m $(racing) | { grep -v 'no test files' || true; }

test-race-more: setup-build setup-test ## all Go tests of the backend's domain, and of PostgreSQL, under the race detector
	@go test -race -vet=off -timeout 60m ./backend/postgres ./backend/workspace

test-platforms: setup-build $(page) ## build the app for Windows, and vet for macOS what needs no window
	@echo "build for Windows, vet for macOS"
	@GOOS=windows CGO_ENABLED=0 go build -tags $(production) -o build/bin/countersign-windows.exe .
	@GOOS=darwin CGO_ENABLED=0 go vet ./backend/... $(if $(wildcard cmd),./cmd/...)

# The use cases' own tests, over the store that a server has. Go does not see that it is another one: without -count=1 it would tell what SQLite's run has found. Those about SQLite's file are skipped.
.PHONY: test-postgres
test-postgres: setup-build setup-test ## the tests of the use cases over PostgreSQL
	@COUNTERSIGN_TEST_STORE=postgres go test -count=1 -timeout 25m -tags slow ./backend/workspace/... ./backend/local

.PHONY: test-crash
test-crash: ## stop the backend at every write of every use case
	@COUNTERSIGN_CRASH=all go test -count=1 -v -timeout 60m -run 'TestCrash|TestCut' ./backend/crashtest ./backend/remote | sed '/^ok /d'

# Beside "make test": Patroni takes 20 seconds to see that a primary is gone.
.PHONY: test-failover
test-failover: setup-build ## kill PostgreSQL's primary several times while members work, under Patroni and etcd
	@build/setup.sh failover
	@COUNTERSIGN_FAILOVER=patroni go test -count=1 -v -vet=off -timeout 25m -run TestFailover_LosesNothing ./backend/remote

# Beside "make test": it takes long. Packages are named like this: make test-mutation only="totp audit".
.PHONY: test-mutation
test-mutation: setup-build setup-test ## change each guard of the backend: a test has to notice
	@go run ./build/mutate $(only)

.PHONY: test-frontend test-e2e test-e2e-more test-window test-window-more test-ten
test-frontend: setup-build frontend/node_modules/.package-lock.json ## unit tests of the page
	@cd frontend && npm run --silent test -- --reporter=dot

# Files and names can be given: make test-e2e only="door -g 'by keyboard'". Then a trace has the page at each step,
# which takes a tenth of the time.
test-e2e: ready-e2e ## the page in Chromium on the real backend
	@$(if $(only),SNAPSHOTS=1) $(playwright) $(or $(only),--grep-invert @more)

test-e2e-more: ready-e2e ## the browser tests that "make test" leaves out
	@$(playwright) --grep @more

# The largest files take longest: they begin first.
windows := $(filter-out $(window_more:%=e2e/window/%.test.mjs),$(shell ls -S e2e/window/*.test.mjs))
test-window: ready-window ## the real window, through the accessibility tree
	@printf '%s\n' $(windows) | xargs -P 2 -n 1 build/one-window-test.sh

test-window-more: ready-window ## the window tests that "make test" leaves out
	@ls -S $(window_more:%=e2e/window/%.test.mjs) | xargs -P 2 -n 1 build/one-window-test.sh

test-ten: ready-e2e ready-window ## the browser and window tests of "make test" ten times on a busy machine; RUNS says how often
	@build/test-ten.sh $(windows)

.PHONY: ready-e2e ready-window
ready-e2e: setup-test dev-app seed countersignd e2e/node_modules/.package-lock.json

ready-window: setup-test build-app seed e2e/node_modules/.package-lock.json
	@go build -tags $(production) -ldflags '-s -w' -o build/bin/leaving/countersign ./e2e/window/testdata/leaving
	@go build -modfile=build/tools.mod -o build/bin/age filippo.io/age/cmd/age

.PHONY: lint lint-go lint-page
lint: lint-go lint-page ## formatting, vet, staticcheck, types, shell, workflows, and known vulnerabilities where their lists can be reached
	@go tool -modfile=build/package.mod actionlint
	@build/vulnerabilities.sh

lint-go: setup-build setup-test
	@echo "lint"
	@unformatted=$$(git ls-files -z '*.go' | xargs -0 gofmt -l); \
		[ -z "$$unformatted" ] || { echo "gofmt -w $$unformatted"; exit 1; }
	@go vet -tags $(all_tests) ./...
	@go vet -tags $(development) . ./app/...
	@$(tool) staticcheck -tags $(all_tests) ./...
	@shellcheck build/*.sh build/darwin/*.sh build/windows/*.sh .ci/run

lint-page: frontend/node_modules/.package-lock.json e2e/node_modules/.package-lock.json $(page)
	@echo "lint of the page"
	@cd frontend && npm run --silent lint -- --log-level warn && npm run --silent check -- --output human --no-color
	@frontend/node_modules/.bin/prettier --check --log-level warn e2e backend/words docs/site
	@cd e2e && node_modules/.bin/eslint --max-warnings 0 .

# Beside the tests.

.PHONY: tour bench fuzz clean
.PHONY: seed
seed:
	@go build -o build/bin/seed ./e2e/seed

# Without the other languages: make tour languages=en. Nothing but one of them: make tour-screens languages=ar.
.PHONY: tour-screens
languages ?= en ar ja
tour-screens: setup-build setup-test build seed e2e/node_modules/.package-lock.json ## photograph the main screens of the real app in some languages
	@$(private) node e2e/tour/screens.mjs $(languages)

tour: setup-build setup-test build countersignd seed e2e/node_modules/.package-lock.json ## photograph the real app, step by step
	@$(private) node e2e/tour/tour.mjs
	@$(private) node e2e/tour/screens.mjs $(languages)
	@$(private) node e2e/tour/together.mjs

# All of it, or some figures by how their names begin: make bench only="sign-ins,commits". SCALE=0.1 tries the run with a tenth of everything.
.PHONY: bench-server
bench: setup-test build dev-app seed countersignd e2e/node_modules/.package-lock.json ## how fast the app and the server are, beside their peers
	@go build -tags $(production) -ldflags '-s -w' -o build/bin/empty-window ./e2e/bench/testdata/empty
	@$(call measure)

bench-server: setup-build countersignd ## of that, the server alone
	@$(call measure,-part server)

define measure
	go test -c -o build/bin/bench.test ./build/bench && cd build/bench && \
		../bin/bench.test -measure $(1) -figures "$(only)" -scale $(or $(SCALE),1) -rounds $(or $(ROUNDS),5)
endef

fuzz: ## fuzz each parser for a while; FUZZTIME says how long
	@git grep -l '^func Fuzz' -- '*_test.go' | while read -r file; do \
		sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file" | while read -r name; do \
			go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $${FUZZTIME:-30s} -fuzzminimizetime 100x "./$$(dirname "$$file")"; \
		done; \
	done

clean: ## remove what was built
	@rm -rf build/bin build/dist rsrc_windows_*.syso cmd/countersignctl/rsrc_windows_*.syso build/tour build/cache build/playwright build/ten build/site frontend/node_modules e2e/node_modules docs/site/node_modules
	@find frontend/dist -mindepth 1 ! -name .gitkeep -delete
