#!/usr/bin/env python3
"""What the user types: help, slips that are told with a remedy and exit code 64, protocols."""

import unittest

from cli_support import FAIL, PASS, QUICK, SAMPLES, SMALL, SOURCE, UNKNOWN, USAGE, CliTest

SAMPLE = SAMPLES / SMALL
PROTOCOL_FILE = SOURCE / "protocols" / "hcc-rt-ici.yaml"


class Help(CliTest):
    def test_help_and_version_are_no_errors(self):
        self.assertRegex(self.check(PASS, "--version").text, r"^dosegate \d+\.\d+\.\d+\n$")
        self.assertIn("a qualified person decides", self.check(PASS, "--help").text)
        for command in ("check", "dvh", "inspect", "protocols"):
            self.assertIn(command, self.check(PASS, "--help").text)
            self.assertIn("INPUT" if command != "protocols" else "show", self.check(PASS, command, "--help").text)


class Slips(CliTest):
    def test_no_or_unknown_subcommands_and_options(self):
        for words in ([], ["frobnicate"], ["check"], ["dvh"], ["inspect"], ["protocols"], ["protocols", "show"],
                      ["check", SAMPLE, "--frobnicate"], ["check", SAMPLE, "--json"]):
            with self.subTest(words):
                self.refused(USAGE, *words, says=["--help"])

    def test_numbers_that_are_none(self):
        for option, value in [("--fractions", "0"), ("--fractions", "-5"), ("--fractions", "x"),
                              ("--fractions", "2.5"), ("--fractions", ""), ("--fractions", "0x19"),
                              ("--fractions", "100000"), ("--prescription", "0"), ("--prescription", "-50"),
                              ("--prescription", "50,0"), ("--prescription", "x"), ("--workers", "-1"),
                              ("--workers", "x"), ("--fraction-dose", "some")]:
            with self.subTest(f"{option} {value}"):
                self.refused(USAGE, "check", SAMPLE, option, value, says=[option])
        for value in ("nan", "inf"):
            self.check(USAGE, "check", SAMPLE, "--prescription", value)

    def test_end_caps_interpolations_and_conventions(self):
        for option, value in [("--end-caps", "quarter"), ("--interpolation", "loft"), ("--convention", ""),
                              ("--convention", "as-nobody")]:
            with self.subTest(f"{option} {value}"):
                self.refused(USAGE, "check", SAMPLE, option, value, says=["convention" if "conv" in option else option])
        # Two answers to one question, even where they agree.
        for option, value in [("--end-caps", "half"), ("--interpolation", "slab")]:
            self.refused(USAGE, "dvh", SAMPLE, "--convention", "dosegate", option, value,
                         says=["--convention", option])

    def test_a_leading_zero_does_not_make_fractions_octal(self):
        # CLI11 reads 025 as 21.
        for value in ("025", "010", "08"):
            self.refused(USAGE, "check", SAMPLE, "--fractions", value,
                         says=["--fractions", "without a leading zero"])

    def test_an_alias_file_with_the_line_where_it_goes_wrong(self):
        file = self.folder / "site.yaml"
        file.write_text("aliases:\n  Liver: [Liver-PTV]\n")
        for command in ("check", "dvh", "inspect"):
            with self.subTest(command):
                self.refused(USAGE, command, SAMPLE, "--aliases", "", says=["--aliases"])
                self.refused(USAGE, command, SAMPLE, "--aliases", file, says=["site.yaml, line 2, column 11"])

    def test_a_metric_with_the_column_where_it_goes_wrong(self):
        # D95%[Gz]: what is no unit begins in column 6.
        self.refused_and_nothing_written(USAGE, "dvh", SAMPLE, "--metric", "D95%[Gz]", says=["column 6", "'Gz'"])

    def test_a_structure_expression_that_cannot_be_read(self):
        self.refused_and_nothing_written(USAGE, "dvh", SAMPLE, "--structure", "Liver -", says=["column"])

    def test_protocols_that_are_not_there_or_given_twice(self):
        self.refused_and_nothing_written(USAGE, "check", SAMPLE, "--protocol", "nope",
                                         says=["'nope'", "hcc-rt-ici"])
        self.refused_and_nothing_written(USAGE, "check", SAMPLE, "--protocol", "hcc-rt-ici", "--protocol", PROTOCOL_FILE,
                                         says=["twice"])

    def test_a_protocol_file_with_a_mistake_names_its_line(self):
        path = self.folder / "wrong.yaml"
        text = PROTOCOL_FILE.read_text(encoding="utf-8")
        self.assertIn("Mean[Gy]", text)
        path.write_text(text.replace("Mean[Gy]", "Mean[Gz]"), encoding="utf-8")
        line = 1 + next(i for i, row in enumerate(text.splitlines()) if "text:" in row and "Mean[Gy]" in row)
        for words in (["check", SAMPLE, "--protocol", path], ["protocols", "show", path]):
            done = self.refused(USAGE, *words, says=["wrong.yaml", "Gz"])
            self.assertIn(f"line {line}", done.words)

    def test_maps(self):
        for text in ("Liver", "=", "Liver=", "=Liver", "Liver=#x", "Nothing=Liver"):
            with self.subTest(text):
                self.refused_and_nothing_written(USAGE, "check", SAMPLE, "--map", text, says=["[601]"])

    def test_contexts(self):
        for text in ("child_pugh", "=B7", "child_pugh=", "sitte=hepatic", "ecog=two"):
            with self.subTest(text):
                self.refused_and_nothing_written(USAGE, "check", SAMPLE, "--context", text, says=["[601]"])
        self.refused_and_nothing_written(USAGE, "check", SAMPLE, "--context", "ecog=1", "--context", "ecog=2",
                                         says=["ecog", "once"])

    def test_a_map_to_a_structure_that_is_not_there_never_passes(self):
        self.refused_and_nothing_written(USAGE, "check", SAMPLES / "hcc_25fx_pass", "--map", "Liver=Nowhere",
                                         says=["'Nowhere'", "correct the map"])

    def test_a_map_that_nothing_uses_is_a_slip(self):
        self.refused_and_nothing_written(USAGE, "dvh", SAMPLE, *QUICK, "--map", "Liver=Liver", says=["Liver"])

    def test_a_structure_that_is_not_there_is_no_success(self):
        done = self.check(UNKNOWN, "dvh", SAMPLE, "--structure", "Livr")
        self.assertIn("no structure is named 'Livr'", done.text)

    def test_options_may_stand_before_the_input(self):
        # An option takes one value, so what follows is an INPUT and not, say, another structure.
        done = self.check(PASS, "dvh", *QUICK, SAMPLE / "RTPLAN.dcm", "--metric", "Mean[Gy]", SAMPLE / "RTDOSE.dcm",
                          "--map", "Esophagus=Esophagus", SAMPLE / "RTSTRUCT.dcm")
        self.assertEqual([line.split()[0] for line in done.text.splitlines()[2:3]], ["Esophagus"])
        self.check(UNKNOWN, "check", "--protocol", "hcc-rt-ici", "--context", "ecog=1", SAMPLE)


