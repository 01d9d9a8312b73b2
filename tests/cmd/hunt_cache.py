# SPDX-License-Identifier: Apache-2.0
"""The cache of loaded rules: what candor hunt prints is the same with and without it, whatever is
wrong with it, and it is used where nothing is."""
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time

from candor import CANDOR
import tap

CORPUS = os.path.join(os.environ["CANDOR_SHARED_DATA"], "sigma")

WHOAMI = r"""title: Whoami was started
id: 11111111-1111-4111-8111-111111111111
author: Somebody
level: high
logsource: {product: any}
detection:
    sel: {Image|endswith: '\whoami.exe'}
    re: {Image|re: 'C:\\x\\w[a-z]{5}'}
    list: {User|expand: '%people%'}
    condition: sel and re and not list
"""
SHORT = "".join(line for line in WHOAMI.splitlines(keepends=True) if "|re" not in line)
SHORT = SHORT.replace(" and re", "")
BROKEN = "title: Broken\nlogsource: {product: any}\ndetection: {s: {A|re: '(?=x)'}, condition: s}\n"
EVENT = b'{"Image":"C:\\\\x\\\\whoami.exe","User":"u"}\n{"Image":"C:\\\\x\\\\whoani.exe"}\n'
TITLE, POISON = b"Whoami was started", b"WHOAMI WAS STARTED"


