#!/usr/bin/env python3
"""Holds the tree to the house rules that no compiler checks.

    check_structure.py [--root FOLDER] [--rule NAME]... [--list]

Each rule is a function named rule_<name>; its docstring is what it asks for. Problems go to standard
output as `file:line: [rule] sentence`; the exit code is 1 if there is one. A `warning` is said and
does not fail. What it reads: the files that git tracks or would track, comments and texts blanked out
where only code counts. It knows C++ by its words, not by its grammar: where a rule cannot see, it is silent,
and clang-tidy and review see the rest. test_check_structure.py shows that each rule can fail.
"""

import argparse
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cpp_text import blank_comments, blank_literals, enumerators, includes, line_of

HEADER_SUFFIXES = {".h", ".hpp"}
SOURCE_SUFFIXES = {".c", ".cc", ".cpp"}
CODE_SUFFIXES = HEADER_SUFFIXES | SOURCE_SUFFIXES

HEADER_LINES_ADVISED = 200
SOURCE_LINES_ADVISED = 400
LINES_ALLOWED = 600
# The C interface is one installed header, however many functions it comes to have.
ONE_FILE = {"plugin/include/dosegate/dosegate.h"}
TRACKED_BYTES_ALLOWED = 2 * 1024 * 1024

TOP_LEVEL = {
    "CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md", "LICENSE",
    "core", "plugin", "protocols", "dicom_samples", "tests", "cmake", ".ci",
}  # and files whose name begins with a dot

# What the include of each package of core/layers.txt looks like. <thread>, <future> and <execution>
# count as tbb: the room that names it is the only one that starts threads.
PACKAGE_INCLUDES = {
    "expected": r"tl/expected\.hpp",
    "fmt": r"fmt/.+",
    "openssl": r"openssl/.+",
    "eigen": r"(unsupported/)?Eigen/.+",
    "dcmtk": r"dcmtk/.+",
    "itk": r"itk[A-Z]\w*\.h|vnl/.+|vcl_.+",
    "yaml": r"yaml-cpp/.+",
    "json": r"nlohmann/.+",
    "tbb": r"(tbb|oneapi)/.+|thread|future|execution",
    "cairo": r"cairo/.+|cairo[\w-]*\.h",
    "pango": r"pango/.+",
    "sqlite": r"sqlite3\.h|SQLiteCpp/.+",
    "zlib": r"zlib\.h",
    "cli11": r"CLI/.+",
    "gtest": r"(gtest|gmock)/.+",
    "rapidcheck": r"rapidcheck(/.+|\.h)",
    "benchmark": r"benchmark/.+",
}
HEADER_PACKAGES = {"eigen", "expected"}
EVERYWHERE = {"expected"}  # the room base names it, and every room speaks base's Result
STANDARD_INCLUDE = re.compile(r"[a-z_0-9]+")  # <vector>, <cstdint>
C_INCLUDES = {"stddef.h", "stdint.h", "stdbool.h", "stdlib.h", "stdio.h", "string.h", "math.h",
              "assert.h", "inttypes.h"}
POSIX_INCLUDE = re.compile(r"(dlfcn|fcntl|unistd|signal|errno|pthread|netdb|netinet/in)\.h|sys/\w+\.h")

