"""Who is killed goes on: what was received and not yet checked is checked then, and nothing twice."""

import signal
import time

from listen_support import SAMPLES, Listener, Listening, main, told, verdict_of, wait_for

OTHER_PROTOCOL = ("--protocol", "quantec-conventional")


class Restart(Listening):
    def test_killed_before_the_check(self):
        out = self.folder / "out"
        first = Listener(self, out, quiet=60)
        for sample in SAMPLES[:3]:
            self.assertEqual(first.storescu(*sorted(sample.glob("*.dcm"))).returncode, 0)
        first.end(signal.SIGKILL)
        self.assertEqual(first.records(), [])
        (out / "received" / ".dosegate-1-1.part").write_bytes(b"half of something")
        second = Listener(self, out)
        second.wait_for_checks(3)
        self.nothing_half_written(second)
        for sample in SAMPLES[:3]:
            expected = verdict_of(sample)
            self.assertTrue(told(second.results()[expected["plan"]["plan_label"]]) == expected)
        second.end(signal.SIGKILL)
        records = second.records()
        third = Listener(self, out)
        self.assertEqual(third.storescu(*sorted(SAMPLES[3].glob("*.dcm"))).returncode, 0)
        third.wait_for_checks(1)
        time.sleep(1.5)
        self.assertEqual(len(third.lines("checked:")), 1, "the new one alone")
        self.assertEqual([record for record in third.records() if record in records], records)
        # A result that somebody took away is made again, and so is everything with another protocol.
        third.end(signal.SIGKILL)
        next((out / "plans").glob("*/result.json")).unlink()
        fourth = Listener(self, out)
        fourth.wait_for_checks(1)
        self.assertEqual(len(fourth.results()), 4)
        fourth.end(signal.SIGKILL)
        fifth = Listener(self, out, *OTHER_PROTOCOL)
        fifth.wait_for_checks(4)

    def test_killed_again_and_again_while_checking(self):
        out = self.folder / "out"
        first = Listener(self, out, quiet=60)
        for sample in SAMPLES:
            self.assertEqual(first.storescu(*sorted(sample.glob("*.dcm"))).returncode, 0)
        first.end(signal.SIGKILL)
        for delay in (0.25, 0.3, 0.35, 0.4, 0.45):
            service = Listener(self, out, quiet=0.2)
            time.sleep(delay)
            service.end(signal.SIGKILL)
        last = Listener(self, out, quiet=0.2)
        wait_for(lambda: len(last.records()) == len(SAMPLES), "all records")
        for sample in SAMPLES:
            expected = verdict_of(sample)
            self.assertTrue(told(last.results()[expected["plan"]["plan_label"]]) == expected)
        self.nothing_half_written(last)

    def test_a_record_that_somebody_wrote_into_is_made_again(self):
        out = self.folder / "out"
        first = Listener(self, out)
        first.storescu(*sorted(SAMPLES[0].glob("*.dcm")))
        first.wait_for_checks(1)
        first.end()
        (record,) = (out / "checks").glob("*.json")
        for text in ("", "{", "[]", "{\"record\": 1}", "\0", record.read_text().replace('"size"', '"seize"')):
            with self.subTest(text[:20]):
                record.write_text(text)
                again = Listener(self, out, quiet=0.3)
                again.wait_for_checks(1)
                self.assertEqual(again.end(), 0)


if __name__ == "__main__":
    main("storescu")
