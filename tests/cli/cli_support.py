"""Runs the built `dosegate` on samples and on copies of them that are broken by a few bytes.

ctest says where things are: DOSEGATE_COMMAND is the program, DOSEGATE_SOURCE the source tree.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path

COMMAND = os.environ["DOSEGATE_COMMAND"]
SOURCE = Path(os.environ["DOSEGATE_SOURCE"])
SAMPLES = SOURCE / "dicom_samples"
SAMPLE_NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/expected.json"))
SMALL = "hcc_no_gtv"  # the quickest; its verdict is UNKNOWN

PASS, FAIL, UNKNOWN, VARIATION, USAGE, INPUT = 0, 1, 2, 3, 64, 65

# One small structure: the quickest thing that the command can compute.
QUICK = ["--structure", "Esophagus"]


@dataclass
class Done:
    code: int
    out: bytes
    err: bytes

    @property
    def text(self):
        return self.out.decode("utf-8")

    @property
    def words(self):
        """What was said to people beside the result."""
        return self.err.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.text)


def run(*arguments, stdout=subprocess.PIPE):
    done = subprocess.run([COMMAND, *map(os.fsencode, arguments)], stdin=subprocess.DEVNULL, stdout=stdout,
                          stderr=subprocess.PIPE, timeout=120, check=False)
    return Done(done.returncode, done.stdout or b"", done.stderr)


def element(group, number, vr, value):
    """A short element in explicit VR, little endian, as the samples are written."""
    return (group.to_bytes(2, "little") + number.to_bytes(2, "little") + vr.encode()
            + len(value).to_bytes(2, "little") + value)


class CliTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dosegate_cli_"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def copy(self, name=SMALL, to="plan"):
        """A copy of a sample's three files, free to be broken."""
        target = self.folder / to
        target.mkdir(parents=True, exist_ok=True)
        for path in (SAMPLES / name).glob("*.dcm"):
            shutil.copy(path, target / f"{name}_{path.name}" if (target / path.name).exists() else target)
        return target

    def patch(self, path, old, new, count=1):
        """Replaces bytes by as many others; `count` is how often the old ones must stand in the file."""
        data = path.read_bytes()
        self.assertEqual(len(old), len(new), "a patch must not move what follows")
        self.assertEqual(data.count(old), count, f"{old!r} in {path}")
        path.write_bytes(data.replace(old, new))

    def cut(self, path):
        data = path.read_bytes()
        path.write_bytes(data[:len(data) // 2])

    def check(self, expected_code, *arguments, **options):
        done = run(*arguments, **options)
        self.assertEqual(done.code, expected_code, f"{arguments}\n{done.out!r}\n{done.err!r}")
        return done

    def refused(self, expected_code, *arguments, says):
        """The command ends with the code, a message with these words, and nothing on standard output."""
        done = self.check(expected_code, *arguments)
        self.assertEqual(done.out, b"", "a refusal leaves standard output empty")
        for word in says:
            self.assertIn(word, done.words)
        last = done.words.rstrip("\n").split("\n")[-1]
        self.assertTrue(last.startswith("dosegate: ") or "--help" in last, last)
        return done

    def refused_and_nothing_written(self, expected_code, *arguments, says):
        """As refused(), asked for a JSON file: neither it nor a temporary file beside it is there."""
        results = self.folder / "results"
        results.mkdir(exist_ok=True)
        done = self.refused(expected_code, *arguments, "--json", results / "result.json", says=says)
        self.assertEqual(list(results.iterdir()), [])
        return done

    def assert_no_control_characters(self, data, where):
        text = data.decode("utf-8")  # throws where it is no UTF-8
        found = re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
        self.assertEqual(found, [], where)
