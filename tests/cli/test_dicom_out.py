#!/usr/bin/env python3
"""Results as DICOM objects, as DCMTK's own programs read, convert and send them. Needs dcmtk."""

import re
import shutil
import socket
import subprocess
import time
import unittest

from cli_support import FAIL, INPUT, SAMPLES, SMALL, UNKNOWN, USAGE, CliTest, element, run

SAMPLE = SAMPLES / "hcc_25fx_fail"
LINE = re.compile(r'^( *)<(?:[a-z ]+ )?([A-Z]+):\(,,"([^"]*)"\)=(.*)>$')
NUMBER = re.compile(r'^"([^"]*)" \(([^,]*),UCUM,"[^"]*"\)$')
UNITS = {"Gy": "Gy", "cGy": "cGy", "cc": "cm3", "%": "%", "": "1"}
WAIT_S = 60


def tool(*words):
    """What a program says on both outputs; it has to succeed."""
    done = subprocess.run([str(word) for word in words], capture_output=True, check=False, timeout=WAIT_S)
    if done.returncode != 0:
        raise AssertionError(f"{words[0]} ended with {done.returncode}: {done.stderr[-500:]!r}")
    return done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def attribute(path, tag):
    """The text of an attribute of the data set, None where it is not there."""
    said, _ = tool("dcmdump", "-q", "+L", "+P", tag, path)
    found = re.search(r"^\([0-9a-f,]+\) [A-Z]{2} (?:\[(.*)\]|\(no value available\)|=(\S+))", said, re.MULTILINE)
    return (found[1] or found[2] or "") if found else None


class Statement:
    """One line of a structured report, with those below it."""

    def __init__(self, kind, name, value):
        self.kind, self.name, self.value, self.below = kind, name, value, []

    def all(self, name):
        return [one for one in self.below if one.name == name]

    def the(self, name):
        found = self.all(name)
        return found[0].value if len(found) == 1 else None

    def text(self, name):
        value = self.the(name)
        return None if value is None else value.strip('"')

    def code(self, name):
        return self.the(name)[1:].split(",")[0]

    def number(self, name):
        """Value and unit, nothing where there is no such number."""
        value = self.the(name)
        return (None, None) if value is None else NUMBER.match(value).groups()


def statements(path):
    """A report as dsrdump reads it; it must not warn of anything that is not its own inability."""
    said, warned = tool("dsrdump", "+Pl", path)
    open_ones, root = [], None
    for line in said.splitlines():
        found = LINE.match(line)
        if not found:
            continue
        depth, one = len(found[1]) // 2, Statement(*found.groups()[1:])
        root = root or one
        if depth > 0:
            open_ones[depth - 1].below.append(one)
        open_ones[depth:] = [one]
    return root, warned


