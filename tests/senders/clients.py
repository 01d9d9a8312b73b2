# SPDX-License-Identifier: Apache-2.0
"""Independent senders against a running node: the OpenTelemetry exporters and the Elasticsearch
client for JavaScript, installed by npm as it is set up on this machine, and Fluent Bit where it is
installed. What cannot be had is skipped with a message. Each sends numbered events; every one of
them must be recorded exactly once, those that are evil found, and one of each sender proved."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
sys.dont_write_bytecode = True
import running  # noqa: E402
import tap  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(os.environ["CANDOR_BUILD"], "tests", "senders", "npm")
PACKAGES = ["@elastic/elasticsearch", "@opentelemetry/api-logs", "@opentelemetry/resources",
            "@opentelemetry/sdk-logs", "@opentelemetry/exporter-logs-otlp-http",
            "@opentelemetry/exporter-logs-otlp-proto"]
COUNT = 2000
EVIL = 100  # every so many events
RULE = """title: An evil word
id: 2b8f3f0e-6f0e-4b5b-9a35-0f7f5a3f5c10
name: evil
logsource:
    category: application
detection:
    selection:
        word: evil
    condition: selection
level: high
"""
NODE = running.Node({"evil": RULE})


def npm_folder():
    """Where the packages are, installed if need be."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        tap.skip("no npm or node on this machine")
    if not all(os.path.isdir(os.path.join(FOLDER, "node_modules", p)) for p in PACKAGES):
        os.makedirs(FOLDER, exist_ok=True)
        with open(os.path.join(FOLDER, "package.json"), "w", encoding="utf-8") as file:
            json.dump({"private": True}, file)
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock",
                               *PACKAGES], cwd=FOLDER, capture_output=True, text=True,
                              timeout=300, check=False)
        if done.returncode != 0:
            tap.skip("npm cannot install the clients: " + done.stderr.strip()[:200])
    return FOLDER


def run_script(name, *arguments):
    """Runs one of the scripts beside this file with the packages in reach."""
    folder = npm_folder()
    script = shutil.copy(os.path.join(HERE, name), folder)
    done = subprocess.run(["node", script, NODE.url, *arguments, str(COUNT), str(EVIL)],
                          cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def numbers(source):
    """The numbers of a source's events, and how many of them are evil."""
    events = [json.loads(raw) for raw in NODE.events(source)]
    return [e["n"] for e in events], sum(e["word"] == "evil" for e in events)


def check(source, before):
    """Each number once, each evil one found, one proved."""
    found, evil = numbers(source)
    assert sorted(found) == list(range(COUNT)), (len(found), found[:10])
    assert evil == COUNT // EVIL
    findings = [r for r in NODE.records(before) if r["kind"] == "finding"]
    assert len(findings) == evil, len(findings)
    mine = [r["index"] for r in NODE.records(before)
            if r["kind"] == "event" and r["fields"]["source"] == source]
    NODE.prove(mine[0])


@tap.test
def opentelemetry_exporter_with_json():
    before = NODE.size()
    run_script("otel.mjs", "json", NODE.source("otel-json"))
    check("otel-json", before)


@tap.test
def opentelemetry_exporter_with_protobuf():
    before = NODE.size()
    run_script("otel.mjs", "proto", NODE.source("otel-proto"))
    check("otel-proto", before)


@tap.test
def elasticsearch_client():
    before = NODE.size()
    said = json.loads(run_script("elastic.mjs", NODE.source("elastic")))
    assert said["version"].startswith("8.") and said["failed"] == 0, said
    assert said["successful"] == COUNT, said
    check("elastic", before)


def fluent_bit(source, output):
    """Runs Fluent Bit on a file of numbered events with that output until all have arrived."""
    program = shutil.which("fluent-bit")
    if program is None:
        tap.skip("Fluent Bit is not on this machine")
    host, port = NODE.address.split(":")
    with tempfile.TemporaryDirectory() as folder:
        lines = os.path.join(folder, "events.jsonl")
        with open(lines, "w", encoding="utf-8") as file:
            for n in range(COUNT):
                word = "evil" if n % EVIL == 0 else "good"
                file.write(json.dumps({"n": n, "word": word}) + "\n")
        with open(os.path.join(folder, "parsers.conf"), "w", encoding="utf-8") as file:
            file.write("[PARSER]\n    Name json\n    Format json\n")
        config = os.path.join(folder, "fluent-bit.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"[SERVICE]\n    Flush 1\n    Parsers_File {folder}/parsers.conf\n"
                       f"[INPUT]\n    Name tail\n    Path {lines}\n    Parser json\n"
                       f"    Read_from_Head true\n[OUTPUT]\n    Match *\n    Host {host}\n"
                       f"    Port {port}\n" + "".join(f"    {k} {v}\n" for k, v in output))
        process = subprocess.Popen([program, "-c", config], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 60
            while len(NODE.events(source)) < COUNT and time.monotonic() < deadline:
                time.sleep(0.5)
        finally:
            process.terminate()
            process.wait(30)


@tap.test
def fluent_bit_as_splunk():
    before = NODE.size()
    token = NODE.source("bit-splunk")
    fluent_bit("bit-splunk", [("Name", "splunk"), ("Splunk_Token", token)])
    check("bit-splunk", before)


@tap.test
def fluent_bit_as_elasticsearch():
    before = NODE.size()
    token = NODE.source("bit-es")
    fluent_bit("bit-es", [("Name", "es"), ("HTTP_User", "candor"), ("HTTP_Passwd", token),
                          ("Suppress_Type_Name", "On")])
    check("bit-es", before)


@tap.test
def the_log_holds():
    NODE.stop()


tap.main()
