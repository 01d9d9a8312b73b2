# SPDX-License-Identifier: Apache-2.0
"""debian: programs of Debian packages that are not installed: apt downloads them, dpkg unpacks them
into the build folder. For senders that cannot be installed beside each other, or would become the
system's logger.

    rsyslogd = debian.program("usr/sbin/rsyslogd", "rsyslog", "libestr0", "libfastjson4")
    subprocess.run([rsyslogd.path, …], env=rsyslogd.env)
"""
import os
import shutil
import subprocess

import tap

ROOT = os.path.join(os.environ["CANDOR_BUILD"], "tests", "debian")
LIBRARIES = os.path.join(ROOT, "usr", "lib", "x86_64-linux-gnu")


class Program:
    """A program in the unpacked tree and the environment to run it in."""

    def __init__(self, name):
        self.path = os.path.join(ROOT, name)
        folders = [LIBRARIES, os.path.join(ROOT, "lib", "x86_64-linux-gnu"),
                   os.path.join(ROOT, "usr", "lib", "syslog-ng")]
        self.env = dict(os.environ, LD_LIBRARY_PATH=":".join(folders),
                        SYSLOGNG_PREFIX=os.path.join(ROOT, "usr"))


def _unpack(package):
    mark = os.path.join(ROOT, "unpacked", package)
    if os.path.exists(mark):
        return
    with_files = os.path.join(ROOT, "packages", package)
    os.makedirs(with_files, exist_ok=True)
    done = subprocess.run(["apt-get", "download", package], cwd=with_files, capture_output=True,
                          text=True, check=False, timeout=120)
    files = [name for name in os.listdir(with_files) if name.endswith(".deb")]
    if not files:
        tap.skip(f"apt cannot download {package}: {done.stderr.strip()[:200]}")
    subprocess.run(["dpkg", "-x", os.path.join(with_files, files[0]), ROOT], check=True)
    os.makedirs(os.path.dirname(mark), exist_ok=True)
    with open(mark, "w", encoding="utf-8"):
        pass


def program(name, *packages):
    """The program of that path, with these packages unpacked. Skips the subtest where apt cannot
    reach them."""
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        tap.skip("this is not Debian")
    for package in packages:
        _unpack(package)
    return Program(name)


def rsyslogd():
    """rsyslog with its modules for TLS and Elasticsearch; run it with -M MODULES."""
    found = program("usr/sbin/rsyslogd", "rsyslog", "rsyslog-gnutls", "rsyslog-elasticsearch",
                    "libestr0", "libfastjson4")
    found.modules = os.path.join(LIBRARIES, "rsyslog")
    return found


def loggen():
    """syslog-ng's load generator."""
    return program("usr/bin/loggen", "syslog-ng-core", "libglib2.0-0")
