#!/usr/bin/env python3
"""The PDF report as somebody else's program reads it: text, pages, bookmarks. Needs poppler-utils."""

import json
import os
import re
import shutil
import subprocess
import unittest

from cli_support import COMMAND, FAIL, INPUT, SAMPLES, CliTest, run

SAMPLE = SAMPLES / "hcc_25fx_fail"
NUMBER = r"(-?\d+(?:\.\d+)?)"


def squeezed(text):
    """Without blanks and line ends, which depend on where a line was broken."""
    return re.sub(r"\s+", "", text)


def agrees(shown, value):
    """The text is the value, rounded to the decimals that the text has."""
    decimals = len(shown.partition(".")[2])
    return abs(float(shown) - value) <= 0.5 * 10 ** -decimals * (1 + 1e-9)


class Pdf(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not shutil.which("pdftotext"):
            raise unittest.SkipTest("pdftotext (poppler-utils) is not installed")

    def written(self, *words):
        path = self.folder / "report.pdf"
        done = run("check", SAMPLE, "--pdf", path, "--json", self.folder / "report.json", *words)
        self.assertEqual(done.code, FAIL, done.text)
        text = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
        self.assertEqual(text.stderr, b"")
        return text.stdout.decode(), json.loads((self.folder / "report.json").read_text())

    def test_every_rule_with_its_numbers(self):
        text, result = self.written()
        table = squeezed(text).partition("Whereitlies")[2]
        judged = [rule for rule in result["rules"] if rule["verdict"] != "NOT_APPLICABLE"]
        judged = [rule for rule in judged if squeezed(rule["label"] + rule["id"]) in table]
        self.assertEqual(len(judged), sum(r["verdict"] in ("PASS", "FAIL", "VARIATION", "UNKNOWN")
                                          for r in result["rules"]))
        for rule in judged:
            with self.subTest(rule=rule["id"]):
                row = table[table.index(squeezed(rule["label"] + rule["id"])):][:600]
                if rule["value"] is None:
                    self.assertIn("notmeasured", row)
                else:
                    shown = re.search(re.escape(squeezed(rule["metric"])) + NUMBER + re.escape(rule["unit"]), row)
                    self.assertTrue(shown, row)
                    self.assertTrue(agrees(shown.group(1), rule["value"]), (shown.group(0), rule["value"]))
                for limit in ("goal", "variation"):
                    if rule[limit] is not None:
                        self.assertRegex(row, rf"[<>]=?{rule[limit]:g}{re.escape(rule['unit'])}")

    def test_every_structure_with_its_numbers(self):
        text, result = self.written()
        table = squeezed(text).partition("D0.03cc" "Liver-GTV*madeofseveral")[2]
        self.assertGreater(len(result["structures"]), 5)
        for structure in result["structures"]:
            with self.subTest(structure=structure["name"]):
                wanted = [(structure["volume_cc"], "cc"), (structure["uncovered_cc"], "cc"),
                          (structure["mean_gy"], "Gy"), (structure["min_gy"], "Gy"), (structure["max_gy"], "Gy")]
                cells = "".join("notmeasured" if value is None else NUMBER + unit for value, unit in wanted)
                row = re.search(re.escape(structure["name"]) + rf"ROI{structure['roi_number']}\D.*?" + cells, table)
                self.assertTrue(row, structure)
                values = [value for value, _ in wanted if value is not None]
                for shown, value in zip(row.groups(), values, strict=True):
                    self.assertTrue(agrees(shown, value), (shown, value))

    def test_each_page_names_plan_patient_and_its_number(self):
        text, result = self.written()
        pages = text.rstrip("\f\n").split("\f")
        self.assertGreater(len(pages), 2)
        for number, page in enumerate(pages, 1):
            self.assertIn(f"page {number} of {len(pages)}", page)
            self.assertIn(f"FAIL: plan {result['plan']['plan_label']}, patient {result['plan']['patient_id']}", page)
        self.assertEqual(pages[0].split("\n")[0], "FAIL")

    def test_fonts_are_embedded(self):
        self.written()
        fonts = subprocess.run(["pdffonts", str(self.folder / "report.pdf")], capture_output=True, check=True, text=True)
        rows = fonts.stdout.splitlines()[2:]
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual(row.split()[-5:-2], ["yes", "yes", "yes"], row)  # embedded, subset, has its letters

    def test_the_same_bytes_on_standard_output(self):
        self.written()
        piped = run("check", SAMPLE, "--pdf", "-")
        self.assertEqual(piped.out, (self.folder / "report.pdf").read_bytes())

    def test_no_font_is_said(self):
        empty = self.folder / "fonts.conf"
        empty.write_text("<fontconfig></fontconfig>")
        done = subprocess.run([COMMAND, "check", SAMPLE, "--pdf", self.folder / "none.pdf"], capture_output=True,
                              check=False, env={**os.environ, "FONTCONFIG_FILE": str(empty)}, timeout=120)
        self.assertEqual(done.returncode, INPUT, done.stderr)
        self.assertIn(b"No font is installed", done.stderr)  # ErrorCode::FontsMissing
        self.assertIn(b"[700]", done.stderr)
        self.assertFalse((self.folder / "none.pdf").exists())


if __name__ == "__main__":
    unittest.main()
