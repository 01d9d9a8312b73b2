# SPDX-License-Identifier: Apache-2.0
"""Independent senders against a running node: the OpenTelemetry exporters, the Elasticsearch client
and Splunk's logging library for JavaScript, installed by npm as it is set up on this machine; the
Elasticsearch client for Python, rsyslog and Fluent Bit where they are installed. What cannot be had
is skipped with a message. Each sends numbered events; every one of them must be recorded exactly
once, those that are evil found, and one of each sender proved."""
import json
import os
import shutil
import subprocess
import tempfile
import time

import debian
import npm
import running
import tap

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = ["@elastic/elasticsearch", "@opentelemetry/api-logs", "@opentelemetry/resources",
            "@opentelemetry/sdk-logs", "@opentelemetry/exporter-logs-otlp-http",
            "@opentelemetry/exporter-logs-otlp-proto", "splunk-logging"]
SYSTEM_PYTHON = "/usr/bin/python3"  # which has Debian's packages
COUNT = 2000
EVIL = 100  # every so many events
NODE = running.Node({"evil": running.word_rule("evil", "category: application")})


def run_script(name, *arguments):
    """Runs one of the scripts beside this file with the packages in reach."""
    home = npm.folder("senders", PACKAGES)
    return npm.run(home, os.path.join(HERE, name), NODE.url, *arguments, str(COUNT), str(EVIL))


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


@tap.test
def splunk_logging_library():
    before = NODE.size()
    run_script("splunk.mjs", NODE.source("splunk"))
    check("splunk", before)


def numbered():
    """The lines of JSON that a sender is given."""
    for n in range(COUNT):
        yield json.dumps({"n": n, "word": "evil" if n % EVIL == 0 else "good"})


def wait_for(source):
    """Until all events of a source have arrived, at most a minute."""
    deadline = time.monotonic() + 60
    while len(NODE.events(source)) < COUNT and time.monotonic() < deadline:
        time.sleep(0.5)


@tap.test
def elasticsearch_client_of_version_7():
    found = subprocess.run([SYSTEM_PYTHON, "-c", "import elasticsearch"], capture_output=True,
                           check=False)
    if found.returncode != 0:
        tap.skip("no Elasticsearch client for Python on this machine")
    before = NODE.size()
    program = """
import json, sys
from elasticsearch import Elasticsearch, helpers
client = Elasticsearch([sys.argv[1]], http_auth=("candor", sys.argv[2]))
assert client.info()["version"]["number"].startswith("8.")
assert client.indices.exists_index_template(name="numbers")
lines = [json.loads(line) for line in sys.stdin]
actions = ({"_op_type": "create", "_index": "numbers", "_source": line} for line in lines)
done, errors = helpers.bulk(client, actions, chunk_size=300)
assert done == len(lines) and not errors, (done, errors)
"""
    done = subprocess.run([SYSTEM_PYTHON, "-W", "ignore", "-c", program, NODE.url,
                           NODE.source("python-es")], input="\n".join(numbered()), text=True,
                          capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    check("python-es", before)


@tap.test
def rsyslog_as_elasticsearch():
    rsyslogd = debian.rsyslogd()
    before = NODE.size()
    token = NODE.source("rsyslog-es")
    host, port = NODE.address.split(":")
    with tempfile.TemporaryDirectory() as folder:
        lines = os.path.join(folder, "events.log")
        with open(lines, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in numbered())
        config = os.path.join(folder, "rsyslog.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"""global(workDirectory="{folder}")
module(load="imfile" mode="polling" pollingInterval="1")
module(load="omelasticsearch")
template(name="line" type="string" string="%msg%")
input(type="imfile" file="{lines}" tag="app:" addMetadata="off")
action(type="omelasticsearch" server="{host}" serverport="{port}" template="line"
       searchIndex="numbers" searchType="" bulkmode="on" uid="candor" pwd="{token}")
""")
        process = subprocess.Popen([rsyslogd.path, "-M", rsyslogd.modules, "-n", "-f", config, "-i",
                                    folder + "/pid"], env=rsyslogd.env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for("rsyslog-es")
        finally:
            process.terminate()
            process.wait(30)
    check("rsyslog-es", before)


def fluent_bit(source, output):
    """Runs Fluent Bit on a file of numbered events with that output until all have arrived."""
    program = shutil.which("fluent-bit")
    if program is None:
        tap.skip("Fluent Bit is not on this machine")
    host, port = NODE.address.split(":")
    with tempfile.TemporaryDirectory() as folder:
        lines = os.path.join(folder, "events.jsonl")
        with open(lines, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in numbered())
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
            wait_for(source)
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
