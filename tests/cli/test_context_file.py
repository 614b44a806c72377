#!/usr/bin/env python3
"""context.yaml beside a plan: what is known of the patient, read with the plan and told in the result."""

import hashlib
import unittest

from cli_support import SMALL, UNKNOWN, USAGE, CliTest


class ContextFile(CliTest):
    def plan_with(self, text, to="plan"):
        folder = self.copy(SMALL, to=to)
        (folder / "context.yaml").write_text(text)
        return folder

    def checks(self, result):
        return {check["id"]: check["verdict"] for check in result["plan_checks"]}

    def test_it_is_used_and_named_with_its_hash(self):
        folder = self.plan_with("child_pugh: B8\necog: 1\n")
        result = self.check(UNKNOWN, "check", folder, "--json", "-").json
        self.assertEqual(self.checks(result)["eligibility-child-pugh"], "FAIL")
        self.assertEqual(self.checks(result)["eligibility-ecog"], "PASS")
        path = folder / "context.yaml"
        inputs = [file for file in result["inputs"] if file["path"] == str(path)]
        self.assertEqual([file["sha256"] for file in inputs], [hashlib.sha256(path.read_bytes()).hexdigest()])
        self.assertIn("context-from-file", [finding["code"] for finding in result["findings"]])

    def test_it_is_beside_the_plan_however_the_plan_is_named(self):
        folder = self.plan_with("ecog: 1\n")
        done = self.check(UNKNOWN, "check", *sorted(folder.glob("*.dcm")))
        self.assertIn("Taken from the context file: ecog=1.", done.text)
        # One level up it is not the plan's.
        (self.folder / "context.yaml").write_text("ecog: 9\n")
        self.check(UNKNOWN, "check", self.folder)

    def test_the_command_line_overrides_it_and_says_so(self):
        folder = self.plan_with("child_pugh: B8\n")
        result = self.check(UNKNOWN, "check", folder, "--context", "child_pugh=A5", "--json", "-").json
        self.assertEqual(self.checks(result)["eligibility-child-pugh"], "PASS")
        texts = [finding["text"] for finding in result["findings"] if finding["code"] == "option-overrides"]
        self.assertEqual(texts, ["The context key child_pugh was given as A5; the file says B8."])

    def test_a_mistake_is_told_with_its_place(self):
        for text, place, word in [("ecog: 1\nchild_pough: B7\n", "line 2, column 1", "child_pough"),
                                  ("ecog: seven\n", "line 1, column 7", "seven"),
                                  ("ecog: 1\necog: 1\n", "line 2", "ecog")]:
            with self.subTest(text):
                self.setUp()
                self.refused_and_nothing_written(USAGE, "check", self.plan_with(text),
                                                 says=["context.yaml", place, word, "[505]"])

    def test_it_is_not_used_where_it_could_be_another_patients(self):
        folder = self.plan_with("ecog: 1\n")
        self.copy("hcc_25fx_pass", to="plan")
        self.refused_and_nothing_written(USAGE, "check", folder, says=["several patients", "[505]"])


if __name__ == "__main__":
    unittest.main()
