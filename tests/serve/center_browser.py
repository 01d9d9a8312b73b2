# SPDX-License-Identifier: Apache-2.0
"""The Transparency Center in a headless Chromium: axe-core, 320 pixels, without JavaScript,
printed, by keyboard, and the check in the browser. playwright-core and axe-core are installed by
npm as it is set up on this machine; without them, or Chromium, this is skipped. With
CANDOR_ALL_PAGES every page is looked at in every way, otherwise some of them."""
import json
import os
import shutil

import center_node
import npm
import tap

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "center_browser.mjs")
REPORT = f"/reports/{center_node.PERIOD}/1/"
CELL = REPORT + "cells/content_taken_down/violence"
PAGES = ["/", "/enforcement", CELL, "/reports/", REPORT, REPORT + "figures/removal_orders",
         "/government-requests", "/data-access", "/log", "/running", "/attestations",
         "/receipts/?token=1-x", "/incidents", "/failures", "/controls", "/roadmap", "/contact"]
ALL = bool(os.environ.get("CANDOR_ALL_PAGES"))
SOME = PAGES if ALL else PAGES[:3]
NODE, SAID = [], {}
JOBS = {
    "axe": [*SOME, "/nowhere"], "narrow": SOME, "print": SOME,
    "keyboard": PAGES if ALL else PAGES[:1], "journeys": [center_node.PERIOD], "check": [CELL],
}
if os.environ.get("CANDOR_PICTURES"):
    JOBS["pictures"] = [REPORT, os.path.abspath(os.environ["CANDOR_PICTURES"])]


def well(job):
    """Nothing is wrong. The browser is started once, for all jobs."""
    if not os.path.exists("/usr/bin/chromium") or shutil.which("node") is None:
        tap.skip("no Chromium or node on this machine")
    home = npm.folder("serve", ["playwright-core", "axe-core"])
    if not NODE:
        NODE.append(center_node.filled())
        SAID.update(json.loads(npm.run(home, SCRIPT, NODE[0].url, json.dumps(JOBS), timeout=1500)))
    assert not SAID[job], json.dumps(SAID[job], indent=1)[:4000]


@tap.test
def axe_finds_nothing_in_light_and_dark():
    well("axe")


@tap.test
def nothing_is_wider_than_320_pixels_or_less_without_javascript():
    well("narrow")


@tap.test
def nothing_is_cut_when_printed():
    well("print")


@tap.test
def every_link_and_control_is_reached_by_keyboard():
    well("keyboard")


@tap.test
def journeys_are_made_by_keyboard():
    well("journeys")


@tap.test
def a_number_is_checked_in_the_browser():
    well("check")


@tap.test
def the_node_ends_well():
    if NODE:
        NODE[0].stop()
    assert not SAID.get("pictures"), SAID


tap.main()
