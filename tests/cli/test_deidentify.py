#!/usr/bin/env python3
"""--deidentify: nothing of who it is about is left in any byte of any output, and nothing else changes."""

import gzip
import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
import unittest
import zlib

from cli_support import PASS, QUICK, SMALL, UNKNOWN, USAGE, CliTest, run

PATIENT_ID, PATIENT_NAME, PLAN_LABEL = ((0x0010, 0x0020), b"LO"), ((0x0010, 0x0010), b"PN"), ((0x300A, 0x0002), b"SH")
UID = re.compile(rb"2\.25\.[0-9]{20,39}")
# ROI names stand in sequences with lengths: these have the length of the sample's.
ROI, ROI_BY_NAME = b"Esophagus ", b"xMuEllerEs"


def with_text(data, element, value):
    """The file with another value, of any length, of an element that stands in no sequence."""
    (group, number), vr = element
    tag = group.to_bytes(2, "little") + number.to_bytes(2, "little") + vr
    value += b" " * (len(value) % 2)
    at = data.find(tag)
    assert at > 0, tag
    length = int.from_bytes(data[at + 6:at + 8], "little")
    return data[:at + 6] + len(value).to_bytes(2, "little") + value + data[at + 8 + length:]


def layers(data):
    """The bytes themselves, and all that is packed in them: streams of a PDF, texts of a database."""
    yield data
    for match in re.finditer(rb"stream\r?\n", data):
        try:
            yield zlib.decompressobj().decompress(data[match.end():])
        except zlib.error:
            continue
    for match in re.finditer(rb"\x1f\x8b\x08", data):
        try:
            yield gzip.decompress(data[match.start():])
        except (OSError, EOFError):
            continue


def shown_texts(data):
    """What a PDF's page streams and its metadata say in UTF-16 or hexadecimal is looked at as well."""
    if data.startswith(b"%PDF") and shutil.which("pdftotext"):
        # Glyphs of a page are numbers of its fonts: what a reader sees and finds, and what stands in the properties.
        for program in ("pdftotext", "pdfinfo"):
            words = [program, "-", "-"] if program == "pdftotext" else [program, "-"]
            yield subprocess.run(words, input=data, stdout=subprocess.PIPE, check=True, timeout=60).stdout
    for layer in layers(data):
        yield layer
        yield layer.replace(b"\x00", b"")
        for text in re.findall(rb"<((?:[0-9a-fA-F]{2})+)>", layer):
            plain = bytes.fromhex(text.decode())
            yield plain
            yield plain.replace(b"\x00", b"")


class DeidentifyTest(CliTest):
    NAME, ID, LABEL = b"MUELLER^Anneliese^X", b"PAT0815A", b"Mueller SBRT 1"

    def setUp(self):
        super().setUp()
        self.key = self.folder / "cohort.key"
        self.key.write_bytes(bytes(range(32)))
        self.other_key = self.folder / "other.key"
        self.other_key.write_bytes(bytes(range(1, 33)))

    def plan(self, to="AnnelieseFolder/PAT0815A_rt", name=None, patient_id=None, label=None, roi=ROI_BY_NAME):
        folder = self.copy(SMALL, to)
        for path in folder.glob("*.dcm"):
            data = with_text(path.read_bytes(), PATIENT_ID, self.ID if patient_id is None else patient_id)
            data = with_text(data, PATIENT_NAME, self.NAME if name is None else name)
            if path.name == "RTPLAN.dcm":
                data = with_text(data, PLAN_LABEL, self.LABEL if label is None else label)
            if path.name == "RTSTRUCT.dcm":
                self.assertEqual(data.count(ROI), 1)
                data = data.replace(ROI, roi)
            path.write_bytes(data)
        return folder

    def secrets(self, folder):
        """All of the input that must not come out, in lower case."""
        uids = {uid for path in folder.glob("*.dcm") for uid in UID.findall(path.read_bytes())}
        hashes = {hashlib.sha256(path.read_bytes()).hexdigest().encode() for path in folder.iterdir()}
        self.assertGreater(len(uids), 3)
        return {b"mueller", b"anneliese", b"pat0815a", b"mueller sbrt 1", b"anneliesefolder",
                b"rtplan.dcm", b"rtdose.dcm", b"rtstruct.dcm", str(self.folder).encode().lower()} | uids | hashes

    def assert_nothing_left(self, data, secrets, where):
        for layer in shown_texts(data):
            lower = layer.lower()
            for secret in secrets:
                self.assertFalse(secret in lower, f"{secret!r} in {where}")


