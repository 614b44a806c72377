#!/usr/bin/env python3
"""Several plans in one folder: each is told, the exit code is the worst, none is dropped unsaid."""

import csv
import io
import unittest

from cli_support import FAIL, INPUT, PASS, QUICK, UNKNOWN, USAGE, VARIATION, CliTest


class SeveralPlans(CliTest):
    def both(self, one, other):
        self.copy(one, to="plans/one")
        return self.copy(other, to="plans/other").parent

    def verdicts(self, done):
        return [line.split()[0] for line in done.text.splitlines() if "  plan " in line and line[0] != " "]

    def test_the_worst_verdict_is_the_exit_code(self):
        for one, other, code, verdicts in [
                ("hcc_25fx_pass", "hcc_25fx_fail", FAIL, ["FAIL", "PASS"]),
                ("hcc_no_gtv", "hcc_25fx_fail", FAIL, ["FAIL", "UNKNOWN"]),
                ("hcc_no_gtv", "hcc_25fx_variation", UNKNOWN, ["VARIATION", "UNKNOWN"]),
                ("hcc_25fx_pass", "hcc_25fx_variation", VARIATION, ["PASS", "VARIATION"])]:
            with self.subTest(f"{one} and {other}"):
                self.setUp()
                # In order of the plan's label: "HCC 25fx fail", "HCC 25fx pass", "HCC 25fx var", "HCC no GTV".
                self.assertEqual(self.verdicts(self.check(code, "check", self.both(one, other))), verdicts)

    def test_the_json_is_an_array_of_the_single_results(self):
        folder = self.both("hcc_25fx_pass", "hcc_no_gtv")
        together = self.check(UNKNOWN, "check", folder, "--json", "-").json
        self.assertEqual([one["verdict"] for one in together], ["PASS", "UNKNOWN"])
        for label, result in zip(("HCC 25fx pass", "HCC no GTV"), together):
            alone = self.check(PASS if result["verdict"] == "PASS" else UNKNOWN, "check", folder, "--plan", label,
                               "--json", "-").json
            self.assertEqual(alone, result)

    def test_one_can_be_picked_by_label_or_uid(self):
        folder = self.both("hcc_25fx_pass", "hcc_25fx_fail")
        picked = self.check(PASS, "check", folder, "--plan", "HCC 25fx pass", "--json", "-").json
        by_uid = self.check(PASS, "check", folder, "--plan", picked["plan"]["plan_uid"])
        self.assertEqual(self.verdicts(by_uid), ["PASS"])
        self.refused_and_nothing_written(USAGE, "check", folder, "--plan", "HCC", says=['no plan "HCC"'])

    def test_a_table_holds_one_plan(self):
        folder = self.both("hcc_25fx_pass", "hcc_25fx_fail")
        table = self.folder / "x.csv"
        self.refused_and_nothing_written(USAGE, "check", folder, "--csv", table, says=["several", "--plan"])
        self.assertFalse(table.exists())
        for option in ("--json", "--csv", "--metrics-csv"):
            self.refused(USAGE, "dvh", folder, *QUICK, option, "-", says=["several", "--plan"])
        one = self.check(PASS, "check", folder, "--csv", "-", "--plan", "HCC 25fx pass")
        self.assertGreater(len(list(csv.reader(io.StringIO(one.text)))), 5)

    def two_plans_of_one_patient(self):
        """A sample, and its plan and dose once more under other UIDs."""
        first = self.copy("hcc_no_gtv", to="course/first")
        second = self.copy("hcc_no_gtv", to="course/second")
        (second / "RTSTRUCT.dcm").unlink()
        for file in second.glob("*.dcm"):
            data = file.read_bytes()
            for uid in (b"2.25.271540022746788474555868903366527832796", b"2.25.271423609439843568653152074806914237196"):
                data = data.replace(uid, uid[:-1] + b"9")
            file.write_bytes(data)
        return first.parent

    def test_a_sum_is_one_course(self):
        folder = self.two_plans_of_one_patient()
        metrics = ["--metric", "Mean[Gy]", "--metric", "Mean[Gy]@EQD2(ab=3)"]
        one = self.check(PASS, "dvh", folder / "first", *QUICK, *metrics, "--json", "-").json
        both = self.check(PASS, "dvh", folder, "--sum", *QUICK, *metrics, "--json", "-").json
        for metric in ("Mean[Gy]", "Mean[Gy]@EQD2(ab=3)"):
            single = one["structures"][0]["metrics"][metric]["value"]
            # Converted between the voxels' centres or at them: the same within the grid's own bias.
            self.assertAlmostEqual(both["structures"][0]["metrics"][metric]["value"], 2 * single, delta=1e-3 * single)
        self.assertIn("dose-plans-summed", [finding["code"] for finding in both["findings"]])
        done = self.check(UNKNOWN, "check", folder, "--sum")
        self.assertEqual(len(self.verdicts(done)), 1)

    def test_a_sum_says_that_its_headroom_is_not_looked_for(self):
        goals, protocol = self.folder / "goals.csv", self.folder / "goals.yaml"
        goals.write_text("structure,metric,goal\nLiver,Dmax,<= 1 Gy\n")
        self.check(PASS, "protocols", "import", goals, "--out", protocol)
        done = self.check(FAIL, "check", self.two_plans_of_one_patient(), "--sum", "--protocol", protocol)
        self.assertIn("scaled together): The headroom of a sum of plans is not looked for.\n", done.text)
        self.assertNotIn("If scaled:", done.text)

    def test_a_sum_is_refused_where_it_means_nothing(self):
        folder = self.two_plans_of_one_patient()
        self.refused(USAGE, "check", folder / "first", folder / "first", "--sum", says=["--sum", "only one"])
        self.refused(USAGE, "check", folder, "--sum", "--fractions", "30", says=["from each plan"])
        self.refused(INPUT, "dvh", self.both("hcc_25fx_pass", "hcc_no_gtv"), "--sum", *QUICK,
                     says=["different patients", "[602]"])

    def test_a_sum_reads_the_context_beside_every_plan(self):
        folder = self.two_plans_of_one_patient()
        (folder / "second" / "context.yaml").write_text("child_pugh: B8\n")

        def checks():
            result = self.check(UNKNOWN, "check", folder, "--sum", "--json", "-").json
            inputs = [file["path"] for file in result["inputs"] if file["path"].endswith("context.yaml")]
            return {check["id"]: check["verdict"] for check in result["plan_checks"]}, inputs

        verdicts, inputs = checks()
        self.assertEqual(verdicts["eligibility-child-pugh"], "FAIL")
        self.assertEqual(inputs, [str(folder / "second" / "context.yaml")])
        (folder / "first" / "context.yaml").write_text("child_pugh: B8\necog: 1\n")
        verdicts, inputs = checks()
        self.assertEqual((verdicts["eligibility-child-pugh"], verdicts["eligibility-ecog"]), ("FAIL", "PASS"))
        self.assertEqual(len(inputs), 2)
        (folder / "first" / "context.yaml").write_text("child_pugh: A5\n")
        self.refused_and_nothing_written(USAGE, "check", folder, "--sum",
                                         says=["contradict", "child_pugh", "A5", "B8", "first/context.yaml",
                                               "second/context.yaml", "[505]"])

    def test_a_file_that_cannot_be_read_may_be_a_plan_that_nobody_checks(self):
        folder = self.both("hcc_25fx_pass", "hcc_25fx_variation")
        for file in (folder / "other").glob("*.dcm"):
            file.write_bytes(file.read_bytes()[:file.stat().st_size // 2] if file.name == "RTPLAN.dcm" else b"")
        (folder / "other" / "RTDOSE.dcm").unlink()
        (folder / "other" / "RTSTRUCT.dcm").unlink()
        self.refused_and_nothing_written(INPUT, "check", folder, says=["RTPLAN.dcm", "--plan"])
        self.check(PASS, "check", folder, "--plan", "HCC 25fx pass")

    def test_two_plans_of_one_label_are_told_apart_by_uid_only(self):
        folder = self.both("hcc_25fx_pass", "hcc_25fx_fail")
        self.patch(folder / "other" / "RTPLAN.dcm", b"HCC 25fx fail", b"HCC 25fx pass")
        self.refused_and_nothing_written(USAGE, "check", folder, "--plan", "HCC 25fx pass",
                                         says=["Several plans", "UID"])
        self.check(FAIL, "check", folder)

    def test_a_plan_that_is_refused_is_never_left_out_unsaid(self):
        folder = self.both("hcc_25fx_pass", "hcc_25fx_fail")
        (folder / "other" / "RTDOSE.dcm").unlink()
        self.refused_and_nothing_written(INPUT, "check", folder, says=["other/RTPLAN.dcm", "no dose of this plan"])
        self.check(PASS, "check", folder, "--plan", "HCC 25fx pass")
        self.refused_and_nothing_written(INPUT, "check", folder, "--plan", "HCC 25fx fail",
                                         says=["other/RTPLAN.dcm"])


if __name__ == "__main__":
    unittest.main()
