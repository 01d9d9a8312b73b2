# SPDX-License-Identifier: Apache-2.0
"""bench erase: small, and what it left behind is a node in which it is true."""
import json
import os
import shutil
import tempfile

from candor import fault_free, good, run
import tap

HOME = tempfile.mkdtemp(prefix="candor-bench-erase-")
DIR = os.path.join(HOME, "bench")
NODE = os.path.join(DIR, "node")


@tap.test
def every_part_says_what_it_measured():
    lines = good("bench", "erase", DIR, "--records", "30001", "--batches",
                 "1").splitlines()
    spread, stretch, disclosed, restored = (json.loads(line) for line in lines)
    assert (spread["erased"], stretch["erased"]) == (10000, 10000), (spread, stretch)
    assert spread["erasures_per_s"] > 0 and disclosed["bundles"] > 0, (spread, disclosed)
    assert 1000 < disclosed["bytes"] < 4096 and disclosed["verify_us"] > 0, disclosed
    assert restored["bytes"] > 1000000 and restored["restore_s_per_gb"] > 0, restored


@tap.test
def the_values_are_gone_from_the_node():
    counted = fault_free(NODE)
    assert (counted["erased"], counted["fields_erased"]) == (0, 20000), counted
    shown = [json.loads(line) for line in good("log", "show", NODE, "--count", "64").splitlines()]
    assert sum(record["kind"] == "erasure" for record in shown) == 2, shown


@tap.test
def what_it_cannot_use_is_refused():
    for arguments, said in ((("--records", "20000"), "at least 10000"),
                            ((), "there is a node already"), (("--batches", "0"), "above 0")):
        done = run("bench", "erase", DIR, *arguments)
        assert done.returncode in (1, 2) and not done.stdout, done
        assert said.encode() in done.stderr, done
    shutil.rmtree(HOME)


tap.main()