class EveryFormat(DeidentifyTest):
    def outputs(self, folder, *arguments, to="out"):
        target = self.folder / to
        target.mkdir()
        files = {option: target / f"r.{option}" for option in ("json", "csv", "html", "pdf", "junit")}
        done = self.check(UNKNOWN, "check", folder, *[w for o, p in files.items() for w in (f"--{o}", p)], *arguments)
        dvhs = {option: target / f"d.{option}" for option in ("json", "csv", "metrics-csv")}
        dvh = self.check(PASS, "dvh", folder, "--metric", "Mean[Gy]", *[w for o, p in dvhs.items() for w in (f"--{o}", p)],
                         *arguments)
        made = {path.name: path.read_bytes() for path in target.iterdir()}
        return made | {"page": done.out, "words": done.err, "dvh page": dvh.out, "dvh words": dvh.err}

    def test_nothing_is_left_in_any_of_them(self):
        folder = self.plan()
        secrets = self.secrets(folder)
        plain = self.outputs(folder, to="plain")
        # The search finds what is there: each of them names somebody without the option.
        self.assertTrue(shutil.which("pdftotext"), "pdftotext (poppler-utils) is not installed")
        for where in ("r.json", "r.pdf", "r.html", "r.junit", "d.json", "d.csv", "page", "dvh page"):
            self.assertTrue(any(s in layer.lower() for layer in shown_texts(plain[where]) for s in secrets), where)
        made = self.outputs(folder, "--deidentify", "--deidentify-key", self.key)
        self.assertEqual(len(made), 12)
        for where, data in made.items():
            self.assert_nothing_left(data, secrets, where)
        # And they are about one patient.
        result = json.loads(made["r.json"])
        pseudonym = result["plan"]["patient_id"]
        self.assertRegex(pseudonym, r"^P-[0-9a-f]{12}$")
        self.assertRegex(result["plan"]["plan_label"], r"^L-[0-9a-f]{12}$")
        self.assertRegex(result["plan"]["plan_uid"], r"^2\.25\.[1-9][0-9]{20,38}$")
        for where in ("r.html", "r.junit", "d.json", "page", "dvh page"):
            self.assertIn(pseudonym.encode(), made[where], where)
        self.assertIn("identities-replaced", [finding["code"] for finding in result["findings"]])

    def test_numbers_and_verdicts_stay(self):
        folder = self.plan()
        plain, made = self.outputs(folder, to="plain"), self.outputs(folder, "--deidentify")

        def numbers(value):
            if isinstance(value, dict):
                return [n for key in sorted(value) if key not in ("findings", "inputs") for n in numbers(value[key])]
            if isinstance(value, list):
                return [n for one in value for n in numbers(one)]
            return [] if isinstance(value, str) else [value]

        for name in ("r.json", "d.json"):
            before, after = json.loads(plain[name]), json.loads(made[name])
            self.assertTrue(numbers(before) == numbers(after), name)
            self.assertEqual(len(before["findings"]) + 1, len(after["findings"]))
        rules = [[(r["id"], r["verdict"], r["text"], r["structure"]) for r in json.loads(d["r.json"])["rules"]]
                 for d in (plain, made)]
        self.assertEqual(rules[0], rules[1])

    def test_a_key_gives_the_same_bytes_and_another_does_not(self):
        folder = self.plan()
        made = [self.outputs(folder, "--deidentify", *more, to=f"out{i}") for i, more in
                enumerate([["--deidentify-key", self.key], ["--deidentify-key", self.key], ["--deidentify-key", self.other_key],
                           [], []])]
        self.assertTrue(made[0] == made[1])
        ids = [json.loads(one["r.json"])["plan"]["patient_id"] for one in made]
        self.assertEqual(len(set(ids)), 4, "another key, and a random one each time, give other pseudonyms")

    def test_the_key_is_nowhere(self):
        self.key.write_bytes(b"a phrase that nobody knows")
        for where, data in self.outputs(self.plan(), "--deidentify", "--deidentify-key", self.key).items():
            self.assert_nothing_left(data, [b"a phrase that nobody"], where)