# Name -> what stands in code, why not.
FORBIDDEN_IN_CORE = [
    (r"\bstd::(cout|cerr|clog)\b", "core never prints; return the text"),
    (r"(?<![\w.>])(?:std::)?(v?f?printf|f?puts|putchar|perror)\s*\(", "core never prints; return the text"),
    (r"\bfmt::(v?print|println)\s*\(", "core never prints; return the text"),
    (r"(?<![\w.>])(?:std::)?v?sn?printf\s*\(", "prints numbers by the process's locale; use fmt::format"),
    (r"(?<![\w.>])(?:std::)?(exit|_exit|_Exit|quick_exit|abort|terminate)\s*\(",
     "core never ends the process; return an Error, or require() for our own defects"),
    (r"(?<![\w.>])assert\s*\(", "assert ends the process, or checks nothing in a release; use require()"),
    (r"\b(getenv|secure_getenv|setenv|putenv)\b", "core never reads the environment; make it an option"),
    (r"\b(setlocale|std::locale::global)\b", "the locale belongs to the host"),
    (r"\bstd::[io]?stringstream\b", "streams follow the global locale; use base/text.h or fmt"),
    (r"\bstd::(stod|stof|stold|strtod|strtof)\b|(?<![\w.>:])(stod|stof|stold|strtod|strtof|atof)\s*\(|\bstd::atof\b",
     "parses by the process's locale and accepts rubbish; use parse_number()"),
    (r"(?<![\w.>])(?:std::)?v?[fs]?scanf\s*\(", "parses by the process's locale; use parse_number()"),
    (r"(?<![\w.>])(?:std::)?(rand|srand|drand48)\s*\(|\bstd::random_device\b", "same input, same bytes"),
    (r"\bsystem_clock\b|(?<![\w.>])(?:std::)?time\s*\(\s*(nullptr|NULL|0)\s*\)",
     "the clock is passed in: same input, same bytes"),
    (r"\bstd::regex\b", "recurses without bound on hostile text; write the few lines of parsing"),
]

QUANTITY_WORDS = {"dose", "doses", "volume", "volumes", "limit", "limits", "prescription", "thickness"}
UNIT_ENDINGS = {"gy", "mm", "mm2", "mm3", "cc", "pct", "frac", "per"}
PLAIN_ENDINGS = {"factor", "scale", "scaling", "ratio", "weight", "count", "index"}


@dataclass(frozen=True)
class Problem:
    path: str
    line: int
    rule: str
    text: str
    warning: bool = False

    def __str__(self):
        kind = "warning: " if self.warning else ""
        return f"{self.path}:{self.line}: [{self.rule}] {kind}{self.text}"


class Tree:
    """The files of a working tree, as posix paths below its root."""

    def __init__(self, root):
        self.root = Path(root)
        self.tracked = self._git("--cached")
        # Before the first commit, or without git, every file counts as tracked.
        others = self._git("--cached", "--others", "--exclude-standard")
        self.files = others or self._walk()
        self.tracked = self.tracked or self.files
        self._texts = {}

    def _git(self, *which):
        if not (self.root / ".git").exists():
            return []
        done = subprocess.run(["git", "-C", str(self.root), "ls-files", "-z", *which],
                              capture_output=True, check=False)
        names = done.stdout.decode("utf-8", "surrogateescape").split("\0") if done.returncode == 0 else []
        return sorted({name for name in names if name and (self.root / name).is_file()})

    def _walk(self):
        skipped = {".git", "build", "__pycache__"}
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*")
                      if path.is_file() and not skipped & set(path.relative_to(self.root).parts))

    def text(self, path):
        """The file's text; empty for binary files."""
        if path not in self._texts:
            data = (self.root / path).read_bytes()
            self._texts[path] = "" if b"\0" in data[:8192] else data.decode("utf-8", "replace")
        return self._texts[path]

    def code(self, *folders):
        """C and C++ files below the folders, or all of them."""
        return [path for path in self.files if PurePosixPath(path).suffix in CODE_SUFFIXES
                and (not folders or path.split("/")[0] in folders or path.startswith(tuple(f + "/" for f in folders)))]


@dataclass
class Room:
    name: str
    uses: list  # rooms it may include
    packages: dict  # package -> None, or the only files that may include it


