#!/usr/bin/env python3
"""Shows that the schemas and validate_schema.py refuse what they must: each case breaks one promise of
an approved result (golden/) and must be noticed."""

import copy
import json
import math
import unittest
from pathlib import Path

from validate_schema import problems

HERE = Path(__file__).resolve().parent
SCHEMAS = HERE.parents[1] / "core/report/schema"


def load(name):
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema, json.loads((HERE / "golden" / f"{name}.json").read_text(encoding="utf-8"))


def found(schema, value):
    return list(problems(schema, (json.dumps(value, ensure_ascii=False) + "\n").encode()))


def rule(value, rule_id):
    return next(r for r in value["rules"] if r["id"] == rule_id)


def without_reason(r):
    r["value"], r["reason"] = None, ""


class Check(unittest.TestCase):
    def setUp(self):
        self.schema, self.good = load("check")

    def assert_refused(self, change):
        value = copy.deepcopy(self.good)
        change(value)
        self.assertTrue(found(self.schema, value))

    def test_approved_result_is_valid(self):
        self.assertEqual(found(self.schema, self.good), [])

    def test_value_without_reason(self):
        self.assert_refused(lambda v: without_reason(rule(v, "liver-mean")))

    def test_test_value_without_reason(self):
        self.assert_refused(lambda v: without_reason(rule(v, "liver-mean")["tests"][0]))

    def test_near_maximum_without_reason(self):
        self.assert_refused(lambda v: without_reason(rule(v, "cord-max")["tests"][0]["near_maximum_d0_03cc"]))

    def test_failed_rule_without_reason(self):
        self.assert_refused(lambda v: rule(v, "cord-max").update(reason=""))

    def test_structure_without_mean_and_reason(self):
        self.assert_refused(lambda v: v["structures"][0].update(mean_gy=None, reason=""))

    def test_text_instead_of_a_number(self):
        self.assert_refused(lambda v: rule(v, "liver-mean").update(value="17.5"))

    def test_verdict_of_another_spelling(self):
        self.assert_refused(lambda v: v.update(verdict="pass"))

    def test_plan_that_is_not_applicable(self):
        self.assert_refused(lambda v: v.update(verdict="NOT_APPLICABLE"))

    def test_field_that_nobody_documented(self):
        self.assert_refused(lambda v: v["plan"].update(patient_name="Doe^Jane"))

    def test_every_field_is_needed(self):
        for key in self.good:
            self.assert_refused(lambda v, key=key: v.pop(key))
        for key in self.good["rules"][0]:
            self.assert_refused(lambda v, key=key: v["rules"][0].pop(key))

    def test_control_character(self):
        self.assert_refused(lambda v: v["structures"][0].update(name="Liver\n"))

    def test_number_that_is_none(self):
        self.assert_refused(lambda v: rule(v, "liver-mean").update(value=math.nan))

    def test_key_that_comes_twice(self):
        text = json.dumps(self.good) + "\n"
        twice = text.replace('"verdict": ', '"verdict": "PASS", "verdict": ', 1)
        self.assertTrue(list(problems(self.schema, twice.encode())))

    def test_missing_line_end_and_broken_bytes(self):
        text = json.dumps(self.good).encode()
        self.assertTrue(list(problems(self.schema, text)))
        self.assertTrue(list(problems(self.schema, text.replace(b"Liver", b"Liv\xff") + b"\n")))


class Dvh(unittest.TestCase):
    def setUp(self):
        self.schema, self.good = load("dvh")

    def assert_refused(self, change):
        value = copy.deepcopy(self.good)
        change(value)
        self.assertTrue(found(self.schema, value))

    def test_approved_result_is_valid(self):
        self.assertEqual(found(self.schema, self.good), [])

    def test_metric_without_value_and_reason(self):
        self.assert_refused(lambda v: without_reason(v["structures"][0]["metrics"]["D95%[Gy]"]))

    def test_metric_without_unit(self):
        self.assert_refused(lambda v: v["structures"][0]["metrics"]["D95%[Gy]"].pop("unit"))

    def test_curve_with_a_hole(self):
        self.assert_refused(lambda v: v["structures"][0]["dvh"]["cumulative_cc"].append(None))

    def test_structure_without_numbers_and_reason(self):
        self.assert_refused(lambda v: v["structures"][-1].update(reason=""))


if __name__ == "__main__":
    unittest.main()
