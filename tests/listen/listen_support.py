"""What the tests of `listen` and `watch` share: the command as a process, and a sender that can misbehave.

ctest says where things are: DOSEGATE_COMMAND, DOSEGATE_SOURCE and the tools.
"""

import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

COMMAND = os.environ["DOSEGATE_COMMAND"]
SOURCE = Path(os.environ["DOSEGATE_SOURCE"])
SAMPLES = sorted(path.parent for path in (SOURCE / "dicom_samples").glob("*/expected.json"))
PATIENCE = 60  # seconds; what does not come by then does not come
SKIPPED = 77


def tool(name):
    value = os.environ.get(f"DOSEGATE_{name.upper()}", "")
    return "" if value.endswith("-NOTFOUND") else value


def main(*tools):
    missing = [name for name in tools if not tool(name)]
    if missing:
        print(f"SKIPPED: not installed: {', '.join(missing)}")
        sys.exit(SKIPPED)
    unittest.main(module="__main__")


def wait_for(what, name, patience=PATIENCE):
    """What `what` returns once it is true."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {name}")


def verdict_of(folder):
    """All that `dosegate check` says of a plan's files but where they lie."""
    done = subprocess.run([COMMAND, "check", *sorted(map(str, Path(folder).glob("*.dcm"))), "--json", "-"],
                          capture_output=True, check=False, timeout=PATIENCE)
    return told(json.loads(done.stdout))


def told(result):
    return {key: result[key] for key in ("plan", "verdict", "verdict_reason", "rules", "plan_checks", "structures")
            if key in result}


class Service:
    """`listen` or `watch` as a process of its own."""

    def __init__(self, test, out, *words):
        self.out, self.log = Path(out), Path(f"{out}.log")
        self.stream = self.log.open("ab")
        self.began = self.log.stat().st_size  # an earlier run has written there too
        self.process = subprocess.Popen([COMMAND, *map(str, words), "--out", str(out)],  # pylint: disable=consider-using-with
                                        stdin=subprocess.DEVNULL, stdout=self.stream, stderr=self.stream)
        test.addCleanup(self.end)

    def said(self):
        return self.log.read_bytes()[self.began:].decode()

    def end(self, how=signal.SIGTERM):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.stream.close()
        return code

    def lines(self, start):
        return [line for line in self.said().splitlines() if line.startswith(start)]

    def wait_for_checks(self, count):
        wait_for(lambda: len(self.lines("checked:")) >= count, f"{count} checks")
        return self.lines("checked:")

    def records(self):
        return [json.loads(path.read_text()) for path in sorted((self.out / "checks").glob("*.json"))]

    def results(self):
        """By the plan's label."""
        found = [json.loads(path.read_text()) for path in (self.out / "plans").glob("*/result.json")]
        return {result["plan"]["plan_label"]: result for result in found}

    def memory_kib(self, what="VmHWM"):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{what}:\s*(\d+)", text).group(1))


class Listener(Service):
    def __init__(self, test, out, *words, allow=("TPS@127.0.0.1",), quiet=1):
        callers = [word for caller in allow for word in ("--allow", caller)]
        super().__init__(test, out, "listen", "--aet", "DOSEGATE", "--port", 0, "--quiet", quiet, *callers, *words)
        self.port = int(wait_for(lambda: self.lines("listening on port ") or self.process.poll() is not None and [self.said()],
                                 "the port")[0].split()[3])

    def received(self):
        """Whole objects; and nothing else may be there once nobody sends."""
        return sorted((self.out / "received").glob("*.dcm"))

    def storescu(self, *files, aet="TPS", called="DOSEGATE", more=()):
        return subprocess.run([tool("storescu"), "-aet", aet, "-aec", called, *more, "127.0.0.1", str(self.port),
                               *map(str, files)], capture_output=True, check=False, timeout=PATIENCE)