def read_layers(tree):
    """Rooms of core/layers.txt by name, lowest first."""
    rooms = {}
    for number, line in enumerate(tree.text("core/layers.txt").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z]+)\s*\|([a-z ]*)\|(.*)", line)
        if not match:
            raise SystemExit(f"core/layers.txt:{number}: cannot read '{line}'; write: room | rooms | packages")
        name, uses = match.group(1), match.group(2).split()
        for used in uses:
            if used not in rooms:
                raise SystemExit(f"core/layers.txt:{number}: room {name} names {used}, which does not stand above it")
        packages = {}
        for package, files in re.findall(r"([a-z_0-9]+)(?:\(([^)]*)\))?", match.group(3)):
            if package not in PACKAGE_INCLUDES:
                raise SystemExit(f"core/layers.txt:{number}: check_structure.py does not know what the "
                                 f"includes of '{package}' look like; add them to PACKAGE_INCLUDES")
            packages[package] = set(re.split(r"[\s,]+", files.strip())) if files else None
        rooms[name] = Room(name, uses, packages)
    if not rooms:
        raise SystemExit("core/layers.txt: names no room")
    return rooms


def package_of(included):
    """The package an include belongs to, "" for the language's and the system's own, None if unknown."""
    for package, pattern in PACKAGE_INCLUDES.items():
        if re.fullmatch(pattern, included):
            return package
    if STANDARD_INCLUDE.fullmatch(included) or included in C_INCLUDES or POSIX_INCLUDE.fullmatch(included):
        return ""
    return None


def is_header(path):
    return PurePosixPath(path).suffix in HEADER_SUFFIXES


def includes_of(tree, path):
    return includes(tree.text(path))


def rule_layers(tree):
    """A room includes only itself and the rooms that its line of core/layers.txt names, as "room/file.h"."""
    rooms = read_layers(tree)
    for path in tree.code("core"):
        parts = path.split("/")
        room = rooms.get(parts[1])
        if room is None or len(parts) != 3:
            yield Problem(path, 1, "layers", "is not core/<room>/<file> of a room in core/layers.txt")
            continue
        for line, included, quoted in includes_of(tree, path):
            if not quoted:
                continue
            target = included.split("/")[0]
            if "/" not in included or target not in rooms:
                yield Problem(path, line, "layers", f'"{included}" is not "room/file.h" of a room')
            elif target not in (room.name, *room.uses):
                yield Problem(path, line, "layers", f"room {room.name} may not include {target}")


def rule_packages(tree):
    """Third-party includes stand where core/layers.txt names the package, and not in core's headers."""
    rooms = read_layers(tree)
    for path in tree.code("core"):
        parts = path.split("/")
        room = rooms.get(parts[1])
        if room is None:
            continue  # rule_layers says so
        for line, included, quoted in includes_of(tree, path):
            package = package_of(included)
            if quoted and package in (None, ""):
                continue
            if package is None:
                yield Problem(path, line, "packages", f"<{included}> belongs to no package that is known here")
            elif package == "":
                if is_header(path) and POSIX_INCLUDE.fullmatch(included):
                    yield Problem(path, line, "packages", f"<{included}> may not stand in a header")
            elif package not in room.packages and package not in EVERYWHERE:
                yield Problem(path, line, "packages", f"room {room.name} does not name {package} (<{included}>)")
            else:
                only = room.packages.get(package)
                if only and parts[-1] not in only:
                    yield Problem(path, line, "packages", f"{package} may stand in {', '.join(sorted(only))} only")
                if is_header(path) and package not in HEADER_PACKAGES and not STANDARD_INCLUDE.fullmatch(included):
                    yield Problem(path, line, "packages", f"<{included}>: no third-party header but Eigen and "
                                  "tl::expected in a header")


def rule_confined(tree):
    """DCMTK and ITK stay out of plugin/; the sample generator may use DCMTK, tests what their room uses."""
    for path in tree.code("plugin", "dicom_samples"):
        for line, included, _ in includes_of(tree, path):
            package = package_of(included)
            if package == "itk" or (package == "dcmtk" and path.startswith("plugin/")):
                yield Problem(path, line, "confined", f"{package} ({included}) is not used here")
    for path in tree.code("tests"):
        for line, included, _ in includes_of(tree, path):
            if package_of(included) == "itk" and not path.startswith("tests/geometry/"):
                yield Problem(path, line, "confined", f"ITK ({included}) in tests outside tests/geometry")
            if package_of(included) == "dcmtk" and path.split("/")[1] in ("base", "model", "geometry", "dvh"):
                yield Problem(path, line, "confined", f"DCMTK ({included}) in the tests of a room that has none")


