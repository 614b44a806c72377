"""run_bench.py measures everything it names, and refuses to time work that was not done.

Built programs in the folder DOSEGATE_BUILD. No time is asserted anywhere.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import run_bench

BUILD = Path(os.environ["DOSEGATE_BUILD"])
MINIMAL = ["--plan", "smoke", "--rounds", "1", "--peer-rounds", "0", "--stage-seconds", "0.01"]
OURS = ["DCMTK load", "DCMTK convert", "DCMTK from_chars", "dosegate", "dosegate 1 worker", "dosegate 2 workers",
        "dosegate brackets", "dosegate brackets 1 worker"]


def run(build):
    script = Path(run_bench.__file__)
    return subprocess.run([sys.executable, "-B", str(script), str(build), *MINIMAL], capture_output=True, text=True,
                          check=False)


@contextlib.contextmanager
def build_with(replaced, script):
    """The build folder again, with one program replaced by a shell script."""
    with tempfile.TemporaryDirectory() as folder:
        binaries = Path(folder) / "bin"
        binaries.mkdir()
        for name in ("generate_bench_plan", "parse_only", "bench_dosegate", "dosegate"):
            if name != replaced:
                (binaries / name).symlink_to(BUILD.resolve() / "bin" / name)
        (binaries / replaced).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (binaries / replaced).chmod(0o755)
        yield folder


def timed(name, wall_s, cpu_s=1.0, peak_mib=1.0):
    tool = run_bench.Tool(name, [], None, 0, 1)
    tool.wall_s, tool.cpu_s, tool.peak_bytes = [wall_s + 1.0, wall_s], [cpu_s], int(peak_mib * run_bench.MIB)
    return tool


class WholeRun(unittest.TestCase):
    def test_shows_every_tool_every_stage_and_every_bar(self):
        done = run(BUILD)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        tools = done.stdout.split("\n\n")[1].splitlines()
        for name in OURS:
            rows = [line[27:].split() for line in tools if line[:27].strip() == name]
            self.assertEqual(len(rows), 1, name)
            self.assertEqual(len(rows[0]), 8, name)
            # At the least: a run, a time, a ratio, memory. Nothing takes no time at all.
            self.assertTrue(all(float(cell) > 0 for cell in rows[0][:2] + rows[0][-1:]), rows[0])
        for stage in ("read", "regions", "curves", "after_reading/workers/1", "after_reading/workers/2"):
            self.assertEqual(sum(line.startswith(stage + " ") or line.startswith(stage + "/") for line in lines), 1,
                             stage)
        verdicts = [line for line in lines if line.endswith(" met")]  # "met" and "NOT met"
        self.assertEqual(len(verdicts), 7, done.stdout)  # those that need no other engine
        # 5 structures, as smoke_plan() says.
        self.assertTrue(lines[0].startswith("plan smoke: 5 structures, "), lines[0])

    def test_refuses_a_dosegate_that_fails(self):
        with build_with("dosegate", "echo broken >&2; exit 70") as build:
            done = run(build)
        self.assertEqual(done.returncode, 1)
        self.assertIn("dosegate: exit code 70: broken", done.stderr)

    def test_refuses_a_dosegate_that_leaves_structures_out(self):
        one = '{"structures": [{"dvh": {"cumulative_cc": [1, 0]}}, {"dvh": null}]}'
        with build_with("dosegate", f"for last; do :; done; echo '{one}' > \"$last\"") as build:
            done = run(build)
        self.assertEqual(done.returncode, 1)
        self.assertIn("dosegate: 1 of 5 made", done.stderr)

    def test_refuses_a_benchmark_that_fails(self):
        with build_with("bench_dosegate", "exit 1") as build:
            done = run(build)
        self.assertEqual(done.returncode, 1)
        self.assertIn("bench_dosegate: exit code 1", done.stderr)


class Bars(unittest.TestCase):
    def verdicts(self, **changed):
        # Parse 1 s; every bar of the design just met: 2x, 3x, 25x and 100x of the 2 s; 10 MiB of input
        # allow 2.5 * 10 + 64 = 89 MiB.
        wall_s = {"DCMTK load": 1.0, "dosegate": 2.0, "dosegate 1 worker": 2.0, "dosegate brackets": 3.0,
                  "dosegate brackets 1 worker": 3.0, "plastimatch": 50.0, "dicompyler-core": 200.0}
        wall_s.update(changed.get("wall_s", {}))
        tools = [timed(name, seconds, peak_mib=changed.get("peak_mib", 89.0)) for name, seconds in wall_s.items()]
        stages = {"after_reading/workers/1/real_time": (changed.get("after_ms", 49.9), 1.0)}
        return {row[0]: row[4] for row in run_bench.bars(tools, stages, 10 * run_bench.MIB)}

    def test_are_all_met_just_within(self):
        verdicts = self.verdicts()
        self.assertEqual(len(verdicts), 9)
        self.assertTrue(all(verdicts.values()), verdicts)

    def test_are_each_missed_just_beyond(self):
        for changed, missed in (
                ({"after_ms": 50.0}, ["all DVHs after reading, one core"]),
                ({"peak_mib": 89.1}, ["dosegate: peak memory", "dosegate brackets: peak memory"]),
                ({"wall_s": {"dosegate 1 worker": 2.01}}, ["dosegate 1 worker / DCMTK load"]),
                ({"wall_s": {"dosegate brackets": 3.01}}, ["dosegate brackets / DCMTK load"]),
                ({"wall_s": {"plastimatch": 49.9}}, ["plastimatch / dosegate, at least"]),
                ({"wall_s": {"dicompyler-core": 199.9}}, ["dicompyler-core / dosegate, at least"])):
            verdicts = self.verdicts(**changed)
            self.assertEqual([bar for bar, met in verdicts.items() if not met], missed)


class Peers(unittest.TestCase):
    def test_are_left_out_with_a_word_where_they_are_not_installed(self):
        plan = run_bench.Plan("folder", 5, 56, 1)
        with tempfile.TemporaryDirectory() as empty, mock.patch.dict(os.environ, {"PATH": empty}), \
                mock.patch.object(run_bench, "DEBIAN_PYTHON", f"{empty}/python3"):
            tools, absent = run_bench.peer_tools(plan, 1, empty)
        self.assertEqual(tools, [])
        self.assertEqual([line.split(":")[0] for line in absent], ["plastimatch", "dicompyler-core"])

    def test_count_the_structures_of_a_curve_table(self):
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "curves.csv"
            table.write_text("Dose (Gy),A,B,C\n0,1,0,1\n0.5,0.4,0,0.1\n", encoding="utf-8")
            # B holds nothing even at 0 Gy: plastimatch made no curve of it.
            self.assertEqual(run_bench.curves_in_csv(table)(""), 2)


if __name__ == "__main__":
    unittest.main()
