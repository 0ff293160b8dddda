# make            the module and the zygote's Python extension
# make install    puts them where nginx looks for them; honours DESTDIR
# make run        sets up what is missing, then serves docs/nginx.conf on PORT
# make test       sets up what is missing, then runs every test, or TESTS
# make test-on    sets up what is missing, then does "make run" and "make test"
#                 in a bare system of the SUITE of Debian: bookworm, trixie,
#                 testing or sid; TESTS='t/...': these alone; DOCS=1: into docs/
# make test-vm    sets up what is missing, then runs VM_TESTS in another kernel:
#                 of Debian's suite KERNEL, on a processor ARCH
# make test-cpython
#                 CPython's own tests in runs and by python3, for an hour or
#                 so; DOCS=1: into docs/
# make test-packages
#                 sets up what is missing, 1 GB of packages, then runs a
#                 program for each; DOCS=1: measures, into docs/
# make test-nginx the module with each nginx of NGINX_VERSIONS, suites of Debian
#                 or versions that it has, or with the sources in NGINX_TREE;
#                 NGINX_KINDS, NGINX_TEST_FILES: less, or more, of it
# make test-nginx-suite
#                 nginx's own tests, unpacked in NGINX_TESTS, with the module
#                 loaded and without it
# make unit       the unit tests alone
# make fuzz       each fuzzer for FUZZ_SECONDS
# make fuzz-guard
#                 shapes of calls against the guard, for FUZZ_SECONDS;
#                 FUZZ_SEED repeats a run
# make bench      sets up what is missing, then measures for some five minutes;
#                 QUICK=1: for one; DOCS=1: into docs/
# make soak       whether the last of RUNS programs costs what the first did
# make clean

PORT = 8080
FUZZ_SECONDS = 60
RUNS = 100000

NGINX ?= /usr/sbin/nginx
NGINX_SRC ?= /usr/share/nginx/src
PYTHON ?= /usr/bin/python3
PYEXEC_GRAMMAR ?= $(CURDIR)/node_modules/tree-sitter-python

CFLAGS ?= -g -O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2 \
          -ffile-prefix-map=$(CURDIR)=.
LDFLAGS ?= -Wl,-z,relro -Wl,-z,now
WARNINGS = -Wall -Wextra -Werror
SANITIZE = -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
           -fno-sanitize-recover=all

SHELL = /bin/bash
comma = ,
.SHELLFLAGS = -e -o pipefail -c
.DELETE_ON_ERROR:

SRC = ngx_pyexec_module
BUILD = build

