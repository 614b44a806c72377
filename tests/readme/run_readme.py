#!/usr/bin/env python3
"""Runs every code block of a Markdown file, so that what a reader copies works.

    run_readme.py README.md [--include FOLDER]...

| Block                             | What is done with it                                                |
|-----------------------------------|---------------------------------------------------------------------|
| sh, bash                          | run by `bash -e` in the folder of the file; must end with 0, or     |
|                                   | with N if `<!-- exit: N -->` stands before it                       |
| text or console, `<!-- output -->`| must be what the sh block before it wrote to standard output,       |
| before it                         | blanks at line ends aside                                           |
| c, cpp                            | compiled, warnings being errors; `<!-- compile -->` may stand before|
| json                              | must parse                                                          |
| text, or no language              | not run: pictures of trees, listings                                |
| anything else                     | an error: no block stays unrun by mistake                           |

A comment directly before a block must be one of these; a misspelt one is an error, because it would
leave a block unchecked. A run may leave nothing behind in the folder of the file.

One command cannot be run from here: `bash cmake/test.sh`, which is what runs this test. That script sets
DOSEGATE_UNDER_TEST_SH, so when it is set, the command is under way at this moment and its outcome is
seen by whoever called it. When it is not set (a test run by hand), the command is run without the tests
labelled readme. It must stand alone in its block.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

TEST_COMMAND = "bash cmake/test.sh"
SHELLS = {"sh", "bash"}
OUTPUTS = {"text", "console"}
COMPILERS = {"c": ["gcc", "-std=c11", "-xc"], "cpp": ["g++", "-std=c++20", "-xc++"]}
PROSE = {"", "text"}


@dataclass
class Block:
    line: int  # of the opening fence
    language: str
    text: str = ""
    comments: list = field(default_factory=list)  # HTML comments directly before the fence

    @property
    def exit_code(self):
        codes = [int(c.split(":")[1]) for c in self.comments if c.startswith("exit:")]
        return codes[0] if codes else 0

    @property
    def is_output(self):
        return "output" in self.comments


class ReadmeError(Exception):
    pass


def blocks_of(markdown):
    """The fenced blocks of a text, in order."""
    blocks, comments = [], []
    block, fence, indent = None, "", ""
    for number, line in enumerate(markdown.splitlines(), 1):
        if block is not None:
            if re.fullmatch(rf"\s*{re.escape(fence[0])}{{{len(fence)},}}\s*", line):
                blocks.append(block)
                block, comments = None, []
            else:
                block.text += line.removeprefix(indent) + "\n"
            continue
        opening = re.fullmatch(r"(\s*)(`{3,}|~{3,})\s*([\w+-]*)\s*", line)
        if opening:
            indent, fence, language = opening.groups()
            block = Block(number, language, comments=comments)
            continue
        if re.match(r"\s*(```|~~~)", line):
            raise ReadmeError(f"line {number}: cannot read this fence; write ```language")
        found = re.findall(r"<!--\s*(.*?)\s*-->", line)
        if found and not re.sub(r"<!--.*?-->", "", line).strip():
            comments = comments + found
        elif line.strip():
            comments = []
    if block is not None:
        raise ReadmeError(f"line {block.line}: this block is never closed")
    return blocks


def check_plan(blocks):
    """Refuses what would stay unrun. Errors name the line."""
    before = None
    for block in blocks:
        at = f"line {block.line}: "
        shell = block.language in SHELLS
        for comment in block.comments:
            fits = (shell and re.fullmatch(r"exit:\s*\d{1,3}", comment)
                    or block.language in OUTPUTS and comment == "output"
                    or block.language in COMPILERS and comment == "compile")
            if not fits:
                raise ReadmeError(f"{at}<!-- {comment} --> says nothing to a block of kind '{block.language}'")
        if len(block.comments) > 1:
            raise ReadmeError(f"{at}more than one comment for one block")
        if block.is_output and (before is None or before.language not in SHELLS):
            raise ReadmeError(f"{at}<!-- output --> must follow the sh block whose output it is")
        if not (shell or block.is_output or block.language in COMPILERS or block.language == "json"
                or block.language in PROSE):
            raise ReadmeError(f"{at}nothing is known of how to check a block of kind '{block.language}'")
        if TEST_COMMAND in block.text and shell and not is_test_command(block):
            raise ReadmeError(f"{at}`{TEST_COMMAND}` must stand alone in its block, without arguments")
        before = block


def is_test_command(block):
    lines = [line.strip() for line in block.text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")] == [TEST_COMMAND]


def same_text(text):
    return [line.rstrip() for line in text.rstrip().splitlines()]


def run_shell(block, folder):
    """Standard output of a block. Errors: another exit code than stated."""
    script = block.text
    if is_test_command(block):
        if os.environ.get("DOSEGATE_UNDER_TEST_SH"):
            return ""
        script = f"{TEST_COMMAND} -LE readme\n"
    done = subprocess.run(["bash", "-e", "-c", script], stdin=subprocess.DEVNULL, cwd=folder, check=False,
                          capture_output=True)
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode != block.exit_code:
        raise ReadmeError(f"line {block.line}: ended with {done.returncode}, stated is {block.exit_code}\n"
                          f"{output}{done.stderr.decode('utf-8', 'replace')}")
    return output


def compile_block(block, include_folders):
    compiler, *options = COMPILERS[block.language]
    with tempfile.TemporaryDirectory() as folder:
        command = [compiler, *options, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-c", "-",
                   "-o", str(Path(folder) / "block.o"), *(f"-I{path}" for path in include_folders)]
        done = subprocess.run(command, input=block.text.encode(), check=False, capture_output=True)
    if done.returncode != 0:
        raise ReadmeError(f"line {block.line}: does not compile\n{done.stderr.decode('utf-8', 'replace')}")


def run_block(block, folder, include_folders, last_output):
    """Checks one block; the output of a shell block, or None."""
    if block.language in SHELLS:
        return run_shell(block, folder)
    if block.is_output:
        if same_text(block.text) != same_text(last_output or ""):
            raise ReadmeError(f"line {block.line}: this is not the output; the output is\n{last_output}")
    elif block.language in COMPILERS:
        compile_block(block, include_folders)
    elif block.language == "json":
        try:
            json.loads(block.text)
        except ValueError as error:
            raise ReadmeError(f"line {block.line}: not JSON: {error}") from error
    return None


def run(path, include_folders):
    """All problems of the file's blocks, as texts, and the number of blocks."""
    folder = Path(path).resolve().parent
    blocks = blocks_of(Path(path).read_text(encoding="utf-8"))
    check_plan(blocks)
    entries = set(os.listdir(folder))
    problems, last_output = [], None
    for block in blocks:
        try:
            output = run_block(block, folder, include_folders, last_output)
            last_output = output if block.language in SHELLS else last_output
        except ReadmeError as error:
            problems.append(str(error))
            last_output = None if block.language in SHELLS else last_output
        # build/ is where every command of the project writes.
        left = set(os.listdir(folder)) - entries - {"build"}
        if left:
            problems.append(f"line {block.line}: left behind in {folder}: {', '.join(sorted(left))}")
            entries |= left
    return problems, len(blocks)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("markdown", type=Path)
    parser.add_argument("--include", action="append", default=[], help="include folder for c and cpp blocks")
    options = parser.parse_args()
    try:
        problems, count = run(options.markdown, options.include)
    except (ReadmeError, OSError) as error:
        problems, count = [str(error)], 0
    for problem in problems:
        print(f"{options.markdown}: {problem}")
    if count == 0 and not problems:
        problems.append("no block")
        print(f"{options.markdown}: has no block at all")
    print(f"{count} blocks, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
