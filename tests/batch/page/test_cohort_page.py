#!/usr/bin/env python3
"""The cohort's page: what the file says is counted again from the same cohort by other means, then the page is driven in
headless Chromium. Where Chromium is not installed the second half is skipped, and says so.

The page is driven as tests/report/test_html_page.py drives a plan's: by a script that is added to a copy, and to that
copy's policy by its hash. Sizes and times are printed and not judged.
"""

import base64
import hashlib
import html
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import unittest
import urllib.parse
from pathlib import Path

WRITE = os.environ["DOSEGATE_WRITE_COHORT_PAGE"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
USUAL = ("hcc-rt-ici", "quantec-conventional")
COUNT, SEED = 2000, 1
FIELDS = ("state", "patient", "label", "date", "site", "fractions", "total", "bed", "eqd2", "folder", "reports", "rules",
          "codes", "reason", "key", "protocols")
BADNESS = ".NPVUF"


def setUpModule():
    global FOLDER, PAGE, TRUTH, DATA, PLANS
    FOLDER = Path(tempfile.mkdtemp(prefix="dosegate_cohort_"))
    unittest.addModuleCleanup(shutil.rmtree, FOLDER, ignore_errors=True)
    PAGE, TRUTH = written(COUNT, "hostile")
    DATA = json.loads(re.search(r'id="cohort-data">(.*?)</script>', PAGE, re.DOTALL)[1])
    PLANS = [dict(zip(FIELDS, plan)) for plan in DATA["plans"]]


def written(count, names):
    page, truth = FOLDER / f"{names}{count}.html", FOLDER / f"{names}{count}.json"
    begin = time.monotonic()
    subprocess.run([WRITE, str(count), str(SEED), names, page, truth], check=True, timeout=120)
    print(f"{count} plans, {names} names: page of {page.stat().st_size / 1e6:.2f} MB, "
          f"cohort made and page written in {time.monotonic() - begin:.2f} s")
    return page.read_text(encoding="utf-8"), json.loads(truth.read_text(encoding="utf-8"))


def sha256(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def without_scripts(page):
    return re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)


def section(name):
    return re.search(rf'<section aria-labelledby="{name}">(.*?)</section>', PAGE, re.DOTALL)[1]


def text_of(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", markup)).strip()


def rows_of(markup):
    """The cells of each row as {label: text}."""
    rows = []
    for row in re.findall(r'<tr role="row">(.*?)</tr>', markup, re.DOTALL):
        cells = re.findall(r'<td role="cell" data-label="([^"]*)" class="[^"]*">(.*?)</td>', row, re.DOTALL)
        if cells:
            rows.append({label: text_of(cell) for label, cell in cells})
    return rows


def letter(rule):
    one = {"PASS": "P", "VARIATION": "V", "FAIL": "F", "UNKNOWN": "U", "NOT_APPLICABLE": "N"}[rule["verdict"]]
    return one.lower() if rule["borderline"] and one != "N" else one


def usual_rules():
    """Index and row of the rules that have no hostile name."""
    return [(i, rule) for i, rule in enumerate(DATA["rules"]) if rule[0] in USUAL]


def results_of(rule):
    """What the plans came to under a rule of DATA: (plan, result)."""
    for i, plan in enumerate(TRUTH):
        for result in plan["rules"]:
            key = [result["protocol"], result["id"], result["level"], result["kind"]]
            if key == [rule[0], rule[1], rule[3], rule[4]] and plan["status"] == "CHECKED":
                yield i, result


def wilson(hits, count):
    """Roots of (p - x)^2 = z^2 x (1 - x) / n (Wilson 1927): the interval solved for, not its closed form."""
    z2 = 1.959963984540054 ** 2
    p, a = hits / count, 1 + z2 / count
    b, c = -(2 * p + z2 / count), p * p
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def outliers_of(values):
    """Indices beyond 3.5 (Iglewicz and Hoaglin 1993); None where that is not computed."""
    if len(values) < 8:
        return None
    centre = statistics.median(values)
    mad = statistics.median(abs(value - centre) for value in values)
    if mad == 0:
        return None
    return {i for i, value in enumerate(values) if abs(0.6745 * (value - centre) / mad) > 3.5}


class File(unittest.TestCase):
    def test_the_same_cohort_gives_the_same_bytes(self):
        self.assertTrue(written(COUNT, "hostile")[0] == PAGE)

    def test_the_policy_names_exactly_the_styles_and_scripts_of_the_page(self):
        policy = html.unescape(re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', PAGE)[1])
        directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        self.assertEqual(directives["default-src"], "'none'")
        styles = re.findall(r"<style>(.*?)</style>", PAGE, re.DOTALL)
        scripts = re.findall(r"<script>(.*?)</script>", PAGE, re.DOTALL)
        self.assertEqual((len(styles), len(scripts)), (2, 1))
        self.assertEqual(directives["style-src"].split(), [sha256(text) for text in styles])
        self.assertEqual(directives["script-src"].split(), [sha256(text) for text in scripts])

    def test_nothing_is_asked_for_from_elsewhere(self):
        page = without_scripts(PAGE)
        self.assertEqual(re.findall(r'<[^>]*\s(?:src|srcset|action|data|poster|style|on\w+)="', page), [])
        for style in re.findall(r"<style>(.*?)</style>", PAGE, re.DOTALL):
            self.assertEqual(re.findall(r"url\(|@import", style), [])

    def test_every_link_stays_below_the_page(self):
        links = re.findall(r'href="([^"]*)"', without_scripts(PAGE))
        self.assertGreater(len(links), 500)
        ids = re.findall(r'\bid="([^"]*)"', without_scripts(PAGE))
        self.assertEqual(len(ids), len(set(ids)))
        for link in links:
            if link.startswith("#"):
                self.assertIn(link[1:], ids)
            else:
                self.assertRegex(link, r"^[A-Za-z0-9._~%-]+(/[A-Za-z0-9._~%-]+)*/?$")
                self.assertNotIn("..", link.split("/"))

    def test_no_control_character_and_no_turned_direction(self):
        for character in PAGE:
            self.assertFalse(ord(character) < 0x20 and character != "\n", repr(character))
        self.assertNotIn("\u202e", PAGE)

    def test_the_head_counts_every_plan(self):
        tiles = dict(re.findall(r'data-status="(\w+)">.*?<strong class="num">(\d+)</strong>', PAGE))
        for word, count in tiles.items():
            wanted = sum((plan["status"] if plan["status"] != "CHECKED" else plan["verdict"]) == word for plan in TRUTH)
            self.assertEqual(int(count), wanted, word)
        self.assertEqual(sum(map(int, tiles.values())), COUNT)

    def test_each_that_was_not_checked_stands_at_the_top_with_its_reason(self):
        box = section("unchecked")
        self.assertLess(PAGE.index('id="unchecked"'), PAGE.index('id="rules"'))
        unchecked = [plan for plan in TRUTH if plan["status"] != "CHECKED"]
        rows = rows_of(box)
        self.assertEqual(len(rows), len(unchecked))
        for row, plan in zip(rows, unchecked):
            self.assertEqual(row["Status"], plan["status"])
            self.assertIn(plan["key"], row["What"])
            self.assertTrue(row["Why"])

    def test_pass_rates_are_those_of_the_cohort(self):
        table = section("rules")
        rows = rows_of(table)
        self.assertEqual(len(rows), len(DATA["rules"]))
        for index, rule in usual_rules():
            verdicts = [result["verdict"] for _, result in results_of(rule)]
            row = rows[index]
            for word in ("PASS", "VARIATION", "FAIL", "UNKNOWN", "NOT_APPLICABLE"):
                self.assertEqual(int(row[word.replace("_", " ")]), verdicts.count(word), f"{rule} {word}")
            count = len(verdicts) - verdicts.count("NOT_APPLICABLE")
            rate, low, high = map(float, re.fullmatch(r"([\d.]+) % \(([\d.]+) to ([\d.]+)\)", row["Pass rate"]).groups())
            wanted = wilson(verdicts.count("PASS"), count)
            # Half of the last digit shown.
            self.assertLessEqual(abs(rate - 100 * verdicts.count("PASS") / count), 0.0501)
            self.assertLessEqual(abs(low - 100 * wanted[0]), 0.0501)
            self.assertLessEqual(abs(high - 100 * wanted[1]), 0.0501)

    def test_a_verdict_that_is_none_does_not_pass(self):
        rows = rows_of(section("rules"))
        hostile = [i for i, rule in enumerate(DATA["rules"]) if rule[0] not in USUAL]
        self.assertGreater(len(hostile), 5)
        for index in hostile:
            self.assertEqual((rows[index]["PASS"], rows[index]["UNKNOWN"]), ("0", "1"))

    def test_values_medians_and_outliers_are_those_of_the_cohort(self):
        cards = dict(re.findall(r'<article class="card" id="rule-(\d+)">(.*?)</article>', PAGE, re.DOTALL))
        metrics, found_outliers, not_computed = 0, 0, 0
        for index, rule in usual_rules():
            by_metric = {}
            for i, result in results_of(rule):
                if result["verdict"] != "NOT_APPLICABLE" and result["metric"]:
                    by_metric.setdefault(result["metric"], []).append((i, result))
            for metric, results in by_metric.items():
                if metric not in ("Mean[Gy]", "CV5Gy[cc]", "Max[Gy]", "V95%[%]", "D0.5cc[Gy]", "D0.03cc[Gy]", "V25Gy[%]",
                                  "CI(Dref=95%,in=Body)", "Min[Gy]"):
                    continue
                card = cards[str(index)]
                part = text_of(card[card.index(f"<h4><code>{html.escape(metric)}</code>"):].split("<svg")[0])
                valued = [(i, result["value"]) for i, result in results if result["value"] is not None]
                values = [value for _, value in valued]
                self.assertIn(f"{len(values)} values: median", part)
                shown = float(re.search(r"median ([\d.]+)", part)[1])
                self.assertLessEqual(abs(shown - statistics.median(values)), 0.00501, f"{rule} {metric}")
                missing = len(results) - len(values)
                if missing:
                    self.assertIn(f"{missing} plan{'s' if missing > 1 else ''} without a value of this metric", part)
                data = next(m for m in DATA["metrics"] if m["rule"] == index and m["metric"] == metric)
                places, at = [], 0
                for gap in data["gaps"]:
                    at += gap
                    places.append(at)
                self.assertEqual(places, [i for i, _ in valued])
                for shown_value, value in zip(data["values"], values):
                    self.assertLessEqual(abs(shown_value - value), 0.00501)
                wanted = outliers_of(values)
                if wanted is None:
                    self.assertIn("Outliers not looked for", part)
                    not_computed += 1
                self.assertEqual(set(data["outliers"]), wanted or set())
                found_outliers += len(wanted or ())
                metrics += 1
        self.assertGreaterEqual(metrics, 11)
        self.assertGreaterEqual(not_computed, 2)
        self.assertGreater(found_outliers, 10)
        self.assertEqual(len(rows_of(section("outliers"))), min(200, sum(len(m["outliers"]) for m in DATA["metrics"])))

    def test_no_value_shown_contradicts_its_limit(self):
        limits = {"liver": 18, "ptv": 95, "heart": 10, "cord": 45}
        exact = 0
        for index, rule in usual_rules():
            if rule[1] not in limits:
                continue
            metric = next(m for m in DATA["metrics"] if m["rule"] == index)
            values = [result["value"] for _, result in results_of(rule)
                      if result["metric"] == metric["metric"] and result["value"] is not None]
            for shown, value in zip(metric["values"], values):
                limit = limits[rule[1]]
                self.assertEqual((shown < limit, shown > limit), (value < limit, value > limit))
                exact += value == limit
        self.assertGreater(exact, 0)

    def test_treatments_are_those_of_the_cohort(self):
        rows = rows_of(section("treatments"))
        checked = [plan for plan in TRUTH if plan["status"] == "CHECKED"]

        def agrees(row, plans):
            self.assertEqual(int(row["n"]), len(plans))
            for label, key in (("Total dose (Gy)", "prescription_gy"), ("BED (Gy)", "bed_gy"), ("EQD2 (Gy)", "eqd2_gy"),
                               ("Fractions", "fractions")):
                known = [plan[key] for plan in plans if plan[key] is not None]
                numbers = re.match(r"([\d.]+) \(([\d.]+) to ([\d.]+)\)n (\d+)(?:, unknown (\d+))?$", row[label])
                if not known:
                    self.assertEqual(row[label], f"unknownn 0, unknown {len(plans)}")
                    continue
                for shown, value in zip(numbers.groups()[:3], (statistics.median(known), min(known), max(known))):
                    self.assertLessEqual(abs(float(shown) - value), 0.00501)
                self.assertEqual(int(numbers[4]), len(known))
                self.assertEqual(int(numbers[5] or 0), len(plans) - len(known))

        agrees(rows[0], checked)
        by_name = {row["Plans"]: row for row in rows}
        for site in ("hepatic", "other"):
            agrees(by_name[site], [plan for plan in checked if plan["site"] == site])
        agrees(by_name["5"], [plan for plan in checked if plan["fractions"] == 5])
        agrees(by_name["20 to 30"], [plan for plan in checked if 20 <= (plan["fractions"] or 0) <= 30])
        agrees(by_name["number not known"], [plan for plan in checked if plan["fractions"] is None])
        # The rule for five fractions applies to plans of five fractions.
        agrees(next(row for name, row in by_name.items() if "bowel-small" in name),
               [plan for plan in checked if any(r["id"] == "bowel-small" and r["verdict"] != "NOT_APPLICABLE" for r in plan["rules"])])

    def test_months_are_those_of_the_cohort(self):
        by_month = {}
        for plan in TRUTH:
            if plan["status"] == "CHECKED" and plan["date"] and plan["date"] != "20231341":
                by_month.setdefault(f"{plan['date'][:4]}-{plan['date'][4:6]}", []).append(plan["verdict"])
        rows = rows_of(section("months"))
        self.assertEqual([row["Month"] for row in rows], sorted(by_month))
        for row in rows:
            for word in ("PASS", "VARIATION", "FAIL", "UNKNOWN"):
                self.assertEqual(int(row[word]), by_month[row["Month"]].count(word))

    def test_without_scripts_every_plan_that_does_not_pass_stands_in_a_table(self):
        plain = re.search(r"<noscript>(.*?)</noscript>", PAGE, re.DOTALL)[1]
        words = [row["Verdict"].replace(" ", "_") for row in rows_of(plain)]
        wanted = [plan["status"] if plan["status"] != "CHECKED" else plan["verdict"] for plan in TRUTH]
        self.assertEqual(words, [word for word in wanted if word != "PASS"])

    def test_the_data_are_the_cohort(self):
        for plan, wanted in zip(PLANS, TRUTH, strict=True):
            word = wanted["status"] if wanted["status"] != "CHECKED" else wanted["verdict"]
            self.assertEqual(DATA["states"][plan["state"]], word)
            self.assertEqual(plan["key"], wanted["key"])
            self.assertEqual(plan["fractions"], wanted["fractions"])
            self.assertEqual(len(plan["codes"]), len(wanted["codes"]))
            for key, of in (("total", "prescription_gy"), ("bed", "bed_gy"), ("eqd2", "eqd2_gy")):
                self.assertEqual(plan[key] is None, wanted[of] is None)
                self.assertTrue(plan[key] is None or abs(plan[key] - wanted[of]) <= 0.00501)
        for index, rule in usual_rules():
            wanted = {}
            for i, result in results_of(rule):
                wanted[i] = letter(result)
            for i, plan in enumerate(PLANS):
                self.assertEqual(plan["rules"][index:index + 1] or ".", wanted.get(i, "."), f"{rule} of plan {i}")

    def test_folders_become_links_byte_by_byte(self):
        compared = 0
        for plan, wanted in zip(PLANS, TRUTH):
            if "\ufffd" in wanted["folder"]:
                continue  # bytes that JSON could not carry to this test
            parts = [part for part in wanted["folder"].split("/") if part not in ("", ".")]
            safe = wanted["folder"] and not wanted["folder"].startswith("/") and ".." not in parts
            self.assertEqual(plan["folder"], "/".join(urllib.parse.quote(part, safe="") for part in parts) if safe else "")
            compared += 1
        self.assertGreater(compared, COUNT - 10)

    def test_a_cohort_of_nothing_says_so(self):
        page, _ = written(0, "usual")
        self.assertIn("No plan was found. Nothing was checked, so nothing passed.", page)
        self.assertNotIn('class="verdict pass"', page)


def expected(state=None, rule=None, kinds="FU", code=None, site=None, outlier=False, words=()):
    """Indices of the plans that a filter should leave, in their order."""
    outlying = set()
    for metric in DATA["metrics"]:
        at, places = 0, []
        for gap in metric["gaps"]:
            at += gap
            places.append(at)
        outlying |= {(metric["rule"], places[i]) for i in metric["outliers"]}
    left = []
    for i, plan in enumerate(PLANS):
        one = (plan["rules"][rule:rule + 1] or ".") if rule is not None else ""
        texts = [plan[key] for key in ("patient", "label", "date", "site", "reason", "key", "folder")]
        texts = "\n".join([*texts, DATA["protocols"][plan["protocols"]]]).lower()
        keep = state is None or DATA["states"][plan["state"]] == state
        if rule is not None:
            keep = keep and one != "." and (kinds == "any" or (one.islower() if kinds == "borderline" else one.upper() in kinds))
        keep = keep and (code is None or code in plan["codes"]) and (site is None or plan["site"] == site)
        if outlier:
            keep = keep and any(p == i and rule in (None, r) for r, p in outlying)
        if keep and all(word in texts for word in words):
            left.append(i)
    return left


def sorted_by(indices, column, descending=False, rule=None):
    values = {}
    for metric in DATA["metrics"]:
        at = 0
        for gap, value in zip(metric["gaps"], metric["values"]):
            at += gap
            if metric["rule"] == rule:
                values.setdefault(at, value)
    utf16 = lambda text: text.encode("utf-16-be", "surrogatepass")  # as scripts compare
    keys = {
        "state": lambda p, i: p["state"],
        "patient": lambda p, i: utf16((p["patient"] + "\n" + p["label"]).lower()),
        "date": lambda p, i: utf16(p["date"]) if re.fullmatch(r"\d{4}-\d\d-\d\d", p["date"]) else None,
        "site": lambda p, i: utf16(p["site"].lower()) or None,
        "total": lambda p, i: p["total"],
        "eqd2": lambda p, i: p["eqd2"],
        "value": lambda p, i: values.get(i),
        "rules": lambda p, i: -sum(one in "FUfu" for one in p["rules"]),
        "codes": lambda p, i: -len(p["codes"]),
    }
    known = [(keys[column](PLANS[i], i), i) for i in indices]
    unknown = [i for key, i in known if key is None]
    known = sorted(((key, i) for key, i in known if key is not None), key=lambda pair: pair[0], reverse=descending)
    return [i for _, i in known] + unknown


# Runs in the page. Each step's outcome goes to the document as JSON.
DRIVER = r"""
(function () {
  const seen = {errors: [], filters: [], sorts: [], counts: []};
  window.addEventListener("error", (event) => seen.errors.push(String(event.message)));
  document.addEventListener("securitypolicyviolation", (event) => seen.errors.push("policy: " + event.violatedDirective));
  const by = (id) => document.getElementById(id);
  const rows = () => Array.from(document.querySelectorAll("#plans-table tbody tr"));
  const indices = () => rows().map((row) => Number(row.dataset.plan));
  function choose(id, value) { by(id).value = value; by(id).dispatchEvent(new Event("change")); }
  function walk() {
    choose("leaf-size", "1000");
    let all = indices();
    while (!by("leaf-next").disabled) { by("leaf-next").click(); all = all.concat(indices()); }
    choose("leaf-size", "25");
    return all;
  }
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const count = () => { const said = by("plans-said").textContent; return Number(said.replace("All ", "").split(" ")[0]); };
  async function drive() {
    seen.said = by("plans-said").textContent;
    seen.first = indices();
    seen.all = walk();
    choose("leaf-size", "1000");
    seen.rows = [];
    for (;;) {
      for (const row of rows()) {
        seen.rows.push({plan: Number(row.dataset.plan), verdict: row.querySelector("td.v").textContent,
          links: Array.from(row.querySelectorAll("a"), (a) => a.getAttribute("href")), who: row.querySelector("td.who").textContent,
          unmet: row.querySelector("td.unmet").textContent});
      }
      if (by("leaf-next").disabled) break;
      by("leaf-next").click();
    }
    choose("leaf-size", "25");
    for (const one of STEPS) {
      by("filter-clear").click();
      if (one.state) document.querySelector("button[data-state=" + one.state + "]").click();
      if (one.rule !== null) choose("filter-rule", String(one.rule));
      if (one.rule !== null) choose("filter-state", one.kinds);
      if (one.code !== null) choose("filter-code", String(one.code));
      if (one.site !== null) choose("filter-site", "=" + one.site);
      if (one.outlier) by("filter-outlier").click();
      if (one.words.length > 0) {
        by("filter-text").value = one.words.join(" ").toUpperCase();
        by("filter-text").dispatchEvent(new Event("input"));
        await pause(200);
      }
      seen.filters.push({count: count(), first: indices()});
    }
    by("filter-clear").click();
    for (const [column, rule] of SORTS) {
      by("filter-clear").click();
      if (rule !== null) { choose("filter-rule", String(rule)); choose("filter-state", "any"); }
      choose("sort-by", "codes");  // so that the next click is the first on its column
      if (column === "codes") choose("sort-by", "state");
      const head = () => document.querySelector("[data-sort=" + column + "]");
      head().click();
      const up = walk(), said = head().closest("th").getAttribute("aria-sort");
      head().click();
      seen.sorts.push({up: up, said: said, down: walk(), then: head().closest("th").getAttribute("aria-sort")});
    }
    choose("sort-by", "state");
    by("sort-reverse").click();
    seen.reversed = indices();
    choose("sort-by", "state");
    for (const link of document.querySelectorAll("a[data-rule], a[data-status]")) {
      link.click();
      const text = link.dataset.rule ? link.textContent : link.querySelector("strong").textContent;
      seen.counts.push([Number(text), count()]);
    }
    choose("filter-rule", "0");
    choose("filter-state", "any");
    seen.valueCells = rows().map((row) => row.querySelector("td.value").textContent);
    seen.valuePlans = indices();
    by("filter-clear").click();
    seen.title = document.title;
    seen.images = document.images.length;
    seen.scripts = document.scripts.length;
    seen.elements = document.querySelectorAll("main b, main svg[onload], main iframe, main object, main embed").length;
    seen.fields_without_label = Array.from(document.querySelectorAll("input, select")).filter((f) => f.labels.length === 0).length;
    seen.unlabelled = Array.from(document.querySelectorAll("svg[role=img]")).filter((s) => !s.getAttribute("aria-label")).length;
    seen.too_wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    seen.resources = performance.getEntriesByType("resource").length;
    const report = document.createElement("pre");
    report.id = "driver-saw";
    report.textContent = JSON.stringify(seen);
    document.body.append(report);
  }
  window.addEventListener("load", () => drive().catch((error) => {
    const report = document.createElement("pre");
    report.id = "driver-saw";
    report.textContent = JSON.stringify({errors: ["driver: " + error + " " + error.stack]});
    document.body.append(report);
  }));
})();
"""

LOOK = r"""
window.addEventListener("load", function () {
  const seen = {said: document.getElementById("plans-said").textContent, title: document.title,
    too_wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    rows: document.querySelectorAll("#plans-table tbody tr").length};
  const report = document.createElement("pre");
  report.id = "driver-saw";
  report.textContent = JSON.stringify(seen);
  document.body.append(report);
});
"""


def drive(page, driver, size="1280,1000"):
    page = page.replace("script-src ", f"script-src {sha256(driver)} ", 1)
    path = FOLDER / "driven.html"
    path.write_text(page.replace("</body>", f"<script>{driver}</script></body>"), encoding="utf-8")
    begin = time.monotonic()
    done = subprocess.run(
        [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
         f"--user-data-dir={FOLDER / 'profile'}", f"--window-size={size}", "--enable-logging=stderr",
         "--virtual-time-budget=20000", "--dump-dom", path.as_uri()],
        capture_output=True, timeout=240, check=False)
    print(f"Chromium, from its start to its end: {time.monotonic() - begin:.2f} s")
    document = done.stdout.decode("utf-8")
    console = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if "CONSOLE" in line]
    found = re.search(r'<pre id="driver-saw">(.*?)</pre>', document, re.DOTALL)
    if not found:
        raise AssertionError(f"the driver did not get to its end: {console}")
    return json.loads(html.unescape(found[1])), console


@unittest.skipUnless(CHROMIUM, "no Chromium: the page was not driven in a browser")
class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.steps = cls.make_steps()
        valued = sorted({metric["rule"] for metric in DATA["metrics"] if len(metric["values"]) > 100})
        cls.sorts = [[column, None] for column in ("state", "patient", "date", "site", "total", "eqd2", "rules", "codes")]
        cls.sorts += [["value", rule] for rule in valued[:3]]
        driver = DRIVER.replace("STEPS", json.dumps(cls.steps).replace("</", "<\\/").replace("<!--", "<\\!--"))
        cls.seen, cls.console = drive(PAGE, driver.replace("SORTS", json.dumps(cls.sorts)))
        if "driver: " in "".join(cls.seen["errors"]):
            raise AssertionError(cls.seen["errors"])

    @staticmethod
    def make_steps():
        steps = []

        def step(**wanted):
            steps.append({"state": None, "rule": None, "kinds": "FU", "code": None, "site": None, "outlier": False,
                          "words": [], **wanted})

        for state in DATA["states"]:
            if any(DATA["states"][plan["state"]] == state for plan in PLANS):
                step(state=state)
        hostile = [i for i, rule in enumerate(DATA["rules"]) if rule[0] not in USUAL]
        for rule in [i for i, _ in usual_rules()] + hostile[:2]:
            for kinds in ("FU", "FUV", "F", "U", "V", "P", "N", "borderline", "any"):
                step(rule=rule, kinds=kinds)
            step(rule=rule, kinds="any", outlier=True)
        for code in range(len(DATA["codes"])):
            step(code=code)
        # Words without "</script": the driver itself stands in a script element.
        for site in sorted({plan["site"] for plan in PLANS if "<" not in plan["site"]}):
            step(site=site)
        step(outlier=True)
        for words in (["hcc-1"], ["liver", "2024-0"], ["000123"], ["relative"], ["hepatic", "1.1"], ["nowhere to be found"],
                      ["broken", "copy"], ["document.title"], ["müller"]):
            step(words=words)
        step(state="FAIL", rule=next(i for i, rule in usual_rules() if rule[1] == "liver"), kinds="FUV", site="hepatic")
        step(state="UNKNOWN", code=0, words=["liver"])
        return steps

    def test_no_console_error_no_violation_no_request(self):
        self.assertEqual(self.console, [])
        self.assertEqual(self.seen["errors"], [])
        self.assertEqual(self.seen["resources"], 0)

    def test_all_plans_are_there_the_worst_first(self):
        self.assertEqual(self.seen["said"], f"All {COUNT} plans.")
        self.assertEqual(self.seen["all"], sorted_by(range(COUNT), "state"))
        self.assertEqual(self.seen["first"], self.seen["all"][:25])

    def test_every_filter_leaves_what_the_data_say(self):
        left = 0
        for step, seen in zip(self.steps, self.seen["filters"], strict=True):
            words = [word for phrase in step["words"] for word in phrase.lower().split()]
            wanted = expected(**{**step, "words": words})
            self.assertEqual(seen["count"], len(wanted), step)
            self.assertEqual(seen["first"], sorted_by(wanted, "state")[:25], step)
            left += bool(wanted)
        self.assertGreater(left, 60)

    def test_every_column_sorts_both_ways_with_what_is_unknown_last(self):
        for (column, rule), seen in zip(self.sorts, self.seen["sorts"], strict=True):
            plans = range(COUNT) if rule is None else expected(rule=rule, kinds="any")
            self.assertTrue(seen["up"] == sorted_by(plans, column, False, rule), column)
            self.assertTrue(seen["down"] == sorted_by(plans, column, True, rule), column)
            self.assertEqual((seen["said"], seen["then"]), ("ascending", "descending"))
        self.assertEqual(self.seen["reversed"], sorted_by(range(COUNT), "state", True)[:25])

    def test_each_number_leads_to_as_many_plans(self):
        self.assertGreater(len(self.seen["counts"]), 40)
        for number, count in self.seen["counts"]:
            self.assertEqual(number, count)

    def test_rows_say_verdict_links_and_what_is_not_met(self):
        self.assertEqual(len(self.seen["rows"]), COUNT)
        for row in self.seen["rows"]:
            plan, truth = PLANS[row["plan"]], TRUTH[row["plan"]]
            word = truth["status"] if truth["status"] != "CHECKED" else truth["verdict"]
            self.assertEqual(row["verdict"].replace(" ", "_"), word)
            if not plan["folder"]:
                self.assertEqual(row["links"], [])
            else:
                files = [href for _, href in DATA["reports"][plan["reports"]]]
                best = next((h for h in files if h.endswith(".html")), files[0] if files else "")
                self.assertEqual(row["links"], [f"{plan['folder']}/{f}" for f in [best, *files, ""]])
            for link in row["links"]:
                self.assertRegex(link, r"^[A-Za-z0-9._~%-]+(/[A-Za-z0-9._~%-]+)*/?$")
            if truth["status"] != "CHECKED":
                self.assertEqual(row["unmet"], plan["reason"])
            elif word == "FAIL":
                self.assertTrue(row["unmet"].startswith("FAIL: "), row["unmet"])

    def test_the_chosen_rule_has_its_value_in_the_table(self):
        measured = 0
        by_plan = {}
        for metric in DATA["metrics"]:
            at = 0
            for gap, value in zip(metric["gaps"], metric["values"]):
                at += gap
                if metric["rule"] == 0:
                    by_plan[at] = value
        for plan, text in zip(self.seen["valuePlans"], self.seen["valueCells"], strict=True):
            if plan in by_plan:
                measured += 1
                self.assertAlmostEqual(float(re.search(r"\d+\.\d+", text)[0]), by_plan[plan], places=9)
            else:
                self.assertRegex(text, "not measured|NOT APPLICABLE")
        self.assertGreaterEqual(measured, 1)

    def test_no_name_does_anything_in_a_browser(self):
        self.assertEqual(self.seen["title"], f"Cohort of {COUNT} plans")
        self.assertEqual(self.seen["images"], 0)
        self.assertEqual(self.seen["scripts"], 3)  # the data, the page's and the driver
        self.assertEqual(self.seen["elements"], 0)

    def test_fields_and_drawings_have_names(self):
        self.assertEqual(self.seen["fields_without_label"], 0)
        self.assertEqual(self.seen["unlabelled"], 0)
        self.assertLessEqual(self.seen["too_wide"], 0)

    def test_a_narrow_window_does_not_scroll_sideways(self):
        for width in (500, 768, 1024):
            seen, console = drive(PAGE, LOOK, f"{width},900")
            self.assertLessEqual(seen["too_wide"], 0, width)
            self.assertEqual(console, [])

    def test_ten_thousand_plans_stay_a_page(self):
        page, _ = written(10000, "usual")
        seen, console = drive(page, LOOK)
        self.assertEqual(console, [])
        self.assertEqual((seen["said"], seen["rows"]), ("All 10000 plans.", 25))


if __name__ == "__main__":
    unittest.main()
