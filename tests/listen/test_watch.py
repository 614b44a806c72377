"""A folder that a planning system exports into."""

import hashlib
import shutil
import signal
import subprocess
import time

from listen_support import COMMAND, PATIENCE, SAMPLES, Listening, Service, main, told, verdict_of, wait_for


class Watch(Listening):
    def setUp(self):
        super().setUp()
        self.exported = self.folder / "exported"
        self.exported.mkdir()

    def watch(self, quiet=1, **more):
        return Service(self, self.folder / "out", "watch", self.exported, "--quiet", quiet, **more)

    def export(self, sample, folder=None):
        target = self.exported / (folder or sample.name)
        target.mkdir(parents=True, exist_ok=True)
        for path in sample.glob("*.dcm"):
            shutil.copyfile(path, target / path.name)
        return target

    def content(self):
        return {path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
                for path in sorted(self.exported.rglob("*")) if path.is_file()}

    def test_a_file_that_grows_is_not_read(self):
        service = self.watch()
        target = self.export(SAMPLES[0])
        whole = (target / "RTDOSE.dcm").read_bytes()
        pieces, pause = 8, 0.4  # longer than the quiet time in all, shorter in each
        with (target / "RTDOSE.dcm").open("wb") as stream:
            for piece in range(pieces):
                stream.write(whole[piece * len(whole) // pieces:(piece + 1) * len(whole) // pieces])
                stream.flush()
                time.sleep(pause)
                self.assertEqual(service.records(), [])
        service.wait_for_checks(1)
        (result,) = service.results().values()
        self.assertTrue(told(result) == verdict_of(SAMPLES[0]))
        self.assertEqual((service.lines("not checked:"), len(service.records())), ([], 1))
        self.assertEqual(service.end(), 0)

    def test_all_samples_in_any_layout_and_nothing_is_touched(self):
        for sample in SAMPLES[:3]:
            self.export(sample)
        for sample in SAMPLES[3:]:  # all in one folder
            for path in sample.glob("*.dcm"):
                (self.exported / "flat").mkdir(exist_ok=True)
                shutil.copyfile(path, self.exported / "flat" / f"{sample.name}_{path.name}")
        (self.exported / "read me.txt").write_text("no DICOM")
        before = self.content()
        service = self.watch(quiet=0.5)
        checked = service.wait_for_checks(len(SAMPLES))
        for sample in SAMPLES:
            expected = verdict_of(sample)
            self.assertTrue(told(service.results()[expected["plan"]["plan_label"]]) == expected)
        time.sleep(1.5)
        self.assertEqual((service.lines("checked:"), service.lines("not checked:")), (checked, []))
        self.assertTrue(self.content() == before)
        self.assertEqual(service.end(signal.SIGINT), 0)
        again = self.watch(quiet=0.5)
        time.sleep(2)
        self.assertEqual(again.lines("checked:"), [])

    def test_a_change_makes_it_checked_again_and_a_defect_stops_nothing(self):
        service = self.watch(quiet=0.3)
        target = self.export(SAMPLES[0])
        service.wait_for_checks(1)
        whole = (target / "RTDOSE.dcm").read_bytes()
        (target / "RTDOSE.dcm").write_bytes(whole[:len(whole) // 2])
        wait_for(lambda: [record["status"] for record in service.records()] == ["refused"], "the refusal of half a dose")
        self.assertEqual(service.results(), {}, "no verdict of before stays")
        self.export(SAMPLES[1])
        service.wait_for_checks(2)
        (target / "RTDOSE.dcm").write_bytes(whole)
        service.wait_for_checks(3)
        self.assertEqual(len(service.results()), 2)
        self.assertEqual({record["status"] for record in service.records()}, {"checked"})
        (target / "context.yaml").write_text("ecog: 1\n")
        service.wait_for_checks(4)

    def test_results_may_lie_below_the_folder(self):
        self.export(SAMPLES[0])
        service = Service(self, self.exported / "results", "watch", self.exported, "--quiet", "0.3", "--report", "pdf,html")
        service.wait_for_checks(1)
        time.sleep(1)
        self.assertEqual(len(service.lines("checked:")), 1)
        self.assertEqual(service.end(), 0)
        done = subprocess.run([COMMAND, "watch", str(self.exported), "--out", str(self.exported)], capture_output=True,
                              check=False, timeout=PATIENCE)
        self.assertNotIn(done.returncode, (0, 70))

    def test_a_folder_that_is_not_there(self):
        done = subprocess.run([COMMAND, "watch", str(self.folder / "none"), "--out", str(self.folder / "out")],
                              capture_output=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, 65)
        self.assertIn(b"none", done.stderr)


if __name__ == "__main__":
    main()