def rule_hosts(tree):
    """Hosts see only dosegate/dosegate.h; the installed header needs nothing but the C library."""
    rooms = read_layers(tree)
    for path in tree.code("plugin/hosts", "plugin/include"):
        folder = PurePosixPath(path).parent
        for line, included, quoted in includes_of(tree, path):
            package = package_of(included)
            if path.startswith("plugin/include/"):
                if included not in C_INCLUDES:
                    yield Problem(path, line, "hosts", f"the installed header includes {included}")
            elif included == "dosegate/dosegate.h" or (quoted and (folder / included).as_posix() in tree.files):
                continue
            elif quoted or included.split("/")[0] in rooms or "plugin" in included:
                yield Problem(path, line, "hosts", f"a host sees only dosegate/dosegate.h, not {included}")
            elif path.startswith("plugin/hosts/cli/") and package not in ("", "cli11", "fmt") and not (
                    package == "tbb" and STANDARD_INCLUDE.fullmatch(included)):
                yield Problem(path, line, "hosts", f"the command uses CLI11 and fmt only, not {included}")


def rule_top_level(tree):
    """Nothing new at the top of the tree."""
    for entry in sorted({path.split("/")[0] for path in tree.tracked}):
        dot_file = entry.startswith(".") and (tree.root / entry).is_file()
        if entry not in TOP_LEVEL and not dot_file:
            yield Problem(entry, 1, "top_level", "is not one of the entries that design has at the top")


def rule_length(tree):
    """Headers of 200 and sources of 400 lines are the aim, 600 the end."""
    for path in tree.code():
        if path in ONE_FILE:
            continue
        count = len(tree.text(path).splitlines())
        advised = HEADER_LINES_ADVISED if is_header(path) else SOURCE_LINES_ADVISED
        if count > LINES_ALLOWED:
            yield Problem(path, 1, "length", f"{count} lines; split it by topic (at most {LINES_ALLOWED})")
        elif count > advised:
            yield Problem(path, 1, "length", f"{count} lines; {advised} is the aim", warning=True)


def rule_unique_names(tree):
    """A source file's name occurs once in the tree, so that a message or a search names one file."""
    places = defaultdict(list)
    for path in tree.code():
        places[PurePosixPath(path).name].append(path)
    for paths in places.values():
        for path in paths[1:]:
            yield Problem(path, 1, "unique_names", f"has the same name as {paths[0]}")


def rule_forbidden(tree):
    """Core does not print, exit, read the environment, follow a locale or a clock, or draw lots."""
    for path in tree.code("core"):
        code = blank_literals(blank_comments(tree.text(path)))
        for pattern, why in FORBIDDEN_IN_CORE:
            for match in re.finditer(pattern, code):
                yield Problem(path, line_of(code, match.start()), "forbidden", f"{match.group(0).strip()}: {why}")
        if is_header(path):
            for match in re.finditer(r"\busing\s+namespace\b", code):
                yield Problem(path, line_of(code, match.start()), "forbidden", "using namespace in a header")
            # require(condition, ...) takes what an assertion takes.
            for match in re.finditer(r"[(,]\s*(?:const\s+)?bool\s+(?!condition\b)\w+\s*(?=[,)=])", code):
                yield Problem(path, line_of(code, match.start()), "forbidden",
                              "a boolean parameter says nothing where it is called; use an enum or an options struct")


def rule_units(tree):
    """A double (or a row of them) named for a dose, a volume or a limit carries its unit: _gy, _mm, _cc, _pct.

    Where the unit is not one of these (a limit in whatever a guard counts), a comment that says "unit" on
    the same line or the line above does.
    """
    declared = re.compile(r"\b(?:double|(?:vector|span|optional)\s*<\s*(?:const\s+)?double\s*>)\s*[&*]?\s*"
                          r"(\w+)\s*(?=[;,=)\[{:])")
    for path in tree.code("core", "plugin/src", "plugin/hosts"):
        code = blank_literals(blank_comments(tree.text(path)))
        lines = tree.text(path).splitlines()
        for match in declared.finditer(code):
            words = match.group(1).strip("_").lower().split("_")
            line = line_of(code, match.start(1))
            if any("//" in text and "unit" in text.split("//")[1] for text in lines[max(0, line - 2):line]):
                continue
            if QUANTITY_WORDS & set(words) and words[-1] not in PLAIN_ENDINGS and not UNIT_ENDINGS & set(words):
                yield Problem(path, line, "units",
                              f"double {match.group(1)} has no unit in its name (_gy, _mm, _cc, _pct, _frac)")


