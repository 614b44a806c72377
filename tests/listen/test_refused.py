"""What is refused: callers, and objects that cannot be meant or have no room."""

import socket
import struct
import subprocess
import time

from listen_support import (COMMAND, PATIENCE, SAMPLES, Listener, Listening, Sender, answer_to, main, meta_and_data, send_file,
                            wait_for)

DOSES = [sample / "RTDOSE.dcm" for sample in SAMPLES]
PLAN = SAMPLES[0] / "RTPLAN.dcm"
OUT_OF_RESOURCES, CANNOT_UNDERSTAND, CLASS_MISMATCH = 0xA700, 0xC000, 0xA900
ENOUGH_KIB = 300 * 1024  # the command takes some 60 MiB


class Refused(Listening):
    def test_callers(self):
        listener = Listener(self, self.folder / "out", allow=("TPS@127.0.0.1", "OTHER@127.0.0.2"))
        self.assertEqual(answer_to(listener.port), 2)
        self.assertEqual(answer_to(listener.port, aet="OTHER", source="127.0.0.2"), 2)
        for words in ({"aet": "NOBODY"}, {"aet": "OTHER"}, {"source": "127.0.0.2"}, {"called": "ELSE"}, {"aet": ""}):
            with self.subTest(words):
                self.assertEqual(answer_to(listener.port, **words), 3)
        with self.assertRaises(OSError):  # hung up on before a word
            answer_to(listener.port, source="127.0.0.3")
        wait_for(lambda: len(listener.lines("warning: refused")) == 6, "six warnings")
        self.assertIn("@127.0.0.3: its address is on no list", listener.said())
        self.assertNotEqual(listener.storescu(PLAN, aet="NOBODY").returncode, 0)
        self.assertEqual(listener.received(), [])

    def test_without_a_list_nobody_may_send(self):
        done = subprocess.run([COMMAND, "listen", "--aet", "A", "--port", "0", "--out", str(self.folder / "out")],
                              capture_output=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, 64)
        self.assertIn(b"--allow", done.stderr)

    def test_what_cannot_be_meant(self):
        for words in (("--allow", "TPS"), ("--allow", "@127.0.0.1"), ("--allow", "TPS@no.such.host.invalid"),
                      ("--allow", "A@127.0.0.1", "--aet", "x" * 17), ("--allow", "A@127.0.0.1", "--quiet", "-1"),
                      ("--allow", "A@127.0.0.1", "--tls-cert", "x"), ("--allow", "A@127.0.0.1", "--port", "70000")):
            with self.subTest(words):
                names = ["--aet", "A"] if "--aet" not in words else []
                port = ["--port", "0"] if "--port" not in words else []
                done = subprocess.run([COMMAND, "listen", *names, *port, *words, "--out", str(self.folder / "out")],
                                      capture_output=True, check=False, timeout=PATIENCE)
                self.assertIn(done.returncode, (64, 65))
                self.assertTrue(done.stderr)

    def test_a_port_and_a_folder_have_one_owner(self):
        listener = Listener(self, self.folder / "out")
        for port, out in ((listener.port, "other"), (0, "out")):
            done = subprocess.run([COMMAND, "listen", "--aet", "A", "--port", str(port), "--allow", "A@127.0.0.1", "--out",
                                   str(self.folder / out)], capture_output=True, check=False, timeout=PATIENCE)
            self.assertNotIn(done.returncode, (0, 70))
            self.assertTrue(done.stderr)

    def test_two_gigabytes_that_are_only_claimed(self):
        listener = Listener(self, self.folder / "out")
        sop_class, instance, syntax, data = meta_and_data(PLAN)
        # (300A,0002) RT Plan Label as long text of 2 GB after the header that plans have; UT has a length of four bytes.
        at = data.index(b"\x0a\x30\x02\x00")
        claim = data[:at] + struct.pack("<HH2sHI", 0x300A, 0x0002, b"UT", 0, 0x7FFFFFFE) + b"x" * 16
        with Sender(listener.port, sop_class, syntax) as sender:
            self.assertEqual(sender.store(instance, claim), CANNOT_UNDERSTAND)
            self.assertEqual(sender.store(instance, data), 0, "the association goes on")
            self.assertEqual(sender.release(), 6)
        for kind, body in ((1, b"x"), (4, b"x")):  # PDUs
            with self.subTest(pdu=kind):
                with Sender(listener.port, sop_class, syntax) as sender:
                    sender.pdu(kind, body, claimed=0x7FFFFFFE)
                    time.sleep(0.2)
        self.assertEqual(send_file(listener.port, DOSES[0]), 0)
        self.assertLess(listener.memory_kib(), ENOUGH_KIB)
        self.assertEqual(len(listener.received()), 2)
        self.nothing_half_written(listener)

    def test_objects_that_are_not_what_they_say(self):
        listener = Listener(self, self.folder / "out")
        sop_class, instance, syntax, data = meta_and_data(PLAN)
        with Sender(listener.port, sop_class, syntax) as sender:
            for uid in ("../../../etc/x", "1.2.3/4", "x" * 64):
                self.assertEqual(sender.store(uid, data), CANNOT_UNDERSTAND)
            self.assertEqual(sender.store(instance, data, sop_class="1.2.840.10008.5.1.4.1.1.2"), CLASS_MISMATCH)
            self.assertEqual(sender.store(instance, b""), CANNOT_UNDERSTAND)
            self.assertEqual(sender.store(instance, b"no DICOM at all!"), CANNOT_UNDERSTAND)
        # A CT is not even agreed on.
        self.assertEqual(answer_to(listener.port, "1.2.840.10008.5.1.4.1.1.2"), 3)
        self.assertEqual(listener.received(), [])
        self.nothing_half_written(listener)
        self.assertEqual(sorted(path.name for path in listener.out.iterdir()), ["checks", "lock", "received"])

    def test_the_quota(self):
        room = 3 * DOSES[0].stat().st_size // 2
        listener = Listener(self, self.folder / "out", "--quota", room, quiet=30)
        self.assertEqual(send_file(listener.port, DOSES[0]), 0)
        self.assertEqual(send_file(listener.port, DOSES[5]), OUT_OF_RESOURCES)
        self.assertEqual(len(listener.received()), 1)
        self.nothing_half_written(listener)
        self.assertEqual(send_file(listener.port, PLAN), 0, "what has room is still taken")
        listener.received()[0].unlink()
        self.assertEqual(send_file(listener.port, DOSES[5]), 0, "there is room again")
        self.assertIn("quota", listener.said())
        self.assertEqual(listener.end(), 0)
        again = Listener(self, self.folder / "out", "--quota", room, quiet=30)
        self.assertEqual(send_file(again.port, DOSES[0]), OUT_OF_RESOURCES, "what was there before counts")

    def test_more_senders_than_are_served(self):
        listener = Listener(self, self.folder / "out")
        senders = [Sender(listener.port) for _ in range(8)]
        for sender in senders:
            self.addCleanup(sender.socket.close)
        self.assertEqual([sender.answer for sender in senders], [2] * 8)
        self.assertEqual(answer_to(listener.port), 3)
        self.assertEqual(senders.pop().release(), 6)
        wait_for(lambda: answer_to(listener.port) == 2, "a free place")
        self.assertEqual(listener.end(), 0)

    def test_noise(self):
        listener = Listener(self, self.folder / "out")
        for noise in (b"", b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)) * 64, b"\x16\x03\x01\x00\xff" + bytes(255)):
            with socket.create_connection(("127.0.0.1", listener.port)) as visitor:
                visitor.sendall(noise)
        self.assertEqual(send_file(listener.port, PLAN), 0)


if __name__ == "__main__":
    main("storescu")
