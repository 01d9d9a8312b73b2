# SPDX-License-Identifier: Apache-2.0
"""candor hunt with any number of threads and any order of files, and its end by a signal."""
import gzip
import hashlib
import json
import os
import random
import signal
import subprocess
import tempfile
import time

from candor import CANDOR
import tap

CORPUS = os.path.join(os.environ["CANDOR_SHARED_DATA"], "sigma")

THREADS = ("1", "2", "3", "7")
RULES = r"""title: Whoami
id: 11111111-1111-4111-8111-111111111111
level: high
logsource: {product: any}
detection: {sel: {Image|endswith: '\whoami.exe'}, condition: sel}
---
title: Anything with a user
name: anything
logsource: {product: any}
detection: {sel: {user|exists: true}, condition: sel}
---
title: Many of one user
correlation:
    type: event_count
    generate: true
    rules: [anything]
    group-by: [user]
    timespan: 10s
    condition: {gte: 5}
---
title: Many users
correlation:
    type: value_count
    generate: true
    rules: [anything]
    timespan: 10s
    condition: {gte: 4, field: user}
---
title: Few in a window
correlation:
    type: event_count
    generate: true
    rules: [anything]
    group-by: [user]
    timespan: 10s
    condition: {lte: 2}
"""


def hunt(*arguments, stdin=b"", status=0):
    run = subprocess.run([CANDOR, "hunt", *arguments], input=stdin, capture_output=True,
                         timeout=120)
    assert run.returncode == status, (run.returncode, run.stderr[-2000:].decode())
    return run.stdout, run.stderr


def same_with_any_threads(*arguments, stdin=b"", status=0):
    """What one thread gives; all others must give the same bytes."""
    first = hunt("--threads", "1", *arguments, stdin=stdin, status=status)
    for threads in THREADS[1:]:
        other = hunt("--threads", threads, *arguments, stdin=stdin, status=status)
        assert other[0] == first[0], (threads, len(other[0]), len(first[0]))
        assert other[1] == first[1], (threads, other[1][:500], first[1][:500])
    return first


class Folder(tempfile.TemporaryDirectory):
    def __enter__(self):
        self.path = super().__enter__()
        self.rules = self.write("rules.yml", RULES.encode())
        return self

    def write(self, name, content):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path


def event(number, pad=""):
    image = "whoami.exe" if number % 50 == 7 else "other.exe"
    return {"time": f"2026-01-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z",
            "user": f"u{number * 7919 % 13}", "Image": f"C:\\x\\{image}", "pad": pad}


def log_lines(count, seed):
    """Lines of several shapes, some of them broken, some very long."""
    rnd = random.Random(seed)
    lines = []
    for number in range(count):
        shape = rnd.randrange(400)
        if shape == 0:
            lines.append(b'{"Image":')
        elif shape == 1:
            lines.append(json.dumps([event(number), 5, event(number + 1)]).encode())
        elif shape == 2:
            lines.append(json.dumps({"Records": [event(number)] * 3}).encode())
        elif shape == 3:
            lines.append(b"")
        elif shape == 4:
            lines.append(b"  \t")
        elif shape == 5:
            lines.append(json.dumps(event(number, "x" * rnd.randrange(200000))).encode())
        else:
            lines.append(json.dumps(event(number, "y" * rnd.randrange(300))).encode())
    lines[0] = json.dumps(event(0)).encode()
    return lines


@tap.test
def a_file_that_is_cut_gives_what_one_thread_gives():
    with Folder() as f:
        log = f.write("a.jsonl", b"\n".join(log_lines(12000, 1)) + b"\n" + b'{"user":"cut')
        out, err = same_with_any_threads("--rules", f.rules, log, status=2)
        assert out.count(b"\n") > 10000 and err.count(b"\n") > 10, (out.count(b"\n"), err[:500])
        assert b":12001: JSON" in err, err[-300:]
        naive = hunt("--rules", f.rules, "--naive", log, status=2)
        assert naive == (out, err)
        events = [json.loads(line)["evidences"][0]["data"]["event"] for line in out.splitlines()
                  if b'"matched"' in line]
        assert events == sorted(events, key=lambda e: (e["line"], e.get("element", 0)))
        text = open(log, "rb").read().split(b"\n")
        offsets = [0]
        for line in text:
            offsets.append(offsets[-1] + len(line) + 1)
        assert all(offsets[e["line"] - 1] == e["offset"] for e in events)