def rule_codes(tree):
    """Each ErrorCode and FindingCode is named by a test of the room that raises it, and each finding has its row."""
    test_code = [(path, blank_comments(tree.text(path))) for path in tree.code("tests")]
    test_code += [(path, tree.text(path)) for path in tree.files
                  if path.startswith("tests/") and path.endswith(".py")]
    # A test in tests/base goes over the whole table and shows nothing of who raises a code.
    elsewhere = "\n".join(text for path, text in test_code if not path.startswith(("tests/base/", "tests/structure/")))
    everywhere = "\n".join(text for _, text in test_code)
    table = tree.text("core/base/finding.cpp")
    for header, enum in (("core/base/result.h", "ErrorCode"), ("core/base/finding.h", "FindingCode")):
        found = enumerators(tree.text(header), enum)
        if not found:
            yield Problem(header, 1, "codes", f"enum class {enum} was not found")
        for line, name, value in found:
            row = re.search(rf'\b{enum}::{name}\s*,\s*"([\w-]+)"', table)
            if enum == "FindingCode" and not row:
                yield Problem(header, line, "codes", f"FindingCode::{name} has no row in core/base/finding.cpp")
            names = rf"\b{enum}::{name}\b" + (rf'|["\']{row.group(1)}["\']' if row else "")
            in_base_band = enum == "ErrorCode" and value is not None and value < 200
            if not re.search(names, everywhere if in_base_band else elsewhere):
                yield Problem(header, line, "codes", f"{enum}::{name} is not triggered by any test")


def rule_tracked_files(tree):
    """Tracked files are small and name no place of the machine they were written on; no TODO is left."""
    places = re.compile("/" + r"(work|farm)/")
    for path in tree.tracked:
        size = (tree.root / path).stat().st_size
        if size > TRACKED_BYTES_ALLOWED:
            yield Problem(path, 1, "tracked_files", f"{size} bytes; at most {TRACKED_BYTES_ALLOWED}")
        text = tree.text(path)
        for match in places.finditer(text):
            yield Problem(path, line_of(text, match.start()), "tracked_files", f"names {match.group(0)}, a place "
                          "of somebody's machine")
        if PurePosixPath(path).suffix in CODE_SUFFIXES:
            for match in re.finditer(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", text):
                yield Problem(path, line_of(text, match.start()), "tracked_files", f"{match.group(0)}: finish it or "
                              "open an issue")


RULES = {name[len("rule_"):]: function for name, function in list(globals().items()) if name.startswith("rule_")}


def check(root, names=None):
    """All problems of a tree, in a fixed order."""
    tree = Tree(root)
    problems = [problem for name in (names or RULES) for problem in RULES[name](tree)]
    return sorted(set(problems), key=lambda p: (p.warning, p.path, p.line, p.rule, p.text))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", default=str(Path(__file__).resolve().parents[2]))
    parser.add_argument("--rule", action="append", choices=sorted(RULES))
    parser.add_argument("--list", action="store_true", help="what each rule asks for")
    options = parser.parse_args()
    if options.list:
        for name, rule in RULES.items():
            print(f"{name}: {rule.__doc__}")
        return 0
    problems = check(options.root, options.rule)
    for problem in problems:
        print(problem)
    wrong = sum(not problem.warning for problem in problems)
    print(f"{len(Tree(options.root).files)} files, {len(options.rule or RULES)} rules, {wrong} problems, "
          f"{len(problems) - wrong} warnings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
