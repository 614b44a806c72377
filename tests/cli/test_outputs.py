#!/usr/bin/env python3
"""Where results go: whole files or none, standard output for machines or for people and never for both."""

import itertools
import json
import os
import unittest

from cli_support import PASS, QUICK, SAMPLES, SMALL, UNKNOWN, USAGE, CliTest, run

SAMPLE = SAMPLES / SMALL


class Files(CliTest):
    def nothing_new(self, *arguments, says):
        """Refused with 64, and the test's folder holds what it held."""
        before = sorted(self.folder.rglob("*"))
        self.refused(USAGE, *arguments, says=says)
        self.assertEqual(sorted(self.folder.rglob("*")), before)

    def test_a_folder_that_is_not_there(self):
        self.nothing_new("check", SAMPLE, "--json", self.folder / "absent" / "x.json",
                         says=["absent/x.json", "cannot be written"])

    def test_a_file_where_a_folder_should_be(self):
        (self.folder / "file").write_text("x")
        self.nothing_new("dvh", SAMPLE, *QUICK, "--csv", self.folder / "file" / "x.csv",
                         says=["file/x.csv", "cannot be written"])

    def test_a_folder_as_the_file(self):
        (self.folder / "taken").mkdir()
        self.nothing_new("dvh", SAMPLE, *QUICK, "--json", self.folder / "taken",
                         says=["taken", "not a plain file"])

    def test_all_or_nothing_whichever_of_two_cannot_be_written(self):
        (self.folder / "taken").mkdir()
        good = self.folder / "good"
        for bad in (self.folder / "absent" / "x", self.folder / "taken"):
            for first, second in itertools.permutations((good, bad)):
                self.nothing_new("dvh", SAMPLE, *QUICK, "--json", first, "--csv", second, says=[str(bad)])

    def test_one_file_for_two_results(self):
        path = self.folder / "both"
        self.nothing_new("dvh", SAMPLE, *QUICK, "--json", path, "--csv", path, says=["both"])

    def test_a_device_is_not_replaced_by_a_file(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        self.nothing_new("dvh", SAMPLE, *QUICK, "--json", pipe, says=["pipe", "not a plain file"])
        self.assertFalse(pipe.is_file())

    def test_an_earlier_result_is_replaced_as_a_whole(self):
        path = self.folder / "x.json"
        path.write_text("old " * 1_000_000)
        self.check(PASS, "dvh", SAMPLE, *QUICK, "--json", path)
        self.assertEqual(json.loads(path.read_text())["schema"], "dosegate-dvh/1")
        self.assertEqual(list(self.folder.iterdir()), [path])

    def test_an_earlier_result_stays_when_the_new_one_fails(self):
        path = self.folder / "x.json"
        path.write_text("old")
        self.check(USAGE, "dvh", SAMPLE, *QUICK, "--json", path, "--csv", self.folder / "absent" / "x.csv")
        self.assertEqual(path.read_text(), "old")


class Streams(CliTest):
    def test_a_result_on_standard_output_is_all_that_stands_there(self):
        done = self.check(UNKNOWN, "check", SAMPLE, "--json", "-")
        self.assertEqual(done.json["verdict"], "UNKNOWN")
        self.assertIn("UNKNOWN  plan HCC no GTV", done.words, "the page goes to standard error")

    def test_without_it_the_page_does(self):
        done = self.check(UNKNOWN, "check", SAMPLE, "--csv", self.folder / "x.csv")
        self.assertEqual(done.text.split()[0], "UNKNOWN")
        self.assertNotIn("UNKNOWN", done.words)

    def test_only_one_result_goes_to_standard_output(self):
        self.refused(USAGE, "check", SAMPLE, "--json", "-", "--csv", "-", says=["Only one result", "name a file"])

    def test_a_file_and_standard_output_hold_the_same(self):
        path = self.folder / "x.csv"
        self.check(UNKNOWN, "check", SAMPLE, "--csv", path)
        self.assertEqual(self.check(UNKNOWN, "check", SAMPLE, "--csv", "-").out, path.read_bytes())

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full here")
    def test_a_full_disk_behind_standard_output_is_told(self):
        for words in (["dvh", SAMPLE, *QUICK], ["dvh", SAMPLE, *QUICK, "--json", "-"], ["protocols", "list"],
                      ["inspect", SAMPLE]):
            with self.subTest(words), open("/dev/full", "wb") as full:
                done = self.check(USAGE, *words, stdout=full)
                self.assertIn("Standard output cannot be written", done.words)


class SameBytes(CliTest):
    """The same input gives the same bytes; the JSON holds every number unrounded."""

    def test_for_any_number_of_workers(self):
        texts = {run("check", SAMPLES / "hcc_5fx_bowel_fail", "--json", "-", "--workers", n).out for n in "128"}
        self.assertEqual(len(texts), 1)
        self.assertIn(b'"verdict": "FAIL"', texts.pop())

    def test_for_any_order_of_the_files(self):
        files = [SAMPLE / name for name in ("RTDOSE.dcm", "RTPLAN.dcm", "RTSTRUCT.dcm")]
        texts = {self.check(PASS, "dvh", *order, *QUICK, "--json", "-").out for order in itertools.permutations(files)}
        self.assertEqual(len(texts), 1)

    def test_for_a_file_that_is_named_twice(self):
        files = sorted(SAMPLE.glob("*.dcm"))
        once = self.check(PASS, "dvh", *files, *QUICK, "--json", "-").out
        self.assertEqual(self.check(PASS, "dvh", *files, *files, *QUICK, "--json", "-").out, once)
        # A folder also tells of the files in it that are not DICOM.
        folder = self.check(PASS, "dvh", SAMPLE, *QUICK, "--json", "-").out
        self.assertEqual(self.check(PASS, "dvh", SAMPLE, SAMPLE, *QUICK, "--json", "-").out, folder)

    def test_a_copy_of_a_file_changes_nothing_but_is_told(self):
        folder = self.copy()
        once = self.check(PASS, "dvh", folder, *QUICK, "--json", "-").json
        (folder / "copy.dcm").write_bytes((folder / "RTSTRUCT.dcm").read_bytes())
        (folder / "RTSTRUCT.dcm").rename(folder / "ZCOPY.dcm")
        (folder / "copy.dcm").rename(folder / "RTSTRUCT.dcm")
        done = self.check(PASS, "dvh", folder, *QUICK, "--json", "-")
        twice = done.json
        told = [f["code"] for f in twice["findings"] if f not in once["findings"]]
        self.assertEqual(told, ["duplicate-object"])
        for result in (once, twice):
            del result["findings"]
        self.assertEqual(twice, once)


if __name__ == "__main__":
    unittest.main()
