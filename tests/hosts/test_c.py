#!/usr/bin/env python3
"""The C host: what it writes and how it ends is what the command writes and how that ends.

ctest says where things are: DOSEGATE_C_HOST, DOSEGATE_COMMAND, DOSEGATE_LIBRARY, DOSEGATE_SOURCE.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

HOST = os.environ["DOSEGATE_C_HOST"]
COMMAND = os.environ["DOSEGATE_COMMAND"]
SOURCE = Path(os.environ["DOSEGATE_SOURCE"])
SAMPLES = sorted(path.parent for path in (SOURCE / "dicom_samples").glob("*/expected.json"))
PASSING, FAILING = SOURCE / "dicom_samples" / "hcc_25fx_pass", SOURCE / "dicom_samples" / "hcc_25fx_fail"
# README: 0 PASS, 1 FAIL, 2 UNKNOWN, 3 VARIATION; 64 wrong usage, 65 input, 70 internal.
EXITS = {"PASS": 0, "FAIL": 1, "UNKNOWN": 2, "VARIATION": 3}


def run(*words, **environment):
    return subprocess.run(list(map(str, words)), capture_output=True, check=False, env={**os.environ, **environment})


class Parity(unittest.TestCase):
    def agree(self, inputs, protocols=()):
        """What both say, as JSON; the JSON and the exit code of the host are those of the command."""
        named = [word for protocol in protocols for word in ("--protocol", protocol)]
        ours = run(HOST, *named, "--json", *inputs)
        theirs = run(COMMAND, "check", *inputs, *named, "--json", "-")
        self.assertEqual(ours.stdout, theirs.stdout)
        self.assertEqual(ours.returncode, theirs.returncode)
        return json.loads(ours.stdout), ours

    def test_every_sample_gives_the_json_and_the_exit_code_of_the_command(self):
        seen = set()
        for sample in SAMPLES:
            with self.subTest(sample.name):
                told, ours = self.agree([sample])
                self.assertEqual(ours.returncode, EXITS[told["verdict"]])
                self.assertTrue(ours.stderr.decode().startswith(told["verdict"] + "  plan "), ours.stderr)
                seen.add(ours.returncode)
        self.assertEqual(seen, set(EXITS.values()), "each verdict has a sample")

    def test_protocols_are_those_that_are_named(self):
        told, _ = self.agree([SOURCE / "dicom_samples" / "hcc_5fx_bowel_fail"], ["hcc-rt-ici", "tg101-5fx"])
        self.assertEqual({rule["protocol"] for rule in told["rules"]}, {"hcc-rt-ici", "tg101-5fx"})

    def test_several_plans_are_an_array_and_end_with_the_worst(self):
        told, ours = self.agree([PASSING, FAILING])
        self.assertEqual(sorted(plan["verdict"] for plan in told), ["FAIL", "PASS"])
        self.assertEqual(ours.returncode, 1)

    def test_without_json_the_page_shows_each_required_rule_that_is_not_pass_and_no_other(self):
        for sample in SAMPLES:
            with self.subTest(sample.name):
                told, _ = self.agree([sample])
                plain = run(HOST, sample)
                self.assertEqual(plain.returncode, EXITS[told["verdict"]])
                lines = plain.stdout.decode().splitlines()
                self.assertEqual(lines[0].split("  ")[0], told["verdict"])
                shown = [tuple(line.split()[:2]) for line in lines if line.startswith(("    FAIL", "    VARI", "    UNKN"))]
                self.assertEqual(shown, [(entry["verdict"], entry["id"])
                                         for entry in told["rules"] + told["plan_checks"]
                                         if entry["level"] == "required" and entry["verdict"] in ("FAIL", "VARIATION", "UNKNOWN")])


class Refusals(unittest.TestCase):
    def refused(self, done, exit_code, sentence):
        self.assertEqual(done.returncode, exit_code)
        self.assertEqual(done.stdout, b"", "nothing that could be taken for a result")
        self.assertRegex(done.stderr.decode(), "^dosegate_check: .*" + sentence)

    def test_a_module_that_is_not_there(self):
        self.refused(run(HOST, PASSING, DOSEGATE_LIBRARY="/nowhere/libdosegate_plugin.so"), 70,
                     "/nowhere/libdosegate_plugin.so.*DOSEGATE_LIBRARY")

    def test_a_module_that_is_none(self):
        self.refused(run(HOST, PASSING, DOSEGATE_LIBRARY=__file__), 70, "cannot be loaded.*DOSEGATE_LIBRARY")
        # A library, but another one: the symbol is what is missing.
        self.refused(run(HOST, PASSING, DOSEGATE_LIBRARY="libc.so.6"), 70, "dosegate_get_api")

    def test_a_module_with_a_shorter_table_or_of_another_version(self):
        size = "offsetof(dosegate_api, render)"  # all before render(): it is the last that the host calls
        for name, told in (("shorter", "&table"), ("other", "major == DOSEGATE_API_MAJOR + 1 ? &table : NULL")):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                source, module = Path(folder) / "old.c", Path(folder) / "old.so"
                source.write_text("#include <dosegate/dosegate.h>\n"
                                  f"static const dosegate_api table = {{.struct_size = {size}}};\n"
                                  "const dosegate_api *dosegate_get_api(uint32_t major) {\n"
                                  f"  (void)major;\n  return {told};\n}}\n")
                subprocess.run(["cc", "-shared", "-fPIC", "-I", SOURCE / "plugin" / "include", source, "-o", module],
                               check=True)
                self.refused(run(HOST, PASSING, DOSEGATE_LIBRARY=str(module)), 70, "another version")

    def test_input_that_is_not_there_or_holds_no_plan(self):
        self.refused(run(HOST, "--json", "/no_such_folder"), 65, "no_such_folder")
        self.refused(run(HOST, "--json", PASSING / "expected.json"), 65, "")

    def test_a_plan_that_is_refused_beside_one_that_is_not(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(FAILING / "RTPLAN.dcm", folder)  # its structures and dose stay away
            command = run(COMMAND, "check", PASSING, folder, "--json", "-")
            self.assertEqual((command.returncode, command.stdout), (65, b""))
            self.refused(run(HOST, "--json", PASSING, folder), 65, "RTPLAN")

    def test_a_protocol_that_is_not_there(self):
        done = run(HOST, "--protocol", "no-such-protocol", "--json", PASSING)
        command = run(COMMAND, "check", PASSING, "--protocol", "no-such-protocol", "--json", "-")
        self.refused(done, 64, "no-such-protocol")
        self.assertEqual(done.returncode, command.returncode)
        self.assertEqual(done.stderr.decode().split(": ", 1)[1], command.stderr.decode().split(": ", 1)[1])

    def test_words_that_make_no_sense(self):
        for words in ([], ["--json"], ["--protocol"], ["--nonsense", PASSING], [PASSING, "--protocol"]):
            with self.subTest(words=words):
                self.refused(run(HOST, *words), 64, "INPUT")

    def test_an_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([HOST, "--json", PASSING], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 64)
        self.assertIn("cannot be written", done.stderr.decode())


class OlderModule(unittest.TestCase):
    """A host that is newer than the module it finds goes by the table's size."""

    def check_with(self, entries):
        return run(HOST, "--json", PASSING, DOSEGATE_LIBRARY=os.environ["DOSEGATE_OLD_PLUGIN"],
                   OLD_PLUGIN_OF=os.environ["DOSEGATE_LIBRARY"], OLD_PLUGIN_ENTRIES=str(entries))

    def entries_up_to(self, function):
        header = (SOURCE / "plugin" / "include" / "dosegate" / "dosegate.h").read_text()
        table = header[header.index("typedef struct dosegate_api"):]
        names = re.findall(r"\(\*(\w+)\)\s*\(", table[:table.index("} dosegate_api;")])
        return names.index(function) + 1

    def test_one_that_has_all_that_the_host_calls_does_the_work(self):
        self.assertLess(self.entries_up_to("render"), self.entries_up_to("send"), "the module is older")
        old = self.check_with(self.entries_up_to("render"))
        self.assertEqual(old.stdout, run(HOST, "--json", PASSING).stdout)
        self.assertEqual(old.returncode, 0)

    def test_one_that_lacks_a_function_is_refused_before_any_call(self):
        for entries in (0, 1, self.entries_up_to("render") - 1):
            with self.subTest(entries):
                old = self.check_with(entries)
                self.assertEqual((old.stdout, old.returncode), (b"", 70))
                self.assertIn(b"of another version than this host", old.stderr)


if __name__ == "__main__":
    unittest.main()
