# SPDX-License-Identifier: Apache-2.0
"""The tour that make demo gives runs to its end, and what it shows is what it says."""
import os
import subprocess
import sys
import tempfile

import tap

SOURCE = os.environ["CANDOR_SOURCE"]
@tap.test
def the_tour_runs_and_shows_what_it_says():
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, os.path.join(SOURCE, "tools", "demo"),
                               os.environ["CANDOR_BUILD"]], cwd=folder, text=True,
                              capture_output=True, check=False,
                              env={**os.environ, "DEMO_EXIT": "1", "SCALE": "0.05"})
    said = done.stdout
    assert done.returncode == 0, said + done.stderr
    for part in ("vkey: log.example.com/demo+", "verified: inclusion proof", "does not verify",
                 "0 faults", "log/0000000000.seg: offset", "findings of", '"state":"investigating"',
                 "late: due 2026-09-01", "3 cells differ", '"version":2',
                 '"erased":1', 'raw      {"erased": true}'):
        assert part in said, f"missing: {part}\n{said}"
    assert "That took" in said.split("\n")[-2]


@tap.test
def a_tour_without_its_programs_says_so():
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, os.path.join(SOURCE, "tools", "demo"), folder],
                              cwd=folder, text=True, capture_output=True, check=False)
    assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr


tap.main()