class Place:
    """Rules, an event, a list and a cache in a folder of their own."""

    def __init__(self, rule=WHOAMI):
        self.home = tempfile.TemporaryDirectory(prefix="candor-cache-")
        self.rules = os.path.join(self.home.name, "rules")
        self.cache = os.path.join(self.home.name, "cache")
        self.list = os.path.join(self.home.name, "people")
        os.mkdir(self.rules)
        self.write(os.path.join(self.rules, "whoami.yml"), rule)
        self.write(os.path.join(self.rules, "broken.yml"), BROKEN)
        self.write(self.list, "nobody\n")

    @staticmethod
    def write(path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def hunt(self, *options, **how):
        """Exit status, findings and messages; with the cache unless options say otherwise."""
        run = subprocess.run([CANDOR, "hunt", "--rules", self.rules, "--list",
                              f"people={self.list}", *(options or ("--cache", self.cache))],
                             input=EVENT, capture_output=True, timeout=300, **how)
        return run.returncode, run.stdout, run.stderr

    def kept(self):
        """The one file in the cache."""
        (name,) = os.listdir(self.cache)
        return os.path.join(self.cache, name)

    def change(self, change):
        """Gives the bytes of the kept set to a function and keeps what it returns, with a checksum
        that fits."""
        with open(self.kept(), "rb") as file:
            body = change(file.read()[:-32])
        with open(self.kept(), "r+b") as file:
            file.write(body + hashlib.sha256(body).digest())
            file.truncate()

    def poison(self):
        """Makes a set that comes from the cache tell itself by the title of its findings."""
        self.change(lambda body: body.replace(TITLE, POISON))


def plain(place):
    result = place.hunt("--no-cache")
    assert result[0] == 2 and result[1].count(b"\n") == 1 and TITLE in result[1], result
    assert b"look-ahead" in result[2]
    return result


@tap.test
def a_second_hunt_takes_the_rules_from_the_cache():
    place = Place()
    cold = plain(place)
    assert not os.path.exists(place.cache)
    assert place.hunt() == cold
    assert place.hunt() == cold
    place.poison()
    assert POISON in place.hunt()[1]
    assert place.hunt("--no-cache") == cold
    assert os.stat(place.cache).st_mode & 0o777 == 0o700
    assert os.stat(place.kept()).st_mode & 0o777 == 0o600


@tap.test
def the_same_is_printed_in_every_form():
    place = Place()
    place.hunt()
    for form in (["--output", "brief"], ["--output", "csv"], ["--output", "html"], ["--explain"],
                 ["--output", "navigator"], ["--summary"], ["--summary", "--json"], ["--naive"]):
        assert place.hunt("--cache", place.cache, *form) == place.hunt("--no-cache", *form), form


@tap.test
def a_changed_rule_is_compiled_anew():
    place = Place()
    place.hunt()
    place.poison()
    path = os.path.join(place.rules, "whoami.yml")
    before = os.stat(path)
    place.write(path, WHOAMI.replace(r"\whoami.exe", r"\whoani.exe"))  # as many bytes
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = os.stat(path)
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    _, out, _ = place.hunt()
    assert POISON not in out and b"whoani.exe" in out
    assert place.hunt() == place.hunt("--no-cache")


@tap.test
def a_file_that_only_looks_changed_is_read_and_the_set_stays():
    place = Place()
    place.hunt()
    place.poison()
    os.utime(os.path.join(place.rules, "whoami.yml"))
    assert POISON in place.hunt()[1]
    copy = os.path.join(place.rules, "copy")
    shutil.copy(os.path.join(place.rules, "whoami.yml"), copy)
    os.rename(copy, os.path.join(place.rules, "whoami.yml"))
    assert POISON in place.hunt()[1]


@tap.test
def unchanged_files_are_believed_once_they_are_old_enough():
    place = Place()
    place.hunt()
    place.poison()
    end = time.monotonic() + 60
    while True:  # a renewed file is another one; one that served without reading is not
        before = os.stat(place.kept()).st_ino
        assert POISON in place.hunt()[1]
        if os.stat(place.kept()).st_ino == before:
            return
        assert time.monotonic() < end, "renewed for a minute"
        time.sleep(0.2)


@tap.test
def more_and_fewer_files_are_compiled_anew():
    for change in (lambda p: p.write(os.path.join(p.rules, "a.yml"), BROKEN),
                   lambda p: p.write(os.path.join(p.rules, "z.yml"), BROKEN),
                   lambda p: os.remove(os.path.join(p.rules, "broken.yml")),
                   lambda p: os.rename(os.path.join(p.rules, "whoami.yml"),
                                       os.path.join(p.rules, "who.yml"))):
        place = Place()
        place.hunt()
        place.poison()
        change(place)
        result = place.hunt()
        assert POISON not in result[1]
        assert result == place.hunt("--no-cache")


@tap.test
def a_changed_list_is_another_set():
    place = Place()
    place.hunt()
    place.poison()
    place.write(place.list, "nobody\nu\n")
    assert place.hunt()[1] == b""
    place.write(place.list, "nobody\n")
    assert POISON in place.hunt()[1]
    assert len(os.listdir(place.cache)) == 2


@tap.test
def another_version_of_the_format_is_compiled_anew():
    place = Place()
    cold = plain(place)
    place.hunt()
    place.poison()

    def other(body):
        end = body.rindex(os.path.join(place.rules, "whoami.yml").encode(), 0, 1000)
        at = end + len(os.path.join(place.rules, "whoami.yml"))
        return body[:at] + bytes([body[at] + 1]) + body[at + 1:]
    place.change(other)
    assert place.hunt() == cold


@tap.test
def a_cut_or_changed_file_is_written_anew():
    place = Place(SHORT)
    cold = plain(place)
    place.hunt()
    path = place.kept()
    with open(path, "rb") as file:
        whole = file.read()
    with open(path, "wb") as file:
        file.write(whole[:-1])
    for length in (0, 1, 31, 32, 33, len(whole) // 2, len(whole) - 33, len(whole) - 1):
        with open(path, "wb") as file:
            file.write(whole[:length])
        assert place.hunt() == cold, length
        assert os.stat(path).st_size == len(whole)
    for at in range(0, len(whole), 97):
        with open(path, "wb") as file:
            file.write(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1:])
        assert place.hunt() == cold, at
        with open(path, "rb") as file:
            assert file.read()[at] == whole[at], at


@tap.test
def a_forged_file_is_no_crash():
    place = Place()
    cold = plain(place)
    place.hunt()
    with open(place.kept(), "rb") as file:
        whole = file.read()[:-32]
    for at in range(21, len(whole), 197):
        place.change(lambda _, at=at: whole[:at] + bytes([whole[at] ^ 0x5a]) + whole[at + 1:])
        status, _, errors = place.hunt()
        assert status == 2, (at, status, errors)
    place.change(lambda _: whole)
    assert place.hunt() == cold


@tap.test
def a_folder_that_cannot_be_written_is_no_error():
    place = Place()
    cold = plain(place)
    blocked = os.path.join(place.home.name, "file")
    place.write(blocked, "")
    for folder in (os.path.join(blocked, "cache"), blocked, "/proc/candor",
                   os.path.join(place.home.name, "no", "such")):
        status, out, errors = place.hunt("--cache", folder)
        assert (status, out) == cold[:2]
        assert errors.count(b"no cache of rules") == 1, errors
    environment = dict(os.environ, XDG_CACHE_HOME=blocked, HOME=blocked)
    assert place.hunt("--output", "ocsf", env=environment) == cold
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("XDG_CACHE_HOME", "HOME")}
    assert place.hunt("--output", "ocsf", env=environment) == cold


@tap.test
def a_full_disk_is_no_error():
    place = Place()
    cold = plain(place)

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    assert place.hunt(preexec_fn=limit, restore_signals=False) == cold
    assert os.listdir(place.cache) == []
    assert place.hunt() == cold
    assert len(os.listdir(place.cache)) == 1


@tap.test
def what_others_can_write_is_not_believed():
    place = Place()
    cold = plain(place)
    for mode in (0o770, 0o702):
        place.hunt()
        place.poison()
        os.chmod(place.cache, mode)
        status, out, errors = place.hunt()
        assert (status, out) == cold[:2] and b"can be written by others" in errors
        os.chmod(place.cache, 0o700)
        assert POISON in place.hunt()[1]
        os.remove(place.kept())
    for mode in (0o660, 0o602):
        place.hunt()
        place.poison()
        os.chmod(place.kept(), mode)
        assert place.hunt() == cold
        assert os.stat(place.kept()).st_mode & 0o777 == 0o600
        os.remove(place.kept())