@tap.test
def lines_longer_than_any_piece_are_told_and_the_rest_goes_on():
    with Folder() as f:
        hit = json.dumps(event(7)).encode()
        long = [json.dumps(event(7, "z" * n)).encode() for n in (1 << 20, 5 << 20, 9 << 20)]
        filler = [json.dumps(event(8, "f" * 900)).encode()] * 3000
        log = f.write("a.jsonl", b"\n".join([hit, *filler, long[0], hit, long[1], *filler, hit,
                                             long[2], *filler, hit]))
        out, err = same_with_any_threads("--rules", f.rules, "--level", "high", log, status=2)
        assert out.count(b"\n") == 4, out[-500:]
        assert err.count(b"a line of more than 1 MiB") == 3, err
        for line in (3002, 3004, 6006):
            assert f"{log}:{line}: a line of more".encode() in err, err


@tap.test
def what_a_piece_finds_may_be_more_than_it_keeps():
    with Folder() as f:
        many = f.write("many.yml", "---\n".join(
            f"title: Rule {n}\nlogsource: {{product: any}}\n"
            "detection: {sel: {a: 1}, condition: sel}\n"
            for n in range(30)).encode())
        log = f.write("a.jsonl", b'{"a":1}\n' * 3000 + b"{\n" * 3000 + b'{"a":1}\n' * 10)
        out, err = same_with_any_threads("--rules", many, log, status=2)
        assert out.count(b"\n") == 30 * 3010 and err.count(b"\n") == 3000
        assert len(out) > 2 * (4 << 20)


@tap.test
def files_that_may_not_be_cut_are_read_beside_others():
    with Folder() as f:
        rows = "".join(f"{event(n)['time']},u{n % 5},\"a, b\nc\",{'x' * (n % 100)}\n"
                       for n in range(20000))
        f.write("logs/a.csv", ("time,user,note,pad\n" + rows).encode())
        f.write("logs/b.json", json.dumps([event(n, "p" * 400) for n in range(6000)]).encode())
        f.write("logs/c.jsonl", b"\n".join(log_lines(3000, 2)))
        f.write("logs/d.jsonl.gz", gzip.compress(b"\n".join(log_lines(9000, 3)))[:-20])
        f.write("logs/e.json", b"")
        logs = os.path.join(f.path, "logs")
        out, err = same_with_any_threads("--rules", f.rules, "--output", "brief", logs, status=2)
        found = [json.loads(line) for line in out.splitlines()]
        first = [x for x in found if x["title"] == "Anything with a user"]
        names = [os.path.basename(x["event"]["file"]) for x in first]
        assert names == sorted(names)
        assert names.count("a.csv") == 20000 and names.count("b.json") == 6000
        assert b"d.jsonl.gz: the compressed data end early behind byte " in err, err[-500:]


def samples():
    if not os.path.isdir(CORPUS):
        tap.skip(f"{CORPUS} is not there")
    files = [os.path.join(top, name)
             for top, _, names in os.walk(os.path.join(CORPUS, "regression_data"))
             for name in sorted(names) if name.endswith((".json", ".evtx", ".raw"))]
    return sorted(files)


WINDOWS = """title: Any Sysmon event
name: sysmon
logsource: {product: windows}
detection: {sel: {Channel: Microsoft-Windows-Sysmon/Operational}, condition: sel}
---
title: Created processes
logsource: {product: windows}
detection: {sel: {EventID: 1, Image|endswith: '.exe'}, condition: sel}
---
title: Many events of a computer
correlation:
    type: event_count
    generate: true
    rules: [sysmon]
    group-by: [Computer]
    timespan: 30d
    condition: {gte: 4}
---
title: Images of a computer
correlation:
    type: value_count
    generate: true
    rules: [sysmon]
    group-by: [Computer]
    timespan: 90d
    condition: {gte: 3, field: Image}
"""


@tap.test
def samples_in_any_order_and_with_any_threads_give_the_same_findings():
    files = samples()
    with tempfile.TemporaryDirectory() as folder:
        rules = os.path.join(folder, "rules.yml")
        with open(rules, "w", encoding="utf-8") as file:
            file.write(WINDOWS)
        out, _ = same_with_any_threads("--rules", rules, "--output", "brief", *files)
        lines = out.splitlines()
        fired = [line for line in lines if b'"window"' in line]
        assert len(lines) > 300 and len(fired) > 3, (len(lines), len(fired))
        assert lines[-len(fired):] == fired, "correlations come last"
        whole = json.loads(hunt("--rules", rules, "--summary", "--json", *files)[0])
        rnd = random.Random(5)
        for threads in THREADS:
            rnd.shuffle(files)
            out, _ = hunt("--rules", rules, "--output", "brief", "--threads", threads, *files)
            other = out.splitlines()
            assert sorted(other) == sorted(lines)
            assert other[-len(fired):] == fired
            order = [json.loads(line)["event"]["file"] for line in other[:-len(fired)]]
            assert order == sorted(order, key=files.index)
            summary = json.loads(hunt("--rules", rules, "--summary", "--json", "--threads",
                                      threads, *files)[0])
            assert summary == whole


