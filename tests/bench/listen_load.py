#!/usr/bin/env python3
"""Whether `dosegate listen` grows: a mixed load for some minutes, and its memory all the while.

    DOSEGATE_COMMAND=... DOSEGATE_SOURCE=... python3 tests/bench/listen_load.py [MINUTES]

Not part of the suite. Four senders: new plans, senders that die half-way, callers that are refused, noise, C-ECHO. Ends by
itself, and prints a line every half minute and the whole at the end.
"""

import random
import shutil
import socket
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "listen"))
from listen_support import SAMPLES, Listener, Sender, answer_to, meta_and_data  # noqa: E402

PAUSE = 0.5  # seconds between two plans of a sender


def copies_of(sample, number):
    """The sample as another plan: its UIDs end in `number`."""
    objects = [meta_and_data(path) for path in sorted(sample.glob("*.dcm"))]
    for old in [instance for _, instance, _, _ in objects]:
        new = old[:-7] + f"{number:07}"
        objects = [(sop_class, instance.replace(old, new), syntax, data.replace(old.encode(), new.encode()))
                   for sop_class, instance, syntax, data in objects]
    return objects


class Load:
    def __init__(self, port, end):
        self.port, self.end, self.lock = port, end, threading.Lock()
        self.counts = dict.fromkeys(("plans", "died", "refused", "noise", "echo"), 0)
        self.number = 0

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def send(self, objects, draw):
        draw.shuffle(objects)
        for sop_class, instance, syntax, data in objects:
            if draw.random() < 0.1:
                with Sender(self.port, sop_class, syntax) as sender:
                    sender.ask_to_store(instance)
                    sender.pieces(data[:len(data) // 2], False, last=False)
                self.count("died")
            with Sender(self.port, sop_class, syntax) as sender:
                assert sender.store(instance, data) == 0
                sender.release()
        self.count("plans")

    def run(self, seed):
        draw = random.Random(seed)
        while time.monotonic() < self.end:
            with self.lock:
                self.number += 1
                number = self.number
            self.send(copies_of(draw.choice(SAMPLES), number), draw)
            assert answer_to(self.port, aet="NOBODY") == 3
            self.count("refused")
            with socket.create_connection(("127.0.0.1", self.port)) as noise:
                noise.sendall(draw.randbytes(200))
            self.count("noise")
            assert answer_to(self.port) == 2
            self.count("echo")
            time.sleep(PAUSE)


def main(minutes):
    folder = Path(tempfile.mkdtemp())
    case = unittest.TestCase()
    try:
        listener = Listener(case, folder / "out", "--quota", "50G", quiet=1)
        print(f"RSS before the first sender: {listener.memory_kib('VmRSS')} KiB", flush=True)
        began = time.monotonic()
        load = Load(listener.port, began + minutes * 60)
        threads = [threading.Thread(target=load.run, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(min(30, minutes * 6))
            print(f"{time.monotonic() - began:5.0f} s: RSS {listener.memory_kib('VmRSS')} KiB, peak {listener.memory_kib()} KiB, "
                  f"{load.counts}, {len(listener.lines('checked:'))} checked", flush=True)
        end = time.monotonic() + 120
        while len(listener.lines("checked:")) < load.counts["plans"] and time.monotonic() < end:
            time.sleep(1)
        print(f"at the end: RSS {listener.memory_kib('VmRSS')} KiB, {len(listener.lines('checked:'))} checks of "
              f"{load.counts['plans']} plans, exit code {listener.end()}")
    finally:
        case.doCleanups()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)
