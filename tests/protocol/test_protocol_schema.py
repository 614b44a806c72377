#!/usr/bin/env python3
"""The schema of protocol files: it accepts every file of protocols/, and refuses broken ones.

    test_protocol_schema.py

The program is the judge of a file and reads more than a schema can say; the schema is for editors, which
check while one types. It is stricter where YAML itself is a trap (a version without quotes is a number, yes
is a truth value), and wants a DOI, not an address.
"""

import copy
import json
import unittest
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "core" / "protocol" / "schema" / "protocol.schema.json"


class ProtocolSchema(unittest.TestCase):
    def setUp(self):
        schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        self.validator = Draft202012Validator(schema)
        self.default = yaml.safe_load((ROOT / "protocols" / "hcc-rt-ici.yaml").read_text(encoding="utf-8"))

    def problems(self, value):
        return [f"{error.json_path}: {error.message}" for error in self.validator.iter_errors(value)]

    def test_every_file_of_protocols_is_accepted(self):
        files = sorted((ROOT / "protocols").glob("*.yaml"))
        self.assertGreaterEqual(len(files), 5)
        for file in files:
            with self.subTest(file=file.name):
                self.assertEqual(self.problems(yaml.safe_load(file.read_text(encoding="utf-8"))), [])

    def test_broken_files_are_refused(self):
        def without(*path):
            def change(value):
                for key in path[:-1]:
                    value = value[key]
                del value[path[-1]]
            return change

        def with_value(new, *path):
            def change(value):
                for key in path[:-1]:
                    value = value[key]
                value[path[-1]] = new
            return change

        changes = {
            "an unknown key": with_value(1, "rules", 0, "colour"),
            "an unknown section": with_value([], "limits"),
            "no sources": without("sources"),
            "a rule without a source": without("rules", 0, "source"),
            "a rule without what was read": without("rules", 0, "read"),
            "a rule without a mark": without("rules", 0, "mark"),
            "a mark that is none": with_value("memory", "rules", 0, "mark"),
            "a level that is none": with_value("wish", "rules", 0, "level"),
            "a rule without a structure": with_value("Mean[Gy] <= 18", "rules", 0, "text"),
            "an id with capitals": with_value("HCC", "protocol", "id"),
            "a version that is a number": with_value(1.0, "protocol", "version"),
            "an alpha/beta that is text": with_value("ten", "protocol", "tumour_alpha_beta_gy"),
            "a derived rule without a note": without("rules", 4, "note"),
            "words and a range": with_value(0, "context", 0, "minimum"),
            "half a range": without("context", 2, "maximum"),
            "yes as a truth value": with_value([True, False], "context", 1, "words"),
            "a doi that is an address": with_value("https://doi.org/10.1/x", "sources", 0, "doi"),
            "an alias that is a number": with_value([5], "structures", 2, "aliases"),
            "neither rules nor plan checks nor margins": lambda value: (
                value.pop("rules"), value.pop("plan_checks"), value.pop("margins")),
            "a margin from outside to inside": with_value("PTV", "margins", 0, "from"),
            "a margin with one end": with_value([5], "margins", 0, "axial_mm"),
        }
        self.assertEqual(self.default["rules"][4]["mark"], "derived")
        for name, change in changes.items():
            with self.subTest(name):
                value = copy.deepcopy(self.default)
                change(value)
                self.assertNotEqual(self.problems(value), [], name)


if __name__ == "__main__":
    unittest.main()
