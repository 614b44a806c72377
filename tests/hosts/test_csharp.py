#!/usr/bin/env python3
"""The C# host under Mono: its structs are those of the header, its JSON and exit codes those of the command, and a
plan in memory, as Eclipse holds it, gives the verdict and the numbers of its files.

ctest says where things are: DOSEGATE_MCS, DOSEGATE_MONO and what host_support names.
"""

import array
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from host_support import COMMAND, SAMPLES, SOURCE, Results, check, main, run, tool
from sample_arrays import read_plan

HOST, TESTS = SOURCE / "plugin" / "hosts" / "csharp", SOURCE / "tests" / "hosts" / "csharp"
HEADER = SOURCE / "plugin" / "include" / "dosegate" / "dosegate.h"
WRAPPER = [HOST / "Native.cs", HOST / "Dosegate.cs"]
PASSING, FAILING = SOURCE / "dicom_samples" / "hcc_25fx_pass", SOURCE / "dicom_samples" / "hcc_25fx_fail"
EXITS = {"PASS": 0, "FAIL": 1, "UNKNOWN": 2, "VARIATION": 3}


class Built(Results):
    """A program, built once with the language that Eclipse's own compiler of scripts knows."""

    SOURCES = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        cls.addClassCleanup(cls.folder.cleanup)
        cls.program = Path(cls.folder.name) / "program.exe"
        done = run(tool("DOSEGATE_MCS"), "-langversion:5", "-warn:4", "-warnaserror", f"-out:{cls.program}", *WRAPPER,
                   *cls.SOURCES)
        if done.returncode:
            raise AssertionError((done.stdout + done.stderr).decode())

    def mono(self, *words, folder=Path(os.environ["DOSEGATE_LIBRARY"]).parent):
        return run(tool("DOSEGATE_MONO"), self.program, *words, LD_LIBRARY_PATH=str(folder))


class Structs(Built):
    SOURCES = (TESTS / "StructLayouts.cs",)

    def test_have_the_members_and_the_layout_of_the_header(self):
        lines, expected = [], {}
        for line in self.mono().stdout.decode().splitlines():
            name, size, *members = line.split()
            text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
            body = re.search(r"typedef struct " + name + r" \{(.*?)\} " + name + ";", text, flags=re.S).group(1)
            names = [re.search(r"(\w+)\s*(?:\[\d+\])?$", part.strip()).group(1)
                     for declaration in filter(None, map(str.strip, body.split(";"))) for part in declaration.split(",")]
            # PascalCase; a member must not be called like the type Label.
            ours = [member.split("=")[0].lower().replace("labeltext", "label") for member in members]
            self.assertEqual(ours, [member.replace("_", "") for member in names], name)
            expected[name] = [int(size)] + [int(member.split("=")[1]) for member in members]
            lines.append(f'printf("{name} %zu", sizeof({name}));')
            lines += [f'printf(" %zu", offsetof({name}, {member}));' for member in names] + ['puts("");']
        self.assertGreater(len(expected), 10)
        source, program = Path(self.folder.name) / "layout.c", Path(self.folder.name) / "layout"
        source.write_text("#include <stddef.h>\n#include <stdio.h>\n#include <dosegate/dosegate.h>\n"
                          "int main(void) {\n" + "\n".join(lines) + "\nreturn 0;\n}\n")
        subprocess.run(["cc", "-I", HEADER.parents[1], source, "-o", program], check=True)
        printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()
        self.assertEqual({line.split()[0]: list(map(int, line.split()[1:])) for line in printed}, expected)


class Console(Built):
    SOURCES = (HOST / "DosegateCheck.cs",)

    def test_every_sample_gives_the_bytes_and_the_exit_code_of_the_command(self):
        for sample in SAMPLES:
            with self.subTest(sample.name):
                ours = self.mono("--json", sample)
                self.assertEqual(ours.stdout, check(sample))
                self.assertEqual(ours.returncode, EXITS[json.loads(ours.stdout)["verdict"]])

    def test_several_plans_and_protocols(self):
        words = [PASSING, FAILING, "--protocol", "hcc-rt-ici", "--protocol", "tg101-5fx"]
        ours = self.mono("--json", *words)
        self.assertEqual((ours.stdout, ours.returncode), (check(*words), 1))

    def test_the_page_begins_with_the_verdict(self):
        done = self.mono(FAILING)
        self.assertEqual(done.stdout.decode().splitlines()[0], "FAIL  plan HCC 25fx fail, patient DOSEGATE-SAMPLE-4")
        self.assertIn("FAIL  liver", done.stdout.decode())

    def refused(self, done, exit_code, sentence):
        self.assertEqual((done.returncode, done.stdout), (exit_code, b""))
        self.assertRegex(done.stderr.decode(), "^DosegateCheck: .*" + sentence)

    def test_refusals_say_what_to_do_and_end_as_the_command_does(self):
        self.refused(self.mono("--json", "/no_such_folder"), 65, "no_such_folder")
        self.refused(self.mono("--json", PASSING / "RTPLAN.dcm"), 65, "RTPLAN")
        self.refused(self.mono("--json", "--protocol", "none-such", PASSING), 64, "none-such")
        self.refused(self.mono("--json"), 64, "INPUT")
        self.refused(self.mono(PASSING, folder="/nowhere"), 70, "LD_LIBRARY_PATH")
        command = run(COMMAND, "check", PASSING / "RTPLAN.dcm")
        self.assertEqual(command.returncode, 65)


