# SPDX-License-Identifier: Apache-2.0
# The front door. Meson and ninja do the work; each target first sees to the packages it needs.
BUILD ?= build
PREFIX ?= /usr/local
prefix ?= $(PREFIX)
TARGET ?=
SECONDS ?= 10

.PHONY: all need test test-long demo bench check fuzz sanitize install uninstall clean help

all: $(BUILD)/build.ninja need
	ninja -C $(BUILD) programs

help:
	@echo 'make            build/candor and build/candor-verify'
	@echo 'make demo       a tour in steps of one line each'
	@echo 'make test       all quick tests; the last line is "N passed, N failed"'
	@echo 'make test-long  the slow tests: kill loops, simulation, published suites'
	@echo 'make bench      the benchmarks, as JSON lines'
	@echo 'make check      warnings as errors with gcc and clang, format, linters, style'
	@echo 'make sanitize   all quick tests under AddressSanitizer and UBSan'
	@echo 'make fuzz       TARGET=name SECONDS=n: fuzz one target, or each for a while'
	@echo 'make install    DESTDIR=… prefix=/usr/local'
	@echo 'make uninstall  remove what the last make install put there'
	@echo 'make clean      remove what was built'

# What each target needs; asked for all at once, before anything else.
NEEDS := build
test test-long demo: NEEDS := build test
check sanitize fuzz: NEEDS := build test check
need:
	@tools/need $(NEEDS)

$(BUILD)/build.ninja: | need
	meson setup $(BUILD)

test: $(BUILD)/build.ninja need
	ninja -C $(BUILD)
	@tools/test $(BUILD) --no-suite long

test-long: $(BUILD)/build.ninja need
	ninja -C $(BUILD)
	@tools/test $(BUILD) --suite long

demo: $(BUILD)/build.ninja need
	@ninja -C $(BUILD) programs
	@tools/demo $(BUILD)

bench: $(BUILD)/build.ninja need
	@ninja -C $(BUILD) programs
	@tools/bench $(BUILD)

check: need
	@tools/check

sanitize: need
	@tools/sanitize

fuzz: need
	@tools/fuzz '$(TARGET)' '$(SECONDS)'

# The prefix first: what is installed where is written down when the build is configured.
install: $(BUILD)/build.ninja need
	@meson configure $(BUILD) -Dprefix='$(prefix)'
	ninja -C $(BUILD) installed
	meson install -C $(BUILD) --no-rebuild

# What the last "make install" of this build put there, and the folders that it made.
uninstall: $(BUILD)/build.ninja
	ninja -C $(BUILD) uninstall

clean:
	rm -rf build build-*/ demo-node demo-out
