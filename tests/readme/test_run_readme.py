#!/usr/bin/env python3
"""Shows that run_readme.py runs every block and fails where a block does not do what it says."""

import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import run_readme  # noqa: E402

FENCE = "```"


def block(language, *lines, before=""):
    return f"{before}\n{FENCE}{language}\n" + "\n".join(lines) + f"\n{FENCE}\n\n"


class RunReadmeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def problems(self, markdown, include=()):
        path = self.folder / "README.md"
        path.write_text(markdown, encoding="utf-8")
        return run_readme.run(path, include)[0]

    def assert_refused(self, markdown, words):
        """Nothing is run where a block would stay unrun."""
        with self.assertRaisesRegex(run_readme.ReadmeError, words):
            self.problems(markdown)

    def test_a_block_runs_in_the_folder_of_the_file(self):
        self.assertEqual(self.problems("# x\n" + block("sh", "test -f README.md")), [])

    def test_a_block_that_fails_is_a_problem_with_its_line(self):
        self.assertRegex(self.problems(block("sh", "false", "true"))[0], "line 2: ended with 1, stated is 0")

    def test_a_stated_exit_code_must_be_met(self):
        self.assertEqual(self.problems(block("bash", "exit 3", before="<!-- exit: 3 -->")), [])
        self.assertRegex(self.problems(block("sh", "true", before="<!-- exit: 3 -->"))[0], "ended with 0, stated is 3")

    def test_a_comment_may_stand_a_blank_line_above(self):
        self.assertEqual(self.problems(block("sh", "exit 3", before="<!-- exit: 3 -->\n")), [])

    def test_a_comment_above_other_words_does_not_count(self):
        self.assertEqual(len(self.problems(block("sh", "exit 3", before="<!-- exit: 3 -->\nwords\n"))), 1)

    def test_output_is_compared_without_blanks_at_line_ends(self):
        shown = block("console", "a", "b", before="<!-- output -->")
        self.assertEqual(self.problems(block("sh", "echo 'a  '; echo b; echo c >&2") + shown), [])
        self.assertRegex(self.problems(block("sh", "echo a; echo B") + shown)[0], "not the output")
        self.assertEqual(len(self.problems(block("sh", "echo a") + shown)), 1)
        self.assertEqual(len(self.problems(block("sh", "echo a; echo b; echo c") + shown)), 1)

    def test_output_of_a_block_that_failed_is_a_problem_too(self):
        self.assertEqual(len(self.problems(block("sh", "echo a; false") + block("text", "a", before="<!-- output -->"))), 2)

    def test_c_and_cpp_are_compiled(self):
        (self.folder / "own.h").write_text("int answer(void);\n")
        sound = block("c", '#include "own.h"', "int main(void) { return answer(); }", before="<!-- compile -->")
        self.assertEqual(self.problems(sound, [self.folder]), [])
        self.assertRegex(self.problems(sound)[0], "does not compile")
        self.assertEqual(self.problems(block("cpp", "int main() { auto x = 1; return x; }")), [])
        self.assertEqual(len(self.problems(block("cpp", "int main() { return y; }"))), 1)

    def test_a_warning_does_not_compile(self):
        self.assertEqual(len(self.problems(block("c", "int main(void) { int unused; return 0; }"))), 1)

    def test_json_must_parse(self):
        self.assertEqual(self.problems(block("json", '{"a": [1, null]}')), [])
        self.assertRegex(self.problems(block("json", '{"a": 1,}'))[0], "not JSON")

    def test_text_and_plain_blocks_are_not_run(self):
        self.assertEqual(self.problems(block("", "false") + block("text", "false")), [])

    def test_what_would_stay_unrun_is_refused(self):
        self.assert_refused(block("python", "1"), "line 2: nothing is known .* 'python'")
        self.assert_refused(block("console", "$ true"), "'console'")
        self.assert_refused(block("sh", "true") + block("text", "a", before="<!-- ouput -->"), "ouput")
        self.assert_refused(block("sh", "exit 3", before="<!-- exits: 3 -->"), "exits")
        self.assert_refused(block("text", "a", before="<!-- output -->"), "must follow the sh block")
        self.assert_refused(block("sh", "true") + block("text", "a") + block("text", "", before="<!-- output -->"),
                            "must follow the sh block")
        self.assert_refused(f"{FENCE}sh\ntrue\n", "never closed")
        self.assert_refused(f"{FENCE}sh title=x\ntrue\n{FENCE}\n", "cannot read this fence")

    def test_a_longer_fence_may_show_a_shorter_one(self):
        self.assertEqual(self.problems(f"{FENCE}`text\n{FENCE}sh\nfalse\n{FENCE}\n{FENCE}`\n"), [])

    def test_a_block_in_a_list_loses_its_indent(self):
        self.assertEqual(self.problems(f"1. x\n\n   {FENCE}sh\n   cat <<END\n   a\n   END\n   {FENCE}\n"), [])

    def test_a_file_left_behind_is_a_problem(self):
        self.assertRegex(self.problems(block("sh", "touch report.html"))[0], "left behind .*report.html")

    def test_the_test_command_counts_as_run_under_itself_only(self):
        script = self.folder / "cmake" / "test.sh"
        script.parent.mkdir()
        script.write_text('[ "$*" = "-LE readme" ] && exit 5\n')
        markdown = block("sh", "# builds and tests", "bash cmake/test.sh")
        with mock.patch.dict(os.environ, {"DOSEGATE_UNDER_TEST_SH": "1"}):
            self.assertEqual(self.problems(markdown), [])
        with mock.patch.dict(os.environ):
            os.environ.pop("DOSEGATE_UNDER_TEST_SH", None)
            self.assertRegex(self.problems(markdown)[0], "ended with 5")

    def test_the_test_command_stands_alone(self):
        self.assert_refused(block("sh", "bash cmake/test.sh", "false"), "alone")
        self.assert_refused(block("sh", "bash cmake/test.sh -L geometry"), "alone")


if __name__ == "__main__":
    unittest.main()
