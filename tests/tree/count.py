# SPDX-License-Identifier: Apache-2.0
"""tools/count counts every subtest once and hides no failure; tools/need names what is missing."""
import json
import os
import subprocess
import tempfile

import tap

SOURCE = os.environ["CANDOR_SOURCE"]
def count(*tests):
    """(exit status, last line, whole output) for a log of (result, stdout) pairs."""
    with tempfile.TemporaryDirectory() as build:
        os.mkdir(os.path.join(build, "meson-logs"))
        with open(os.path.join(build, "meson-logs", "testlog.json"), "w", encoding="utf-8") as log:
            for number, (result, stdout) in enumerate(tests):
                log.write(json.dumps({"name": f"x / t{number}", "result": result,
                                      "returncode": 0, "stdout": stdout}) + "\n")
        done = subprocess.run([os.path.join(SOURCE, "tools", "count"), build], text=True,
                              capture_output=True, check=False)
    return done.returncode, done.stdout.rstrip("\n").split("\n")[-1], done.stdout


@tap.test
def passed_failed_and_skipped_subtests_are_counted():
    text = "1..4\nok 1 - a\nnot ok 2 - b\n# why\nok 3 - c # SKIP no data\nok 4 - d\n"
    status, last, whole = count(("FAIL", text))
    assert (status, last) == (1, "2 passed, 1 failed, 1 skipped")
    assert "FAILED t0: b" in whole and "# why" in whole


@tap.test
def the_skip_of_cmocka_is_a_skip():
    text = "1..2\nok 1 - a\nnot ok 2 # SKIP b\n"
    assert count(("OK", text))[:2] == (0, "1 passed, 0 failed, 1 skipped")


@tap.test
def a_test_runs_under_tools_tap_with_its_exit_status_and_its_skips_mended():
    script = "echo 'not ok 1 # SKIP b'; echo 'not ok 2 - # c'; exit 7"
    done = subprocess.run([os.path.join(SOURCE, "tools", "tap"), "sh", "-c", script], text=True,
                          capture_output=True, check=False)
    assert done.returncode == 7
    assert done.stdout == "ok 1 # SKIP b\nnot ok 2 - # c\n"
    killed = subprocess.run([os.path.join(SOURCE, "tools", "tap"), "sh", "-c", "kill -SEGV $$"],
                            capture_output=True, check=False)
    assert killed.returncode == 128 + 11


@tap.test
def a_crash_and_a_timeout_are_failures_even_if_all_subtests_passed():
    for result in ("ERROR", "TIMEOUT", "FAIL", "INTERRUPT", "UNEXPECTEDPASS"):
        assert count((result, "1..2\nok 1 - a\n"))[:2] == (1, "1 passed, 1 failed"), result


@tap.test
def a_failure_is_not_counted_twice():
    assert count(("FAIL", "1..1\nnot ok 1 - a\n"))[1] == "0 passed, 1 failed"


@tap.test
def a_program_without_subtests_counts_as_one():
    assert count(("OK", ""))[:2] == (0, "1 passed, 0 failed")
    assert count(("OK", "ok 1 - a\n"), ("SKIP", "1..0 # SKIP x\n"))[:2] == \
        (0, "1 passed, 0 failed, 1 skipped")


@tap.test
def running_nothing_is_a_failure():
    assert count()[:2] == (1, "0 passed, 0 failed")
    assert count(("SKIP", "1..0 # SKIP x\n"))[:2] == (1, "0 passed, 0 failed, 1 skipped")


def need(groups, packages, uid="1000"):
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "need")
        with open(os.path.join(SOURCE, "tools", "need"), encoding="utf-8") as source, \
                open(script, "w", encoding="utf-8") as copy:
            copy.write(source.read())
        with open(os.path.join(folder, "packages.txt"), "w", encoding="utf-8") as file:
            file.write(packages)
        return subprocess.run(["sh", script, *groups], text=True, capture_output=True, check=False,
                              env={**os.environ, "CANDOR_NEED_UID": uid})


def needs_dpkg():
    if subprocess.run("command -v dpkg-query", shell=True, check=False,
                      capture_output=True).returncode:
        tap.skip("not a Debian system")


@tap.test
def missing_packages_are_named_with_the_one_command_that_installs_them():
    needs_dpkg()
    done = need(["build", "test"], "build candor-none-a\ntest candor-none-b\ncheck candor-none-c\n")
    assert done.returncode == 2, done
    assert "missing: candor-none-a candor-none-b\n" in done.stderr
    assert "apt-get install -y --no-install-recommends candor-none-a candor-none-b" in done.stderr
    assert "candor-none-c" not in done.stderr


@tap.test
def a_package_or_its_command_is_enough():
    needs_dpkg()
    assert need(["build"], "build libc6\nbuild candor-none sh\n").returncode == 0


@tap.test
def an_unknown_group_is_refused():
    needs_dpkg()
    assert need(["nonsense"], "build libc6\n").returncode == 2


@tap.test
def each_package_stands_in_one_group_and_has_its_reason():
    rows = []
    with open(os.path.join(SOURCE, "tools", "packages.txt"), encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith("#")]
    names = [row[1] for row in rows]
    assert len(names) == len(set(names)) and {row[0] for row in rows} == {"build", "test", "check"}
    with open(os.path.join(SOURCE, "docs", "dependencies.md"), encoding="utf-8") as file:
        reasons = file.read()
    for name in names:
        assert f"`{name}`" in reasons, f"docs/dependencies.md does not say why {name} is needed"


tap.main()
