# Everything one does here. `make` alone prints this list; each line behind ## is its help.
# Longer things are Go programs in internal/tool.

GO       ?= go
FUZZTIME ?= 20s
TIMEOUT  ?= 16m
# Tests wait for disks, browsers and other processes as much as they compute.
AT_ONCE  ?= $(shell echo $$((2 * $$(nproc))))
SAMPLES  ?= 100000
# Test programs are many, small and short: letting garbage lie a little longer saves a fifth of their time.
QUICK    := GOGC=400
JUDGE    := $(CURDIR)/.cache/judge
# Tests make many small databases and flush each commit. What they prove of durability does not need a disk, so they use memory where there is enough.
SCRATCH  := $(shell [ -w /dev/shm ] && [ "$$(df --output=avail -k /dev/shm | tail -1)" -gt 4000000 ] && echo /dev/shm || echo $${TMPDIR:-/tmp})
OTHER    := $(CURDIR)/.cache/other
# What has no goroutines of its own, or takes longest under the race detector, runs without it here and with it in make race: stories, pages, proofs in programs of
# their own, pure packages, and the cases of request, mailbox, planner and API, whose machinery is tested with it. What takes longest comes last in the alphabet, and so begins first.
PLAIN    := /internal/(api|cli|draw|editing|hcert|house|ident|lang|location|mailbox|photo|planner|qr|report|request|rules|sheet|slip|staff|stock|texting|upload|walkin|db/schema|db/sqlcheck|proof/.*|tool/.*|web/public|web/staff)$$|/locales$$|/packs$$
# SQLite is C made into Go: under the race detector it takes ten times as long, and its races are not ours. What we call it with is watched.
RACE     := -race '-gcflags=modernc.org/...=-race=false'
UPDATING := $(shell grep -rl --include='*_test.go' 'flag.Bool."update"' internal locales packs 2>/dev/null | xargs -r -n1 dirname | sort -u | sed 's,^,./,')

.PHONY: help run build assets test short prepare check-format judge conformance bench fuzz crash season mutants race golden clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build and start the demo: throw-away data, invented people, nothing leaves this machine
	./loket demo

build: ## build ./loket, with the stylesheet if npm is there
	@if command -v npm >/dev/null; then \
	  $(MAKE) --no-print-directory assets || echo 'the stylesheet was not built: the pages get the plain one'; \
	else echo 'npm is not here: the pages get the plain stylesheet'; fi
	CGO_ENABLED=0 $(GO) build -trimpath -o loket ./cmd/loket

assets: node_modules/.package-lock.json ## build the stylesheet and its fonts
	$(GO) run ./internal/tool/assets

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

test: prepare assets judge check-format ## install what tests need and run all of them: both databases, browser, race detector
	$(GO) vet ./...
	$(QUICK) GOTMPDIR=$${TMPDIR:-/tmp} TMPDIR=$(SCRATCH) LOKET_NPM=$(CURDIR)/node_modules LOKET_JUDGE=$(JUDGE)/node_modules \
	  $(GO) test $(RACE) -vet=off -p $(AT_ONCE) -timeout $(TIMEOUT) $$($(GO) list ./... | grep -Ev '$(PLAIN)')
	$(QUICK) GOTMPDIR=$${TMPDIR:-/tmp} TMPDIR=$(SCRATCH) LOKET_NPM=$(CURDIR)/node_modules LOKET_JUDGE=$(JUDGE)/node_modules \
	  $(GO) test -vet=off -p $(AT_ONCE) -timeout $(TIMEOUT) $$($(GO) list ./... | grep -E '$(PLAIN)' | sort -r)
	@if [ -d internal/keys/pkcs11 ]; then set -x; $(GO) vet -tags pkcs11 ./internal/keys/... && \
	  $(GO) test -tags pkcs11 -timeout $(TIMEOUT) ./internal/keys/...; fi

race: prepare assets judge ## all tests under the race detector, those of doors on both databases: the long form
	LOKET_ENGINES=both TMPDIR=$(SCRATCH) LOKET_NPM=$(CURDIR)/node_modules LOKET_JUDGE=$(JUDGE)/node_modules $(GO) test $(RACE) -timeout 60m ./...

short: ## all tests on what is installed, without the race detector; packages that did not change come from the cache
	$(GO) vet ./... && $(GO) test -timeout $(TIMEOUT) ./...

prepare: ## install the programs that tests need (Debian)
	$(GO) run ./internal/tool/prepare

check-format:
	@bad=$$(git ls-files -z '*.go' | xargs -0 gofmt -l); [ -z "$$bad" ] || { echo "not gofmt-ed:"; echo "$$bad"; exit 1; }

# The judge is an npm library that verifies our certificates in a process of its own. It is installed outside of what git knows.
judge:
	@set -e; from=internal/hcert/testdata/judge; [ -f $$from/package.json ] || exit 0; mkdir -p $(JUDGE); \
	if ! cmp -s $$from/package-lock.json $(JUDGE)/package-lock.json; then \
	  cp $$from/package.json $$from/package-lock.json $(JUDGE)/; \
	  (cd $(JUDGE) && npm ci --ignore-scripts --no-audit --no-fund --legacy-peer-deps) || { rm -f $(JUDGE)/package-lock.json; exit 1; }; fi

conformance: ## the published test data of others, in the folder LOKET_CONFORMANCE
	@[ -d "$(LOKET_CONFORMANCE)" ] || { echo 'set LOKET_CONFORMANCE to the folder of the data'; exit 2; }
	$(GO) test -vet=off -count=1 -timeout $(TIMEOUT) -run Conformance $$(grep -rl --include='*_test.go' 'func Test.*Conformance' internal packs | xargs -n1 dirname | sort -u | sed 's,^,./,')

bench: prepare judge ## ratios against the raw primitive and other implementations, in one run (docs/figures.md)
	@[ -d $(OTHER)/node_modules/qrcode ] || { mkdir -p $(OTHER) && cd $(OTHER) && npm install --no-save --ignore-scripts --no-audit --no-fund qrcode@1.5.4; }
	LOKET_JUDGE=$(JUDGE)/node_modules LOKET_OTHER=$(OTHER)/node_modules LOKET_SAMPLES=$(SAMPLES) \
	  $(GO) test -run '^$$' -bench . -benchmem -p 1 -timeout 120m ./...

fuzz: ## every fuzz target for FUZZTIME (20s)
	$(GO) run ./internal/tool/fuzz -time $(FUZZTIME)

crash: ## kill -9 at every durable step, and 100 times at random under load; all promises checked
	LOKET_LONG=1 $(GO) test -count=1 -timeout 60m -v -run '^TestCrash' ./internal/proof/crash

season: ## a season of 76,000 people hour by hour, and 50,000 people on 2,000 slots; prints its figures
	TMPDIR=$(SCRATCH) LOKET_LONG=1 $(GO) test -count=1 -timeout 90m -v -run '^(TestSeason|TestManyPeopleOnFewSlots)$$' ./internal/planner

mutants: ## switch off one named control at a time; the test that cites it must fail
	$(GO) run ./internal/tool/mutants

golden: ## write all golden files and the printed papers anew; read the difference before you commit it
	@for p in $(UPDATING); do echo $$p; $(GO) test $$p -update || exit 1; done

clean: ## remove what was built or installed here
	rm -rf loket .cache node_modules
	find internal/web/dist -mindepth 1 ! -name .placeholder -delete
