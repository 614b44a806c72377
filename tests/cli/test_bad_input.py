#!/usr/bin/env python3
"""Input that is broken, absent or does not belong together: a sentence that helps, the right exit code,
nothing written, and never a verdict that looks like a whole one."""

import os
import shutil
import unittest

from cli_support import INPUT, PASS, QUICK, SAMPLES, SMALL, UNKNOWN, CliTest, element


class CutFiles(CliTest):
    def check_cut(self, name, folder_says):
        folder = self.copy("hcc_25fx_pass")
        self.cut(folder / name)
        self.refused_and_nothing_written(INPUT, "check", folder, says=[name, "cut short", *folder_says])
        # Named by the user, the file itself is the reason.
        files = sorted(folder.glob("*.dcm"))
        self.refused_and_nothing_written(INPUT, "check", *files, says=[name, "cut short", "export it again"])

    def test_half_a_dose(self):
        self.check_cut("RTDOSE.dcm", ["no dose of this plan", "add the RT Dose"])

    def test_half_a_structure_set(self):
        self.check_cut("RTSTRUCT.dcm", ["structure set", "(300C,0060)", "add it"])

    def test_half_a_plan(self):
        # ErrorCode::PlanMissing: else --fractions could make a verdict of what is left.
        self.check_cut("RTPLAN.dcm", ["The plan that the dose names", "(300C,0002)", "[217]"])
        self.refused_and_nothing_written(INPUT, "check", self.folder / "plan", "--fractions", "25", "--prescription",
                                         "50", says=["RTPLAN.dcm", "[217]"])

    def test_inspect_shows_what_is_left_and_what_is_wrong(self):
        folder = self.copy()
        self.cut(folder / "RTDOSE.dcm")
        (folder / "notes.txt").write_text("no DICOM\n")
        done = self.check(PASS, "inspect", folder)
        for word in ("HCC no GTV", "dose: none", "file-unreadable", "cut short", "file-skipped"):
            self.assertIn(word, done.text)


class NothingThere(CliTest):
    def test_no_such_folder(self):
        self.refused_and_nothing_written(INPUT, "check", self.folder / "absent",
                                         says=["absent", "no such file or folder"])

    def test_an_empty_folder(self):
        (self.folder / "empty").mkdir()
        for command in ("check", "dvh"):
            self.refused_and_nothing_written(INPUT, command, self.folder / "empty",
                                             says=["empty", "name the DICOM files"])

    def test_a_text_file_with_a_dicom_ending(self):
        path = self.folder / "plan.dcm"
        path.write_text("This is a text that calls itself DICOM. " * 10)
        self.refused_and_nothing_written(INPUT, "check", path, says=["plan.dcm", "no DICOM file", "[201]"])
        self.refused_and_nothing_written(INPUT, "check", self.folder, says=["cannot be DICOM", "add the RT files"])

    def test_a_file_of_nothing(self):
        path = self.folder / "plan.dcm"
        path.write_bytes(b"")
        self.refused_and_nothing_written(INPUT, "check", path, says=["plan.dcm", "no DICOM file"])

    def test_a_ct_only(self):
        path = self.folder / "image.dcm"
        shutil.copy(SAMPLES / SMALL / "RTPLAN.dcm", path)
        plan, ct = b"1.2.840.10008.5.1.4.1.1.481.5", b"1.2.840.10008.5.1.4.1.1.2"
        # In the meta header and in the data set; UIDs are padded with NUL.
        self.patch(path, plan + b"\0", ct.ljust(len(plan) + 1, b"\0"), count=2)
        for given in (path, self.folder):
            self.refused_and_nothing_written(INPUT, "check", given,
                                             says=["1 file of CTImageStorage", "add the RT files"])

    def test_a_device_is_no_input(self):
        self.refused_and_nothing_written(INPUT, "check", "/dev/null",
                                         says=["/dev/null", "neither a file nor a folder"])


