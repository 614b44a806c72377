#!/usr/bin/env python3
"""The HTML report as a browser sees it: what the file promises is held against the file, then the page is driven in
headless Chromium. Where Chromium is not installed the second half is skipped, and says so.

The page is driven by a script that is added to a copy of it, and to that copy's policy, by its hash: every other rule
of the policy stays as it is. What the script saw stands in the document that Chromium prints at the end.
"""

import base64
import hashlib
import html
import html.parser
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

COMMAND = os.environ["DOSEGATE_COMMAND"]
SAMPLES = Path(os.environ["DOSEGATE_SOURCE"]) / "dicom_samples"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/expected.json"))
WORDS = {0: "PASS", 1: "FAIL", 2: "UNKNOWN", 3: "VARIATION"}


def run(*arguments):
    done = subprocess.run([COMMAND, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                          check=False)
    return done.returncode, done.stdout.decode("utf-8")


def page_of(name):
    return run("check", SAMPLES / name, "--html", "-")


def sha256(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def policy_of(page):
    return html.unescape(re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1])


def has_scripts(page):
    return 'id="dvh-data"' in page


class Texts(html.parser.HTMLParser):
    """The visible text of a page."""

    def __init__(self):
        super().__init__()
        self.text, self.hidden = "", 0

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("style", "script")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "script")

    def handle_data(self, data):
        if not self.hidden:
            self.text += data


def visible(page):
    texts = Texts()
    texts.feed(page)
    return texts.text


class File(unittest.TestCase):
    def test_the_verdict_is_that_of_the_command(self):
        for name in NAMES:
            code, page = page_of(name)
            heading = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)[1]
            self.assertEqual(visible(heading), WORDS[code], name)

    def test_the_policy_names_exactly_the_styles_and_scripts_of_the_page(self):
        for name in NAMES:
            page = page_of(name)[1]
            directives = dict(part.strip().split(" ", 1) for part in policy_of(page).split(";"))
            styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
            scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
            self.assertEqual(directives["default-src"], "'none'")
            self.assertEqual(directives["style-src"].split(), [sha256(text) for text in styles])
            self.assertEqual(directives.get("script-src", "").split(), [sha256(text) for text in scripts])

    def test_nothing_is_asked_for_from_elsewhere(self):
        for name in NAMES:
            page = re.sub(r"<script>.*?</script>", "", page_of(name)[1], flags=re.DOTALL)
            self.assertEqual(re.findall(r'\b(?:src|srcset|action|data|poster)="', page), [])
            self.assertEqual(re.findall(r"url\(|@import", page), [])
            for link in re.findall(r'href="([^"]*)"', page):
                self.assertTrue(link.startswith("#"), link)

    def test_no_style_or_handler_stands_in_an_attribute(self):
        page = re.sub(r"<(script|style)>.*?</\1>", "", page_of("hcc_25fx_fail")[1], flags=re.DOTALL)
        self.assertEqual(re.findall(r"<[^>]*\s(?:style|on\w+)=", page), [])

    def test_every_rule_and_structure_of_the_json_is_on_the_page(self):
        for name in NAMES:
            text = visible(page_of(name)[1])
            result = json.loads(run("check", SAMPLES / name, "--json", "-")[1])
            for rule in result["rules"]:
                self.assertIn(rule["id"], text)
                for test in rule["tests"]:
                    if test["value"] is not None:
                        self.assertIn(f"{test['value']:.2f}", text, f"{name} {rule['id']}")
                    else:
                        self.assertIn("not measured", text)
            for structure in result["structures"]:
                self.assertIn(structure["name"], text)
                for key in ("volume_cc", "mean_gy", "min_gy", "max_gy"):
                    if structure[key] is not None:
                        self.assertIn(f"{structure[key]:.2f}", text)
            for finding in result["findings"]:
                self.assertIn(finding["text"], text)
            for file in result["inputs"]:
                self.assertIn(file["sha256"], text)
            self.assertIn(result["protocol"]["sha256"], text)

    def test_a_verdict_never_stands_without_its_word(self):
        page = page_of("hcc_25fx_fail")[1]
        marks = re.findall(r'<span class="verdict (\w+)"><svg.*?</svg>([A-Z ]*)</span>', page)
        self.assertGreater(len(marks), 5)
        for kind, word in marks:
            self.assertEqual(kind, {"NOT APPLICABLE": "na"}.get(word, word.lower()))

    def test_ids_are_unique_and_links_lead_somewhere(self):
        page = re.sub(r"<script[^>]*>.*?</script>", "", page_of("hcc_25fx_fail")[1], flags=re.DOTALL)
        ids = re.findall(r'\bid="([^"]*)"', page)
        self.assertEqual(len(ids), len(set(ids)))
        for target in re.findall(r'(?:href="#|aria-labelledby=")([^"]*)"', page):
            self.assertIn(target, ids)