class HostileIdentities(DeidentifyTest):
    def result(self, folder):
        done = self.check(UNKNOWN, "check", folder, "--json", "-", "--deidentify", "--deidentify-key", self.key)
        return done.json, done.out

    def test_a_short_id_does_not_eat_numbers(self):
        result, _ = self.result(self.plan(patient_id=b"5", name=b"X^Y", label=b"1"))
        plain = self.check(UNKNOWN, "check", self.plan("again", patient_id=b"5", name=b"X^Y", label=b"1"), "--json", "-").json
        self.assertRegex(result["plan"]["patient_id"], r"^P-[0-9a-f]{12}$")
        self.assertEqual([r["reason"] for r in plain["rules"]], [r["reason"] for r in result["rules"]])

    def test_a_number_is_not_looked_for_in_longer_ones(self):
        result, _ = self.result(self.plan(patient_id=b"000", name=b"", label=b"123"))
        self.assertNotRegex(json.dumps(result["rules"]), r"[0-9.]P-[0-9a-f]{12}|P-[0-9a-f]{12}[0-9.][0-9]")

    def test_a_patient_who_is_called_like_an_organ(self):
        result, out = self.result(self.plan(name=b"LIVER^X", patient_id=b"Liver", label=b"Liver"))
        self.assertFalse(b"LIVER^X" in out)
        self.assertTrue(any("Liver" in rule["text"] for rule in result["rules"]), "texts of protocols stay")
        self.assertFalse(any("liver" in s["name"].lower() for s in result["structures"]))

    def test_a_roi_named_after_the_patient(self):
        result, _ = self.result(self.plan())
        names = [s["name"] for s in result["structures"]]
        self.assertTrue(any(re.fullmatch(r"xN-[0-9a-f]{12}Es", name) for name in names), names)

    def test_letters_beyond_ascii_and_control_characters(self):
        folder = self.plan(name="GRÖßER^Jürgen".encode(), patient_id=b"ID\x1b[2J77", label=b"=cmd|\x1b]0;")
        for path in folder.glob("*.dcm"):
            self.assertIn(b"ISO_IR 192", path.read_bytes())
        for option in ("--json", "--csv", "--html", "--junit"):
            done = self.check(UNKNOWN, "check", folder, option, "-", "--deidentify", "--deidentify-key", self.key)
            self.assert_nothing_left(done.out, ["größer".encode(), "grÖßer".encode(), "jürgen".encode(), "jÜrgen".encode(), b"[2j77", b"=cmd"], option)

    def test_a_refusal_names_nobody(self):
        folder = self.plan()
        secrets = self.secrets(folder)
        (folder / "RTDOSE.dcm").unlink()
        done = run("check", folder, "--deidentify")
        self.assertNotIn(done.code, (PASS, UNKNOWN))
        self.assert_nothing_left(done.out + done.err, secrets, "refusal")
        done = run("check", self.plan("AnnelieseFolder/b"), "--deidentify", "--aliases", self.folder / "AnnelieseFolder/b/RTDOSE.dcm")
        self.assert_nothing_left(done.err, secrets, "options refused")

    def test_keys_that_are_none(self):
        folder = self.plan()
        short = self.folder / "short.key"
        short.write_bytes(b"fifteen bytes..")
        for words in (["--deidentify", "--deidentify-key", short], ["--deidentify-key", self.key],
                      ["--deidentify", "--deidentify-key", self.folder / "none.key"],
                      ["--deidentify", "--deidentify-key", self.folder],
                      ["--deidentify", "--deidentify-key", "/dev/zero"], ["--deidentify", "--deidentify-key", ""]):
            self.refused(USAGE, "dvh", folder, *QUICK, *words, says=["key"])


