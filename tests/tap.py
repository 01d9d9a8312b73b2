# SPDX-License-Identifier: Apache-2.0
"""tap: what a test program written in Python needs to speak TAP. Standard library only.

    import tap
    @tap.test
    def a_sentence_that_holds():
        assert 1 + 1 == 2
    tap.main()

Each function is one subtest, named by its function name. tap.skip("why") leaves one out.
"""
import sys
import traceback

_tests = []


class Skipped(Exception):
    """Raised by skip()."""


def test(function):
    """Registers a subtest."""
    _tests.append(function)
    return function


def skip(why):
    """Ends the running subtest as skipped."""
    raise Skipped(why)


def main():
    """Runs every subtest and ends the program: 0 if none failed."""
    print(f"1..{len(_tests)}", flush=True)
    failed = 0
    for number, function in enumerate(_tests, 1):
        name = function.__name__.replace("_", " ")
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Skipped as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception:  # a failing subtest must not hide those after it
            failed += 1
            print(f"not ok {number} - {name}")
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            sys.stdout.flush()
    sys.exit(1 if failed else 0)
