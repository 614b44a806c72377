#!/usr/bin/env python3
"""Throughput and memory of `dosegate batch` on made plans, in one run.

    python3 tests/bench/run_batch.py build/release [--plans 2000] [--few 200] [--source dicom_samples/hcc_no_gtv]

Prints plans a second with 1 and with 2 workers and their ratio, and the peak memory with few and with all plans and
theirs. Bars: at least 1.8 times with 2 workers (on an otherwise idle machine with 2 processors), memory within 10 %.
Needs about 1.2 MB of disk a plan, in the folder for temporary files. Asserts nothing.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "cli"))
from cohort_support import CohortMaker  # noqa: E402


def run(command, root, out, jobs):
    """Seconds and peak memory in MiB of a batch from nothing."""
    shutil.rmtree(out, ignore_errors=True)
    began = time.monotonic()
    child = subprocess.Popen([command, "batch", root, "--out", out, "--jobs", str(jobs)], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1, 2, 3):
        sys.exit(f"dosegate batch ended with {child.returncode}")
    return seconds, usage.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    arguments.add_argument("build", type=Path)
    arguments.add_argument("--plans", type=int, default=2000)
    arguments.add_argument("--few", type=int, default=200)
    arguments.add_argument("--source", type=Path, default=SOURCE / "dicom_samples" / "hcc_no_gtv")
    words = arguments.parse_args()
    command = words.build / "bin" / "dosegate"
    folder = Path(tempfile.mkdtemp(prefix="dosegate_batch_bench_"))
    try:
        maker = CohortMaker(words.source)
        many, few = maker.cohort(folder / "many", words.plans), maker.cohort(folder / "few", words.few)
        run(command, few, folder / "warm", 2)  # so that no run pays for the first look at a file
        seconds, memory = {}, {}
        for jobs in (1, 2):
            seconds[jobs], memory[jobs] = run(command, many, folder / "out", jobs)
            print(f"{words.plans} plans, {jobs} workers: {words.plans / seconds[jobs]:8.2f} plans/s, "
                  f"peak {memory[jobs]:7.1f} MiB", flush=True)
        _, little = run(command, few, folder / "out", 2)
        print(f"{words.few} plans, 2 workers: peak {little:7.1f} MiB")
        print(f"throughput with 2 workers: {seconds[1] / seconds[2]:.2f} times that with 1")
        print(f"memory with {words.plans} plans: {memory[2] / little:.2f} times that with {words.few}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
