# SPDX-License-Identifier: Apache-2.0
"""The include graph of src/ points one way only: against the flow of the data there is no arrow."""
import os
import re

import tap

SOURCE = os.environ["CANDOR_SOURCE"]
BELOW = {  # folder -> the folders it may include, itself apart
    "base": "",
    "lib": "base",
    "os": "base lib",
    "record": "base lib os",
    "simulate": "base record",
    "intake": "base lib record",
    "judge": "base lib record",
    "ledger": "base lib os record intake judge",
    "view": "base lib os record intake judge ledger",
    "report": "base lib os record intake judge ledger view verify",
    "serve": "base lib os record intake judge ledger view report verify",
    "cmd": "base lib os record simulate intake judge ledger view report serve verify",
    "verify": "base record ledger",
}
NEVER = {"intake": ["lib/sqlite"], "judge": ["lib/sqlite"]}
# Only these folders may include the headers of the system and of libraries.
SYSTEM = re.compile(r"^(sys/|unistd|fcntl|poll|signal|netinet/|arpa/|netdb|pthread|dirent|spawn|"
                    r"linux/|time\.h|sched|threads|pwd|grp|termios)")
LIBRARY = re.compile(r"^(yaml|simdjson|hs|zstd|zlib|openssl/|sqlite3|microhttpd|curl/|gnutls/)")
MAY_USE = {
    SYSTEM: ("src/os/", "src/serve/", "src/cmd/", "src/lib/"),
    LIBRARY: ("src/lib/", "src/serve/"),
}
# What a pure file may not call: the world outside its arguments.
IMPURE = re.compile(r"\b(fopen|fread|fwrite|fdopen|clock_gettime|getenv|secure_getenv|getrandom|"
                    r"time)\s*\(")
PURE_FOLDERS = ("base", "record", "simulate", "intake", "judge")


def read_tree():
    """{path under src/: [(line, what it includes)]} and the texts."""
    graph, texts = {}, {}
    for top, _, names in os.walk(os.path.join(SOURCE, "src")):
        for name in names:
            if not name.endswith((".c", ".h", ".cc", ".def")):
                continue
            path = os.path.relpath(os.path.join(top, name), os.path.join(SOURCE, "src"))
            with open(os.path.join(top, name), encoding="utf-8") as file:
                texts[path] = file.read()
            graph[path] = includes(texts[path])
    return graph, texts


def includes(text):
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        m = re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)
        if m:
            found.append((number, m.group(1)))
    return found


def wrong_arrows(graph):
    """A line for each include that the rule above forbids."""
    found = []
    for path, edges in sorted(graph.items()):
        folder = path.split("/")[0]
        for number, target in edges:
            where = f"src/{path}:{number}: {target}"
            to = target.split("/")[0]
            if "/" in target and to in BELOW:
                if to != folder and to not in BELOW[folder].split():
                    found.append(f"{where}: {folder} may not include {to}")
                if any(target.startswith(never) for never in NEVER.get(folder, [])):
                    found.append(f"{where}: {folder} may not include this")
            for pattern, homes in MAY_USE.items():
                if pattern.match(target) and not f"src/{path}".startswith(homes):
                    found.append(f"{where}: only {', '.join(homes)} may include this")
    return found


def reaches(graph, path):
    """Every file that path includes, at any depth."""
    seen, open_paths = set(), [path]
    while open_paths:
        for _, target in graph.get(open_paths.pop(), []):
            if target not in seen:
                seen.add(target)
                open_paths.append(target)
    return seen


def impure(graph, paths):
    """(path, file under lib/ or os/ that it reaches) for each of the paths that is not pure."""
    found = []
    for path in sorted(paths):
        found += [f"src/{path} reaches {t}" for t in sorted(reaches(graph, path))
                  if t.startswith(("lib/", "os/"))]
    return found