class Arrays(Built):
    SOURCES = (TESTS / "BoxArrays.cs",)

    def test_masks_and_numbers_of_voxels_are_one_box_in_doses_of_every_element(self):
        # 2 x 2 x 3 voxels of 2 x 3 x 4 mm at x = 1 and 2, where the dose is 2 and 4 Gy: linear, so the mean is 3 Gy.
        *told, refused = self.mono().stdout.decode().splitlines()
        self.assertEqual(len(told), 4 * 3)
        for line in told:
            (box,) = json.loads(line)["structures"]
            self.close(box["volume_cc"], 12 * 2 * 3 * 4 / 1000, "volume")
            self.close(box["mean_gy"], 3.0, "mean")
        self.assertRegex(refused, "^801 ", "int, which is not uint, is refused")


class Misuse(Built):
    SOURCES = (TESTS / "WrongCalls.cs",)

    def test_is_refused_with_a_sentence(self):
        wanted = (("read", "no_such_folder"), ("early", "0 .*this case is gone"),
                  ("seven", "801 A contour of Box has 7 coordinates"), ("name", r"801 .*Liver\\0 - GTV"),
                  ("type", r"801 .*ORGAN\\0"), ("patient", r"801 .*1\\02"))
        lines = self.mono(PASSING).stdout.decode().splitlines()
        self.assertEqual([line.split()[0] for line in lines], [what for what, _ in wanted])
        for line, (what, sentence) in zip(lines, wanted):
            with self.subTest(what):
                self.assertRegex(line, f"^{what} .*{sentence}")


class Eclipse(Built):
    SOURCES = (HOST / "EsapiPlan.cs", HOST / "EsapiAdapter.cs", TESTS / "EsapiStandIn.cs")

    def plan_file(self, sample, more_gy=0.0, undrawn="Nothing drawn"):
        """The plan as Eclipse would hold it: contours by planes of an image, all of the sample's planes being such."""
        plan, path = read_plan(sample), Path(self.folder.name) / sample.name
        planes = sorted({contour[0][2] for structure in plan.structures for contour in structure.contours})
        lines = [f"label|{plan.label}", f"uid|{plan.uid}", f"patient|{plan.patient_id}", f"fractions|{plan.fractions}",
                 f"prescription_gy|{plan.prescription_gy}", f"planes|{len(planes)}", f"scaling_gy|{plan.scaling!r}"]
        for key, values in (("size", plan.size), ("spacing", plan.spacing_mm), ("origin", plan.origin_mm),
                            ("direction", [c for axis in plan.directions for c in axis])):
            lines.append(key + "|" + " ".join(map(repr, values)))
        for structure in plan.structures:
            lines += [f"structure|{structure.name}", f"type|{structure.type}"]
            for contour in structure.contours:
                numbers = [planes.index(contour[0][2])] + [c for point in contour for c in point]
                lines.append("contour|" + " ".join(map(repr, numbers)))
        lines += [f"structure|{undrawn}", "type|CONTROL"]
        # ESAPI's voxels are signed: those of 32 bits that are not go with an intercept, which is exact.
        added = 0 if max(plan.values) < 2 ** 31 else 2 ** 31
        lines.append(f"added_to_voxels|{added + more_gy / plan.scaling!r}")
        path.write_text("\n".join(lines) + "\n")
        Path(str(path) + ".voxels").write_bytes(array.array("i", (value - added for value in plan.values)).tobytes())
        return path

    def test_every_sample_gives_the_verdict_and_the_numbers_of_its_files(self):
        for number, sample in enumerate(SAMPLES):
            with self.subTest(sample.name):
                done = self.mono(self.plan_file(sample), ("cGy", "Gy")[number % 2])
                told = json.loads(done.stdout)
                (undrawn,) = (s for s in told["structures"] if s["name"] == "Nothing drawn")
                self.assertEqual((undrawn["volume_cc"], undrawn["mean_gy"], undrawn["max_gy"]), (None, None, None))
                told["structures"].remove(undrawn)
                self.same_verdict_and_numbers(told, check(sample))
                self.assertEqual(told["plan"], json.loads(check(sample))["plan"])
                self.assertEqual(done.stderr.decode().strip(), "not drawn: Nothing drawn")

    def test_what_needs_a_structure_that_was_not_drawn_is_unknown(self):
        done = self.mono(self.plan_file(PASSING, undrawn="GTV_2"), "Gy")
        self.assertEqual(done.stderr.decode().strip(), "not drawn: GTV_2")
        told = json.loads(done.stdout)
        (liver,) = (rule for rule in told["rules"] if rule["id"] == "liver")
        self.assertEqual((liver["structure"], liver["verdict"], told["verdict"]), ("Liver - GTV*", "UNKNOWN", "UNKNOWN"))

    def test_a_dose_of_ions_is_weighted_already(self):
        path = self.plan_file(PASSING)
        self.assertIn("EFFECTIVE", self.mono(path, "Gy", "--ions").stdout.decode())
        self.assertNotIn("EFFECTIVE", self.mono(path, "Gy").stdout.decode())

    def test_what_cannot_be_taken_is_refused(self):
        path = self.plan_file(PASSING)
        for words, sentence in ((("Percent",), "207 The dose is told in Percent"), (("Unknown",), "207 The dose is told"),
                                (("Gy", "--no-dose"), "0 Plan HCC 25fx pass has no dose")):
            with self.subTest(words):
                done = self.mono(path, *words)
                self.assertEqual((done.returncode, done.stdout), (1, b""))
                self.assertRegex(done.stderr.decode(), "^" + sentence)
        done = self.mono(self.plan_file(PASSING, more_gy=-1.0), "Gy")
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertRegex(done.stderr.decode(), "^300 A voxel of the dose is below 0")


del Built  # has no test of its own

if __name__ == "__main__":
    main(("DOSEGATE_MCS", "mono-mcs"), ("DOSEGATE_MONO", "mono-runtime"))