class Listening(unittest.TestCase):
    def setUp(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        self.folder = Path(folder)

    def nothing_half_written(self, service):
        left = [path.name for path in service.out.rglob("*") if path.is_file() and path.name.startswith(".")]
        self.assertEqual(left, [])


# ---- a sender that knows no more of DICOM than it needs, so that it can get everything wrong -------------------------

EXPLICIT, VERIFICATION = "1.2.840.10008.1.2.1", "1.2.840.10008.1.1"
APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"


def meta_and_data(path):
    """SOP class, instance, transfer syntax and the bytes of the data set of a file."""
    raw = Path(path).read_bytes()
    length = struct.unpack_from("<I", raw, 140)[0]
    meta, at, found = raw[144:144 + length], 0, {}
    while at < len(meta):
        group, element, vr, size = struct.unpack_from("<HH2sH", meta, at)
        at += 8
        if vr == b"OB":
            size = struct.unpack_from("<I", meta, at)[0]
            at += 4
        found[group, element] = meta[at:at + size].rstrip(b"\0 ").decode()
        at += size
    data = raw[144 + length:]
    return found[2, 2], found[2, 3], found[2, 0x10], data + b"\0" * (len(data) % 2)  # PS3.5 section A.5: deflated to an even length


def item(kind, content):
    return struct.pack(">BBH", kind, 0, len(content)) + content


def command_element(element, value):
    return struct.pack("<HHI", 0, element, len(value)) + value


def uid_bytes(text):
    raw = text.encode()
    return raw + b"\0" * (len(raw) % 2)


class Sender:
    """One association. What it sends goes out as it is given."""

    def __init__(self, port, sop_class=VERIFICATION, syntax=EXPLICIT, aet="TPS", called="DOSEGATE", source="127.0.0.1"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(source, 0))
        self.sop_class = sop_class
        context = item(0x20, struct.pack("BBBB", 1, 0, 0, 0) + item(0x30, sop_class.encode()) + item(0x40, syntax.encode()))
        user = item(0x50, item(0x51, struct.pack(">I", 16384)) + item(0x52, b"2.25.1"))
        body = struct.pack(">HH", 1, 0) + called.ljust(16).encode() + aet.ljust(16).encode() + bytes(32)
        try:
            self.pdu(1, body + item(0x10, APPLICATION_CONTEXT.encode()) + context + user)
            self.answer = self.reply()[0]  # 2: accepted, 3: rejected
        except OSError:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def pdu(self, kind, body, claimed=None):
        self.socket.sendall(struct.pack(">BBI", kind, 0, len(body) if claimed is None else claimed) + body)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise ConnectionError("hung up")
            data += piece
        return data

    def reply(self):
        kind, _, length = struct.unpack(">BBI", self.exactly(6))
        return kind, self.exactly(length)

    def pieces(self, data, is_command, last=True):
        most = 16000
        for start in range(0, max(len(data), 1), most):
            piece = data[start:start + most]
            flags = (1 if is_command else 0) | (2 if last and start + most >= len(data) else 0)
            self.pdu(4, struct.pack(">IBB", len(piece) + 2, 1, flags) + piece)

    def ask_to_store(self, instance, sop_class=None):
        rest = (command_element(2, uid_bytes(sop_class or self.sop_class)) + command_element(0x100, struct.pack("<H", 1)) +
                command_element(0x110, struct.pack("<H", 7)) + command_element(0x700, struct.pack("<H", 0)) +
                command_element(0x800, struct.pack("<H", 1)) + command_element(0x1000, uid_bytes(instance)))
        self.pieces(command_element(0, struct.pack("<I", len(rest))) + rest, True)

    def status(self):
        """Of the answer to C-STORE."""
        kind, body = self.reply()
        if kind != 4:
            raise ConnectionError(f"PDU {kind}")
        at, command = 0, body[6:]
        while at < len(command):
            _, element, length = struct.unpack_from("<HHI", command, at)
            if element == 0x900:
                return struct.unpack_from("<H", command, at + 8)[0]
            at += 8 + length
        raise AssertionError("an answer without a status")

    def store(self, instance, data, sop_class=None):
        self.ask_to_store(instance, sop_class)
        self.pieces(data, False)
        return self.status()

    def release(self):
        self.pdu(5, bytes(4))
        return self.reply()[0]


def answer_to(port, *words, **more):
    """To somebody who introduces himself like that. Errors: OSError, if he is hung up on."""
    with Sender(port, *words, **more) as sender:
        return sender.answer


def send_file(port, path, **more):
    """Its bytes as they are, in one association."""
    sop_class, instance, syntax, data = meta_and_data(path)
    with Sender(port, sop_class, syntax, **more) as sender:
        status = sender.store(instance, data)
        sender.release()
        return status


def send_half(port, path):
    """Half of it, and then the sender dies."""
    sop_class, instance, syntax, data = meta_and_data(path)
    with Sender(port, sop_class, syntax) as sender:
        sender.ask_to_store(instance)
        sender.pieces(data[:len(data) // 2], False, last=False)