@tap.test
def what_belongs_to_others_is_not_believed():
    if os.geteuid() != 0:
        tap.skip("only root can give a file away")
    place = Place()
    cold = plain(place)
    place.hunt()
    place.poison()
    os.chown(place.kept(), 12345, 12345)
    assert place.hunt() == cold
    assert os.stat(place.kept()).st_uid == 0
    place.poison()
    os.chown(place.cache, 12345, 12345)
    status, out, errors = place.hunt()
    assert (status, out) == cold[:2] and b"belongs to another user" in errors


@tap.test
def several_processes_at_once_agree():
    place = Place()
    cold = plain(place)
    command = [CANDOR, "hunt", "--rules", place.rules, "--list", f"people={place.list}", "--cache",
               place.cache]
    for _ in range(3):
        runs = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE) for _ in range(6)]
        for run in runs:
            out, errors = run.communicate(EVENT, timeout=300)
            assert (run.returncode, out, errors) == cold
        assert len(os.listdir(place.cache)) == 1
        os.remove(place.kept())


@tap.test
def old_sets_and_leftovers_are_removed_and_nothing_else():
    place = Place()
    os.mkdir(place.cache, 0o700)
    for name in ("notes", "rules-of-mine", "new-0011", "new-ffee"):
        place.write(os.path.join(place.cache, name), "")
    os.utime(os.path.join(place.cache, "new-0011"), (1, 1))
    for number in range(20):
        place.write(place.list, f"nobody\n{number}\n")
        place.hunt()
    names = os.listdir(place.cache)
    assert {"notes", "rules-of-mine", "new-ffee"} <= set(names) and "new-0011" not in names
    sets = [name for name in names if len(name) == 70]
    assert len(sets) == 16, names
    place.hunt()
    assert sorted(sets) == sorted(name for name in os.listdir(place.cache) if len(name) == 70)


@tap.test
def only_what_takes_long_is_kept_unasked():
    place = Place()
    environment = dict(os.environ, XDG_CACHE_HOME=os.path.join(place.home.name, "xdg"))
    folder = os.path.join(place.home.name, "xdg", "candor")
    place.hunt("--output", "ocsf", env=environment)
    assert os.listdir(folder) == []
    with open(os.path.join(place.rules, "many.yml"), "w", encoding="utf-8") as file:
        for number in range(400):
            file.write(f"---\ntitle: Rule number {number} of a set that is large enough\n"
                       "logsource: {product: any}\ndetection: {sel: {Image|contains: "
                       f"'program {number}', CommandLine|contains: 'word'}}, condition: sel}}\n")
    place.hunt("--output", "ocsf", env=environment)
    (name,) = os.listdir(folder)
    assert os.stat(folder).st_mode & 0o777 == 0o700
    before = os.stat(os.path.join(folder, name))
    assert before.st_mode & 0o777 == 0o600
    home = dict(os.environ, HOME=place.home.name)
    del home["XDG_CACHE_HOME"]
    place.hunt("--output", "ocsf", env=home)
    assert os.listdir(os.path.join(place.home.name, ".cache", "candor")) == [name]


@tap.test
def a_pipe_of_rules_is_read_once():
    place = Place()
    pipe = os.path.join(place.home.name, "pipe")
    os.mkfifo(pipe)
    run = subprocess.Popen([CANDOR, "hunt", "--rules", pipe, "--cache", place.cache],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
    with open(pipe, "w", encoding="utf-8") as file:
        file.write(BROKEN)
    _, errors = run.communicate(timeout=300)
    assert run.returncode == 2 and b"look-ahead" in errors and b"no cache" in errors, errors


@tap.test
def the_public_rules_print_the_same():
    if not os.path.isdir(CORPUS):
        tap.skip("no public rules beside the checkout")
    cache = tempfile.mkdtemp(prefix="candor-cache-")
    event = os.path.join(CORPUS, "regression_data")
    command = [CANDOR, "hunt", "--rules", os.path.join(CORPUS, "rules"), "--rules",
               os.path.join(CORPUS, "unsupported"), event]
    outputs = [subprocess.run([*command, *options], capture_output=True, timeout=600)
               for options in (["--no-cache"], ["--cache", cache], ["--cache", cache])]
    assert len(os.listdir(cache)) == 1
    shutil.rmtree(cache)
    first = outputs[0]
    assert first.returncode == 2 and len(first.stdout.splitlines()) > 200
    for other in outputs[1:]:
        assert (other.returncode, other.stdout, other.stderr) == (2, first.stdout, first.stderr)


tap.main()