@tap.test
def the_digest_is_the_sum_of_the_hashes_of_all_identifiers():
    with Folder() as f:
        log = f.write("a.jsonl", b"\n".join(log_lines(2000, 4)))
        out, _ = hunt("--rules", f.rules, log, status=2)
        total = 0
        for line in out.splitlines():
            uid = json.loads(line)["finding_info"]["uid"]
            total += int.from_bytes(hashlib.sha256(uid.encode()).digest(), "little")
        digest = (total % 2**256).to_bytes(32, "little").hex()
        summary, _ = same_with_any_threads("--rules", f.rules, "--summary", "--json", log,
                                           status=2)
        assert json.loads(summary)["findings_digest"] == digest
        for line in bench(f.rules, log):
            assert line["findings_digest"] == digest, line
            assert line["findings"] == json.loads(summary)["findings"]
            assert line["events"] == json.loads(summary)["events"]
            with open(log, "rb") as file:
                assert line["input_sha256"] == hashlib.sha256(file.read()).hexdigest()


def bench(rules, log):
    run = subprocess.run([CANDOR, "bench", "detect", "--rules", rules, "--rounds", "1",
                          "--threads", "3", log], capture_output=True)
    assert run.returncode == 0, run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["threads"] for line in lines] == [1, 3]
    for line in lines:
        for key in ("load_us", "build_us", "memory_peak_bytes", "events_per_s", "bytes_per_s",
                    "events_per_cpu_s", "cpu_ns_per_event", "read_cpu_ns_per_event"):
            assert line[key] > 0, (key, line)
        assert line["candidates_p50"] <= line["candidates_p95"]
    return lines


@tap.test
def every_output_is_the_same_with_any_threads():
    with Folder() as f:
        log = f.write("a.jsonl", b"\n".join(log_lines(4000, 6)))
        for output in ("csv", "html", "navigator", "summary"):
            same_with_any_threads("--rules", f.rules, "--output", output, log, status=2)
        same_with_any_threads("--rules", f.rules, "--explain", "--level", "high", log, status=2)


@tap.test
def lines_of_a_pipe_are_judged_as_they_come():
    with Folder() as f:
        for threads in ("1", "2"):
            run = subprocess.Popen([CANDOR, "hunt", "--rules", f.rules, "--level", "high",
                                    "--format", "json", "--threads", threads],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            first = json.dumps(event(7)).encode() + b"\n"
            run.stdin.write(first + b" " * (64 << 10) + b"\n")
            run.stdin.flush()
            assert b"Whoami" in run.stdout.readline()
            run.stdin.write(first)
            run.stdin.flush()
            assert b"Whoami" in run.stdout.readline()
            run.stdin.close()
            assert run.wait() == 0 and run.stdout.read() == b""


def wait_until_it_reads(pid):
    """Until the main thread sleeps in read with nothing left in the pipe."""
    for _ in range(200):
        time.sleep(0.05)
        with open(f"/proc/{pid}/syscall", encoding="ascii") as file:
            if file.read().startswith("0 0x0 "):
                return
    raise AssertionError("it never reads")


@tap.test
def after_a_signal_what_was_read_is_judged_and_told():
    with Folder() as f:
        for number in (signal.SIGINT, signal.SIGTERM):
            run = subprocess.Popen([CANDOR, "hunt", "--rules", f.rules, "--summary", "--json",
                                    "--threads", "3"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            lines = json.dumps(event(7)).encode() + b"\n"
            run.stdin.write(lines * 2000)
            run.stdin.flush()
            wait_until_it_reads(run.pid)
            run.send_signal(number)
            out, err = run.stdout.read(), run.stderr.read()  # its input is still open
            run.wait()
            run.stdin.close()
            summary = json.loads(out)
            assert run.returncode == -number, (run.returncode, err)
            assert summary["interrupted"] is True and 0 < summary["events"] <= 2000, summary


@tap.test
def a_number_of_threads_must_be_one():
    with Folder() as f:
        for bad in ("0", "65", "-1", "x", ""):
            err = hunt("--rules", f.rules, "--threads", bad, status=2)[1]
            assert b"--threads takes a number from 1 to 64" in err, err


@tap.test
def a_path_that_is_missing_ends_the_hunt_after_what_came_before():
    with Folder() as f:
        log = f.write("a.jsonl", json.dumps(event(7)).encode())
        missing = os.path.join(f.path, "missing")
        out, err = same_with_any_threads("--rules", f.rules, "--level", "high", log, missing, log,
                                         status=2)
        assert out.count(b"\n") == 1 and b"missing" in err


tap.main()
