#!/usr/bin/env python3
"""Dosegate's speed and memory beside DCMTK's own parse and two other DVH engines, in one run.

    python3 tests/bench/run_bench.py build/test [--plan small] [--rounds 5] [--peer-rounds 1]

Generates the plan (generate_bench_plan: small, huge or smoke), reads its files once so that all find
them in the page cache, then measures whole processes, one after the other and round after round, so that
what else the machine does meets all of them. Builds nothing; the preset `test` is optimised as a release
is. Each tool's work is counted: one that left out a structure ends the run with exit code 1. The bars
are those of the design; a bar that is not met is said and does not fail, since a time depends on the
machine.

The two other engines are Debian packages, left out (and said so) where they are not there:
    apt-get install --no-install-recommends plastimatch python3-dicompylercore
Only Linux: peak memory comes from wait4().
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

MIB = 1024 * 1024
# Debian's packages install for Debian's interpreter, which need not be the first one on the path.
DEBIAN_PYTHON = "/usr/bin/python3"
DICOMPYLER_SCRIPT = Path(__file__).with_name("dicompyler_dvhs.py")
# One of each kind: metrics carry brackets, curves alone do not.
METRICS = ["D95%[Gy]", "D2%[Gy]", "D0.03cc[Gy]", "V20Gy[%]", "Mean[Gy]"]


class Incomplete(Exception):
    """A tool failed or did less than the whole work: its time says nothing."""


@dataclass
class Tool:
    name: str
    command: list
    count: object  # text of standard output -> curves or contours made
    wanted: int
    rounds: int
    wall_s: list = field(default_factory=list)
    cpu_s: list = field(default_factory=list)
    peak_bytes: int = 0

    def run(self):
        start = time.perf_counter()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen(self.command, stdout=out, stderr=err, stdin=subprocess.DEVNULL)
            _, status, usage = os.wait4(child.pid, 0)
            wall_s = time.perf_counter() - start
            child.returncode = os.waitstatus_to_exitcode(status)  # else Popen would wait for it again
            out.seek(0)
            err.seek(0)
            text, complaint = out.read().decode(), err.read().decode()
        if child.returncode != 0:
            raise Incomplete(f"{self.name}: exit code {child.returncode}: {complaint.strip()[-500:]}")
        made = self.count(text)
        if made != self.wanted:
            raise Incomplete(f"{self.name}: {made} of {self.wanted} made")
        self.wall_s.append(wall_s)
        self.cpu_s.append(usage.ru_utime + usage.ru_stime)
        self.peak_bytes = max(self.peak_bytes, usage.ru_maxrss * 1024)  # Linux counts KiB


@dataclass
class Plan:
    folder: str
    structures: int
    contours: int
    input_bytes: int


def generate(binaries, kind, folder):
    subprocess.run([str(binaries / "generate_bench_plan"), folder, "--plan", kind], check=True)
    input_bytes = sum(len(path.read_bytes()) for path in Path(folder).iterdir())
    # What there is to find, as DCMTK counts it: "... 3 files, 7200 contours, 35 structures, ...".
    said = subprocess.run([str(binaries / "parse_only"), "convert", folder], check=True,
                          capture_output=True, text=True).stdout
    return Plan(folder, number_before("structures", said), number_before("contours", said), input_bytes)


def number_before(word, text):
    words = text.replace(",", " ").split()
    return int(words[words.index(word) - 1])


def curves_in_json(path):
    def count(_):
        structures = json.loads(Path(path).read_text(encoding="utf-8"))["structures"]
        return sum(1 for s in structures if (s.get("dvh") or {}).get("cumulative_cc"))
    return count


def curves_in_csv(path):
    """plastimatch: a column a structure after the dose; a curve begins at 1."""
    def count(_):
        rows = Path(path).read_text(encoding="utf-8").splitlines()
        return sum(1 for value in rows[1].split(",")[1:] if value.strip() and float(value) > 0)
    return count


def has_command(name):
    return any(os.access(Path(folder) / name, os.X_OK) for folder in os.get_exec_path())


def has_dicompyler():
    probe = [DEBIAN_PYTHON, "-c", "import dicompylercore.dvhcalc"]
    return os.access(DEBIAN_PYTHON, os.X_OK) and subprocess.run(probe, capture_output=True,
                                                                check=False).returncode == 0


def parse_tools(binaries, plan, rounds):
    parse_only = str(binaries / "parse_only")
    yield Tool("DCMTK load", [parse_only, "load", plan.folder], lambda text: number_before("files", text), 3, rounds)
    for mode in ("convert", "from_chars"):
        yield Tool(f"DCMTK {mode}", [parse_only, mode, plan.folder],
                   lambda text: number_before("contours", text), plan.contours, rounds)


def dosegate_tools(binaries, plan, rounds, work):
    metrics = [word for metric in METRICS for word in ("--metric", metric)]
    for name, options in (("dosegate", []), ("dosegate 1 worker", ["--workers", "1"]),
                          ("dosegate 2 workers", ["--workers", "2"]),
                          ("dosegate brackets", metrics),
                          ("dosegate brackets 1 worker", ["--workers", "1", *metrics])):
        result = f"{work}/{name.replace(' ', '_')}.json"
        command = [str(binaries / "dosegate"), "dvh", plan.folder, *options, "--json", result]
        yield Tool(name, command, curves_in_json(result), plan.structures, rounds)


def peer_tools(plan, rounds, work):
    """The other engines, and for each that is not there a word why."""
    tools, absent = [], []
    if has_command("plastimatch"):
        result = f"{work}/plastimatch.csv"
        tools.append(Tool("plastimatch", ["plastimatch", "dvh", "--input", plan.folder, "--output-csv", result],
                          curves_in_csv(result), plan.structures, rounds))
    else:
        absent.append("plastimatch: skipped, the command is not installed")
    if has_dicompyler():
        tools.append(Tool("dicompyler-core", [DEBIAN_PYTHON, str(DICOMPYLER_SCRIPT), plan.folder],
                          int, plan.structures, rounds))
    else:
        absent.append(f"dicompyler-core: skipped, {DEBIAN_PYTHON} has no dicompylercore")
    return tools, absent


def stage_times_ms(binaries, plan, repetitions, seconds):
    """Least time of each stage of bench_dosegate, ms, by its name: (real time, processor time)."""
    command = [str(binaries / "bench_dosegate"), "--folder", plan.folder, "--benchmark_format=json",
               "--benchmark_filter=^(read|regions|curves|after_reading/.*)$",
               f"--benchmark_repetitions={repetitions}", f"--benchmark_min_time={seconds}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Incomplete(f"bench_dosegate: exit code {done.returncode}: {done.stderr.strip()[-500:]}")
    times = {}
    for run in json.loads(done.stdout)["benchmarks"]:
        if run["run_type"] == "iteration":
            # The library writes a run that failed with the word why instead of times.
            if run.get("error_occurred"):
                raise Incomplete(f"{run['name']}: {run.get('error_message')}")
            old = times.get(run["run_name"], (float("inf"), float("inf")))
            times[run["run_name"]] = (min(old[0], run["real_time"]), min(old[1], run["cpu_time"]))
    return times


def measure(tools):
    for i in range(max(tool.rounds for tool in tools)):
        for tool in tools:
            if i < tool.rounds:
                tool.run()


def tool_table(tools):
    parse, ours = by_name(tools)["DCMTK load"], by_name(tools)["dosegate"]
    yield (f"{'whole process':<27}{'runs':>5}{'least s':>9}{'median s':>10}{'CPU s':>9}{'/ load':>9}{'CPU / load':>12}"
           f"{'/ dosegate':>12}{'peak MiB':>10}")
    for tool in tools:
        least, least_cpu = min(tool.wall_s), min(tool.cpu_s)
        yield (f"{tool.name:<27}{len(tool.wall_s):>5}{least:>9.3f}{statistics.median(tool.wall_s):>10.3f}"
               f"{least_cpu:>9.3f}{least / min(parse.wall_s):>9.2f}{least_cpu / min(parse.cpu_s):>12.2f}"
               f"{least / min(ours.wall_s):>12.2f}{tool.peak_bytes / MIB:>10.1f}")


def stage_table(stages):
    yield f"{'stage (one process)':<34}{'least ms':>10}{'least CPU ms':>14}"
    for name, (real_ms, cpu_ms) in stages.items():
        yield f"{name:<34}{real_ms:>10.1f}{cpu_ms:>14.1f}"


def by_name(tools):
    return {tool.name: tool for tool in tools}


def bars(tools, stages, input_bytes):
    """(bar, allowed, measured, unit, met) for each bar that this run can decide."""
    named = by_name(tools)
    after_ms = next(times[0] for name, times in stages.items() if name.startswith("after_reading/workers/1"))
    yield "all DVHs after reading, one core", 50.0, after_ms, "ms", after_ms < 50.0
    parse_s = min(named["DCMTK load"].wall_s)
    for name, allowed in (("dosegate", 2.0), ("dosegate 1 worker", 2.0), ("dosegate brackets", 3.0),
                          ("dosegate brackets 1 worker", 3.0)):
        ratio = min(named[name].wall_s) / parse_s
        yield f"{name} / DCMTK load", allowed, ratio, "x", ratio <= allowed
    allowed_mib = 2.5 * input_bytes / MIB + 64.0
    for name in ("dosegate", "dosegate brackets"):
        peak_mib = named[name].peak_bytes / MIB
        yield f"{name}: peak memory", allowed_mib, peak_mib, "MiB", peak_mib <= allowed_mib
    for peer, wanted in (("plastimatch", 25.0), ("dicompyler-core", 100.0)):
        if peer in named:
            ratio = min(named[peer].wall_s) / min(named["dosegate"].wall_s)
            yield f"{peer} / dosegate, at least", wanted, ratio, "x", ratio >= wanted


def bar_table(rows):
    yield f"{'bar':<42}{'allowed':>10}{'measured':>10}"
    for name, allowed, measured, unit, met in rows:
        yield f"{name:<42}{allowed:>10.1f}{measured:>10.1f} {unit:<4}{'met' if met else 'NOT met'}"


def report(kind, plan, tools, stages, absent):
    yield (f"plan {kind}: {plan.structures} structures, {plan.contours} contours, "
           f"{plan.input_bytes / MIB:.1f} MiB; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    if os.getloadavg()[0] > os.cpu_count() + 1:
        yield "The machine does other work: compare processor times, not wall times."
    yield ""
    yield from tool_table(tools)
    yield from absent
    yield ""
    yield from stage_table(stages)
    yield ""
    yield from bar_table(bars(tools, stages, plan.input_bytes))
    yield ""
    for tool in tools:
        yield f"{tool.name}: {' '.join(tool.command)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path, help="build folder; its bin/ holds the programs")
    parser.add_argument("--plan", choices=("small", "huge", "smoke"), default="small")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer-rounds", type=int, default=1, help="0: leave the other engines out")
    parser.add_argument("--stage-seconds", type=float, default=0.5, help="each stage is repeated for so long, a round")
    options = parser.parse_args()
    binaries = options.build / "bin"
    with tempfile.TemporaryDirectory() as work:
        try:
            plan = generate(binaries, options.plan, f"{work}/plan")
            tools = [*parse_tools(binaries, plan, options.rounds),
                     *dosegate_tools(binaries, plan, options.rounds, work)]
            absent = ["other engines: left out as asked"]
            if options.peer_rounds > 0:
                peers, absent = peer_tools(plan, options.peer_rounds, work)
                tools += peers
            measure(tools)
            stages = stage_times_ms(binaries, plan, options.rounds, options.stage_seconds)
        except (Incomplete, OSError, subprocess.CalledProcessError) as failure:
            sys.exit(f"run_bench.py: {failure}")
        print("\n".join(report(options.plan, plan, tools, stages, absent)))


if __name__ == "__main__":
    main()