headers = $(wildcard $(SRC)/*/*.h $(SRC)/*/*/*.h)
pure = $(wildcard $(patsubst %,$(SRC)/%/*.c,api json policy wire))
pure_libs = -lcjson -ltree-sitter -lutf8proc

grammar = $(PYEXEC_GRAMMAR)/src/parser.c

# The grammar's own warnings are not ours: its place is a system include path.
pure_flags = -std=c11 $(WARNINGS) -I$(SRC) -isystem $(PYEXEC_GRAMMAR)/src

modules_dir = $(or $(shell $(NGINX) -V 2>&1 \
                       | sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p'), \
                   $(error $(NGINX) -V names no --modules-path))
zygote_dir = $(abspath $(modules_dir)/../pyexec)

# Where the server of "make run" and "make test" lives.  Root's server has
# workers of another user, who cannot reach a tree below /root, for example.
server := $(shell [ $$(id -u) != 0 ] \
                  || setpriv --reuid=www-data --regid=www-data --clear-groups \
                         test -r $(CURDIR)/Makefile \
                  && echo $(CURDIR)/$(BUILD) \
                  || echo /var/cache/pyexec$(subst \
                              /,-,$(CURDIR))$(BUILD:build%=%))

ifneq ($(words $(CURDIR)),1)
$(error nginx cannot be configured in a path with a space: $(CURDIR))
endif

fuzzers = $(patsubst t/fuzz/%_fuzz.c,fuzz-%,$(wildcard t/fuzz/*_fuzz.c))
fuzz_programs = $(fuzzers:fuzz-%=$(BUILD)/fuzz/%_fuzz)

# The guard alone, to be held to the policy by.
guarded = $(BUILD)/fuzz/guarded.abi3.so


.PHONY: all tree debug install run test test-on test-vm vm-tests \
        test-cpython test-packages test-nginx test-nginx-suite unit \
        unit-tests fuzz bench bench-tools soak clean fuzz-guard $(fuzzers)

all: $(BUILD)/install/ngx_pyexec_module.so tree


# The module holds the path of the zygote's files, so there are two builds of
# it: one to be installed, and one that runs from the tree.  A third is only for
# tests: the layers of its isolation can be switched off, see
# zygote/sandbox/without.h.

builds = $(BUILD)/install $(BUILD)/tree $(BUILD)/debug

tree: $(BUILD)/ngx_pyexec_module.so \
      $(server)/zygote/pyexec_zygote.abi3.so \
      $(patsubst $(SRC)/zygote/%,$(server)/zygote/%, \
                 $(wildcard $(SRC)/zygote/*.py))

$(BUILD)/ngx_pyexec_module.so: $(BUILD)/tree/ngx_pyexec_module.so
	ln -f $< $@

debug: $(BUILD)/debug/ngx_pyexec_module.so \
       $(server)/debug/pyexec_zygote.abi3.so \
       $(patsubst $(SRC)/zygote/%,$(server)/debug/%, \
                  $(wildcard $(SRC)/zygote/*.py))

$(BUILD)/debug/% $(server)/debug/%: CFLAGS = -g -O1 -DPYEXEC_TEST

$(BUILD)/install/Makefile: compiled_in = $(zygote_dir)
$(BUILD)/tree/Makefile: compiled_in = $(server)/zygote
$(BUILD)/debug/Makefile: compiled_in = $(server)/debug

$(builds:%=%/Makefile): config $(NGINX_SRC)/conf_flags $(grammar)
	mkdir -p $(@D)
	cd $(NGINX_SRC) && . ./conf_flags && \
	PYEXEC_GRAMMAR=$(PYEXEC_GRAMMAR) PYEXEC_ZYGOTE_DIR=$(compiled_in) \
	./configure "$${NGX_CONF_FLAGS[@]}" $(NGX_CROSS) \
	    --with-cc-opt='$(CFLAGS) -fPIC' --with-ld-opt='$(LDFLAGS)' \
	    --builddir=$(abspath $(@D)) --add-dynamic-module=$(CURDIR) \
	    > $(abspath $@).log

$(builds:%=%/ngx_pyexec_module.so): %/ngx_pyexec_module.so: %/Makefile \
        $(headers) $(wildcard $(SRC)/worker/*.c $(SRC)/worker/*/*.c) $(pure)
	$(MAKE) -s --no-print-directory -C $(NGINX_SRC) -f $(abspath $<) modules

$(NGINX_SRC)/conf_flags:
	@echo "$(NGINX_SRC) is missing: install nginx-dev" >&2; exit 1

ifeq ($(origin PYEXEC_GRAMMAR),file)
$(grammar): package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	touch $@
else
$(grammar):
endif


# One build of the extension serves every CPython from 3.9 on.  It has the part
# of libgcc that walks a stack in it: a library more is five mappings more, for
# each run to copy.

