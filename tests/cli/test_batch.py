"""`dosegate batch` and `merge`: nothing lost, whatever happens, and the same bytes in the end."""

import csv
import filecmp
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest
from pathlib import Path

from cli_support import COMMAND, FAIL, INPUT, PASS, SAMPLE_NAMES, SAMPLES, SMALL, UNKNOWN, USAGE, CliTest, run
from cohort_support import CohortMaker


def tree(folder):
    """Name -> bytes of all files below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


class BatchTest(CliTest):
    def batch(self, root, out="out", *arguments):
        return run("batch", root, "--out", self.folder / out, *arguments)

    def assert_same_tree(self, one, other):
        ours, theirs = tree(one), tree(other)
        self.assertEqual(sorted(ours), sorted(theirs))
        for name in ours:
            self.assertTrue(ours[name] == theirs[name], f"{name} differs")

    def summary(self, out="out"):
        return json.loads((self.folder / out / "summary.json").read_text())


class Results(BatchTest):
    def test_each_sample_gets_what_check_says_of_it(self):
        done = self.batch(SAMPLES, "out", "--report", "html,pdf,csv,junit")
        self.assertEqual(done.code, FAIL, done.words)
        database = sqlite3.connect(self.folder / "out" / "results.sqlite")
        rows = database.execute("SELECT plan_label, verdict, folder FROM plans").fetchall()
        self.assertEqual(len(rows), len(SAMPLE_NAMES))
        for name in SAMPLE_NAMES:
            files = sorted((SAMPLES / name).glob("*.dcm"))
            results = {option: self.folder / f"{name}.{option}" for option in ("json", "html", "pdf", "csv", "junit")}
            run("check", *files, *[word for option, path in results.items() for word in (f"--{option}", path)])
            checked = json.loads(results["json"].read_text())
            label = checked["plan"]["plan_label"]
            [(verdict, folder)] = [(v, f) for own, v, f in rows if own == label]
            self.assertEqual(verdict, checked["verdict"])
            names = {"json": "result.json", "html": "report.html", "pdf": "report.pdf", "csv": "rules.csv", "junit": "junit.xml"}
            for option, path in results.items():
                self.assertTrue(filecmp.cmp(path, self.folder / "out" / folder / names[option], shallow=False),
                                f"{name}: {option}")
        plans = self.summary()["plans"]
        self.assertEqual([plans[key] for key in ("checked", "pass", "variation", "fail", "unknown", "refused")],
                         [6, 2, 1, 2, 1, 0])

    def test_tables_agree_with_the_results(self):
        self.batch(SAMPLES)
        with open(self.folder / "out" / "rules.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        database = sqlite3.connect(self.folder / "out" / "results.sqlite")
        database.row_factory = sqlite3.Row
        in_database = {(r["key"], r["protocol"], r["id"]): r for r in database.execute(
            "SELECT key, protocol, id, rules.verdict AS verdict, value FROM rules JOIN plans USING (plan)")}
        self.assertEqual(len(rows), len(in_database))
        of_json = 0
        for path in (self.folder / "out" / "plans").glob("*/result.json"):
            of_json += sum(1 for _ in json.loads(path.read_text())["rules"])
            for rule in json.loads(path.read_text())["rules"]:
                [row] = [r for r in rows if r["folder"].endswith(path.parent.name) and r["id"] == rule["id"]
                         and r["kind"] == "rule"]
                self.assertEqual(row["verdict"], rule["verdict"])
                self.assertEqual(float(row["value"]) if row["value"] else None, rule["value"])
                stored = in_database[row["plan"], row["protocol"], row["id"]]
                self.assertEqual((stored["verdict"], stored["value"]), (rule["verdict"], rule["value"]))
        self.assertEqual(of_json, sum(1 for r in rows if r["kind"] == "rule"))
        counted = {(r["kind"], r["id"]): r for r in self.summary()["rules"]}
        for (kind, rule), counts in counted.items():
            for verdict in ("PASS", "VARIATION", "FAIL", "UNKNOWN", "NOT_APPLICABLE"):
                self.assertEqual(counts[verdict.lower()],
                                 sum(1 for r in rows if (r["kind"], r["id"], r["verdict"]) == (kind, rule, verdict)))

    def test_exit_codes(self):
        for name, code in (("hcc_25fx_pass", PASS), ("hcc_25fx_fail", FAIL), ("hcc_no_gtv", UNKNOWN)):
            self.assertEqual(self.batch(SAMPLES / name, name).code, code)
        root = self.folder / "mixed"
        shutil.copytree(SAMPLES / "hcc_25fx_fail", root / "a")
        shutil.copytree(SAMPLES / SMALL, root / "b")
        (root / "b" / "RTDOSE.dcm").unlink()
        self.assertEqual(self.batch(root, "mixed_out").code, INPUT, "a plan that was not checked outranks a verdict")
        self.refused(INPUT, "batch", self.folder / "nowhere", "--out", self.folder / "x", says=["no such file or folder"])
        self.refused(USAGE, "batch", SAMPLES, "--out", "/dev/null/x", says=["/dev/null/x"])
        for shard in ("0/3", "4/3", "1", "1/0", "a/b", "-1/2", "1/2x"):
            self.refused(USAGE, "batch", SAMPLES, "--out", self.folder / "x", "--shard", shard, says=["--shard"])

    def test_the_result_does_not_depend_on_workers(self):
        for jobs in ("1", "2", "5"):
            self.batch(SAMPLES, jobs, "--jobs", jobs, "--report", "html")
        self.assert_same_tree(self.folder / "1", self.folder / "2")
        self.assert_same_tree(self.folder / "1", self.folder / "5")


class Resuming(BatchTest):
    def cohort(self, count=12):
        return CohortMaker(SAMPLES / SMALL).cohort(self.folder / "root", count)

    def test_what_is_done_is_kept_and_what_changed_is_redone(self):
        root = self.cohort(5)
        self.batch(root)
        before = tree(self.folder / "out")
        words = self.batch(root).text
        self.assertIn("5 of them were done before", words)
        self.assertTrue(tree(self.folder / "out") == before)
        # Another dose: that plan alone.
        CohortMaker(SAMPLES / SMALL, seed=2).write(root / "plan00003", 3)
        self.assertIn("4 of them were done before", self.batch(root).text)
        # A context file beside the plan.
        (root / "plan00001" / "context.yaml").write_text("ecog: 1\n")
        self.assertIn("4 of them were done before", self.batch(root).text)
        # Other options, another protocol: all of them.
        self.assertNotIn("done before", self.batch(root, "out", "--context", "ecog=1").text)
        self.assertNotIn("done before", self.batch(root, "out", "--protocol", "tg101-5fx").text)
        # A report that somebody took away or changed is written again.
        self.batch(root)
        [report] = (self.folder / "out" / "plans").glob("COHORT-000002*/result.json")
        whole = report.read_bytes()
        report.write_bytes(b"{}")
        self.assertIn("4 of them were done before", self.batch(root).text)
        self.assertTrue(report.read_bytes() == whole)
        # A plan that is gone goes, with its folder; as if it had never been there.
        shutil.rmtree(root / "plan00004")
        self.assertIn("1 that were done before are not in the folders any more", self.batch(root).text)
        self.batch(root, "fresh")
        self.assert_same_tree(self.folder / "out", self.folder / "fresh")
        self.assertNotIn("done before", self.batch(root, "out", "--anew").text)

    def test_what_failed_is_tried_again(self):
        root = self.cohort(2)
        dose = root / "plan00001" / "RTDOSE.dcm"
        whole = dose.read_bytes()
        self.cut(dose)
        done = self.batch(root)
        self.assertEqual(done.code, INPUT)
        self.assertIn("not checked", done.words)
        [reason] = [row["reason"] for row in self.summary()["not_checked"]]
        self.assertIn("RTDOSE.dcm", reason)
        dose.write_bytes(whole)
        self.assertEqual(self.batch(root).code, UNKNOWN)
        self.batch(root, "fresh")
        self.assert_same_tree(self.folder / "out", self.folder / "fresh")

    def test_killed_at_any_moment_it_ends_with_the_same_bytes(self):
        root = self.cohort(16)
        arguments = ("--report", "html,csv")
        began = time.monotonic()
        self.batch(root, "undisturbed", *arguments)
        takes = time.monotonic() - began
        draw = random.Random(20)
        killed = 0
        for _ in range(20):
            child = subprocess.Popen([COMMAND, "batch", root, "--out", self.folder / "out", *arguments],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                # What is left takes less and less: mostly early, now and then anywhere.
                child.wait(draw.uniform(0.0, takes * draw.choice((0.15, 0.3, 1.0))))
            except subprocess.TimeoutExpired:
                killed += 1
                child.kill()
                child.wait()
        self.assertGreater(killed, 5, "so that something was interrupted at all")
        self.assertEqual(self.batch(root, "out", *arguments).code, UNKNOWN)
        self.assert_same_tree(self.folder / "undisturbed", self.folder / "out")

    def test_a_signal_ends_it_and_it_goes_on(self):
        root = self.cohort(30)
        child = subprocess.Popen([COMMAND, "batch", root, "--out", self.folder / "out", "--jobs", "1"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        plans = self.folder / "out" / "plans"
        for _ in range(400):
            if plans.is_dir() and len(list(plans.iterdir())) >= 3:
                break
            time.sleep(0.02)
        child.send_signal(signal.SIGTERM)
        words = child.communicate(timeout=60)[1].decode()
        self.assertEqual(child.returncode, 75, words)
        self.assertIn("goes on where it was", words)
        self.assertFalse((self.folder / "out" / "summary.json").exists(), "it is not complete and does not look so")
        done = self.batch(root)
        self.assertRegex(done.text, r"\d+ of them were done before")
        self.batch(root, "fresh")
        self.assert_same_tree(self.folder / "out", self.folder / "fresh")

    def test_two_batches_in_one_folder(self):
        root = self.cohort(30)
        first = subprocess.Popen([COMMAND, "batch", root, "--out", self.folder / "out", "--jobs", "1"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(400):
            if (self.folder / "out" / "plans").is_dir():
                break
            time.sleep(0.01)
        done = self.batch(root)
        self.assertIsNone(first.poll(), "the first one was still at work")
        self.assertEqual(done.code, USAGE)
        self.assertIn("Another batch works in this folder", done.words)
        self.assertEqual(first.wait(60), UNKNOWN)

    def test_a_folder_of_something_else_is_left_alone(self):
        out = self.folder / "out"
        out.mkdir()
        (out / "results.sqlite").write_text("this is no database, and it is somebody's")
        done = self.batch(SAMPLES)
        self.assertEqual(done.code, USAGE)
        self.assertIn("no journal of a batch", done.words)
        self.assertEqual(sorted(tree(out)), ["results.sqlite"])
        other = sqlite3.connect(self.folder / "other.sqlite")
        other.execute("CREATE TABLE mine (a)")
        other.commit()
        other.close()
        shutil.copy(self.folder / "other.sqlite", out / "results.sqlite")
        self.assertIn("of another program", self.batch(SAMPLES).words)


class Shards(BatchTest):
    def test_merged_parts_are_the_single_run(self):
        root = CohortMaker(SAMPLES / SMALL).cohort(self.folder / "root", 9)
        self.cut(root / "plan00002" / "RTPLAN.dcm")
        self.batch(root, "whole", "--report", "html")
        for i in range(1, 5):
            self.batch(root, f"part{i}", "--report", "html", "--shard", f"{i}/4")
        parts = [self.folder / f"part{i}" for i in (3, 1, 4, 2)]
        self.assertEqual(sum(self.summary(part.name)["plans"]["checked"] for part in parts), 8)
        done = run("merge", *parts, "--out", self.folder / "merged")
        self.assertEqual(done.code, INPUT, done.words)
        self.assert_same_tree(self.folder / "whole", self.folder / "merged")
        # And what must not look whole.
        def refused(says, *words):
            self.refused(USAGE, "merge", *words, "--out", self.folder / "x", says=[says])

        refused("1/4 missing", *[part for part in parts if part.name != "part1"])
        refused("given twice", *parts, parts[0])
        refused("another batch", self.folder / "whole", *parts)
        refused("no results.sqlite", SAMPLES)
        (parts[0] / "summary.json").unlink()
        refused("not complete", *parts)
        self.assertIn("holds part 1/4", self.batch(root, "part1", "--report", "html").words)

    def test_a_part_that_was_tampered_with_is_not_merged(self):
        for i in (1, 2):
            self.batch(SAMPLES, f"part{i}", "--shard", f"{i}/2")
        next((self.folder / "part1" / "plans").glob("*/result.json")).write_text("{}")
        self.refused(INPUT, "merge", self.folder / "part1", self.folder / "part2", "--out", self.folder / "x",
                     says=["journal says"])


class Disturbed(BatchTest):
    def test_damaged_foreign_and_contradictory_files_cost_no_good_plan(self):
        root = CohortMaker(SAMPLES / SMALL).cohort(self.folder / "root", 10)
        self.batch(root, "good")
        draw = random.Random(50)
        maker = CohortMaker(SAMPLES / SMALL)
        bad = 0
        for i in range(50):
            beside = root / f"plan{draw.randrange(10):05d}"
            kind = i % 10
            files = maker.plan(1000 + i)
            where = root / f"bad{i:02d}"
            if kind == 0:  # rubbish of any name
                (beside / f"rubbish{i}.dcm").write_bytes(draw.randbytes(5000))
            elif kind == 1:
                (beside / f"notes{i}").write_text("no DICOM\n" * draw.randrange(1, 100))
            elif kind == 2:
                (beside / f"empty{i}.dcm").touch()
            else:
                where.mkdir()
                bad += 1
                for name, data in files.items():
                    if kind == 3 and name == "RTDOSE.dcm":
                        data = data[:draw.randrange(3000, len(data))]  # cut within the voxels
                    if kind == 4 and name == "RTSTRUCT.dcm":
                        continue  # its structures are not there
                    if kind == 5 and name == "RTDOSE.dcm":
                        continue
                    if kind == 6 and name == "RTPLAN.dcm":
                        continue  # a dose without its plan
                    if kind == 7 and name == "RTPLAN.dcm":
                        data = data[:-20]
                    if kind == 8 and name == "RTDOSE.dcm":  # of another patient
                        data = data.replace(b"COHORT-", b"ANOTHER", 1)
                    if kind == 9 and name == "RTSTRUCT.dcm":  # twice, and not the same
                        (where / "again.dcm").write_bytes(data.replace(b"Liver", b"Lever", 1))
                    (where / name).write_bytes(data)
        done = self.batch(root)
        self.assertEqual(done.code, INPUT, done.words)
        self.assertEqual(self.summary()["plans"]["checked"], 10)
        reasons = {row["plan"]: row["reason"] for row in self.summary()["not_checked"]}
        self.assertTrue(all(len(reason) > 20 for reason in reasons.values()))
        # Kind 7 leaves a plan that cannot be read and a dose without its plan: two reasons.
        self.assertEqual(len(reasons), bad + 5)
        good, disturbed = tree(self.folder / "good" / "plans"), tree(self.folder / "out" / "plans")
        self.assertEqual(sorted(good), sorted(disturbed))
        for name in good:
            self.assertEqual(json.loads(good[name])["rules"], json.loads(disturbed[name])["rules"])

    def test_a_file_that_vanishes_and_a_folder_that_cannot_be_read(self):
        root = CohortMaker(SAMPLES / SMALL).cohort(self.folder / "root", 2)
        (root / "plan00000" / "RTDOSE.dcm").unlink()
        (root / "plan00000" / "RTDOSE.dcm").symlink_to(self.folder / "gone")
        done = self.batch(root)
        self.assertEqual(done.code, INPUT)
        self.assertEqual(self.summary()["plans"]["checked"], 1)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
    def test_a_full_disk_ends_with_a_sentence_and_nothing_half_written(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"no tmpfs can be mounted here: {mounted.stderr.decode()}")
        self.addCleanup(subprocess.run, ["umount", disk], check=False)
        root = CohortMaker(SAMPLES / SMALL).cohort(self.folder / "root", 12)
        done = run("batch", root, "--out", disk / "out", "--report", "html")
        self.assertEqual(done.code, USAGE, done.words)
        self.assertIn("No space left on device", done.words.replace("The disk is full", "No space left on device"))
        self.assertFalse((disk / "out" / "summary.json").exists())
        for path in (disk / "out").rglob("*"):
            if path.suffix == ".json":
                json.loads(path.read_text())
            elif path.suffix == ".html":
                self.assertTrue(path.read_text().endswith("</html>\n"))
            self.assertNotIn(".part", path.name)
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        self.assertEqual(run("batch", root, "--out", disk / "out", "--report", "html").code, UNKNOWN)
        self.batch(root, "fresh", "--report", "html")
        self.assert_same_tree(disk / "out", self.folder / "fresh")

    def test_hostile_names_stay_in_the_folder(self):
        root = self.folder / "root"
        names = (b"../../../escape", b"=cmd|' /C calc'!", b"<script>alert(1)", b"\x1b[31mred\x1b[0m\x00\x00\x00\x00")
        for i, name in enumerate(names):
            folder = CohortMaker(SAMPLES / SMALL).write(root / f"p{i}", i)
            for path in folder.glob("*.dcm"):
                data = path.read_bytes()
                at = data.find(bytes.fromhex("10002000") + b"LO") + 8
                length = int.from_bytes(data[at - 2:at], "little")
                path.write_bytes(data[:at] + name.ljust(length)[:length] + data[at + length:])
        done = self.batch(root)
        self.assertEqual(done.code, UNKNOWN, done.words)
        self.assert_no_control_characters(done.out, "standard output")
        self.assertEqual(sorted(p.name for p in (self.folder).iterdir()), ["out", "root"])
        for path in (self.folder / "out" / "plans").iterdir():
            self.assertRegex(path.name, r"^[A-Za-z0-9_.-]+$")
            self.assertNotIn(path.name[0], ".-")
        for name in ("rules.csv", "index.html", "summary.json"):
            data = (self.folder / "out" / name).read_bytes()
            self.assert_no_control_characters(data, name)
            self.assertFalse(b",=cmd" in data, f"{name}: a formula")
        self.assertFalse(b"<script>alert" in (self.folder / "out" / "index.html").read_bytes())


if __name__ == "__main__":
    unittest.main()
