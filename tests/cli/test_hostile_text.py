#!/usr/bin/env python3
"""Text from DICOM files that would drive a terminal or a spreadsheet: it is shown, and does nothing."""

import csv
import io
import json
import unittest

from cli_support import QUICK, SMALL, UNKNOWN, CliTest, run

# Clears the screen; begins like a formula.
LABEL, BAD_LABEL = b"HCC no GTV", b"=cmd|\x1b[2Jx"
# Sets the terminal's title; begins like a formula.
NAME, BAD_NAME = b"Esophagus ", b"=1+\x1b]0;x\x07z"
PATIENT, BAD_PATIENT = b"DOSEGATE-SAMPLE-6", b"@SUM(1)\x1b[31mSAMPLE"[:17]


class HostileText(CliTest):
    def setUp(self):
        super().setUp()
        self.plan = self.copy(SMALL)
        self.patch(self.plan / "RTPLAN.dcm", LABEL, BAD_LABEL)
        self.patch(self.plan / "RTSTRUCT.dcm", NAME, BAD_NAME)
        for path in self.plan.glob("*.dcm"):
            self.patch(path, PATIENT, BAD_PATIENT)

    def outputs(self, *arguments):
        """Standard output and error, with a name for messages."""
        done = run(*arguments)
        self.assertIn(done.code, (0, UNKNOWN), done.err)
        name = f"{arguments[0]} {arguments[2:]}"
        return {f"{name}: stdout": done.out, f"{name}: stderr": done.err}

    def test_no_control_character_comes_out_anywhere(self):
        commands = [["check"], ["check", "--json", "-"], ["check", "--csv", "-"], ["check", "--html", "-"],
                    ["check", "--junit", "-"], ["dvh"], ["dvh", "--json", "-"],
                    ["dvh", "--csv", "-"], ["dvh", "--metric", "Mean[Gy]", "--metrics-csv", "-"], ["inspect"]]
        for command, *options in commands:
            for where, data in self.outputs(command, self.plan, *options).items():
                self.assert_no_control_characters(data.replace(b"\r\n", b"\n"), where)

    def test_neither_does_it_from_a_message_of_refusal(self):
        (self.plan / "RTDOSE.dcm").unlink()
        self.assert_no_control_characters(run("check", self.plan).err, "refusal")
        self.assert_no_control_characters(run("inspect", self.plan).out, "inspect")

    def test_the_harmless_rest_is_shown(self):
        result = json.loads(run("dvh", self.plan, "--json", "-").out)
        self.assertEqual(result["plan"]["plan_label"], "=cmd|\ufffd[2Jx")
        self.assertIn("=1+\ufffd]0;x\ufffdz", [s["name"] for s in result["structures"]])

    def test_no_cell_of_a_table_is_a_formula(self):
        for words in (["check", self.plan, "--csv", "-"], ["dvh", self.plan, "--csv", "-"],
                      ["dvh", self.plan, "--metric", "Mean[Gy]", "--metrics-csv", "-"]):
            rows = list(csv.reader(io.StringIO(run(*words).text)))
            self.assertGreater(len(rows), 3)
            for cell in (cell for row in rows for cell in row):
                number = cell.replace(".", "").replace("-", "").replace("e", "").isdigit()
                self.assertTrue(number or cell[:1] not in tuple("=+-@\t\r"), cell)

    def test_a_name_that_begins_like_a_formula_can_still_be_read_off_the_table(self):
        table = run("dvh", self.plan, "--metric", "Mean[Gy]", "--metrics-csv", "-").text
        self.assertIn("'=1+", table)

    def test_other_structures_are_not_disturbed(self):
        # The same numbers as without the hostile texts.
        quick = [word.replace("Esophagus", "Duodenum") for word in QUICK]
        hostile = json.loads(run("dvh", self.plan, *quick, "--json", "-").out)
        clean = json.loads(run("dvh", self.copy(SMALL, to="clean"), *quick, "--json", "-").out)
        self.assertEqual(hostile["structures"], clean["structures"])


if __name__ == "__main__":
    unittest.main()