$(BUILD)/pyexec_zygote.abi3.so $(server)/debug/pyexec_zygote.abi3.so: \
        $(wildcard $(SRC)/zygote/*.c $(SRC)/zygote/*/*.c $(SRC)/guard/*.c) \
        $(SRC)/wire/wire.c $(headers)
	mkdir -p $(@D)
	$(CC) $(CFLAGS) $(WARNINGS) -fPIC -fvisibility=hidden -shared $(LDFLAGS) \
	    -DPy_LIMITED_API=0x03090000 $$($(PYTHON)-config --includes) \
	    -static-libgcc -o $@ $(filter %.c,$^) -lseccomp

$(server)/zygote/pyexec_zygote.abi3.so: $(BUILD)/pyexec_zygote.abi3.so
	install -D -m 644 $< $@

# Two rules, since make takes one with two patterns to make both at once.

$(server)/zygote/%.py: $(SRC)/zygote/%.py
	install -D -m 644 $< $@

$(server)/debug/%.py: $(SRC)/zygote/%.py
	install -D -m 644 $< $@


install: $(BUILD)/install/ngx_pyexec_module.so \
         $(BUILD)/pyexec_zygote.abi3.so $(wildcard $(SRC)/zygote/*.py)
	install -D -m 644 -t $(DESTDIR)$(modules_dir) $(filter %_module.so,$^)
	install -D -m 644 -t $(DESTDIR)$(zygote_dir) $(filter-out %_module.so,$^)


# nginx replaces the shell, so that it is nginx that a signal to make reaches.

run: prefix = $(server)/run-$(PORT)
run:
	@build-aux/setup run
	@$(MAKE) --no-print-directory tree
	@install -d -m 755 $(prefix) $(prefix)/{conf,logs,modules,temp}
	@install -m 644 $(BUILD)/ngx_pyexec_module.so $(prefix)/modules
	@sed -e 's/:8080;/:$(PORT);/' -e '/^http {/r build-aux/run.conf' \
	    docs/nginx.conf > $(prefix)/conf/nginx.conf
	@printf '%s\n' '' 'Try, from another terminal:' '' \
	    "  curl http://127.0.0.1:$(PORT)/execute \\" \
	    "       -H 'Content-Type: application/json' \\" \
	    "       -d '{\"code\": \"import math\\nprint(math.sqrt(16))\"}'" ''
	@[ $$(id -u) != 0 ] || user='user www-data;'; \
	exec $(NGINX) -p $(prefix) -c conf/nginx.conf \
	    -g "daemon off; pid logs/nginx.pid; $$user"


# The suites of Test::Nginx run twice: with a server of its own for each block,
# and with one server that is reloaded for each block.  What a program meets is
# tested twice, too: with interpreters that are ready, and with none.

load_tools = $(BUILD)/bench/load $(BUILD)/bench/starts
bench_tools = $(load_tools) $(BUILD)/bench/policy_bench
unit_tests = $(patsubst t/%.c,$(BUILD)/%,$(wildcard t/unit/*_test.c))
unit_objs = $(pure:$(SRC)/%.c=$(BUILD)/unit/%.o)
tests = $(wildcard t/*.t $(patsubst %,t/%/*.t,endpoint policy isolation \
                                              lifecycle fidelity packages \
                                              fuzz))
reload_tests = $(patsubst t/%,$(BUILD)/reload/%, \
                          $(shell grep -ls 'Test::Nginx' $(tests)))
spareless_tests = $(patsubst t/%,$(BUILD)/spareless/%, \
                             $(wildcard t/fidelity/fidelity.t \
                                        t/isolation/attack_*.t) \
                             $(filter-out t/lifecycle/figures.t \
                                          t/lifecycle/spares.t \
                                          t/lifecycle/zygote_messages.t, \
                                          $(wildcard t/lifecycle/*.t)))


# In the debug build a worker counts its jobs, and a test fails where one was
# not done exactly once.

counted_tests = $(patsubst t/%,$(BUILD)/counted/%, \
                           $(filter-out t/lifecycle/zygote_messages.t, \
                                        $(wildcard t/lifecycle/*.t)))

export CMOCKA_MESSAGE_OUTPUT = TAP
export PYEXEC_MODULE = $(CURDIR)/$(BUILD)/ngx_pyexec_module.so
export PYEXEC_DEBUG_MODULE = $(CURDIR)/$(BUILD)/debug/ngx_pyexec_module.so
export TEST_NGINX_BINARY = $(NGINX)
export TEST_NGINX_LOAD_MODULES = $(PYEXEC_MODULE)
export TEST_NGINX_SERVROOT = $(server)/servroot
export PYEXEC_CPYTHON = $(server)/cpython

test:
	build-aux/setup test
	$(MAKE) --no-print-directory tree debug unit-tests \
	    $(fuzz_programs) $(guarded) $(reload_tests) $(spareless_tests) \
	    $(counted_tests) \
	    $(bench_tools)
	prove $(PROVEFLAGS) $(or $(TESTS),$(unit_tests) $(tests) \
	    $(reload_tests) $(spareless_tests) $(counted_tests))

unit: unit-tests
	prove $(unit_tests)

unit-tests: $(unit_tests) $(BUILD)/unit/policy_cli $(BUILD)/unit/filter.so \
            $(BUILD)/unit/faults.so

$(BUILD)/reload/%.t: t/%.t Makefile
	mkdir -p $(@D)
	printf '#!/bin/sh\nTEST_NGINX_USE_HUP=1 exec perl $<\n' > $@

$(BUILD)/spareless/%.t: t/%.t Makefile
	mkdir -p $(@D)
	printf '#!/bin/sh\nPYEXEC_TEST_SPARES=0 exec /usr/bin/python3 $<\n' > $@

$(BUILD)/counted/%.t: t/%.t Makefile
	mkdir -p $(@D)
	printf '#!/bin/sh\nPYEXEC_MODULE=%s exec /usr/bin/python3 $<\n' \
	    $(PYEXEC_DEBUG_MODULE) > $@

$(BUILD)/unit/%_test: t/unit/%_test.c $(unit_objs)
	$(CC) $(SANITIZE) $(pure_flags) -o $@ $(filter %.c %.o,$^) \
	    $(pure_libs) -lcmocka $(patsubst %,-Wl$(comma)--wrap=%,$(wrapped))

# The library as it might be one day.

$(BUILD)/unit/proof_test: wrapped = ts_parser_set_language ts_parser_parse \
                                    ts_parser_parse_with_options \
                                    ts_language_symbol_name

$(BUILD)/unit/policy_test: $(wildcard t/unit/policy/*.inc)
$(BUILD)/unit/cgroup_test: $(wildcard $(SRC)/zygote/sandbox/cgroup*.c) \
                           $(SRC)/zygote/sandbox/file.c \
                           $(headers)

$(BUILD)/unit/procmaps_test: $(SRC)/zygote/memory/procmaps.c $(headers)

$(BUILD)/unit/policy_cli: t/unit/policy_cli.c $(unit_objs)
	$(CC) $(SANITIZE) $(pure_flags) -o $@ $^ $(pure_libs)

$(BUILD)/unit/filter.so: t/unit/filter_abi.c \
                         $(wildcard $(SRC)/zygote/sandbox/filter*.c) \
                         $(headers)
	mkdir -p $(@D)
	$(CC) $(CFLAGS) $(WARNINGS) -fPIC -shared -o $@ $(filter %.c,$^) -lseccomp

$(BUILD)/unit/faults.so: t/lib/faults.c
	mkdir -p $(@D)
	$(CC) $(CFLAGS) $(WARNINGS) -fPIC -shared -o $@ $<

$(unit_objs): $(BUILD)/unit/%.o: $(SRC)/%.c $(headers) $(grammar)
	mkdir -p $(@D)
	$(CC) $(SANITIZE) $(pure_flags) -c -o $@ $<


# In a bare system of another release of Debian, or of the same one.  The
# grammar is copied into it where it is here or there is npm to fetch it.

test-on:
	$(if $(SUITE),,$(error SUITE= is one of bookworm, trixie, testing, sid))
	build-aux/setup test-on
	[ "$${ON_GRAMMAR:-}" = npm ] || ! command -v npm > /dev/null \
	    || $(MAKE) --no-print-directory $(grammar)
	t/on/run $(SUITE) $(TESTS)
	$(if $(DOCS),t/on/page $(BUILD)/on/$(SUITE)/result/record)


# In a virtual machine with a kernel of Debian's, which has what the one here
# may not have: cgroup v2, an older Landlock or a newer one, pages of another
# size, or another processor.  It is slow, so what looks at the clock is left
# out.

VM_TESTS = $(wildcard t/vm/*.t) \
           $(filter-out t/isolation/attack_resources.t \
                        t/isolation/attack_time.t, \
                        $(wildcard t/isolation/attack_*.t)) \
           $(wildcard t/isolation/seccomp*.t)

native = $(shell dpkg --print-architecture)
ARCH = $(native)
KERNEL = $(shell . /etc/os-release && echo $$VERSION_CODENAME)

vm = $(CURDIR)/build/vm

# What is for another processor is built here, from packages for that one.

cross = BUILD=build/$(ARCH) CC=$(CURDIR)/t/vm/cc \
        PYEXEC_SYSROOT=$(vm)/$(ARCH)/sysroot \
        PYTHON=$(vm)/$(ARCH)/sysroot/usr/bin/python3 \
        NGINX_SRC=$(vm)/$(ARCH)/sysroot/usr/share/nginx/src \
        NGX_CROSS=--crossbuild=Linux:$(ARCH) \
        NGX_MACHINE=$(subst arm64,aarch64,$(ARCH))

test-vm:
	build-aux/setup test-vm $(ARCH)
	t/vm/image $(vm) $(ARCH) $(KERNEL)
	$(MAKE) --no-print-directory vm-tests ARCH=$(ARCH) \
	    $(if $(filter-out $(native),$(ARCH)),$(cross))

vm-tests: tree debug $(BUILD)/unit/filter.so
	t/vm/run $(vm)/$(ARCH) $(KERNEL) $(BUILD) $(server) $(VM_TESTS)


# What is there of an earlier time is not run again.

test-cpython:
	build-aux/setup test-cpython
	$(MAKE) --no-print-directory tree
	t/fidelity/cpython $(if $(DOCS),--page)


# "make test" runs these with those of the packages that are soon installed.

test-packages:
	build-aux/setup test-packages
	$(MAKE) --no-print-directory tree
	prove $(wildcard t/packages/*.t)
	$(if $(DOCS),t/packages/table)


# Other versions of nginx, from their sources, each with the module loaded and
# built in.  nginx's own tests run with dynamic-compat.

NGINX_VERSIONS = bookworm trixie
NGINX_KINDS = dynamic-compat dynamic static-compat static
NGINX_TEST_FILES = $(patsubst %,t/endpoint/%.t,answer big_request body errors \
                       http2 http3 inherit methods timeout variables) \
                   $(patsubst %,t/lifecycle/%.t,http3 kill reload worker)

test-nginx test-nginx-suite: export NGINX_VERSIONS := $(NGINX_VERSIONS)
test-nginx test-nginx-suite: export NGINX_KINDS := $(NGINX_KINDS)
test-nginx test-nginx-suite: export NGINX_TREE := $(NGINX_TREE)

nginx_run = PYEXEC_GRAMMAR=$(PYEXEC_GRAMMAR) \
            PYEXEC_ZYGOTE_DIR=$(server)/zygote t/nginx/run

test-nginx:
	build-aux/setup test-nginx
	$(MAKE) --no-print-directory tree debug $(BUILD)/unit/faults.so
	$(nginx_run) $(BUILD)/nginx $(NGINX_TEST_FILES)

test-nginx-suite:
	@[ -d '$(NGINX_TESTS)' ] \
	|| { echo 'NGINX_TESTS names no unpacked test suite of nginx' >&2; exit 1; }
	build-aux/setup test-nginx
	$(MAKE) --no-print-directory tree
	$(nginx_run) --suite '$(NGINX_TESTS)' $(BUILD)/nginx


# What a fuzzer finds stays in build/, what it starts from is in t/fuzz/corpus.

fuzz:
	build-aux/setup fuzz
	$(MAKE) --no-print-directory $(fuzzers) fuzz-guard

$(fuzzers): fuzz-%: $(BUILD)/fuzz/%_fuzz
	mkdir -p $(BUILD)/fuzz/corpus/$*
	$< -max_total_time=$(FUZZ_SECONDS) \
	    $(patsubst %,-dict=%,$(wildcard t/fuzz/$*.dict)) \
	    $(BUILD)/fuzz/corpus/$* $(wildcard t/fuzz/corpus/$*)

fuzz-guard: $(guarded)
	$(PYTHON) -I t/fuzz/guard_shapes.py $(<D) $(FUZZ_SECONDS) $(FUZZ_SEED)

$(guarded): t/fuzz/guard_module.c $(wildcard $(SRC)/guard/*.c) $(headers)
	mkdir -p $(@D)
	$(CC) $(CFLAGS) $(WARNINGS) -fPIC -fvisibility=hidden -shared \
	    -DPy_LIMITED_API=0x03090000 $$($(PYTHON)-config --includes) \
	    -I$(SRC) -o $@ $(filter %.c,$^)

$(BUILD)/fuzz/%_fuzz: t/fuzz/%_fuzz.c t/fuzz/check.h $(pure) $(headers) \
                      $(grammar)
	mkdir -p $(@D)
	clang $(SANITIZE) -fsanitize=fuzzer $(pure_flags) -o $@ $< $(pure) \
	    $(pure_libs)


bench:
	build-aux/setup bench
	$(MAKE) --no-print-directory bench-tools
	bench/policy | tee $(BUILD)/bench/policy.txt
	bench/refusals $(if $(QUICK),1,2) | tee $(BUILD)/bench/refusals.md
	bench/isolation $(if $(QUICK),--rounds 1 --seconds 0.2)
	bench/compare $(if $(QUICK),--quick)
	$(if $(DOCS),bench/publish)

soak:
	build-aux/setup bench
	$(MAKE) --no-print-directory bench-tools
	bench/soak $(RUNS)
	$(if $(DOCS),bench/publish)

bench-tools: tree $(bench_tools)

$(BUILD)/bench/load: bench/answer.c bench/answer.h

$(load_tools): $(BUILD)/bench/%: bench/%.c bench/times.c bench/times.h
	mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=c11 $(WARNINGS) -pthread -o $@ $(filter %.c,$^) -lm

$(BUILD)/bench/policy_bench: bench/policy_bench.c $(pure) $(headers) $(grammar)
	mkdir -p $(@D)
	$(CC) $(CFLAGS) $(pure_flags) -o $@ $< $(pure) $(pure_libs)


clean:
	rm -rf $(BUILD) $(filter-out $(abspath $(BUILD)),$(server))
