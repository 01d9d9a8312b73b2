# SPDX-License-Identifier: Apache-2.0
"""Every command has a page that renders without a warning, and the Tab key knows every command."""
import os
import shutil
import subprocess
import sys
import tempfile

from candor import CANDOR
import tap

SOURCE = os.environ["CANDOR_SOURCE"]


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def names():
    return run(CANDOR, "help", "--names").stdout.split("\n")[:-1]


@tap.test
def every_command_has_a_page_and_the_program_one():
    with tempfile.TemporaryDirectory() as folder:
        done = run(sys.executable, os.path.join(SOURCE, "tools", "manual"), CANDOR, folder)
        assert done.returncode == 0, done.stderr
        assert sorted(os.listdir(folder)) == sorted(
            ["candor.1"] + ["candor-" + n.replace(" ", "-") + ".1" for n in names()])


@tap.test
def no_page_has_a_warning():
    if not (shutil.which("man") and shutil.which("groff")):
        tap.skip("man-db or groff is not installed")
    with tempfile.TemporaryDirectory() as folder:
        run(sys.executable, os.path.join(SOURCE, "tools", "manual"), CANDOR, folder)
        for page in sorted(os.listdir(folder)):
            done = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z",
                       os.path.join(folder, page), env={**os.environ, "LC_ALL": "C.UTF-8"})
            assert done.returncode == 0 and not done.stderr, f"{page}: {done.stderr}"


@tap.test
def the_help_of_each_command_names_its_options_and_unknown_ones_are_refused():
    for name in names():
        done = run(CANDOR, "help", *name.split())
        assert done.returncode == 0 and done.stdout.startswith(f"usage: candor {name}"), name
        assert "--json" in done.stdout and not done.stderr, name
        wrong = run(CANDOR, *name.split(), "--no-such-option")
        assert wrong.returncode == 2 and "--no-such-option" in wrong.stderr, name
        assert wrong.stderr.count("\n") == 1, name
    for words in (["nonsense"], ["help", "nonsense"]):
        done = run(CANDOR, *words)
        assert done.returncode == 2 and "unknown command nonsense" in done.stderr


@tap.test
def a_first_word_alone_says_what_is_missing():
    for first in {n.split()[0] for n in names() if " " in n} - set(names()):
        done = run(CANDOR, first)
        assert done.returncode == 2 and f"see: candor help {first}" in done.stderr, done
        assert f"  {first} " in run(CANDOR, "help", first).stdout


@tap.test
def the_completion_offers_commands_and_options():
    script = run(CANDOR, "help", "--completion").stdout
    ask = script + ('\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _candor; '
                    'printf "%s\\n" "${COMPREPLY[@]}"\n')

    def offered(*words):
        done = run("bash", "-c", ask, "bash", "candor", *words)
        assert done.returncode == 0 and not done.stderr, done.stderr
        return set(done.stdout.split())

    assert offered("") == {n.split()[0] for n in names()} | {"help"}
    assert offered("hel") == {"help"}
    for name in names():
        assert name.split()[-1] in offered(*name.split()), name
        assert {"--json", "--help"} <= offered(*name.split(), "--"), name


tap.main()
