# SPDX-License-Identifier: Apache-2.0
# For those who like make: each target is one line of meson, ninja or a script of tools/.
FUZZ_SECONDS ?= 30
JOBS ?= $(shell nproc)

.PHONY: build bench fuzz lint format install clean

build: build/build.ninja
	ninja -C build -j$(JOBS)

build/build.ninja:
	meson setup build

bench: build
	ninja -C build -j$(JOBS) bench/propria-bench bench/propria-fill
	bench/run build

fuzz:
	tools/fuzz build-fuzz $(FUZZ_SECONDS)

lint:
	tools/lint build-lint

format:
	git ls-files '*.c' | xargs -r clang-format -i

install: build
	meson install -C build --no-rebuild

clean:
	rm -rf build build-test build-asan build-fuzz build-lint build-logs
