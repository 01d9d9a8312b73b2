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
NODE = []


def look(job, *paths):
    """What is wrong."""
    if not os.path.exists("/usr/bin/chromium") or shutil.which("node") is None:
        tap.skip("no Chromium or node on this machine")
    home = npm.folder("serve", ["playwright-core", "axe-core"])
    if not NODE:
        NODE.append(center_node.filled())
    return json.loads(npm.run(home, SCRIPT, NODE[0].url, job, *paths, timeout=1500))


def well(job, *paths):
    """Nothing is wrong."""
    found = look(job, *paths)
    assert not found, json.dumps(found, indent=1)[:4000]


@tap.test
def axe_finds_nothing_in_light_and_dark():
    well("axe", *SOME, "/nowhere")


@tap.test
def nothing_is_wider_than_320_pixels_or_less_without_javascript():
    well("narrow", *SOME)


@tap.test
def nothing_is_cut_when_printed():
    well("print", *SOME)


@tap.test
def every_link_and_control_is_reached_by_keyboard():
    well("keyboard", *(PAGES if ALL else PAGES[:1]))


@tap.test
def journeys_are_made_by_keyboard():
    well("journeys", center_node.PERIOD)


@tap.test
def a_number_is_checked_in_the_browser():
    well("check", CELL)


if os.environ.get("CANDOR_PICTURES"):
    @tap.test
    def pictures_are_taken():
        well("pictures", REPORT, os.path.abspath(os.environ["CANDOR_PICTURES"]))


@tap.test
def the_node_ends_well():
    if NODE:
        NODE[0].stop()


tap.main()
