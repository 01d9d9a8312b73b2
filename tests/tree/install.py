# SPDX-License-Identifier: Apache-2.0
"""What is installed runs from where it was put, and is gone again when it is uninstalled.

install.py [make]: with make, the front door in a build folder of its own, which takes minutes."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap

SOURCE = os.environ["CANDOR_SOURCE"]
FOLDER = tempfile.TemporaryDirectory()
STAGE = os.path.join(FOLDER.name, "stage")
WITH_MAKE = sys.argv[1:] == ["make"]
BUILD = os.path.join(FOLDER.name, "build") if WITH_MAKE else os.environ["CANDOR_BUILD"]
PREFIX = os.path.join(STAGE, "opt/candor")


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=SOURCE, **more)
    assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout


def make(target, *words):
    return run("make", target, f"BUILD={BUILD}", *words, timeout=1800)


def installed():
    """Every file below the stage, by its path below the prefix."""
    found = [os.path.join(folder, name) for folder, _, names in os.walk(STAGE) for name in names]
    return sorted(os.path.relpath(path, PREFIX) for path in found)


@tap.test
def everything_goes_below_the_stage_and_the_prefix():
    global PREFIX
    if WITH_MAKE:
        make("install", f"DESTDIR={STAGE}", "prefix=/usr")
        make("install", f"DESTDIR={STAGE}/second", "PREFIX=/opt/candor")
        assert os.listdir(os.path.join(STAGE, "second")) == ["opt"]
        assert sorted(os.listdir(STAGE)) == ["second", "usr"]
        make("uninstall")
        assert os.listdir(STAGE) == ["usr"], "the second goes without the first"
        make("install", f"DESTDIR={STAGE}", "prefix=/usr")
        PREFIX = os.path.join(STAGE, "usr")
    else:
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", STAGE)
        options = run("meson", "introspect", BUILD, "--buildoptions")
        prefix = options.split('"name": "prefix", "value": "')[1].split('"')[0]
        PREFIX = STAGE + prefix
    assert not any(path.startswith("..") for path in installed())


@tap.test
def programs_pages_completion_rules_formats_and_licence_are_there():
    files = installed()
    for path in ("bin/candor", "bin/candor-verify", "share/man/man1/candor.1",
                 "share/man/man1/candor-log-count.1", "share/doc/candor/LICENSE",
                 "share/doc/candor/formats/proof.md", "share/candor/candor-verify.html",
                 "share/bash-completion/completions/candor", "lib/sysusers.d/candor.conf"):
        assert path in files, path
    rules = os.path.join(SOURCE, "rules")
    here = sum(len(names) for _, _, names in os.walk(rules))
    assert sum(path.startswith("share/candor/rules/") for path in files) == here > 40
    names = run(os.path.join(PREFIX, "bin/candor"), "help", "--names").split()
    assert sum(path.startswith("share/man/man1/") for path in files) > len(names) / 2 > 10
    with open(os.path.join(PREFIX, "share/doc/candor/LICENSE"), encoding="utf-8") as file:
        assert "Apache License" in file.read(400)


@tap.test
def both_programs_run_from_there_alone():
    env = {"PATH": os.path.join(PREFIX, "bin"), "HOME": FOLDER.name}
    node = os.path.join(FOLDER.name, "node")
    candor = os.path.join(PREFIX, "bin/candor")
    vkey = run(candor, "init", node, "--origin", "example.com/installed", env=env).split()[1]
    run(candor, "append", node, env=env,
        input='{"kind":"event","time":"2026-03-01T10:00:00Z","source":"a","raw":"{}"}\n')
    head = os.path.join(FOLDER.name, "head")
    with open(head, "w", encoding="utf-8") as file:
        file.write(run(candor, "log", "head", node, env=env))
    said = run(os.path.join(PREFIX, "bin/candor-verify"), head, "--vkey", vkey, env=env)
    assert said.startswith("verified: checkpoint"), said
    assert "0 faults" in run(candor, "fsck", node, env=env)
    version = run(os.path.join(PREFIX, "bin/candor-verify"), "--version", env=env)
    assert version.startswith("candor-verify "), version


@tap.test
def the_unit_is_one_that_systemd_takes_and_confines():
    if shutil.which("systemd-analyze") is None:
        tap.skip("no systemd-analyze here")
    unit = os.path.join(FOLDER.name, "candor@test.service")
    with open(os.path.join(PREFIX, "lib/systemd/system/candor@.service"), encoding="utf-8") as file:
        text = file.read()
    program = re.search(r"^ExecStart=(\S+/bin/candor) serve ", text, re.M).group(1)
    with open(unit, "w", encoding="utf-8") as file:
        file.write(text.replace(program, os.path.join(PREFIX, "bin/candor")))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0 and not done.stderr, done
    run("systemd-analyze", "security", "--offline=true", "--threshold=20", unit)


@tap.test
def the_verifier_needs_libc_and_libcrypto_alone():
    names = run("ldd", os.path.join(PREFIX, "bin/candor-verify")).split("\n")
    libraries = {line.split()[0].split(".so")[0] for line in names if line.strip()}
    libraries -= {"linux-vdso", "/lib64/ld-linux-x86-64", "libasan", "libubsan", "libm",
                  "libgcc_s", "libpthread", "libdl", "librt", "libresolv"}
    assert libraries <= {"libc", "libcrypto"}, libraries


@tap.test
def uninstalling_leaves_nothing():
    if WITH_MAKE:
        make("uninstall")
    else:
        run("ninja", "-C", BUILD, "uninstall")
    assert not os.path.exists(STAGE), installed()


tap.main()
