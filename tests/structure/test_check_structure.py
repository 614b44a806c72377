#!/usr/bin/env python3
"""Shows that each rule of check_structure.py fails when it should and is silent when it should be.

Each case builds a small sound tree in a temporary folder, spoils one thing, and looks at what is said.
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import check_structure  # noqa: E402
import cpp_text  # noqa: E402

SOUND_TREE = {
    "CMakeLists.txt": "project(x)\n",
    "README.md": "# x\n",
    ".gitignore": "/build/\n",
    ".ci/run": "#!/bin/sh\n",
    "core/layers.txt": "# rooms\n"
                       "base     |               | expected fmt openssl(sha256.cpp)\n"
                       "model    | base          | eigen\n"
                       "dicom    | base model    | fmt dcmtk\n"
                       "geometry | base model    | eigen itk(resample.cpp)\n"
                       "report   | base model    | fmt json\n",
    "core/base/result.h": "#include <string>\n#include <tl/expected.hpp>\n"
                          "enum class ErrorCode : int {\n  // 100 base, all\n  NotANumber = 100, ///< x, y\n"
                          "  TagMissing = 204,  ///< z\n};\n",
    "core/base/finding.h": "enum class FindingCode : int {\n  FileSkipped,  ///< a, b\n  DoseNegative, ///< c\n};\n",
    "core/base/finding.cpp": '#include "base/finding.h"\n{FindingCode::FileSkipped, "file-skipped"},\n'
                             '{FindingCode::DoseNegative,\n "dose-negative"},\n',
    "core/base/sha256.cpp": "#include <openssl/evp.h>\n",
    "core/model/grid.h": '#include <Eigen/Core>\n#include "base/result.h"\nstruct G { double dose_gy = 0.0; };\n',
    "core/dicom/read.cpp": '#include <dcmtk/dcmdata/dctk.h>\n#include "model/grid.h"\n',
    "core/geometry/resample.cpp": "#include <itkImage.h>\n",
    "core/report/json.cpp": "#include <nlohmann/json.hpp>\n#include <unistd.h>\n",
    "plugin/include/dosegate/dosegate.h": "#include <stdint.h>\n",
    "plugin/src/session.cpp": '#include "model/grid.h"\n',
    "plugin/hosts/cli/main.cpp": '#include <CLI/CLI.hpp>\n#include <fmt/format.h>\n#include <vector>\n'
                                 '#include "dosegate/dosegate.h"\n#include "options.h"\n',
    "plugin/hosts/cli/options.h": "#include <string>\n",
    "plugin/hosts/c/host.c": "#include <dosegate/dosegate.h>\n#include <stdio.h>\n",
    "dicom_samples/generate.cpp": "#include <dcmtk/dcmdata/dctk.h>\n",
    "tests/base/result_test.cpp": "EXPECT_EQ(code, ErrorCode::NotANumber);\n",
    "tests/dicom/read_test.cpp": "#include <dcmtk/dcmdata/dctk.h>\nErrorCode::TagMissing FindingCode::DoseNegative\n",
    "tests/plugin/parity.py": 'assert "file-skipped" in codes\n',
}


class Tree:
    """A temporary folder to write a tree into."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)

    def write(self, files):
        for path, content in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())