class Junit(unittest.TestCase):
    def test_several_plans_are_one_document(self):
        code, text = run("check", SAMPLES / "hcc_25fx_pass", SAMPLES / "hcc_25fx_fail", "--junit", "-")
        self.assertEqual(code, 1)
        suites = xml.etree.ElementTree.fromstring(text.encode())
        self.assertEqual([suite.get("name") for suite in suites],
                         ["plan HCC 25fx fail, patient DOSEGATE-SAMPLE-4",
                          "plan HCC 25fx pass, patient DOSEGATE-SAMPLE-1"])
        self.assertEqual([len(suite.findall("testcase/failure")) for suite in suites], [2, 0])
        for suite in suites:
            self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))

    def test_every_sample_is_as_approved(self):
        """After a wanted change: DOSEGATE_APPROVE=1 ctest -R report.html_page writes them anew."""
        golden = Path(os.environ["DOSEGATE_SOURCE"]) / "tests" / "report" / "golden"
        for name in NAMES:
            text, path = run("check", SAMPLES / name, "--junit", "-")[1], golden / f"{name}.junit.xml"
            if os.environ.get("DOSEGATE_APPROVE"):
                path.write_text(text, encoding="utf-8")
            self.assertEqual(text, path.read_text(encoding="utf-8"), name)

    def test_a_page_holds_one_plan(self):
        code, text = run("check", SAMPLES / "hcc_25fx_pass", SAMPLES / "hcc_25fx_fail", "--html", "-")
        self.assertEqual((code, text), (64, ""))

    def test_a_suite_is_green_only_where_the_plan_passes(self):
        for name in NAMES:
            code, text = run("check", SAMPLES / name, "--junit", "-")
            red = [case for case in xml.etree.ElementTree.fromstring(text.encode()).iter("testcase")
                   if case.find("failure") is not None or case.find("error") is not None]
            self.assertEqual(code == 0, not red, name)


# Runs in the page. Each step's outcome goes to the document as JSON.
DRIVER = r"""
(function () {
  const seen = {resources: 0, errors: []};
  window.addEventListener("error", (event) => seen.errors.push(String(event.message)));
  document.addEventListener("securitypolicyviolation", (event) => seen.errors.push("policy: " + event.violatedDirective));
  const by = (id) => document.getElementById(id);
  const curves = JSON.parse(by("dvh-data").textContent).curves;
  const reads = () => Object.fromEntries(curves.map((curve, i) => [curve.name, by("read-" + i).textContent]));
  function type(dose) {
    by("read-dose").value = dose;
    by("read-dose").dispatchEvent(new Event("input"));
    by("read-dose").dispatchEvent(new Event("change"));
  }
  window.addEventListener("load", function () {
    seen.live = !by("dvh-live").hidden && by("dvh-static").hidden;
    seen.canvases = document.querySelectorAll("#live-chart canvas").length;
    seen.label = by("live-chart").getAttribute("aria-label");
    seen.typed = {};
    for (const dose of DOSES) { type(String(dose)); seen.typed[dose] = reads(); }
    seen.said = by("read-said").textContent;
    const canvas = document.querySelector("#live-chart canvas:last-of-type");
    const box = canvas.getBoundingClientRect();
    canvas.dispatchEvent(new MouseEvent("mousemove", {bubbles: true, view: window, clientX: box.left + box.width / 2,
                                                      clientY: box.top + box.height / 2}));
    seen.hovered_at = by("read-dose").value;
    seen.hovered = reads();
    seen.line = !document.querySelector(".live-line").hidden;
    seen.checked = curves.map((curve, i) => by("curve-" + i).checked);
    by("curve-0").click();
    seen.label_without_first = by("live-chart").getAttribute("aria-label");
    by("show-all").click();
    seen.all = curves.every((curve, i) => by("curve-" + i).checked);
    by("show-judged").click();
    seen.judged = curves.map((curve, i) => by("curve-" + i).checked);
    by("axis-eqd2").click();
    seen.note = by("axis-note").textContent;
    type("EQD2DOSE");
    seen.eqd2 = reads();
    by("axis-physical").click();
    type(String(DOSES[0]));
    seen.back = reads();
    by("zoom-reset").click();
    const heading = document.querySelector("h1");
    seen.verdict = heading.textContent;
    seen.hidden_shapes = Array.from(document.querySelectorAll(".shape")).every((s) => s.getAttribute("aria-hidden") === "true");
    seen.unlabelled = Array.from(document.querySelectorAll("svg[role=img]")).filter((s) => !s.getAttribute("aria-label")).length;
    seen.fields_without_label = Array.from(document.querySelectorAll("input")).filter((f) => f.offsetParent !== null && f.labels.length === 0).length;
    seen.too_wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
    seen.resources = performance.getEntriesByType("resource").length;
    const report = document.createElement("pre");
    report.id = "driver-saw";
    report.textContent = JSON.stringify(seen);
    document.body.append(report);
  });
})();
"""