class Batches(DeidentifyTest):
    def batch(self, root, out, *arguments, key=True):
        words = ["--deidentify", *(["--deidentify-key", self.key] if key else [])]
        return run("batch", root, "--out", self.folder / out, "--report", "html,pdf,csv,junit", *words, *arguments)

    def cohort(self):
        root = self.folder / "cohort"
        first = self.plan("cohort/AnnelieseFolder")
        refused = self.copy(SMALL, "cohort/PAT0815A_two")
        for path in refused.glob("*.dcm"):
            data = with_text(with_text(path.read_bytes(), PATIENT_ID, self.ID), PATIENT_NAME, self.NAME)
            data = UID.sub(lambda m: m.group()[:-3] + b"777", data)
            path.write_bytes(data)
        (refused / "RTDOSE.dcm").unlink()
        broken = root / "MuellerBroken"
        broken.mkdir()
        (broken / "RTPLAN.dcm").write_bytes((first / "RTPLAN.dcm").read_bytes()[:900])
        return root, self.secrets(first) | self.secrets(first.parent / "PAT0815A_two") | {b"muellerbroken", b"pat0815a_two"}

    def assert_tree_is_clean(self, out, secrets):
        files = [path for path in (self.folder / out).rglob("*") if path.is_file()]
        self.assertGreater(len(files), 8)
        for path in files:
            inside = path.relative_to(self.folder / out)
            self.assert_nothing_left(str(inside).encode(), secrets - {b"rtplan.dcm"}, "a name")
            self.assert_nothing_left(path.read_bytes(), secrets, inside)

    def test_nothing_is_left_in_a_cohort(self):
        root, secrets = self.cohort()
        done = self.batch(root, "out")
        said = (done.out + done.err).replace(str(self.folder / "out").encode(), b"")  # what was typed
        self.assert_nothing_left(said, secrets - {str(self.folder).encode().lower()}, "terminal")
        self.assert_tree_is_clean("out", secrets)
        rows = sqlite3.connect(self.folder / "out/results.sqlite").execute(
            "SELECT status, plan_date, patient_id FROM plans ORDER BY status").fetchall()
        self.assertEqual(len(rows), 3, rows)
        self.assertEqual(len({row[2] for row in rows if row[2]}), 1, "one patient, one pseudonym")
        for _, date, _ in rows:
            self.assertTrue(date is None or re.fullmatch("[0-9]{4}", date), date)

    def test_after_a_batch_with_names_none_of_them_stays(self):
        root, secrets = self.cohort()
        run("batch", root, "--out", self.folder / "out", "--report", "html")
        self.batch(root, "out")
        self.assert_tree_is_clean("out", secrets)

    def test_it_is_resumed_and_gives_the_same_bytes(self):
        root, _ = self.cohort()
        self.batch(root, "out")
        before = {p: p.read_bytes() for p in (self.folder / "out").rglob("*") if p.is_file()}
        done = self.batch(root, "out", "--resume")
        self.assertIn(b"1 of them were done before", done.out)
        self.batch(root, "other")
        for path, data in before.items():
            self.assertTrue(path.read_bytes() == data, path)
            twin = self.folder / "other" / path.relative_to(self.folder / "out")
            self.assertTrue(twin.read_bytes() == data, path)

    def test_check_gives_the_bytes_of_a_batch(self):
        root, _ = self.cohort()
        self.batch(root, "out")
        [ours] = list((self.folder / "out/plans").glob("*/result.json"))
        done = run("check", root / "AnnelieseFolder", "--json", "-", "--deidentify", "--deidentify-key", self.key)
        ids = [json.loads(data)["plan"] for data in (ours.read_bytes(), done.out)]
        self.assertEqual(ids[0], ids[1])

    def test_what_would_need_the_key_again_is_refused(self):
        root, _ = self.cohort()
        for words in (["--resume"], ["--shard", "1/2"]):
            done = self.batch(root, "out", *words, key=False)
            self.assertEqual(done.code, USAGE, done.err)
            self.assertIn(b"--deidentify-key", done.err)

    def test_shards_merge_to_the_same(self):
        root, _ = self.cohort()
        self.batch(root, "whole")
        for part in ("1/2", "2/2"):
            self.batch(root, f"part{part[0]}", "--shard", part)
        run("merge", self.folder / "part1", self.folder / "part2", "--out", self.folder / "merged")
        for path in (p for p in (self.folder / "whole").rglob("*") if p.is_file()):
            twin = self.folder / "merged" / path.relative_to(self.folder / "whole")
            self.assertTrue(twin.read_bytes() == path.read_bytes(), path)


if __name__ == "__main__":
    unittest.main()
