"""What the tests of the hosts share: where things are, how a test that cannot run says so, and when two results
are the same.

ctest says where things are: DOSEGATE_COMMAND, DOSEGATE_LIBRARY, DOSEGATE_SOURCE, and what a host needs.
"""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

COMMAND = os.environ["DOSEGATE_COMMAND"]
SOURCE = Path(os.environ["DOSEGATE_SOURCE"])
SHARED = SOURCE.parent / "shared" / "data"  # real plans, no part of the project
SAMPLES = sorted(path.parent for path in (SOURCE / "dicom_samples").glob("*/expected.json"))
SKIPPED = 77  # SKIP_RETURN_CODE of each of these tests in ctest

# Every number of a result is a sum over at most some 1e6 pieces: whatever turns round axes or orders of
# contours may change it in the last digits only.
SAME = 1e-9


def tool(variable):
    """A tool that ctest was told of, "" where there is none."""
    value = os.environ.get(variable, "")
    return "" if value.endswith("-NOTFOUND") else value


def main(*tools):
    """unittest.main(), but ctest is told SKIPPED, with the reason, where nothing at all could be tested."""
    for variable, what in tools:
        if not tool(variable):
            print(f"SKIPPED: {what} is not installed")
            sys.exit(SKIPPED)
    result = unittest.main(module="__main__", exit=False).result
    if result.wasSuccessful() and len(result.skipped) == result.testsRun:
        print("SKIPPED: " + "; ".join(sorted({reason for _, reason in result.skipped})))
        sys.exit(SKIPPED)
    sys.exit(not result.wasSuccessful())


def run(*words, timeout=300, **environment):
    return subprocess.run(list(map(str, words)), capture_output=True, check=False, timeout=timeout,
                          env={**os.environ, **environment})


def check(*words):
    """The JSON that the command writes, as bytes."""
    return run(COMMAND, "check", *words, "--json", "-").stdout


class Results(unittest.TestCase):
    """Comparisons of two results, each the text of a JSON or what was made of it."""

    def close(self, ours, theirs, what):
        if ours is None or theirs is None:
            self.assertEqual(ours, theirs, what)
        else:
            self.assertLessEqual(abs(ours - theirs), SAME * max(1.0, abs(theirs)), f"{what}: {ours} and {theirs}")

    def same_verdict_and_numbers(self, ours, theirs):
        """Verdicts, the numbers of each rule and each structure; what was read from where may differ."""
        ours, theirs = (json.loads(text) if isinstance(text, (str, bytes)) else text for text in (ours, theirs))
        self.assertEqual((ours["verdict"], ours["verdict_reason"]), (theirs["verdict"], theirs["verdict_reason"]))
        self.assertEqual([(rule["id"], rule["verdict"], rule["metric"], rule["unit"]) for rule in ours["rules"]],
                         [(rule["id"], rule["verdict"], rule["metric"], rule["unit"]) for rule in theirs["rules"]])
        for our, their in zip(ours["rules"], theirs["rules"]):
            for key in ("value", "low", "high", "goal", "variation"):
                self.close(our[key], their[key], f"{our['id']}, {key}")
        by_name = {structure["name"]: structure for structure in theirs["structures"]}
        self.assertEqual({structure["name"] for structure in ours["structures"]}, set(by_name))
        for structure in ours["structures"]:
            for key in ("volume_cc", "uncovered_cc", "mean_gy", "min_gy", "max_gy"):
                self.close(structure[key], by_name[structure["name"]][key], f"{structure['name']}, {key}")
        return ours