class RuleTest(unittest.TestCase):
    def problems(self, changes, rule=None):
        tree = Tree()
        self.addCleanup(tree.folder.cleanup)
        tree.write({**SOUND_TREE, **changes})
        return check_structure.check(tree.root, [rule] if rule else None)

    def assert_fails(self, rule, path, content, line, words):
        """One problem of this rule, at this line, with these words in it."""
        found = [p for p in self.problems({path: content}, rule) if not p.warning]
        self.assertEqual(len(found), 1, [str(p) for p in found])
        self.assertEqual(found[0].line, line)
        self.assertIn(words, found[0].text)
        if rule != "codes":  # which speaks of the list of codes, not of the test that is missing
            self.assertEqual(found[0].path, path)

    def assert_silent(self, rule, path, content):
        self.assertEqual([str(p) for p in self.problems({path: content}, rule)], [])

    def test_a_sound_tree_has_no_problem(self):
        self.assertEqual([str(p) for p in self.problems({})], [])

    def test_every_rule_has_a_case_here(self):
        tested = {name[len("test_"):].split("__")[0] for name in dir(self) if "__" in name and name.startswith("test_")}
        self.assertEqual(set(check_structure.RULES), tested)

    # layers
    def test_layers__a_room_below(self):
        self.assert_fails("layers", "core/base/up.cpp", '#include <string>\n#include "model/grid.h"\n', 2, "model")

    def test_layers__a_room_above_that_is_not_named(self):
        self.assert_fails("layers", "core/report/x.cpp", '#include "dicom/read.h"\n', 1, "may not include dicom")

    def test_layers__a_file_without_its_room(self):
        self.assert_fails("layers", "core/model/x.cpp", '#include "grid.h"\n', 1, "room/file.h")

    def test_layers__a_way_round_by_dots(self):
        self.assert_fails("layers", "core/base/x.cpp", '#include "../model/grid.h"\n', 1, "room/file.h")

    def test_layers__a_folder_that_is_no_room(self):
        self.assert_fails("layers", "core/extra/x.cpp", "int x;\n", 1, "layers.txt")

    def test_layers__an_include_in_a_comment_is_none(self):
        self.assert_silent("layers", "core/base/x.cpp", '// #include "model/grid.h"\n/*\n#include "model/grid.h"\n*/\n')

    def test_layers__a_table_that_names_a_room_not_above_stops_the_check(self):
        with self.assertRaisesRegex(SystemExit, "does not stand above"):
            self.problems({"core/layers.txt": "base | model | \nmodel | base | \n"}, "layers")

    def test_layers__a_line_that_cannot_be_read_stops_the_check(self):
        with self.assertRaisesRegex(SystemExit, "layers.txt:1"):
            self.problems({"core/layers.txt": "base : fmt\n"}, "layers")

    def test_layers__an_unknown_package_stops_the_check(self):
        with self.assertRaisesRegex(SystemExit, "boost"):
            self.problems({"core/layers.txt": "base | | boost\n"}, "layers")

    # packages
    def test_packages__dcmtk_outside_its_room(self):
        self.assert_fails("packages", "core/report/x.cpp", "#include <dcmtk/dcmdata/dctk.h>\n", 1, "dcmtk")

    def test_packages__dcmtk_in_quotes(self):
        self.assert_fails("packages", "core/report/x.cpp", '#include "dcmtk/dcmdata/dctk.h"\n', 1, "dcmtk")

    def test_packages__itk_in_another_file_of_its_room(self):
        self.assert_fails("packages", "core/geometry/region.cpp", "#include <itkImage.h>\n", 1, "resample.cpp")

    def test_packages__openssl_in_another_file_of_its_room(self):
        self.assert_fails("packages", "core/base/text.cpp", "#include <openssl/evp.h>\n", 1, "sha256.cpp")

    def test_packages__json_outside_report(self):
        self.assert_fails("packages", "core/model/x.cpp", "#include <nlohmann/json.hpp>\n", 1, "json")

    def test_packages__threads_outside_the_room_of_tbb(self):
        self.assert_fails("packages", "core/model/x.cpp", "#include <thread>\n", 1, "tbb")

    def test_packages__a_third_party_header_in_a_header(self):
        self.assert_fails("packages", "core/report/x.h", "#include <fmt/format.h>\n", 1, "in a header")

    def test_packages__a_system_header_in_a_header(self):
        self.assert_fails("packages", "core/report/x.h", "#include <unistd.h>\n", 1, "in a header")

    def test_packages__an_unknown_header(self):
        self.assert_fails("packages", "core/report/x.cpp", "#include <boost/any.hpp>\n", 1, "no package")

    def test_packages__eigen_may_stand_in_a_header(self):
        self.assert_silent("packages", "core/model/x.h", "#include <Eigen/Geometry>\n#include <tl/expected.hpp>\n")

    # confined
    def test_confined__dcmtk_in_the_plugin(self):
        self.assert_fails("confined", "plugin/src/x.cpp", "#include <dcmtk/dcmdata/dctk.h>\n", 1, "dcmtk")

    def test_confined__itk_in_the_sample_generator(self):
        self.assert_fails("confined", "dicom_samples/x.cpp", "#include <itkImage.h>\n", 1, "itk")

    def test_confined__dcmtk_in_the_tests_of_geometry(self):
        self.assert_fails("confined", "tests/geometry/x_test.cpp", "#include <dcmtk/dcmdata/dctk.h>\n", 1, "DCMTK")

    def test_confined__itk_in_the_tests_of_dicom(self):
        self.assert_fails("confined", "tests/dicom/x_test.cpp", "#include <itkImage.h>\n", 1, "ITK")

    # hosts
    def test_hosts__the_command_looks_into_core(self):
        self.assert_fails("hosts", "plugin/hosts/cli/x.cpp", '#include "base/result.h"\n', 1, "base/result.h")

    def test_hosts__the_command_looks_into_core_with_angle_brackets(self):
        self.assert_fails("hosts", "plugin/hosts/cli/x.cpp", "#include <base/result.h>\n", 1, "base/result.h")

    def test_hosts__the_command_looks_into_the_plugin(self):
        self.assert_fails("hosts", "plugin/hosts/cli/x.cpp", '#include "../../src/session.h"\n', 1, "session.h")

    def test_hosts__the_command_uses_another_library(self):
        self.assert_fails("hosts", "plugin/hosts/cli/x.cpp", "#include <nlohmann/json.hpp>\n", 1, "CLI11 and fmt")

    def test_hosts__another_host_looks_into_core(self):
        self.assert_fails("hosts", "plugin/hosts/c/x.c", '#include "model/grid.h"\n', 1, "dosegate.h")

    def test_hosts__the_installed_header_needs_more_than_c(self):
        self.assert_fails("hosts", "plugin/include/dosegate/x.h", "#include <vector>\n", 1, "vector")

    # top_level
    def test_top_level__a_new_folder(self):
        found = self.problems({"scripts/x.sh": "true\n"}, "top_level")
        self.assertEqual([p.path for p in found], ["scripts"])

    def test_top_level__a_new_file(self):
        self.assert_fails("top_level", "notes.md", "x\n", 1, "design")

    def test_top_level__a_hidden_folder(self):
        found = self.problems({".vscode/x.json": "{}\n"}, "top_level")
        self.assertEqual([p.path for p in found], [".vscode"])

    def test_top_level__a_scratch_file_that_git_does_not_track(self):
        tree = Tree()
        self.addCleanup(tree.folder.cleanup)
        tree.write(SOUND_TREE)
        for words in (["init", "-q"], ["add", "-A"]):
            subprocess.run(["git", "-C", str(tree.root), *words], check=True)
        tree.write({"result.json": "{}\n", "core/base/new.cpp": "int main() { exit(1); }\n", "build/x.cpp": "abort();\n"})
        self.assertEqual([p.path for p in check_structure.check(tree.root)], ["core/base/new.cpp"])

    # length
    def test_length__a_source_of_601_lines(self):
        self.assert_fails("length", "core/model/x.cpp", "\n" * 601, 1, "601")

    def test_length__a_source_of_600_lines_is_warned_of(self):
        found = self.problems({"core/model/x.cpp": "\n" * 600}, "length")
        self.assertEqual([p.warning for p in found], [True])

    def test_length__the_c_interface_may_be_as_long_as_it_comes_to_be(self):
        self.assert_silent("length", "plugin/include/dosegate/dosegate.h", "\n" * 601)

    def test_length__a_header_of_201_lines_is_warned_of(self):
        found = self.problems({"core/model/x.h": "\n" * 201}, "length")
        self.assertEqual([p.warning for p in found], [True])

    def test_length__a_header_of_200_lines_is_fine(self):
        self.assert_silent("length", "core/model/x.h", "\n" * 200)

    # unique_names
    def test_unique_names__the_same_name_in_two_rooms(self):
        self.assert_fails("unique_names", "plugin/src/grid.h", "int x;\n", 1, "core/model/grid.h")

    # forbidden
    def test_forbidden__each_kind_of_call(self):
        for code in ("std::cout << 1;", "std::cerr << 1;", 'printf("x");', 'std::fprintf(f, "x");', "puts(x);",
                     'fmt::print("x");', "snprintf(b, 9, x);", "exit(1);", "std::abort();", "std::terminate();",
                     "assert(x);", 'getenv("X");', 'std::getenv("X");', "setlocale(0, x);", "std::ostringstream s;",
                     "std::stod(x);", "strtod(x, &y);", "atof(x);", "std::atof(x);", "sscanf(x, y);", "rand();",
                     "std::rand();", "std::random_device d;", "std::time(nullptr);",
                     "std::chrono::system_clock::now();", "std::regex r;"):
            with self.subTest(code):
                self.assert_fails("forbidden", "core/model/x.cpp", f"int a;\n  {code}\n", 2, ":")

    def test_forbidden__using_namespace_in_a_header(self):
        self.assert_fails("forbidden", "core/model/x.h", "using namespace std;\n", 1, "header")

    def test_forbidden__a_boolean_parameter(self):
        self.assert_fails("forbidden", "core/model/x.h", "int f(int a,\n  bool fast = true);\n", 1, "boolean")

    def test_forbidden__words_that_only_look_like_it(self):
        self.assert_silent("forbidden", "core/model/x.cpp",
                           '// never exit(1) or printf("x")\nconst char* k = "abort() %s \\" rand()";\n'
                           "auto r = R\"(exit(1))\";\nmenu.exit(1);\nit->puts(2);\nstatic_assert(true);\n"
                           "int n = 1'000; char q = '\"'; // abort()\nfmt::format(\"{}\", 1);\nmy_printf(2);\n"
                           "runtime(0); bool a = f(true);\n")

    def test_forbidden__only_in_core(self):
        self.assert_silent("forbidden", "plugin/hosts/c/x.c", 'int main(void) { printf("x"); exit(0); }\n')

    # units
    def test_units__each_kind_of_declaration(self):
        for code in ("void f(double dose);", "double target_volume = 0.0;", "void f(const double& limit, int x);",
                     "std::vector<double> doses;", "std::span<const double> dose_values;", "double total_dose_{0};",
                     "std::optional<double> prescription;"):
            with self.subTest(code):
                self.assert_fails("units", "core/model/x.h", f"int a;\n{code}\n", 2, "unit")

    def test_units__names_that_carry_it(self):
        self.assert_silent("units", "core/model/x.h",
                           "double dose_gy; double volume_cc_ = 0; double dose_gy_per_mm; double dose_scale = 1;\n"
                           "double volume_pct; double spacing; int dose; std::vector<double> doses_gy;\n"
                           "double limit;  ///< in the unit of the quantity\n")

    # codes
    def test_codes__an_error_that_no_test_names(self):
        self.assert_fails("codes", "tests/dicom/read_test.cpp", "FindingCode::DoseNegative\n", 6, "TagMissing")

    def test_codes__a_finding_that_no_test_names(self):
        self.assert_fails("codes", "tests/dicom/read_test.cpp", "ErrorCode::TagMissing\n", 3, "DoseNegative")

    def test_codes__a_name_in_a_comment_is_no_test(self):
        self.assert_fails("codes", "tests/dicom/read_test.cpp",
                          "ErrorCode::TagMissing\n// FindingCode::DoseNegative\n", 3, "DoseNegative")

    def test_codes__a_longer_name_is_another(self):
        self.assert_fails("codes", "tests/dicom/read_test.cpp",
                          "FindingCode::DoseNegative ErrorCode::TagMissingAlso\n", 6, "TagMissing")

    def test_codes__the_test_of_the_table_does_not_count(self):
        found = self.problems({"tests/dicom/read_test.cpp": "int x;\n",
                               "tests/base/all_test.cpp": "ErrorCode::TagMissing FindingCode::DoseNegative\n"}, "codes")
        self.assertEqual([(p.path, p.line) for p in found], [("core/base/finding.h", 3), ("core/base/result.h", 6)])

    def test_codes__a_finding_without_a_row(self):
        found = self.problems({"core/base/finding.cpp": '{FindingCode::FileSkipped, "file-skipped"},\n'}, "codes")
        self.assertEqual([p.line for p in found], [3])
        self.assertIn("no row", found[0].text)

    def test_codes__an_enumeration_that_is_not_found(self):
        self.assert_fails("codes", "core/base/result.h", "enum ErrorCode { A };\n", 1, "not found")

    # tracked_files
    def test_tracked_files__a_large_file(self):
        self.assert_fails("tracked_files", "dicom_samples/x.dcm", b"\0" * (2 * 1024 * 1024 + 1), 1, "bytes")

    def test_tracked_files__a_place_of_the_machine(self):
        for place in ("/" + "work/", "/" + "farm/"):
            with self.subTest(place):
                self.assert_fails("tracked_files", "README.md", f"x\nsee {place}main\n", 2, "machine")

    def test_tracked_files__unfinished_work(self):
        self.assert_fails("tracked_files", "core/model/x.cpp", "int a;  // TO" "DO: later\n", 1, "finish")


class CppTextTest(unittest.TestCase):
    def test_blanking_keeps_every_line_and_column(self):
        text = 'int a; // x "y\nconst char* s = "a // b"; /* c\nd */ int e = \'"\';\n'
        blank = cpp_text.blank_literals(cpp_text.blank_comments(text))
        self.assertEqual([len(line) for line in blank.split("\n")], [len(line) for line in text.split("\n")])
        self.assertIn("int e", blank)
        self.assertNotIn("b", blank.replace("blank", ""))

    def test_digit_separators_do_not_open_a_character(self):
        self.assertIn("exit(1)", cpp_text.blank_literals("int n = 1'000; exit(1); int m = 2'000;"))

    def test_enumerators_know_their_line_and_value(self):
        text = "enum class E : int {\n  A = 100, ///< one, two\n  // B = 7,\n  C,\n};\n"
        self.assertEqual(cpp_text.enumerators(text, "E"), [(2, "A", 100), (4, "C", None)])


if __name__ == "__main__":
    unittest.main()
