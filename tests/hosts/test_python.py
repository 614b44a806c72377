#!/usr/bin/env python3
"""The Python host: its structs are those of the header, and what it returns is what the command writes.

ctest says where things are: DOSEGATE_COMMAND, DOSEGATE_LIBRARY, DOSEGATE_SOURCE.
"""

import array
import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

COMMAND = os.environ["DOSEGATE_COMMAND"]
SOURCE = Path(os.environ["DOSEGATE_SOURCE"])
SAMPLES = sorted(path.parent for path in (SOURCE / "dicom_samples").glob("*/expected.json"))
HEADER = SOURCE / "plugin" / "include" / "dosegate" / "dosegate.h"
sys.path.insert(0, str(SOURCE / "plugin" / "hosts" / "python"))

import dosegate  # noqa: E402  pylint: disable=wrong-import-position
from dosegate import DosegateError, Lattice, Library, Verdict  # noqa: E402  pylint: disable=wrong-import-position


def members_of_the_header(struct):
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
    body = re.search(r"typedef struct " + struct + r" \{(.*?)\} " + struct + ";", text, flags=re.S).group(1)
    names = []
    for declaration in filter(None, map(str.strip, body.split(";"))):
        for part in declaration.split(","):
            names.append(re.search(r"(\w+)\s*(?:\[\d+\])?$", part.strip()).group(1))
    return names


class Structs(unittest.TestCase):
    def test_have_the_members_of_the_header_in_their_order(self):
        for name, struct in dosegate.STRUCTS.items():
            with self.subTest(name):
                self.assertEqual([member for member, _ in struct._fields_], members_of_the_header(name))

    def test_have_the_layout_that_a_c_compiler_gives(self):
        lines, expected = [], []
        for name, struct in dosegate.STRUCTS.items():
            lines.append(f'printf("%zu\\n", sizeof({name}));')
            expected.append(ctypes.sizeof(struct))
            for member, _ in struct._fields_:
                lines.append(f'printf("%zu\\n", offsetof({name}, {member}));')
                expected.append(getattr(struct, member).offset)
        with tempfile.TemporaryDirectory() as folder:
            source, program = Path(folder) / "layout.c", Path(folder) / "layout"
            source.write_text("#include <stddef.h>\n#include <stdio.h>\n#include <dosegate/dosegate.h>\n"
                              "int main(void) {\n" + "\n".join(lines) + "\nreturn 0;\n}\n")
            subprocess.run(["cc", "-I", HEADER.parents[1], source, "-o", program], check=True)
            printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()
        self.assertEqual(list(map(int, printed)), expected)


class Parity(unittest.TestCase):
    def command(self, *words):
        return subprocess.run([COMMAND, *map(str, words)], capture_output=True, text=True, check=False).stdout

    def test_evaluations_are_those_of_the_command_byte_for_byte(self):
        library = Library()
        for sample in SAMPLES:
            with self.subTest(sample.name), library.session() as session:
                (case,) = session.read([sample])
                check = case.evaluate(protocols=["hcc-rt-ici", "tg101-5fx"], context={"site": "hepatic"})
                words = ["check", sample, "--protocol", "hcc-rt-ici", "--protocol", "tg101-5fx",
                         "--context", "site=hepatic"]
                self.assertEqual(check.json, self.command(*words, "--json", "-"))
                self.assertEqual(check.csv, self.command(*words, "--csv", "-"))
                self.assertEqual(check.html, self.command(*words, "--html", "-"))
                self.assertEqual(check.junit, self.command(*words, "--junit", "-"))
                self.same_as_json(check)

    def same_as_json(self, check):
        told = json.loads(check.json)
        self.assertEqual(str(check.verdict), told["verdict"])
        self.assertEqual([(r.id, str(r.verdict), r.value, r.low, r.high, r.goal, r.variation) for r in check.rules],
                         [(r["id"], r["verdict"], *(r[key] for key in ("value", "low", "high", "goal", "variation")))
                          for r in told["rules"]])
        self.assertEqual([(c.id, str(c.verdict), c.reason) for c in check.plan_checks],
                         [(c["id"], c["verdict"], c["reason"]) for c in told["plan_checks"]])
        self.assertEqual([(f.code, f.severity) for f in check.findings],
                         [(f["code"], f["severity"]) for f in told["findings"]])
        self.same_headroom(check.headroom, told["headroom"])
        for rule, other in zip(check.rules, told["rules"]):
            if other["headroom"]:
                self.same_headroom(rule.headroom, other["headroom"])
            else:
                self.assertEqual((rule.headroom.up, rule.headroom.down, rule.headroom.text), (None, None, ""))

    def same_headroom(self, room, told):
        for side, factor, verdict in (("up", room.up, room.up_verdict), ("down", room.down, room.down_verdict)):
            self.assertEqual(factor, told[side] and told[side]["factor"])
            self.assertEqual(verdict and str(verdict), told[side] and told[side]["verdict"])
        self.assertEqual((room.pass_from, room.pass_to),
                         (told["pass"]["from"], told["pass"]["to"]) if told["pass"] else (None, None))

    def test_files_hold_what_the_command_writes(self):
        with tempfile.TemporaryDirectory() as folder, Library().session() as session:
            (case,) = session.read([SAMPLES[0]])
            forms = ("json", "csv", "html", "pdf", "junit", "dicom-pdf", "dicom-sr")
            case.evaluate(write={form: os.path.join(folder, form) for form in forms})
            for form in forms:
                with self.subTest(form):
                    expected = subprocess.run([COMMAND, "check", SAMPLES[0], f"--{form}", "-"], capture_output=True,
                                              check=False).stdout
                    self.assertTrue(expected and Path(folder, form).read_bytes() == expected)

    def test_dvhs_are_those_of_the_command(self):
        with Library().session() as session:
            (case,) = session.read([SAMPLES[0]])
            dvhs = case.dvh(["Liver - GTV*", "Esophagus"], ["Mean[Gy]", "D0.03cc[Gy]"], end_caps="none")
            words = ["dvh", SAMPLES[0], "--structure", "Liver - GTV*", "--structure", "Esophagus", "--metric",
                     "Mean[Gy]", "--metric", "D0.03cc[Gy]", "--end-caps", "none"]
            self.assertEqual(dvhs.json, self.command(*words, "--json", "-"))
            self.assertEqual(dvhs.csv, self.command(*words, "--csv", "-"))
            self.assertEqual(dvhs.metrics_csv, self.command(*words, "--metrics-csv", "-"))