@unittest.skipUnless(CHROMIUM, "no Chromium: the page was not driven in a browser")
class Browser(unittest.TestCase):
    DOSES = (5, 18.25, 40)

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="dosegate_html_"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.page = page_of("hcc_25fx_fail")[1]
        if not has_scripts(cls.page):
            raise unittest.SkipTest("built without dygraphs: the page has no script to drive")
        driver = DRIVER.replace("DOSES", json.dumps(cls.DOSES)).replace("EQD2DOSE", "10")
        cls.seen, cls.console = cls.drive(cls.page, driver)

    @classmethod
    def drive(cls, page, driver, size="1280,1000"):
        page = page.replace("script-src ", f"script-src {sha256(driver)} ", 1)
        path = cls.folder / "page.html"
        path.write_text(page.replace("</body>", f"<script>{driver}</script></body>"), encoding="utf-8")
        done = subprocess.run(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             f"--user-data-dir={cls.folder / 'profile'}", f"--window-size={size}", "--enable-logging=stderr",
             "--virtual-time-budget=5000", "--dump-dom", path.as_uri()],
            capture_output=True, timeout=120, check=False)
        document = done.stdout.decode("utf-8")
        console = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if "CONSOLE" in line]
        found = re.search(r'<pre id="driver-saw">(.*?)</pre>', document, re.DOTALL)
        if not found:
            raise AssertionError(f"the driver did not get to its end: {console}")
        return json.loads(html.unescape(found[1])), console

    def test_no_console_error_no_violation_no_request(self):
        self.assertEqual(self.console, [])
        self.assertEqual(self.seen["errors"], [])
        self.assertEqual(self.seen["resources"], 0)

    def test_the_static_plot_gives_way_to_the_live_one(self):
        self.assertTrue(self.seen["live"])
        self.assertGreaterEqual(self.seen["canvases"], 2)

    def curves(self):
        """The whole curves as `dosegate dvh --json` gives them: percent of the structure at a dose."""
        result = json.loads(run("dvh", SAMPLES / "hcc_25fx_fail", "--json", "-")[1])
        return {s["name"]: s for s in result["structures"]}

    @staticmethod
    def percent(structure, dose_gy):
        curve, bin_gy = structure["dvh"]["cumulative_cc"], structure["dvh"]["bin_gy"]
        index = round(dose_gy / bin_gy)
        return 100 * (curve[index] if index < len(curve) else 0) / structure["volume_cc"]

    def assert_reads(self, reads, dose_gy):
        known = self.curves()
        compared = 0
        for name, text in reads.items():
            if name not in known:
                continue
            percent, cc = re.fullmatch(r"([\d.]+) % · ([\d.]+) cc", text).groups()
            wanted = self.percent(known[name], dose_gy)
            # Half of the last digit shown, and the 0.01 % to which the curve was thinned.
            self.assertLessEqual(abs(float(percent) - wanted), 0.05 + 0.011, f"{name} at {dose_gy} Gy")
            last = 0.5 * 10 ** -len(cc.partition(".")[2])
            volume_cc = known[name]["volume_cc"]
            self.assertLessEqual(abs(float(cc) - wanted * volume_cc / 100), last + 0.00011 * volume_cc, name)
            compared += 1
        self.assertGreater(compared, 10)

    def test_what_is_read_off_is_what_the_json_says(self):
        for dose in self.DOSES:
            self.assert_reads(self.seen["typed"][str(dose)], dose)

    def test_at_the_dose_of_a_rule_it_is_the_rules_value(self):
        rule = next(r for r in json.loads(run("check", SAMPLES / "hcc_25fx_fail", "--json", "-")[1])["rules"]
                    if r["id"] == "liver")
        cold = next(t["value"] for t in rule["tests"] if t["metric"] == "CV5Gy[cc]")
        percent, cc = self.seen["typed"]["5"]["Liver - GTV*"].replace(" cc", "").split(" % · ")
        volume_cc = next(c["cc"] for c in json.loads(re.search(
            r'id="dvh-data">(.*?)</script>', self.page, re.DOTALL)[1])["curves"] if c["name"] == "Liver - GTV*")
        # A dose that a rule asks for is a point of the curve: only the digits shown are between them, and the
        # 0.001 % to which a point is written.
        self.assertLessEqual(abs(float(cc) - (volume_cc - cold)), 0.5 + 0.00001 * volume_cc)
        self.assertLessEqual(abs(float(percent) - 100 * (1 - cold / volume_cc)), 0.051)

    def test_hovering_reads_off_where_the_pointer_is(self):
        self.assertTrue(self.seen["line"])
        self.assert_reads(self.seen["hovered"], round(float(self.seen["hovered_at"]), 2))

    def test_structures_can_be_hidden_and_shown(self):
        self.assertTrue(self.seen["checked"][0])
        self.assertIn("Liver - GTV*", self.seen["label"])
        self.assertNotIn("Liver - GTV*", self.seen["label_without_first"])
        self.assertTrue(self.seen["all"])
        self.assertNotIn(True, self.seen["judged"][-3:])

    def test_the_axis_of_eqd2_is_that_of_the_linear_quadratic_model(self):
        # EQD2 10 Gy at alpha/beta 10 in 25 fractions: D (1 + D/250) / 1.2 = 10, so D = 125 (sqrt(1 + 48/250) - 1) = 11.473 Gy.
        dose_gy = 125 * ((1 + 4 * 12 / 250) ** 0.5 - 1)
        self.assertAlmostEqual(dose_gy, 11.4732, places=3)
        self.assertIn("alpha/beta 10 Gy", self.seen["note"])
        known = self.curves()
        for name, text in self.seen["eqd2"].items():
            if name in known:
                # The slope of the curve within half a bin is added to the digits shown.
                near = [self.percent(known[name], dose_gy + step) for step in (-0.01, 0.01)]
                self.assertLessEqual(float(text.split(" ")[0]), near[0] + 0.061, name)
                self.assertGreaterEqual(float(text.split(" ")[0]), near[1] - 0.061, name)
        self.assertEqual(self.seen["back"], self.seen["typed"]["5"])

    def test_the_verdict_is_a_heading_in_words_and_shapes_are_decoration(self):
        self.assertEqual(self.seen["verdict"], "FAIL")
        self.assertTrue(self.seen["hidden_shapes"])
        self.assertEqual(self.seen["unlabelled"], 0)
        self.assertEqual(self.seen["fields_without_label"], 0)

    def test_what_was_read_off_is_said(self):
        self.assertIn("Liver - GTV*", self.seen["said"])
        self.assertIn(" % · ", self.seen["said"])

    def test_no_name_does_anything_in_a_browser(self):
        hostile = '</script><img src=x onerror=document.title="bad">'
        data = re.search(r'(id="dvh-data">)(.*?)(</script>)', self.page, re.DOTALL)
        curves = json.loads(data[2])
        curves["curves"][0]["name"] = hostile
        text = json.dumps(curves).replace("<", "\\u003c")
        driver = ('window.addEventListener("load", function () { const pre = document.createElement("pre"); '
                  'pre.id = "driver-saw"; pre.textContent = JSON.stringify({images: document.images.length, '
                  'title: document.title, shown: document.querySelector(".pick bdi").textContent}); '
                  'document.body.append(pre); });')
        seen, console = self.drive(self.page.replace(data[2], text), driver)
        self.assertEqual(seen["shown"], hostile)
        self.assertEqual(seen["images"], 0)
        self.assertNotEqual(seen["title"], "bad")
        self.assertEqual(console, [])


if __name__ == "__main__":
    unittest.main()
