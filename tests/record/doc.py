# SPDX-License-Identifier: Apache-2.0
"""What is generated from the tables is what the tree holds."""
import os
import pathlib
import subprocess
import sys

import tap

SOURCE = pathlib.Path(os.environ["CANDOR_SOURCE"])
@tap.test
def records_md_is_what_the_schema_says():
    made = subprocess.run([sys.argv[1]], check=True, capture_output=True).stdout
    stands = (SOURCE / "docs/formats/records.md").read_bytes()
    assert made == stands, f"run {sys.argv[1]} > docs/formats/records.md"


@tap.test
def the_vectors_are_what_their_script_writes():
    script = SOURCE / "tools/vectors_entries.py"
    made = subprocess.run([sys.executable, script], check=True, capture_output=True).stdout
    assert made == (SOURCE / "tests/vectors/entries.json").read_bytes()


tap.main()