class Protocols(CliTest):
    def test_list_names_each_built_in_one(self):
        rows = self.check(PASS, "protocols", "list").text.splitlines()
        self.assertEqual([row.split()[0] for row in rows], sorted(p.stem for p in PROTOCOL_FILE.parent.glob("*.yaml")))

    def test_show_gives_the_bytes_of_the_file(self):
        expected = PROTOCOL_FILE.read_bytes()
        self.assertEqual(self.check(PASS, "protocols", "show", "hcc-rt-ici").out, expected)
        self.assertEqual(self.check(PASS, "protocols", "show", PROTOCOL_FILE).out, expected)

    def test_lint_tells_of_doubtful_rules_and_ends_with_1(self):
        text = PROTOCOL_FILE.read_text().replace("Max[Gy] <= 35 when", "Max[Gy] <= 3500 when")
        self.assertIn("<= 3500", text)
        doubtful = self.folder / "clinic.yaml"
        doubtful.write_text(text)
        lines = self.check(FAIL, "protocols", "lint", doubtful).text.splitlines()
        said = [line for line in lines if "rule bowel-small:" in line]
        self.assertEqual(len(said), 1, lines)
        self.assertIn("[unit]", said[0])
        # The line is that of the rule's text, for editors to jump to.
        line = next(i for i, row in enumerate(text.splitlines(), 1) if "<= 3500" in row)
        self.assertRegex(said[0], rf"clinic\.yaml:{line}:\d+: rule")

    def test_lint_has_nothing_to_say_of_a_sound_protocol(self):
        done = self.check(PASS, "protocols", "lint", "tg101-5fx", "tg101-3fx")
        self.assertEqual(done.text, "tg101-5fx: nothing found\ntg101-3fx: nothing found\n")

    def test_lint_refuses_what_cannot_be_read(self):
        self.refused(USAGE, "protocols", "lint", "nope", says=["'nope'"])

    def test_import_makes_a_protocol_that_can_be_checked_against(self):
        goals = self.folder / "goals.csv"
        goals.write_text("structure,metric,goal,priority\nLiver,Dmean,< 60 Gy,1\n")
        shown = self.check(PASS, "protocols", "import", goals)
        self.assertIn("imported from goals.csv, line 2", shown.text)
        self.assertIn("[assumption]", shown.words)
        out = self.folder / "goals.yaml"
        self.check(PASS, "protocols", "import", goals, "--out", out)
        self.assertEqual(out.read_bytes(), shown.out)
        rules = self.check(PASS, "check", SAMPLE, "--protocol", out, "--json", "-").json["rules"]
        self.assertEqual([r["text"] for r in rules], ["Liver :: Mean[Gy] < 60 priority 1"])

    def test_import_guesses_no_unit_and_writes_nothing(self):
        goals = self.folder / "goals.csv"
        goals.write_text("structure,metric,goal\nLiver,V20,< 40 %\nHeart,Dmean,< 4 Gy\n")
        out = self.folder / "goals.yaml"
        self.refused(USAGE, "protocols", "import", goals, "--out", out, says=["line 2", "write V20Gy"])
        self.assertFalse(out.exists())

    def test_a_protocol_from_a_file_gives_the_verdict_of_the_built_in_one(self):
        built_in = self.check(UNKNOWN, "check", SAMPLE, "--json", "-").json
        from_file = self.check(UNKNOWN, "check", SAMPLE, "--protocol", PROTOCOL_FILE, "--json", "-").json
        self.assertEqual(from_file["protocol"], built_in["protocol"])
        self.assertEqual(from_file["rules"], built_in["rules"])


if __name__ == "__main__":
    unittest.main()