class FromArrays(unittest.TestCase):
    """A box of 2 x 2 x 3 voxels of 2 x 3 x 4 mm in a dose of 1 Gy a mm along x, x from 0 to 8 mm."""

    LATTICE = Lattice((0, 0, 0), (2, 3, 4))

    def new(self, session, **facts):
        new = session.new_case(**facts)
        values = array.array("d", [2.0 * i for _ in range(20) for i in range(5)])  # x fastest
        dose = memoryview(values).cast("B").cast("d", (5, 4, 5))  # z, y, x: as C and numpy hold it
        new.dose(dose, Lattice((0, 0, 0), (4, 3, 2), ((0, 0, 1), (0, 1, 0), (1, 0, 0))), "Gy", "course")
        return new

    @staticmethod
    def structure(case, metrics=("Mean[Gy]", "V4Gy[cc]")):
        return json.loads(case.dvh(metrics=metrics).json)["structures"][0]

    def test_mask_list_and_contours_are_one_box(self):
        # x from 1 to 5 mm, y from 1.5 to 7.5, z from 2 to 14.
        inside = [1 <= i <= 2 and 1 <= j <= 2 and 1 <= k <= 3 for k in range(5) for j in range(4) for i in range(5)]
        flags = memoryview(bytes(inside)).cast("B", (5, 4, 5))
        with Library().session() as session:
            found = []
            new = self.new(session)
            new.mask(1, "Box", flags, Lattice((0, 0, 0), (4, 3, 2), ((0, 0, 1), (0, 1, 0), (1, 0, 0))))
            found.append(self.structure(new.finish()))
            for first in (0, 1):
                new = self.new(session)
                new.voxels(1, "Box", [n + first for n, yes in enumerate(inside) if yes], (5, 4, 5), self.LATTICE, first)
                found.append(self.structure(new.finish()))
            new = self.new(session)
            new.contours(1, "Box", [[(1, 1.5, z), (5, 1.5, z), (5, 7.5, z), (1, 7.5, z)] for z in (4, 8, 12)])
            found.append(self.structure(new.finish()))
        for structure in found:
            self.assertAlmostEqual(structure["volume_cc"], 4 * 6 * 12 / 1000, 12)
            self.assertAlmostEqual(structure["metrics"]["Mean[Gy]"]["value"], 3.0, 9)
            self.assertAlmostEqual(structure["metrics"]["V4Gy[cc]"]["value"], 1 * 6 * 12 / 1000, 9)

    def test_what_needs_a_structure_that_was_not_drawn_is_unknown(self):
        square = [[(1, 1, z), (5, 1, z), (5, 7, z), (1, 7, z)] for z in (4, 8, 12)]
        with Library().session() as session:
            verdicts = []
            for names in ((), ("GTV_2",)):
                new = self.new(session, fractions=25, prescription_gy=50.0)
                new.contours(1, "Liver", square)
                new.contours(2, "GTV_1", square[:2])
                for number, name in enumerate(names, 3):
                    new.contours(number, name, [], "GTV")
                case = new.finish()
                self.assertEqual([roi.contours for roi in case.rois()], [3, 2] + [0] * len(names))
                (rule,) = (rule for rule in case.evaluate().rules if rule.id == "liver")
                verdicts.append((rule.structure, rule.verdict))
        self.assertEqual(verdicts, [("Liver - GTV*", Verdict.PASS), ("Liver - GTV*", Verdict.UNKNOWN)])

    def test_what_cannot_be_used_is_said(self):
        with Library().session() as session:
            new = self.new(session)
            with self.assertRaisesRegex(DosegateError, "the voxels 1 to 100"):
                new.voxels(1, "Box", [0], (5, 4, 5), self.LATTICE, 1)
            with self.assertRaisesRegex(DosegateError, "no structure"):
                new.finish()
            with self.assertRaisesRegex(ValueError, "three axes"):
                new.mask(1, "Box", bytes(5), self.LATTICE)
            with self.assertRaises(KeyError):
                new.dose(bytes(5), self.LATTICE, "rad", "course")

    def test_voxels_are_whole_numbers(self):
        with Library().session() as session:
            new = self.new(session)
            # ctypes and int() would make 2, 0, 5 and 1 of them: voxels that nobody named.
            for wrong in (2.7, -0.5, 2 ** 64 + 5, True, -1, float("nan"), float("inf"), "7", None):
                with self.subTest(wrong), self.assertRaisesRegex(ValueError, "^A voxel of Box is "):
                    new.voxels(1, "Box", [3, wrong], (5, 4, 5), self.LATTICE, 0)
            for wrong in (2 ** 32 + 1, 1.5, False):
                with self.subTest(wrong), self.assertRaisesRegex(ValueError, "^The number of Box is "):
                    new.voxels(wrong, "Box", [3], (5, 4, 5), self.LATTICE, 0)
            with self.assertRaisesRegex(ValueError, "fractions"):
                session.new_case(fractions=2 ** 32 + 5)
            new.voxels(1, "Box", array.array("d", [3, 8]), (5, 4, 5), self.LATTICE, 0)
            # Two voxels of 2 x 3 x 4 mm.
            self.assertAlmostEqual(self.structure(new.finish())["volume_cc"], 2 * 24 / 1000, 12)

    def test_a_text_with_a_zero_byte_is_refused(self):
        with Library().session() as session:
            new, triangle = self.new(session), [[(1, 1, 4), (5, 1, 4), (5, 7, 4)]]
            for words in (dict(name="Liver\0 - GTV"), dict(name="Liver", interpreted_type="ORGAN\0")):
                with self.subTest(words), self.assertRaisesRegex(ValueError, "zero byte"):
                    new.contours(1, contours=triangle, **words)
            with self.assertRaisesRegex(ValueError, "zero byte"):
                session.new_case(patient_id="1\0002")
            new.contours(1, "Liver", triangle)
            case = new.finish()
            for options in (dict(map={"Liver": "Box\0"}), dict(protocols=["hcc-rt-ici\0x"]), dict(convention="\0")):
                with self.subTest(options), self.assertRaisesRegex(ValueError, "zero byte"):
                    case.evaluate(**options)

    def test_what_no_study_names_is_no_dicom_document(self):
        with tempfile.TemporaryDirectory() as folder, Library().session() as session:
            new = self.new(session, patient_id="P1")
            new.contours(1, "Liver", [[(1, 1, 4), (5, 1, 4), (5, 7, 4)], [(1, 1, 6), (5, 1, 6), (5, 7, 6)]])
            case = new.finish()
            for form in ("dicom-pdf", "dicom-sr"):
                with self.subTest(form), self.assertRaisesRegex(DosegateError, "no plan and study") as refused:
                    case.evaluate(write={form: os.path.join(folder, form)})
                self.assertEqual(refused.exception.status, 204)
            self.assertEqual(os.listdir(folder), [])

    def test_what_was_begun_can_be_thrown_away(self):
        with Library().session() as session:
            new = self.new(session)
            new.discard()
            with self.assertRaises(DosegateError):
                new.finish()

    def test_a_case_from_arrays_is_evaluated(self):
        with Library().session() as session:
            new = self.new(session, fractions=5, prescription_gy=8.0, plan_label="Arrays")
            new.mask(1, "Liver", memoryview(bytes([1] * 100)).cast("B", (5, 4, 5)), self.LATTICE, "ORGAN")
            check = new.finish().evaluate(context={"site": "hepatic"})
            self.assertEqual((check.plan_label, check.fractions), ("Arrays", 5))
            self.assertEqual(check.verdict, Verdict.UNKNOWN)