def pure_ledger():
    """The files of ledger_pure_sources in src/ledger/meson.build, with their headers."""
    path = os.path.join(SOURCE, "src", "ledger", "meson.build")
    if not os.path.exists(path):
        return set()
    with open(path, encoding="utf-8") as file:
        m = re.search(r"ledger_pure_sources\s*=\s*files\((.*?)\)", file.read(), re.S)
    names = re.findall(r"'([\w/]+)\.c'", m.group(1)) if m else []
    return {f"ledger/{name}.{end}" for name in names for end in "ch"}


def verify_files(graph):
    return {p for p in graph if p.startswith("verify/")}


@tap.test
def no_arrow_points_against_the_flow():
    graph, _ = read_tree()
    assert len(graph) > 20
    found = wrong_arrows(graph)
    assert not found, "\n" + "\n".join(found)


@tap.test
def the_verifier_and_the_pure_half_of_the_ledger_reach_neither_lib_nor_os():
    graph, _ = read_tree()
    found = impure(graph, (pure_ledger() & set(graph)) | verify_files(graph))
    assert not found, "\n" + "\n".join(found)


@tap.test
def the_verifier_uses_only_the_pure_half_of_the_ledger():
    graph, _ = read_tree()
    found = [f"src/{path}: {target}" for path in verify_files(graph)
             for target in reaches(graph, path)
             if target.startswith("ledger/") and target not in pure_ledger()]
    assert not found, "\n" + "\n".join(found)


@tap.test
def pure_folders_touch_no_file_clock_or_environment():
    _, texts = read_tree()
    found = []
    for path, text in sorted(texts.items()):
        if path.startswith(tuple(f + "/" for f in PURE_FOLDERS)):
            code = re.sub(r"/\*.*?\*/|\"(\\.|[^\"\n])*\"",
                          lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)
            found += [f"src/{path}:{code.count(chr(10), 0, m.start()) + 1}: {m.group(1)}"
                      for m in IMPURE.finditer(code)]
    assert not found, "\n" + "\n".join(found)


@tap.test
def every_folder_of_src_has_its_place_in_the_flow():
    folders = {p.split("/")[0] for p in read_tree()[0]}
    assert folders <= set(BELOW), folders - set(BELOW)


@tap.test
def each_kind_of_wrong_arrow_is_found():
    for path, target in [("base/x.c", "lib/json.h"), ("record/x.h", "ledger/tile.h"),
                         ("judge/sigma/x.c", "os/file.h"), ("judge/x.c", "lib/sqlite.h"),
                         ("intake/x.c", "judge/x.h"), ("ledger/x.c", "view/x.h"),
                         ("verify/x.c", "lib/crypto.h"), ("report/x.c", "serve/http.h"),
                         ("simulate/x.c", "judge/x.h"), ("simulate/x.c", "os/file.h"),
                         ("base/x.c", "unistd.h"), ("judge/x.c", "hs.h"),
                         ("view/x.c", "sqlite3.h")]:
        assert len(wrong_arrows({path: [(1, target)]})) == 1, (path, target)
    for path, target in [("cmd/x.c", "verify/x.h"), ("judge/sigma/x.c", "judge/access/x.h"),
                         ("judge/x.c", "lib/scan.h"), ("os/file.c", "fcntl.h"),
                         ("lib/yaml.c", "yaml.h"), ("base/x.c", "string.h")]:
        assert not wrong_arrows({path: [(1, target)]}), (path, target)


@tap.test
def an_impure_include_is_found_at_any_depth():
    graph = {"verify/x.c": [(1, "record/a.h")], "record/a.h": [(1, "record/b.h")],
             "record/b.h": [(1, "os/file.h")]}
    assert impure(graph, ["verify/x.c"]) == ["src/verify/x.c reaches os/file.h"]
    assert impure({"verify/x.c": [(1, "record/a.h")], "record/a.h": []}, ["verify/x.c"]) == []


tap.main()
