#!/usr/bin/env python3
"""Every sample plan: verdict, exit code, rules and JSON as expected.json and the schemas say."""

import json
import sys
import unittest

from cli_support import QUICK, SAMPLES, SAMPLE_NAMES, SMALL, SOURCE, CliTest, run

sys.path.insert(0, str(SOURCE / "tests" / "report"))
from validate_schema import problems  # noqa: E402


def schema(name):
    return json.loads((SOURCE / "core/report/schema" / f"{name}.schema.json").read_text(encoding="utf-8"))


class Samples(CliTest):
    def test_there_are_samples_of_every_verdict(self):
        verdicts = {json.loads((SAMPLES / name / "expected.json").read_text())["verdict"] for name in SAMPLE_NAMES}
        self.assertEqual(verdicts, {"PASS", "VARIATION", "FAIL", "UNKNOWN"})

    def test_each_gives_its_verdict_exit_code_and_rules(self):
        for name in SAMPLE_NAMES:
            with self.subTest(name):
                expected = json.loads((SAMPLES / name / "expected.json").read_text())
                report = self.folder / f"{name}.json"
                done = self.check(expected["exit_code"], "check", SAMPLES / name, "--json", report)
                self.assertEqual(done.text.split()[0], expected["verdict"])
                self.assertEqual(list(problems(schema("check"), report.read_bytes())), [])
                result = json.loads(report.read_text(encoding="utf-8"))
                self.assertEqual(result["verdict"], expected["verdict"])
                rules = {rule["id"]: rule for rule in result["rules"]}
                for rule_id, rule in expected["rules"].items():
                    self.assertEqual((rules[rule_id]["verdict"], rules[rule_id]["level"]),
                                     (rule["verdict"], rule["level"]), rule_id)
                    if "branch" in rule:
                        self.assertEqual(rules[rule_id]["branch"], rule["branch"], rule_id)
                self.assertIn("a qualified person decides", done.text)

    def test_dvh_json_holds_to_its_schema(self):
        done = self.check(0, "dvh", SAMPLES / SMALL, "--metric", "D95%[Gy]", "--metric", "V5Gy[%]",
                          "--metric", "Max[Gy]@EQD2(ab=3)", "--json", "-")
        self.assertEqual(list(problems(schema("dvh"), done.out)), [])
        self.assertGreater(len(done.json["structures"]), 5)

    def test_what_cannot_be_computed_is_null_with_a_reason(self):
        # Esophagus has 10 cc, so no dose covers 1000 cc of it.
        done = self.check(0, "dvh", SAMPLES / SMALL, *QUICK, "--metric", "D1000cc[Gy]", "--json", "-")
        self.assertEqual(list(problems(schema("dvh"), done.out)), [])
        metric = done.json["structures"][0]["metrics"]["D1000cc[Gy]"]
        self.assertIsNone(metric["value"])
        self.assertNotEqual(metric["reason"], "")

    def test_an_index_is_a_ratio_without_a_unit(self):
        done = self.check(0, "dvh", SAMPLES / SMALL, *QUICK, "--metric", "HI", "--metric", "CI(Dref=10Gy,in=Nowhere)",
                          "--json", "-")
        self.assertEqual(list(problems(schema("dvh"), done.out)), [])
        metrics = done.json["structures"][0]["metrics"]
        self.assertEqual(metrics["HI"]["unit"], "")
        self.assertGreaterEqual(metrics["HI"]["value"], 0)
        self.assertIsNone(metrics["CI(Dref=10Gy,in=Nowhere)"]["value"])
        self.assertIn("Nowhere", metrics["CI(Dref=10Gy,in=Nowhere)"]["reason"])
        # Held against in a rule: no blank behind the number, and the JSON holds to its schema.
        rules = self.folder / "index.yaml"
        rules.write_text((SOURCE / "tests/cli/index_rules.yaml").read_text())
        report = self.folder / "index.json"
        done = self.check(1, "check", SAMPLES / SMALL, "--protocol", rules, "--json", report)
        self.assertEqual(list(problems(schema("check"), report.read_bytes())), [])
        self.assertEqual(json.loads(report.read_text())["rules"][0]["unit"], "")

    def test_inspect_says_what_was_read(self):
        done = self.check(0, "inspect", SAMPLES / SMALL)
        for word in ("HCC no GTV", "DOSEGATE-SAMPLE-6", "fractions 25", "50 Gy", "RT Dose Storage", "PHYSICAL",
                     "Esophagus", "plan-not-approved"):
            self.assertIn(word, done.text)

    def test_inspect_says_which_roi_each_rule_would_take_and_why(self):
        done = self.check(0, "inspect", SAMPLES / SMALL, "--protocol", "tg101-5fx", "--map", "Duodenum=Stomach")
        self.assertRegex(done.text, r"tg101-5fx esophagus\S* +Esophagus +takes Esophagus +Esophagus: 'Esophagus' "
                                    r"\(ROI number \d+\) by exact name\n")
        self.assertRegex(done.text, r"Duodenum +takes Stomach +Duodenum: 'Stomach' \(ROI number \d+\) by the user's map")
        self.assertRegex(done.text, r"CaudaEquina +takes nothing +no structure is named 'CaudaEquina'")
        self.assertRegex(done.text, r"#\d+ +Esophagus +ORGAN +\d+ contours +TG-263 name\n")

    def test_no_patient_name_is_told(self):
        name = b"Sample^"
        self.assertIn(name, (SAMPLES / SMALL / "RTPLAN.dcm").read_bytes())
        for words in (["check", "--json", "-"], ["check", "--csv", "-"], ["inspect"], ["dvh", *QUICK]):
            done = run(words[0], SAMPLES / SMALL, *words[1:])
            self.assertNotIn(name, done.out + done.err)


if __name__ == "__main__":
    unittest.main()
