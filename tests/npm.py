# SPDX-License-Identifier: Apache-2.0
"""npm: packages for a test, installed into the build folder as npm is set up on this machine; a
test that cannot have them is skipped with a message."""
import json
import os
import shutil
import subprocess

import tap


def folder(name, packages):
    """The folder in the build folder that has the packages, installed if need be."""
    home = os.path.join(os.environ["CANDOR_BUILD"], "tests", name, "npm")
    if shutil.which("npm") is None or shutil.which("node") is None:
        tap.skip("no npm or node on this machine")
    if all(os.path.isdir(os.path.join(home, "node_modules", p)) for p in packages):
        return home
    os.makedirs(home, exist_ok=True)
    with open(os.path.join(home, "package.json"), "w", encoding="utf-8") as file:
        json.dump({"private": True}, file)
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock",
                           "--ignore-scripts", *packages], cwd=home, capture_output=True,
                          text=True, timeout=300, check=False)
    if done.returncode != 0:
        tap.skip("npm cannot install the packages: " + done.stderr.strip()[:200])
    return home


def run(home, script, *arguments, timeout=600):
    """What a script prints that runs with the packages of that folder in reach."""
    copy = shutil.copy(script, home)
    done = subprocess.run(["node", copy, *arguments], cwd=home, capture_output=True, text=True,
                          timeout=timeout, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
