# SPDX-License-Identifier: Apache-2.0
# The front door. Meson and ninja do the work; each target first sees to the packages it needs.
BUILD ?= build
PREFIX ?= /usr/local
prefix ?= $(PREFIX)
TARGET ?=
SECONDS ?= 10

.PHONY: all test test-long demo bench check fuzz sanitize install clean help

all: $(BUILD)/build.ninja
	@tools/need build
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
	@echo 'make clean      remove what was built'

$(BUILD)/build.ninja:
	@tools/need build
	meson setup $(BUILD)

test: $(BUILD)/build.ninja
	@tools/need build test
	ninja -C $(BUILD)
	@tools/test $(BUILD) --no-suite long

test-long: $(BUILD)/build.ninja
	@tools/need build test
	ninja -C $(BUILD)
	@tools/test $(BUILD) --suite long

demo: $(BUILD)/build.ninja
	@tools/need build test
	@ninja -C $(BUILD) programs
	@tools/demo $(BUILD)

bench: $(BUILD)/build.ninja
	@tools/need build
	@ninja -C $(BUILD) programs
	@tools/bench $(BUILD)

check:
	@tools/need build test check
	@tools/check

sanitize:
	@tools/need build test check
	@tools/sanitize

fuzz:
	@tools/need build test check
	@tools/fuzz '$(TARGET)' '$(SECONDS)'

install: all
	meson configure $(BUILD) -Dprefix='$(prefix)'
	meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf build build-*/ demo-node demo-out
