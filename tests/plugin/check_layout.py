#!/usr/bin/env python3
"""Holds the binary layout of dosegate.h against what was released.

    check_layout.py HEADER GOLDEN CC [--self-test]

A C compiler says where each member of each struct lies, how large the struct is, and what each enumerator is
worth; GOLDEN holds the same, one line each. What a host was built with must stay true: a line of GOLDEN that is
no longer so is a break of the interface. The only lines that may change are the sizes of structs that begin with
struct_size, which may grow, and the names of reserved members; and lines may be added. With DOSEGATE_APPROVE=1 GOLDEN takes what is new, never what
breaks. Problems go to standard output; the exit code is 1 if there is one. 64-bit systems only.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)


def structs(header):
    """Name -> members, in their order."""
    found = {}
    for body, name in re.findall(r"typedef struct \w+\s*\{(.*?)\}\s*(\w+);", header, flags=re.S):
        members = []
        for declaration in body.split(";"):
            function = re.search(r"\(\*(\w+)\)\s*\(", declaration)
            if function:
                members.append(function.group(1))
                continue
            declaration = re.sub(r"\[\w+\]", "", declaration)
            members += re.findall(r"(\w+)\s*(?:,|$)", declaration.strip())
        found[name] = members
    return found


def enumerators(header):
    return [name for body in re.findall(r"enum\s*\{(.*?)\}", header, flags=re.S)
            for name in re.findall(r"\b(DOSEGATE_\w+)\s*=", body)]


def layout(header_path, compiler):
    """Lines "what value", as a C compiler sees the header."""
    header = without_comments(Path(header_path).read_text())
    lines = ["#include <stddef.h>", "#include <stdio.h>", f'#include "{Path(header_path).resolve()}"',
             "int main(void) {"]
    for name, members in structs(header).items():
        lines.append(f'printf("sizeof({name}) %zu\\n", sizeof({name}));')
        lines += [f'printf("{name}.{m} %zu %zu\\n", offsetof({name}, {m}), sizeof((({name} *)0)->{m}));' for m in members]
    lines += [f'printf("{name} %d\\n", (int){name});' for name in enumerators(header)]
    lines.append("return 0; }")
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "layout.c"), Path(folder, "layout")
        source.write_text("\n".join(lines))
        subprocess.run([compiler, "-std=c11", "-o", program, source], check=True)
        return subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()


def named_later(what, value, now):
    """A reserved member has been given a meaning, in the same place."""
    struct, _, member = what.partition(".")
    return member.startswith("reserved") and any(
        line.startswith(struct + ".") and line.split(" ", 1)[1] == value for line in now)


def compare(released, now, growing):
    """Sentences about what breaks hosts, and the lines that a new GOLDEN would have."""
    problems = []
    values = dict(line.split(" ", 1) for line in now)
    for line in released:
        what, value = line.split(" ", 1)
        if what not in values and named_later(what, value, now):
            continue
        if what not in values:
            problems.append(f"{what} is gone; hosts were built with it")
        elif values[what] != value:
            struct = re.fullmatch(r"sizeof\((\w+)\)", what)
            if not (struct and struct.group(1) in growing and int(values[what]) > int(value)):
                problems.append(f"{what} was {value} and is {values[what]}; hosts were built with the former")
    return problems


def self_test():
    released = ["sizeof(a) 16", "a.struct_size 0 4", "a.x 8 4", "a.reserved 12 4", "sizeof(b) 8", "b.y 0 8", "ONE 1"]
    cases = {
        "nothing new": (released, 0),
        "a struct that grows": (["sizeof(a) 24"] + released[1:] + ["a.z 16 8"], 0),
        "a struct without a size that grows": (released[:4] + ["sizeof(b) 16"] + released[5:], 1),
        "a reserved member with a name": (released[:3] + ["a.z 12 4"] + released[4:], 0),
        "a reserved member that is gone": (released[:3] + released[4:], 1),
        "a struct that shrinks": (["sizeof(a) 8"] + released[1:], 1),
        "a member that moves": (released[:2] + ["a.x 16 4"] + released[3:], 1),
        "a member of another width": (released[:2] + ["a.x 8 8"] + released[3:], 1),
        "a member that is gone": (released[:2] + released[3:], 1),
        "an enumerator of another value": (released[:-1] + ["ONE 2"], 1),
    }
    wrong = [name for name, (now, expected) in cases.items() if len(compare(released, now, {"a"})) != expected]
    print("\n".join(f"self-test: {name}" for name in wrong) or f"self-test: {len(cases)} cases as expected")
    return 1 if wrong else 0


def main(header_path, golden_path, compiler):
    now = layout(header_path, compiler)
    members = structs(without_comments(Path(header_path).read_text()))
    growing = {name for name, list_of in members.items() if list_of[0] == "struct_size"}
    golden = Path(golden_path)
    approve = os.environ.get("DOSEGATE_APPROVE") == "1"
    released = golden.read_text().splitlines() if golden.exists() else []
    problems = compare(released, now, growing)
    if not problems and approve:
        golden.write_text("\n".join(now) + "\n")
        released = now
    if not problems and released != now:
        new = sorted(set(now) - set(released))
        problems = [f"{line}: not in {golden.name} yet; approve with DOSEGATE_APPROVE=1" for line in new] \
            or [f"{golden.name} has another order; approve with DOSEGATE_APPROVE=1"]
    print("\n".join(problems) or f"{len(members)} structs, {len(now)} lines as released")
    return 1 if problems or not members else 0


if __name__ == "__main__":
    sys.exit(self_test() if sys.argv[-1] == "--self-test" else main(*sys.argv[1:4]))
