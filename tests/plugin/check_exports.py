#!/usr/bin/env python3
"""Compares the functions of dosegate.h, the table in it, and what the module exports.

    check_exports.py HEADER MODULE CODES NM

The three must agree: each declared function is exported and nothing else is; each stands in dosegate_api
with the same types (all but dosegate_get_api itself). And the status codes that the header names are those
of CODES, core/base/result.h. Problems go to standard output; the exit code is 1 if there is one.
"""

import re
import subprocess
import sys
from pathlib import Path

PREFIX = "dosegate_"

# Status in the header -> the same code inside. session_test.cpp and threads_test.cpp trigger each.
SAME_CODES = {
    "DOSEGATE_CANCELLED": "ErrorCode::Cancelled",
    "DOSEGATE_FILE_UNWRITABLE": "ErrorCode::FileUnwritable",
    "DOSEGATE_OPTION_INVALID": "ErrorCode::OptionInvalid",
    "DOSEGATE_HANDLE_INVALID": "ErrorCode::HandleInvalid",
    "DOSEGATE_ARGUMENT_INVALID": "ErrorCode::ArgumentInvalid",
}


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)


def squeezed(text):
    """One blank where blanks separate words, none around signs: `const char * x` = `const char *x`."""
    return re.sub(r"\s*([*(),])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()


def parameter_type(parameter):
    """The type of `const char *const *paths`, which may stand without a name."""
    words = squeezed(parameter)
    named = re.fullmatch(r"(.*[\s*])(\w+)", words)
    is_name = named and named.group(2) not in ("char", "void", "double", "int32_t", "uint32_t", "size_t") \
        and not named.group(2).startswith(PREFIX)
    return named.group(1).strip() if is_name else words


def signature(result, parameters):
    return squeezed(result), tuple(parameter_type(p) for p in parameters.split(","))


def declared_functions(header):
    found = re.findall(r"DOSEGATE_EXPORT\s+([\w\s*]+?)(\w+)\s*\(([^()]*)\)\s*DOSEGATE_NOEXCEPT\s*;", header)
    return {name: signature(result, parameters) for result, name, parameters in found}


def table_functions(header):
    table = re.search(r"typedef struct dosegate_api\s*\{(.*?)\}\s*dosegate_api;", header, flags=re.S)
    if table is None:
        return {}
    found = re.findall(r"([\w\s*]+?)\(\*(\w+)\)\s*\(([^()]*)\)\s*;", table.group(1))
    return {PREFIX + name: signature(result, parameters) for result, name, parameters in found}


def exported_symbols(module, nm):
    lines = subprocess.run([nm, "-D", "--defined-only", module], capture_output=True, text=True,
                           check=True).stdout.splitlines()
    # A version node is a symbol of kind A: it names the interface and is no function.
    return {line.split()[-1] for line in lines if line.split()[-2] != "A"}


def number_of(text, name):
    found = re.search(rf"\b{name}\s*=\s*(\d+)", text)
    return int(found.group(1)) if found else None


def code_problems(header, codes):
    for status, code in SAME_CODES.items():
        outside, inside = number_of(header, status), number_of(codes, code.split("::")[1])
        if outside is None or outside != inside:
            yield f"{status} is {outside} in the header, {code} is {inside}"


def problems(header, module, nm):
    declared, table = declared_functions(header), table_functions(header)
    exported = exported_symbols(module, nm)
    if header.count("DOSEGATE_NOEXCEPT;") != len(declared):
        yield f"{header.count('DOSEGATE_NOEXCEPT;')} declarations in the header, {len(declared)} understood"
    for name in sorted(set(declared) - exported):
        yield f"{name} is declared and not exported"
    for name in sorted(exported - set(declared)):
        yield f"{name} is exported and not declared"
    for name in sorted(set(declared) - set(table) - {"dosegate_get_api"}):
        yield f"{name} is not in the table"
    for name in sorted(set(table) - set(declared)):
        yield f"{name} is in the table and not declared"
    for name in sorted(set(table) & set(declared)):
        if table[name] != declared[name]:
            yield f"{name} is declared {declared[name]} and {table[name]} in the table"


def main(arguments):
    if len(arguments) != 4:
        print(__doc__)
        return 1
    header, codes = (without_comments(Path(arguments[i]).read_text(encoding="utf-8")) for i in (0, 2))
    found = [*problems(header, arguments[1], arguments[3]), *code_problems(header, codes)]
    for sentence in found:
        print(sentence)
    print(f"{len(declared_functions(header))} functions, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