class Use(unittest.TestCase):
    def test_cases_rois_and_findings(self):
        with Library().session() as session:
            (case,) = session.read([SOURCE / "dicom_samples" / "hcc_no_gtv"])
            self.assertEqual(case.refusal, "")
            self.assertEqual(case.patient_id, "DOSEGATE-SAMPLE-6")
            self.assertIn("Liver", [roi.name for roi in case.rois()])
            self.assertIn("plan-not-approved", [finding.code for finding in case.findings()])
            self.assertEqual(case.evaluate().verdict, Verdict.UNKNOWN)
            mapped = case.evaluate(map={"GTV*": "Esophagus"})
            self.assertIn("Esophagus", next(rule for rule in mapped.rules if rule.id == "liver").roi)
            both = case.evaluate(map={"GTV*": ["Esophagus", "Stomach"]})
            self.assertIn("Stomach", next(rule for rule in both.rules if rule.id == "liver").roi)

    def test_errors_say_what_to_do(self):
        with Library().session() as session:
            with self.assertRaisesRegex(DosegateError, "no_such_folder"):
                session.read(["/no_such_folder"])
            (case,) = session.read([SAMPLES[0]])
            with self.assertRaisesRegex(DosegateError, "neither a file nor a built-in protocol") as caught:
                case.evaluate(protocols=["no-such-protocol"])
            self.assertGreaterEqual(caught.exception.status, 100)
            with self.assertRaises(ValueError):
                case.evaluate(end_caps="quarter")
            for single in ("..", b"..", SAMPLES[0]):
                with self.assertRaisesRegex(TypeError, "give a list"):
                    session.read(single)
            with self.assertRaisesRegex(TypeError, "give a list"):
                case.evaluate(protocols="hcc-rt-ici")
            session.read([SAMPLES[0]])
            with self.assertRaisesRegex(DosegateError, "gone"):
                case.evaluate()
        with self.assertRaisesRegex(DosegateError, "DOSEGATE_LIBRARY"):
            Library("/nowhere/libdosegate_plugin.so")

    def refused_whole(self, folder):
        """What the command refuses with 65, read() refuses too: the good plan beside it would be taken for all."""
        done = subprocess.run([COMMAND, "check", SAMPLES[0], folder], capture_output=True, check=False)
        self.assertEqual(done.returncode, 65)
        with Library().session() as session:
            with self.assertRaisesRegex(DosegateError, "RTPLAN|RTDOSE"):
                session.read([SAMPLES[0], folder])
            self.assertIn("HCC", session.read([SAMPLES[0], folder], anything=True)[0].plan_label)

    def test_files_that_are_cut_off_beside_a_good_plan_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("RTPLAN.dcm", "RTDOSE.dcm"):
                (Path(folder) / name).write_bytes((SAMPLES[1] / name).read_bytes()[:700])
            self.refused_whole(folder)

    def test_a_plan_without_its_dose_beside_a_good_plan_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(SAMPLES[1] / "RTPLAN.dcm", folder)
            self.refused_whole(folder)

    def test_a_case_is_gone_after_a_read_that_failed(self):
        with Library().session() as session:
            (case,) = session.read([SAMPLES[0]])
            with self.assertRaises(DosegateError):
                session.read(["/no_such_folder"])
            other = FromArrays().new(session, patient_id="another", plan_label="Arrays")
            other.contours(1, "Box", [[(1, 1, 4), (5, 1, 4), (5, 7, 4)]])
            other.finish()  # it now has the number that the first case had
            for look in (lambda: case.patient_id, case.evaluate, case.dvh, case.rois, case.findings):
                with self.assertRaisesRegex(DosegateError, "gone"):
                    look()

    def test_only_another_case_of_the_same_session_and_read_is_added(self):
        library = Library()
        with library.session() as session, library.session() as elsewhere:
            (early,) = session.read([SAMPLES[0]])
            first, second = session.read([SAMPLES[0], SAMPLES[1]])
            (foreign,) = elsewhere.read([SAMPLES[1]])
            for call in (first.evaluate, first.dvh):
                for add, sentence in (([foreign], "another session"), ([early], "gone"), ([first], "added to itself"),
                                      ([second, second], "or twice")):
                    with self.subTest(call=call, sentence=sentence), self.assertRaisesRegex(DosegateError, sentence):
                        call(add=add)

    def test_sessions_in_several_threads_agree(self):
        library, texts = Library(), [None] * 4

        def work(index):
            with library.session() as session:
                texts[index] = session.read([SAMPLES[-1]])[0].evaluate(workers=1).json

        threads = [threading.Thread(target=work, args=(index,)) for index in range(len(texts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertIsNotNone(texts[0])
        self.assertEqual(len(set(texts)), 1)


if __name__ == "__main__":
    unittest.main()
