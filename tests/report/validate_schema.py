#!/usr/bin/env python3
"""Holds JSON files to a JSON Schema, and to what a schema cannot say.

    validate_schema.py SCHEMA FILE...

Beyond the schema: the file is UTF-8 and ends in one line end, no key comes twice, no number is NaN or
infinite, no text holds a control character. Problems go to standard output as `file: place: sentence`;
the exit code is 1 if there is one, or if there is no file to check.
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator


def unique(pairs):
    keys = [key for key, _ in pairs]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"the key {twice[0]!r} comes twice")
    return dict(pairs)


def no_constant(word):
    raise ValueError(f"{word} is no number of JSON")


def texts(value, place="$"):
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from texts(item, f"{place}[{i}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield place, key
            yield from texts(item, f"{place}.{key}")


def is_control(character):
    code = ord(character)
    return code < 0x20 or 0x7F <= code < 0xA0


def problems(schema, data):
    """Each thing that is wrong with the bytes `data`, as (place, sentence)."""
    if not data.endswith(b"\n") or data.endswith(b"\n\n"):
        yield "$", "does not end in one line end"
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_constant=no_constant)
    except ValueError as error:  # also what is no UTF-8
        yield "$", str(error)
        return
    for error in sorted(Draft202012Validator(schema).iter_errors(value), key=lambda e: e.json_path):
        yield error.json_path, error.message[:400]
    for place, text in texts(value):
        if any(is_control(character) for character in text):
            yield place, "holds a control character"


def main(arguments):
    if len(arguments) < 2:
        print(__doc__)
        return 1
    schema = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    wrong = 0
    for name in arguments[1:]:
        for place, sentence in problems(schema, Path(name).read_bytes()):
            print(f"{name}: {place}: {sentence}")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
