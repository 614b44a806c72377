"""Cohorts made from one plan: copies that differ in UIDs, patient, date and dose, byte for byte the same for a seed.

Only texts of a fixed length are replaced in the files, so nothing else in them moves.
"""

import hashlib
import random
import re
from pathlib import Path

UID = re.compile(rb"2\.25\.[0-9]{20,39}")
PATIENT_ID = bytes.fromhex("10002000") + b"LO"
SCALING = bytes.fromhex("04300e00") + b"DS"
PLAN_DATE = bytes.fromhex("0a300600") + b"DA"
NAMES = ("RTPLAN.dcm", "RTSTRUCT.dcm", "RTDOSE.dcm")


def uid(old, index):
    """Another UID of the same length; the same for the same arguments."""
    digits = str(int.from_bytes(hashlib.sha256(old + b"/%d" % index).digest(), "big"))
    kept = b"2.25.1"
    return (kept + digits.encode())[:len(old)]


def with_value(data, tag, change):
    """Replaces the value of a short element in explicit VR, little endian, by one of the same length."""
    at = data.find(tag)
    if at < 0:
        return data
    start = at + len(tag) + 2
    length = int.from_bytes(data[start - 2:start], "little")
    new = change(data[start:start + length])
    assert len(new) == length, (tag, new)
    return data[:start] + new + data[start + length:]


class CohortMaker:
    """Plans from the three files of one folder."""

    def __init__(self, source, seed=1):
        self.files = {name: (Path(source) / name).read_bytes() for name in NAMES}
        self.seed = seed

    def plan(self, index):
        """Name -> bytes of plan number `index`."""
        draw = random.Random(self.seed * 1_000_003 + index)
        factor = draw.uniform(0.8, 1.25)
        date = f"20{draw.randrange(20, 26)}{draw.randrange(1, 13):02d}{draw.randrange(1, 29):02d}".encode()

        def scaling(old):
            return f"{float(old) * factor:.{len(old) - 2}f}".encode()[:len(old)].ljust(len(old))

        made = {}
        for name, data in self.files.items():
            data = UID.sub(lambda match: uid(match.group(), index), data)
            data = with_value(data, PATIENT_ID, lambda old: f"COHORT-{index:06d}".encode().ljust(len(old))[:len(old)])
            data = with_value(data, SCALING, scaling)
            made[name] = with_value(data, PLAN_DATE, lambda old: date)
        return made

    def write(self, folder, index):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in self.plan(index).items():
            (folder / name).write_bytes(data)
        return folder

    def cohort(self, root, count, first=0):
        for index in range(first, first + count):
            self.write(Path(root) / f"plan{index:05d}", index)
        return Path(root)