class DicomOut(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for program in ("dcm2pdf", "dsrdump", "dcmdump", "dcmodify", "dcmftest", "storescp", "storescu"):
            if not shutil.which(program):
                raise unittest.SkipTest(f"{program} (dcmtk) is not installed")

    def written(self, plan=SAMPLE, code=FAIL, name="out"):
        """PDF and report as DICOM, beside the PDF and the JSON of the same check."""
        self.pdf, self.report, self.plain, self.json_file = (
            self.folder / f"{name}{suffix}" for suffix in (".pdf.dcm", ".sr.dcm", ".pdf", ".json"))
        done = self.check(code, "check", plan, "--dicom-pdf", self.pdf, "--dicom-sr", self.report, "--pdf", self.plain,
                          "--json", self.json_file)
        self.assertEqual(done.err, b"")
        return done

    def result(self):
        return run("check", SAMPLE, "--json", "-").json

    def test_the_pdf_comes_out_as_it_went_in(self):
        self.written()
        back = self.folder / "back.pdf"
        tool("dcm2pdf", self.pdf, back)
        self.assertTrue(back.read_bytes() == self.plain.read_bytes())

    def test_both_are_filed_with_the_plan(self):
        self.written()
        plan = SAMPLE / "RTPLAN.dcm"
        for path, modality in ((self.pdf, "DOC"), (self.report, "SR")):
            with self.subTest(modality):
                self.assertIn("yes:", tool("dcmftest", path)[0])
                self.assertEqual(attribute(path, "Modality"), modality)
                for tag in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyInstanceUID",
                            "StudyDate", "StudyTime", "StudyID", "AccessionNumber"):
                    self.assertEqual(attribute(path, tag), attribute(plan, tag), tag)
                self.assertEqual(attribute(path, "ContentDate"), attribute(plan, "RTPlanDate"))
                self.assertEqual(attribute(path, "ContentTime"), attribute(plan, "RTPlanTime"))
                said, _ = tool("dcmdump", "-q", "+L", "+P", "ReferencedSOPInstanceUID", path)
                for source in ("RTPLAN", "RTSTRUCT", "RTDOSE"):
                    self.assertIn(attribute(SAMPLE / f"{source}.dcm", "SOPInstanceUID"), said)

    def test_the_report_holds_the_numbers_of_the_json(self):
        for sample in sorted(path.parent for path in SAMPLES.glob("*/expected.json")):
            with self.subTest(sample.name):
                result = run("check", sample, "--json", "-").json
                path = self.folder / f"{sample.name}.dcm"
                run("check", sample, "--dicom-sr", path)
                root, warned = statements(path)
                self.assertEqual(warned, "")
                self.same_as_json(root, result)

    def same_as_json(self, root, result):
        first = [one for one in root.below if one.name != "Language of Content Item and Descendants"
                 and "Observer" not in one.name][0]
        self.assertEqual(first.name, "Verdict of the plan")
        self.assertEqual(root.code("Verdict of the plan"), result["verdict"])
        self.assertIn(result["verdict_reason"].rstrip("."), root.text("What decided"))
        (rules,), (checks,), (findings,) = (root.all(name) for name in (
            "Rules of the protocols", "Checks of the plan", "Findings"))
        self.assertEqual(len(rules.below), len(result["rules"]))
        for rule, told in zip(rules.below, result["rules"]):
            self.assertEqual((rule.text("Rule"), rule.code("Verdict"), rule.text("Level")),
                             (told["id"], told["verdict"], told["level"]))
            self.same_test(rule, told, "Measured value")
            if told["value"] is None:
                self.assertTrue(rule.text("Not measured"), told["id"])
                self.assertIn(told["reason"], rule.text("Not measured"))
            elif told["reason"]:
                self.assertEqual(rule.text("Reason"), told["reason"])
            others = [test for test in told["tests"] if test["metric"] != told["metric"]]
            self.assertEqual(len(rule.all("Another test of the rule")), len(others))
            for other, test in zip(rule.all("Another test of the rule"), others):
                self.same_test(other, test, "Value of another test")
        self.assertEqual([(c.text("Check"), c.code("Verdict"), c.text("Reason") or "") for c in checks.below],
                         [(c["id"], c["verdict"], c["reason"]) for c in result["plan_checks"]])
        texts = [finding.value for finding in findings.below]
        self.assertEqual(len(texts), len(result["findings"]))
        for told in result["findings"]:
            self.assertTrue(any(f"{told['severity']} {told['code']}: {told['text']}" in text for text in texts))

    def same_test(self, rule, told, name):
        if told["metric"] is None:
            self.assertEqual(rule.all(name), [])
            return
        for key, called in (("value", name), ("low", "Value is at least"), ("high", "Value is at most"),
                            ("goal", "Goal"), ("variation", "Acceptable variation")):
            shown, unit = rule.number(called)
            if told[key] is None:
                self.assertIsNone(shown)
                continue
            self.assertEqual(unit, UNITS[told["unit"]])
            self.assertLessEqual(len(shown), 16)
            # Sixteen characters hold at least 11 digits: an exponent of two digits takes four of them.
            self.assertAlmostEqual(float(shown), told[key], delta=0.5e-10 * abs(told[key]))
            for limit in ("goal", "variation"):
                if told[limit] is not None:
                    self.assertEqual((float(shown) < told[limit], float(shown) > told[limit]),
                                     (told[key] < told[limit], told[key] > told[limit]))

    def test_a_rule_that_cannot_be_measured_is_there_with_its_reason(self):
        self.written(SAMPLES / SMALL, UNKNOWN)
        root, _ = statements(self.report)
        rules = {rule.text("Rule"): rule for rule in root.all("Rules of the protocols")[0].below}
        self.assertEqual(rules["liver"].code("Verdict"), "UNKNOWN")
        self.assertEqual(rules["liver"].all("Measured value"), [])
        self.assertTrue(rules["liver"].text("Not measured"))

    def test_the_same_bytes_twice_and_on_standard_output(self):
        self.written()
        for option, path in (("--dicom-pdf", self.pdf), ("--dicom-sr", self.report)):
            done = self.check(FAIL, "check", SAMPLE, option, "-")
            self.assertTrue(done.out == path.read_bytes(), option)
        one = {attribute(path, tag) for path in (self.pdf, self.report)
               for tag in ("SOPInstanceUID", "SeriesInstanceUID")}
        self.assertEqual(len(one), 4)

    def test_an_archive_takes_both(self):
        self.written()
        inbox = self.folder / "inbox"
        inbox.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        with subprocess.Popen(["timeout", str(WAIT_S), "storescp", "-od", str(inbox), port], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as archive:
            try:
                self.wait_for(int(port))
                tool("storescu", "-R", "127.0.0.1", port, self.pdf, self.report)
            finally:
                archive.terminate()
        came = {attribute(path, "SOPInstanceUID"): path for path in inbox.iterdir()}
        self.assertEqual(set(came), {attribute(path, "SOPInstanceUID") for path in (self.pdf, self.report)})
        back = self.folder / "back.pdf"
        tool("dcm2pdf", came[attribute(self.pdf, "SOPInstanceUID")], back)
        self.assertTrue(back.read_bytes() == self.plain.read_bytes())

    @staticmethod
    def wait_for(port):
        end = time.monotonic() + WAIT_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def named(self, name, to):
        """A copy of a sample whose files give the patient that name (bytes, an even number)."""
        plan = self.copy(SMALL, to)
        for path in plan.glob("*.dcm"):
            data = path.read_bytes()
            old = re.search(rb"\x10\x00\x10\x00PN(..)", data, re.DOTALL)
            end = old.end() + int.from_bytes(old[1], "little")
            path.write_bytes(data[:old.start()] + element(0x0010, 0x0010, "PN", name) + data[end:])
        return plan

    def test_hostile_names_do_nothing_and_can_be_read(self):
        rows = [(b"<script>alert(1)</script>^\"x\" ", "<script>alert(1)</script>^\"x\""),
                (b"A\\B^C^D^E^F^G^H ", "A/B^C^D^E^F G H"),
                (b"a\0b\x1b[2J ", "a\ufffdb\ufffd[2J"),
                ("肝臓^太郎=Лев^Δ".encode(), "肝臓^太郎=Лев^Δ"),
                (b"N" * 65534, "N" * 61 + "...")]  # the longest that the VR PN can hold
        for number, (name, shown) in enumerate(rows):
            with self.subTest(shown[:20]):
                self.written(self.named(name + b" " * (len(name) % 2), f"plan{number}"), UNKNOWN)
                for path in (self.pdf, self.report):
                    self.assertEqual(attribute(path, "PatientName"), shown)
                    self.assertEqual(attribute(path, "SpecificCharacterSet"), None if shown.isascii() else "ISO_IR 192")
                root, warned = statements(self.report)
                self.assertEqual(root.code("Verdict of the plan"), "UNKNOWN")
                # DCMTK has no check of UTF-8 and says so.
                self.assertLessEqual({line for line in warned.splitlines() if "does not support this Specific Character"
                                      not in line}, set())

    def test_hostile_texts_in_the_report_do_nothing(self):
        plan = self.copy(SMALL)
        self.patch(plan / "RTPLAN.dcm", b"HCC no GTV", b"<b>\x1b[2J\\>x")
        self.patch(plan / "RTSTRUCT.dcm", b"Esophagus ", b"Esophagus\0")
        self.patch(plan / "RTSTRUCT.dcm", element(0x3006, 0x0026, "LO", b"Stomach "),
                   element(0x3006, 0x0026, "LO", b"<\x1b]0;\\\x07>"))
        self.written(plan, UNKNOWN)
        root, _ = statements(self.report)
        self.assertEqual(root.all("Plan and prescription")[0].text("Plan"), "<b>\ufffd[2J\\>x")
        self.assert_no_control_characters(tool("dsrdump", "+Pl", self.report)[0].encode(), "report")

    def test_an_identity_that_cannot_be_kept_is_refused(self):
        for name, value, code, says in (("PatientID", "A\\B", INPUT, "PatientID (0010,0020)"),
                                        ("PatientID", "9" * 65, INPUT, "PatientID (0010,0020)"),
                                        ("StudyInstanceUID", "1.<b>", INPUT, "StudyInstanceUID (0020,000D)"),
                                        ("StudyInstanceUID", "", INPUT, "StudyInstanceUID")):
            with self.subTest(name + value[:5]):
                plan = self.copy(SMALL, f"{name}{len(value)}")
                for path in plan.glob("*.dcm"):
                    tool("dcmodify", "-nb", "-q", "-m", f"{name}={value}", path)
                for option in ("--dicom-pdf", "--dicom-sr"):
                    out = self.folder / "no.dcm"
                    self.refused(code, "check", plan, option, out, says=[says])
                    self.assertFalse(out.exists())

    def test_where_identities_are_replaced_none_is_in_the_documents(self):
        told = {"PatientID": "WHO-4711", "PatientName": "Zweistein^Alberta", "PatientBirthDate": "19481122",
                "StudyInstanceUID": "1.2.999.4.5", "SeriesInstanceUID": "1.2.999.6.7", "StudyID": "STUDY-9",
                "AccessionNumber": "ACC-7", "StudyDate": "20210414", "StudyTime": "081507"}
        plan = self.copy(SMALL)
        for path in plan.glob("*.dcm"):
            words = [word for tag, value in told.items() for word in ("-i", f"{tag}={value}")]
            tool("dcmodify", "-nb", "-q", *words, path)
        told["RTPlanDate"], told["RTPlanTime"] = "20210415", "091608"
        tool("dcmodify", "-nb", "-q", "-i", "RTPlanDate=20210415", "-i", "RTPlanTime=091608", plan / "RTPLAN.dcm")
        self.written(plan, UNKNOWN)
        for tag, value in told.items():
            self.assertIn(value.encode(), self.report.read_bytes(), tag)
        if "--deidentify" not in run("check", "--help").text:
            self.skipTest("this build replaces no identities")
        self.check(UNKNOWN, "check", plan, "--deidentify", "--dicom-pdf", self.pdf, "--dicom-sr", self.report)
        for path in (self.pdf, self.report):
            for tag, value in told.items():
                self.assertNotIn(value.encode(), path.read_bytes(), tag)

    def test_one_plan_at_a_time(self):
        for option in ("--dicom-pdf", "--dicom-sr"):
            self.refused(USAGE, "check", SAMPLES, option, self.folder / "no.dcm", says=[option, "--plan"])


if __name__ == "__main__":
    unittest.main()
