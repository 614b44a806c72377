#!/usr/bin/env python3
"""Host parity: for every sample, each host writes the bytes that the command writes. A class a host, so that ctest says
of each by itself that it is skipped: test_parity.py C | Python | CSharp | Octave.

ctest says where things are: see the tests of the hosts themselves.
"""

import sys
import tempfile
import unittest
from pathlib import Path

from host_support import SAMPLES, SOURCE, check, main, run, tool

HOSTS = SOURCE / "plugin" / "hosts"
DEFAULT, SEVERAL = (), ("hcc-rt-ici", "tg101-5fx", "quantec-conventional")
TOOLS = {"C": (("DOSEGATE_C_HOST", "the C host"),), "Python": (),
         "CSharp": (("DOSEGATE_MCS", "mono-mcs"), ("DOSEGATE_MONO", "mono-runtime")),
         "Octave": (("DOSEGATE_OCTAVE", "GNU Octave"), ("DOSEGATE_MEX_FOLDER", "mkoctfile (octave-dev)"))}


def words_of(protocols):
    return [word for protocol in protocols for word in ("--protocol", protocol)]


class Parity:
    """What a host has to show; json_of() is the host."""

    def test_every_sample_with_the_default_protocol(self):
        self.same_bytes(DEFAULT)

    def test_every_sample_with_several_protocols(self):
        self.same_bytes(SEVERAL)

    def same_bytes(self, protocols):
        self.assertGreaterEqual(len(SAMPLES), 6)
        for sample in SAMPLES:
            with self.subTest(sample.name):
                theirs = check(sample, *words_of(protocols))
                self.assertGreater(len(theirs), 10000, "the command wrote a whole result")
                self.assertEqual(self.json_of(sample, protocols), theirs)


class C(Parity, unittest.TestCase):
    @staticmethod
    def json_of(sample, protocols):
        return run(tool("DOSEGATE_C_HOST"), *words_of(protocols), "--json", sample).stdout


class Python(Parity, unittest.TestCase):
    @staticmethod
    def json_of(sample, protocols):
        sys.path.insert(0, str(HOSTS / "python"))
        from dosegate import Library  # pylint: disable=import-outside-toplevel
        with Library().session() as session:
            (case,) = session.read([sample])
            return case.evaluate(protocols=protocols).json.encode()


class CSharp(Parity, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        cls.addClassCleanup(folder.cleanup)
        cls.program = Path(folder.name) / "check.exe"
        done = run(tool("DOSEGATE_MCS"), f"-out:{cls.program}",
                   *(HOSTS / "csharp" / name for name in ("Native.cs", "Dosegate.cs", "DosegateCheck.cs")))
        if done.returncode:
            raise AssertionError(done.stderr.decode())

    def json_of(self, sample, protocols):
        return run(tool("DOSEGATE_MONO"), self.program, "--json", *words_of(protocols), sample,
                   LD_LIBRARY_PATH=str(Path(tool("DOSEGATE_LIBRARY")).parent)).stdout


class Octave(Parity, unittest.TestCase):
    @staticmethod
    def json_of(sample, protocols):
        listed = ", ".join(f"'{protocol}'" for protocol in protocols)
        script = (f"r = dosegate_mex('files', {{'{sample}'}}, struct('protocols', {{{{{listed}}}}}));"
                  "f = fopen('json', 'w'); fwrite(f, r{1}.json); fclose(f);")
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "run_it.m").write_text(f"cd('{folder}'); {script}")
            done = run(tool("DOSEGATE_OCTAVE"), "--norc", "--no-history", "--path", tool("DOSEGATE_MEX_FOLDER"),
                       Path(folder) / "run_it.m")
            if done.returncode:
                raise AssertionError((done.stdout + done.stderr).decode())
            return (Path(folder) / "json").read_bytes()


if __name__ == "__main__":
    main(*(pair for host in (sys.argv[1:] or TOOLS) for pair in TOOLS[host]))