class PartsMissing(CliTest):
    def without(self, name):
        folder = self.copy()
        (folder / name).unlink()
        return folder

    def test_without_a_dose(self):
        self.refused_and_nothing_written(INPUT, "check", self.without("RTDOSE.dcm"),
                                         says=["RTPLAN.dcm", "add the RT Dose"])

    def test_without_structures(self):
        self.refused_and_nothing_written(INPUT, "check", self.without("RTSTRUCT.dcm"),
                                         says=["RTPLAN.dcm", "structure set"])

    def test_without_a_plan_nothing_that_hangs_on_fractions_is_met(self):
        done = self.check(UNKNOWN, "check", self.without("RTPLAN.dcm"))
        self.assertEqual(done.text.split()[0], "UNKNOWN")
        self.assertIn("the number of fractions is unknown", done.text)

    def test_one_file_alone(self):
        for name in ("RTDOSE.dcm", "RTSTRUCT.dcm", "RTPLAN.dcm"):
            with self.subTest(name):
                self.refused_and_nothing_written(INPUT, "check", SAMPLES / SMALL / name, says=[name])


class ContradictingFiles(CliTest):
    def test_a_dose_in_another_frame_of_reference(self):
        folder = self.copy()
        data = (folder / "RTDOSE.dcm").read_bytes()
        start = data.index(b"\x20\x00\x52\x00UI") + 8
        uid = data[start:data.index(b"\x20\x00\x40\x10", start)]
        other = b"2.25.1" + b"3" * (len(uid) - 6)
        self.assertNotEqual(uid, other)
        self.patch(folder / "RTDOSE.dcm", element(0x20, 0x52, "UI", uid), element(0x20, 0x52, "UI", other))
        self.refused_and_nothing_written(INPUT, "check", folder,
                                         says=["RTDOSE.dcm", "frames of reference", "[209]"])

    def test_a_dose_of_another_patient(self):
        folder = self.copy()
        self.patch(folder / "RTDOSE.dcm", b"DOSEGATE-SAMPLE-6", b"DOSEGATE-SAMPLE-9")
        self.refused_and_nothing_written(INPUT, "check", folder, says=["RTDOSE.dcm", "PatientID", "[210]"])

    def test_one_uid_on_two_different_files(self):
        folder = self.copy()
        shutil.copy(folder / "RTDOSE.dcm", folder / "second.dcm")
        self.patch(folder / "second.dcm", b"generate_samples", b"GENERATE_SAMPLES")
        self.refused_and_nothing_written(INPUT, "check", folder, says=["second.dcm", "SOP Instance UID", "[216]"])


class FractionsMissing(CliTest):
    def plan_without_fractions(self):
        folder = self.copy("hcc_25fx_pass")
        self.patch(folder / "RTPLAN.dcm", element(0x300A, 0x78, "IS", b"25"), element(0x300A, 0x78, "IS", b"  "))
        return folder

    def test_the_plan_does_not_pass_and_says_what_to_do(self):
        done = self.check(UNKNOWN, "check", self.plan_without_fractions())
        self.assertEqual(done.text.split()[0], "UNKNOWN")
        for word in ("fractions unknown", "--fractions", "(300A,0078)", "fractions-missing"):
            self.assertIn(word, done.text)

    def test_the_remedy_works(self):
        done = self.check(PASS, "check", self.plan_without_fractions(), "--fractions", "25")
        self.assertIn("in 25 fractions", done.text)


class OddPaths(CliTest):
    def test_blanks_and_other_scripts(self):
        folder = self.copy(to="Lebér ß 日本 'plan' \"x\"")
        done = self.check(0, "dvh", folder, *QUICK, "--json", folder / "Ergebnis ü.json")
        self.assertIn("Esophagus", done.text)
        report = (folder / "Ergebnis ü.json").read_text(encoding="utf-8")
        self.assertIn("Lebér ß 日本 'plan' \\\"x\\\"/RTDOSE.dcm", report)

    def test_a_path_that_is_no_utf8(self):
        folder = os.fsencode(self.copy())
        odd = os.path.join(os.fsencode(self.folder), b"\xff\x1b[31m")
        os.rename(folder, odd)
        done = self.check(0, "dvh", odd, *QUICK, "--json", "-")
        self.assert_no_control_characters(done.out, "JSON")
        self.assert_no_control_characters(done.err, "standard error")
        done = self.check(INPUT, "check", os.path.join(odd, b"absent"))
        self.assert_no_control_characters(done.err, "standard error")


if __name__ == "__main__":
    unittest.main()
