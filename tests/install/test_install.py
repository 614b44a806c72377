#!/usr/bin/env python3
"""Installs the built tree into an empty folder, moves it, and builds a stranger's project against it: once
by find_package(dosegate), once by pkg-config. Moved, so that no path of the build can be what makes it work.

ctest says where things are: DOSEGATE_BUILD is the build tree, DOSEGATE_SOURCE the source tree.
"""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

BUILD = Path(os.environ["DOSEGATE_BUILD"])
SOURCE = Path(os.environ["DOSEGATE_SOURCE"])
CONSUMER = SOURCE / "tests" / "install" / "consumer"
SAMPLE = SOURCE / "dicom_samples" / "hcc_no_gtv"
UNKNOWN = 4  # DOSEGATE_UNKNOWN: the sample has no GTV


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300,
                          check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="dosegate_install_"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        run("cmake", "--install", BUILD, "--prefix", cls.folder / "first")
        cls.prefix = cls.folder / "moved"
        shutil.move(cls.folder / "first", cls.prefix)
        cls.library = next(cls.prefix.rglob("libdosegate_plugin.so")).parent

    def expect_verdict(self, program, **options):
        version, verdict = run(program, SAMPLE, **options).split()
        self.assertRegex(version, r"^\d+\.\d+\.\d+$")
        self.assertEqual(int(verdict), UNKNOWN)

    def test_what_is_there(self):
        here = {str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*") if path.is_file()}
        self.assertIn("bin/dosegate", here)
        self.assertEqual([name for name in here if name.endswith(".h")], ["include/dosegate/dosegate.h"])
        protocols = {path.name for path in (SOURCE / "protocols").glob("*.yaml")}
        self.assertEqual({path.name for path in (self.prefix / "share/dosegate/protocols").iterdir()}, protocols)
        self.assertEqual([name for name in here if name.endswith(".a")], [], "the rooms of core/ stay inside")

    def test_no_file_holds_a_path_of_the_build(self):
        for path in self.prefix.rglob("*"):
            if path.suffix in (".cmake", ".pc"):
                self.assertNotIn(str(BUILD), path.read_text(), path)
                self.assertNotIn(str(self.folder / "first"), path.read_text(), path)

    @unittest.skipUnless(shutil.which("readelf"), "readelf is not installed")
    def test_no_program_looks_for_libraries_where_it_was_built(self):
        for path in (self.prefix / "bin/dosegate", self.library / "libdosegate_plugin.so"):
            dynamic = run("readelf", "-d", path)
            self.assertIn("NEEDED", dynamic)
            self.assertNotIn(str(BUILD), dynamic)

    def test_the_command_runs_from_where_it_was_moved(self):
        text = run(self.prefix / "bin/dosegate", "protocols", "list", env={"PATH": os.environ["PATH"]})
        self.assertIn("hcc-rt-ici", text)

    def test_find_package(self):
        build = self.folder / "by_cmake"
        run("cmake", "-S", CONSUMER, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", build)
        self.expect_verdict(build / "consumer")

    @unittest.skipUnless(shutil.which("pkg-config"), "pkg-config is not installed")
    def test_pkg_config(self):
        environment = dict(os.environ, PKG_CONFIG_PATH=str(self.library / "pkgconfig"))
        flags = run("pkg-config", "--cflags", "--libs", "dosegate", env=environment).split()
        program = self.folder / "by_pkg_config"
        run("cc", "-std=c11", "-Wall", "-Werror", CONSUMER / "consumer.c", "-o", program, *flags)
        self.expect_verdict(program, env=dict(os.environ, LD_LIBRARY_PATH=str(self.library)))


if __name__ == "__main__":
    unittest.main()
