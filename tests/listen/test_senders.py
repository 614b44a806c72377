"""Plans sent by DICOM: each is checked once, whoever sends what in whatever order."""

import random
import signal
import subprocess
import threading
import time

from listen_support import (PATIENCE, SAMPLES, Listener, Listening, Sender, main, meta_and_data, send_file, send_half, told,
                            tool, verdict_of, wait_for)

FILES = [path for sample in SAMPLES for path in sorted(sample.glob("*.dcm"))]


class Senders(Listening):
    def test_four_senders_at_once_in_random_order_and_some_die(self):
        listener = Listener(self, self.folder / "out")
        draw = random.Random(4711)
        work, dying = FILES[:], draw.sample(FILES, 6)
        draw.shuffle(work)
        statuses, lock = [], threading.Lock()

        def send(share):
            for path in share:
                if path in dying:
                    send_half(listener.port, path)
                done = listener.storescu(path)
                with lock:
                    statuses.append(done.returncode)

        threads = [threading.Thread(target=send, args=(work[part::4],)) for part in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        self.assertEqual(statuses, [0] * len(FILES))
        checked = listener.wait_for_checks(len(SAMPLES))
        results = listener.results()
        for sample in SAMPLES:
            with self.subTest(sample.name):
                expected = verdict_of(sample)
                self.assertTrue(told(results[expected["plan"]["plan_label"]]) == expected)
        self.assertEqual({record["status"] for record in listener.records()}, {"checked"})
        time.sleep(2)  # longer than the quiet time: nothing is checked again
        self.assertEqual(listener.lines("checked:"), checked)
        self.assertEqual(len(checked), len(SAMPLES))
        self.assertEqual(len(listener.received()), len(FILES))
        wait_for(lambda: len(listener.lines("warning: broken off")) == len(dying), "six that broke off")
        self.nothing_half_written(listener)
        self.assertEqual(listener.end(), 0)

    def test_every_encoding_arrives_byte_for_byte(self):
        expected = verdict_of(SAMPLES[0])
        for name, option in (("implicit", "+ti"), ("big endian", "+tb"), ("deflated", "+td"), ("explicit", "+te")):
            with self.subTest(name):
                listener = Listener(self, self.folder / name)
                data = {}
                for path in sorted(SAMPLES[0].glob("*.dcm")):
                    other = self.folder / f"{name} {path.name}"
                    subprocess.run([tool("dcmconv"), option, str(path), str(other)], check=True, timeout=PATIENCE)
                    data[meta_and_data(other)[1]] = meta_and_data(other)
                    self.assertEqual(send_file(listener.port, other), 0)
                listener.wait_for_checks(1)
                arrived = {meta_and_data(path)[1]: meta_and_data(path) for path in listener.received()}
                self.assertTrue(arrived == data)
                (result,) = listener.results().values()
                self.assertTrue(told(result) == expected)
                self.assertEqual(listener.end(), 0)

    def test_echo_is_answered(self):
        listener = Listener(self, self.folder / "out")
        subprocess.run([tool("echoscu"), "-aet", "TPS", "-aec", "DOSEGATE", "127.0.0.1", str(listener.port)], check=True,
                       timeout=PATIENCE)

    def test_what_comes_later_makes_a_plan_checked_again(self):
        listener = Listener(self, self.folder / "out", "--report", "html", quiet=0.3)
        dose, plan, structures = sorted(SAMPLES[0].glob("*.dcm"))
        listener.storescu(plan, structures)
        wait_for(lambda: listener.lines("not checked:"), "the refusal of a plan without a dose")
        (record,) = listener.records()
        self.assertEqual(record["status"], "refused")
        self.assertIn("dose", record["reason"])
        self.assertEqual(listener.results(), {})
        listener.storescu(dose)
        listener.wait_for_checks(1)
        (record,) = listener.records()
        self.assertEqual((record["status"], record["verdict"]), ("checked", "FAIL" if "fail" in SAMPLES[0].name else "PASS"))
        self.assertEqual(sorted(record["outputs"]), ["report.html", "result.json"])
        # Another file under the plan's own UID: there is no verdict any more, and none of before stays.
        sop_class, instance, syntax, data = meta_and_data(plan)
        with Sender(listener.port, sop_class, syntax) as sender:
            self.assertEqual(sender.store(instance, data.replace(b"HCC", b"XCC")), 0)
        wait_for(lambda: listener.records()[0]["status"] == "refused", "the refusal of two plans of one UID")
        self.assertEqual(listener.results(), {})
        self.assertEqual(len(listener.records()), 1)

    def test_a_dose_that_comes_first_is_no_stray_once_its_plan_is_there(self):
        listener = Listener(self, self.folder / "out", quiet=0.3)
        dose, plan, structures = sorted(SAMPLES[1].glob("*.dcm"))
        listener.storescu(dose)
        wait_for(lambda: listener.lines("not checked:"), "the dose without its plan")
        listener.storescu(structures, plan)
        listener.wait_for_checks(1)
        wait_for(lambda: [record["status"] for record in listener.records()] == ["checked"], "one record")

    def test_a_signal_lets_what_is_in_hand_be_finished(self):
        listener = Listener(self, self.folder / "out", quiet=30)
        sop_class, instance, syntax, data = meta_and_data(SAMPLES[0] / "RTDOSE.dcm")
        with Sender(listener.port, sop_class, syntax) as sender, Sender(listener.port) as idle:
            sender.ask_to_store(instance)
            sender.pieces(data[:1000], False, last=False)
            listener.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            self.assertIsNone(listener.process.poll())
            sender.pieces(data[1000:], False)
            self.assertEqual(sender.status(), 0)
            self.assertEqual(idle.answer, 2)
            self.assertEqual(listener.process.wait(PATIENCE), 0)
        self.assertEqual(len(listener.received()), 1)
        self.assertTrue(meta_and_data(listener.received()[0])[3] == data)
        again = Listener(self, self.folder / "out", quiet=30)
        self.assertEqual(again.end(signal.SIGINT), 0)


if __name__ == "__main__":
    main("storescu", "echoscu", "dcmconv")
