# SPDX-License-Identifier: Apache-2.0
"""The tree keeps the house rules, and each rule of tools/tidy catches a bad sample."""
import importlib.machinery
import importlib.util
import os

import tap

SOURCE = os.environ["CANDOR_SOURCE"]
loader = importlib.machinery.SourceFileLoader("tidy", os.path.join(SOURCE, "tools", "tidy"))
tidy = importlib.util.module_from_spec(importlib.util.spec_from_loader("tidy", loader))
loader.exec_module(tidy)

HEAD = "/* SPDX-License-Identifier: Apache-2.0 */\n"
C_HEAD = HEAD + '#include "base/num.h"\n\n#include "base/banned.h"\n\n'
H_HEAD = HEAD + "#pragma once\n"


def rules_hit(path, text):
    return {name for _, _, name, _ in tidy.breaches_in(tidy.File(path, text))}


def expect(rule, path, bad, good):
    """The bad text breaks exactly this rule, the good one none."""
    assert rules_hit(path, bad) == {rule}, (rule, rules_hit(path, bad))
    assert rules_hit(path, good) == set(), (rule, rules_hit(path, good))


def body(lines):
    return "int f(void)\n{\n" + "    f();\n" * (lines - 3) + "}\n"


@tap.test
def the_tree_has_no_breach():
    found = tidy.check_tree(tidy.tree())
    assert not found, "\n" + "\n".join(f"{p}:{n}: {r}: {m}" for p, n, r, m in found)


@tap.test
def a_missing_licence_line_is_found():
    expect("spdx", "src/base/num.h", "#pragma once\n", H_HEAD)
    expect("spdx", "tools/x", "#!/bin/sh\ntrue\n",
           "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n")


@tap.test
def a_line_of_101_columns_is_found():
    expect("line_length", "src/base/num.h", H_HEAD + "/*" + "x" * 97 + "*/\n",
           H_HEAD + "/*" + "x" * 96 + "*/\n")


@tap.test
def stray_white_space_is_found():
    expect("white_space", "src/base/num.h", H_HEAD + "int x; \n", H_HEAD + "int x;\n")
    expect("white_space", "src/base/num.h", H_HEAD + "\tint x;\n", H_HEAD + "    int x;\n")
    expect("white_space", "src/base/num.h", H_HEAD + "int x;", H_HEAD + "int x;\n")


@tap.test
def a_function_of_71_lines_is_found():
    expect("function_length", "src/base/num.c", C_HEAD + body(71), C_HEAD + body(70))
    two = C_HEAD + body(70) + "\n" + body(70)
    assert rules_hit("src/base/num.c", two) == set()


@tap.test
def a_file_of_601_lines_and_a_header_that_is_too_long_are_found():
    expect("file_length", "src/base/num.c", C_HEAD + "\n" * (596), C_HEAD + "\n" * (595))
    too_many = tidy.HEADER_LINES_MAX - 1
    expect("file_length", "src/base/num.h", H_HEAD + "\n" * too_many, H_HEAD)


@tap.test
def conditional_code_inside_a_function_is_found():
    bad = "int f(void)\n{\n#ifdef X\n    g();\n#endif\n}\n"
    expect("conditional_code", "src/base/num.c", C_HEAD + bad,
           C_HEAD + "#ifdef X\nint f(void)\n{\n    g();\n}\n#endif\n")


@tap.test
def includes_in_the_wrong_order_are_found():
    expect("includes", "src/base/num.c", HEAD + '#include "base/banned.h"\n', C_HEAD)
    no_ban = HEAD + '#include "base/num.h"\n#include <stdio.h>\n'
    expect("includes", "src/base/num.c", no_ban, C_HEAD)


@tap.test
def a_header_without_its_guard_is_found():
    expect("header_guard", "src/base/num.h", HEAD, H_HEAD)


@tap.test
def marks_of_unfinished_work_are_found():
    for word in ("TO" "DO", "FIX" "ME", "for n" "ow", "st" "ub", "not imple" "mented"):
        expect("unfinished", "src/base/num.c", C_HEAD + f"/* {word}: later */\n", C_HEAD)
    expect("unfinished", "docs/x.md", "FIX" "ME\n", "fixed\n")


@tap.test
def a_note_without_a_consequence_is_found():
    good = "/* LIMIT: an SSD may keep old blocks until its own collection runs. */\n"
    expect("notes", "src/base/num.c", C_HEAD + "/* BUG: slow */\n", C_HEAD + good)
    expect("notes", "src/base/num.c", C_HEAD + "/* LIMIT of this is unknown to anybody */\n",
           C_HEAD + "enum { E_LIMIT = 2 };\n")


@tap.test
def a_public_function_without_a_docstring_is_found():
    bare = "int f(int a);\n"
    with_it = H_HEAD + "/* What f does. */\n" + bare
    expect("docstring", "src/base/num.h", H_HEAD + "\n" + bare, with_it)
    grouped = H_HEAD + "/* What they do. */\n" + bare + bare
    assert rules_hit("src/base/num.h", grouped) == set()
    inline = "static inline int f(int a)\n{\n    return a;\n}\n"
    expect("docstring", "src/base/num.h", H_HEAD + "\n" + inline, H_HEAD + "/* It. */\n" + inline)
    broken = "/* It. */\nint f(int a,\n      int b);\n"
    assert rules_hit("src/base/num.h", H_HEAD + broken) == set()


@tap.test
def a_status_dropped_with_a_cast_is_found():
    f = "static status g(void)\n{\n    return OK;\n}\n\nstatic int h(void)\n{\n    %s\n}\n"
    expect("dropped_status", "src/base/num.c", C_HEAD + f % "(void)g();",
           C_HEAD + f % '(void)puts("");')


@tap.test
def a_mutable_global_is_found_outside_cmd():
    expect("mutable_global", "src/base/num.c", C_HEAD + "static int count = 0;\n",
           C_HEAD + "static const int count = 0;\n")
    assert rules_hit("src/cmd/main.c", C_HEAD + "static int count;\n") == set()


@tap.test
def a_dead_file_is_found():
    assert "listed" in rules_hit("src/base/dead.c", C_HEAD)
    assert "listed" not in rules_hit("src/base/num.c", C_HEAD)


@tap.test
def the_host_of_a_package_registry_is_found():
    assert len(tidy.registry_hosts()) > 10
    for host in tidy.registry_hosts():
        expect("registry_host", "docs/x.md", f"see {host}\n", "see Debian\n")


@tap.test
def a_path_of_this_machine_is_found():
    for path in tidy.machine_paths():
        expect("machine_path", "docs/x.md", f"see {path}x\n", "see /usr/bin\n")


@tap.test
def a_folder_with_too_many_sources_is_found():
    paths = [f"src/x/{i}.c" for i in range(tidy.FOLDER_FILES_MAX + 1)]
    assert [b[0] for b in tidy.folder_breaches(paths)] == ["src/x"]
    assert not list(tidy.folder_breaches(paths[1:]))


tap.main()
