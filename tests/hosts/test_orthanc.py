#!/usr/bin/env python3
"""The module for Orthanc: what is sent to it by DICOM is checked when it is stable, and found by REST.

Orthanc runs on this machine alone, in folders of its own, and is stopped again. ctest says where things are:
DOSEGATE_ORTHANC, DOSEGATE_ORTHANC_MODULE, DOSEGATE_STORESCU and what host_support names.
"""

import ctypes
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from host_support import COMMAND, SOURCE, main, run, tool
from sample_arrays import read_file, text

SAMPLES = SOURCE / "dicom_samples"
STUDY_UID = (0x0020, 0x000D)
PATIENCE = 60  # seconds, for what takes two when nothing else runs


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Orthanc:
    """One that is started, reached by loopback only, and ended."""

    def __init__(self, folder, dosegate, **more):
        self.folder, self.http, self.dicom, self.process = Path(folder), free_port(), free_port(), None
        self.scratch = self.folder / "scratch"
        self.scratch.mkdir(exist_ok=True)
        section = {"Command": COMMAND, "TemporaryDirectory": str(self.scratch), **dosegate}
        self.config = {
            "Name": "test", "StorageDirectory": str(self.folder / "db"), "IndexDirectory": str(self.folder / "db"),
            "Plugins": [tool("DOSEGATE_ORTHANC_MODULE")], "HttpPort": self.http, "DicomPort": self.dicom,
            "RemoteAccessAllowed": False, "AuthenticationEnabled": False, "DicomAlwaysAllowStore": False,
            "DicomCheckModalityHost": True, "DicomModalities": {"test": ["STORESCU", "127.0.0.1", 104]},
            "StableAge": 1, "OverwriteInstances": True, "Dosegate": section, **more}

    def start(self):
        path = self.folder / "orthanc.json"
        path.write_text(json.dumps(self.config))
        self.log = open(self.folder / "log", "ab")  # pylint: disable=consider-using-with
        # It ends with the test, in whatever way that ends: PR_SET_PDEATHSIG, SIGTERM.
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with,subprocess-popen-preexec-fn
            [tool("DOSEGATE_ORTHANC"), path], stdout=self.log, stderr=self.log, cwd=self.folder,
            preexec_fn=lambda: ctypes.CDLL(None).prctl(1, 15))
        return self

    def ready(self):
        wait_for(lambda: self.process.poll() is not None or self.get("/system"), "Orthanc starts")
        if self.process.poll() is not None:
            raise AssertionError(self.said())
        return self

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            finally:
                self.process.kill()
        if self.process:
            self.log.close()

    def said(self):
        return (self.folder / "log").read_text(errors="replace")

    def call(self, method, uri, body=None):
        """Status and bytes."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{uri}", data=body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read()
        except OSError:
            return 0, b""

    def get(self, uri):
        status, body = self.call("GET", uri)
        return body if status == 200 else None

    def send(self, *files):
        done = run(tool("DOSEGATE_STORESCU"), "-aet", "STORESCU", "-aec", "ORTHANC", "127.0.0.1", self.dicom, *files)
        if done.returncode:
            raise AssertionError((done.stdout + done.stderr).decode())

    def study(self, sample):
        """Orthanc's number of a sample's study."""
        uid = text(read_file(sample / "RTPLAN.dcm")[STUDY_UID])
        return next(found["ID"] for found in json.loads(self.call("POST", "/tools/lookup", uid.encode())[1])
                    if found["Type"] == "Study")

    def state(self, study):
        body = self.get(f"/studies/{study}/dosegate")
        return json.loads(body) if body else {}

    def wait(self, study, **wanted):
        """The state once it has these members."""
        return wait_for(lambda: (lambda state: state if wanted.items() <= state.items() else None)(self.state(study)),
                        f"{wanted}", lambda: f"{self.state(study)}\n{self.said()}")


def wait_for(ask, what, tell=lambda: ""):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"waited for {what} in vain: {tell()}")


class Running(unittest.TestCase):
    """An Orthanc of its own for each class."""

    DOSEGATE = {}

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.orthanc = Orthanc(folder.name, cls.settings())
        cls.addClassCleanup(lambda: cls.orthanc.stop())  # pylint: disable=unnecessary-lambda
        cls.orthanc.start().ready()

    @classmethod
    def settings(cls):
        return {}

    def sent(self, name):
        sample = SAMPLES / name
        self.orthanc.send(*sorted(sample.glob("*.dcm")))
        return self.orthanc.study(sample)

    def from_the_command(self, study, *words):
        """What the command writes about the files as Orthanc holds them."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "study").mkdir()
            for series in json.loads(self.orthanc.get(f"/studies/{study}/series")):
                for number, instance in enumerate(sorted(series["Instances"]), 1):
                    name = f"{series['MainDicomTags']['Modality']}_{number}.dcm"
                    (Path(folder) / "study" / name).write_bytes(self.orthanc.get(f"/instances/{instance}/file"))
            return subprocess.run([COMMAND, "check", "study", "--json", "-", *words], cwd=folder, capture_output=True,
                                  check=False).stdout

    def nothing_is_left(self):
        self.assertEqual(list(self.orthanc.scratch.iterdir()), [])


class Checks(Running):
    @classmethod
    def settings(cls):
        return {"Protocols": ["hcc-rt-ici"], "Context": {"site": "hepatic"}}

    def test_a_study_that_is_sent_is_checked_and_the_result_is_found_by_rest(self):
        for name, verdict in (("hcc_25fx_pass", "PASS"), ("hcc_no_gtv", "UNKNOWN"), ("hcc_25fx_variation", "VARIATION")):
            with self.subTest(name):
                study = self.sent(name)
                state = self.orthanc.wait(study, status="checked")
                result = self.orthanc.get(f"/studies/{study}/dosegate/result")
                self.assertEqual(result, self.from_the_command(study, "--protocol", "hcc-rt-ici", "--context", "site=hepatic"))
                told = json.loads(result)
                self.assertEqual((state["verdict"], told["verdict"]), (verdict, verdict))
                self.assertEqual(state["plans"], [{"plan_label": told["plan"]["plan_label"], "verdict": verdict,
                                                   "plan_uid": told["plan"]["plan_uid"], "reason": told["verdict_reason"]}])
                # As any other client of Orthanc finds it.
                self.assertEqual(self.orthanc.get(f"/studies/{study}/attachments/4200/data"), result)
                self.assertEqual(json.loads(self.orthanc.get(f"/studies/{study}/metadata/4200"))["verdict"], verdict)
                self.nothing_is_left()

    def test_the_state_names_what_the_study_was_held_against(self):
        study = self.sent("hcc_25fx_pass")
        state = self.orthanc.wait(study, status="checked")
        (protocol,) = state["made_with"]["protocols"]
        self.assertEqual((protocol["id"], protocol["sha256"]), ("hcc-rt-ici", shown_hash("hcc-rt-ici")))
        self.assertEqual(state["made_with"]["software"], run(COMMAND, "--version").stdout.decode().strip())
        self.assertEqual(state["arguments"], ["--context=site=hepatic", "--protocol=hcc-rt-ici"])
        self.assertEqual(state["configuration"],
                         hashlib.sha256(json.dumps(state["arguments"], separators=(",", ":")).encode()).hexdigest())

    def test_what_others_wrote_over_is_not_repeated(self):
        study = self.sent("hcc_25fx_fail")
        self.orthanc.wait(study, status="checked")
        metadata, attachment = f"/studies/{study}/metadata/4200", f"/studies/{study}/attachments/4200"
        recorded, result = self.orthanc.get(metadata), self.orthanc.get(attachment + "/data")
        better = json.loads(recorded)
        better["verdict"] = better["plans"][0]["verdict"] = "PASS"
        passing = result.replace(b'"verdict": "FAIL"', b'"verdict": "PASS"')
        self.assertNotEqual(passing, result)
        for uri, bytes_, sentence in ((metadata, json.dumps(better).encode(), "not what its result says"),
                                      (metadata, b'{"status": "checked", "verdict": "PASS"}', "cannot be read"),
                                      (metadata, b"PASS", "cannot be read"), (metadata, b"[]", "cannot be read"),
                                      (attachment, passing, "not what it wrote")):
            with self.subTest(sentence=sentence, bytes_=bytes_[:40]):
                self.assertEqual(self.orthanc.call("PUT", uri, bytes_)[0], 200)
                state = self.orthanc.state(study)
                self.assertEqual((state["status"], state.get("verdict")), ("failed", None))
                self.assertIn(sentence, state["sentence"])
                self.assertEqual(self.orthanc.call("GET", f"/studies/{study}/dosegate/result")[0], 404)
                self.orthanc.call("PUT", metadata, recorded)
                self.orthanc.call("PUT", attachment, result)
                self.assertEqual(self.orthanc.state(study).get("verdict"), "FAIL")

    def test_a_study_that_fails(self):
        state = self.orthanc.wait(self.sent("hcc_25fx_fail"), status="checked")
        self.assertEqual(state["verdict"], "FAIL")
        self.assertEqual(state["plans"][0]["reason"], "Decided by: liver.")

    def test_one_that_is_incomplete_and_then_is_not(self):
        sample = SAMPLES / "hcc_25fx_spared"
        self.orthanc.send(sample / "RTPLAN.dcm", sample / "RTSTRUCT.dcm")
        study = self.orthanc.study(sample)
        state = self.orthanc.wait(study, status="incomplete")
        self.assertEqual(state["sentence"], "The study holds no RTDOSE.")
        self.assertNotIn("verdict", state)
        self.assertEqual(self.orthanc.call("GET", f"/studies/{study}/dosegate/result")[0], 404)
        self.orthanc.send(sample / "RTDOSE.dcm")
        self.assertEqual(self.orthanc.wait(study, status="checked")["verdict"], "PASS")
        # And back: what is taken away takes the verdict with it, before anything is checked again.
        (dose,) = (series["ID"] for series in json.loads(self.orthanc.get(f"/studies/{study}/series"))
                   if series["MainDicomTags"]["Modality"] == "RTDOSE")
        self.orthanc.call("DELETE", f"/series/{dose}")
        self.assertEqual(self.orthanc.state(study)["status"], "outdated")
        self.assertEqual(self.orthanc.call("GET", f"/studies/{study}/dosegate/result")[0], 404)
        self.orthanc.call("POST", f"/studies/{study}/dosegate", b"")
        self.orthanc.wait(study, status="incomplete")
        self.assertIsNone(self.orthanc.get(f"/studies/{study}/attachments/4200/data"))

    def test_a_second_sending_is_checked_again(self):
        study = self.sent("hcc_5fx_bowel_fail")
        self.assertEqual(self.orthanc.wait(study, status="checked")["verdict"], "FAIL")
        # The same UIDs with half the dose: Orthanc overwrites.
        data = (SAMPLES / "hcc_5fx_bowel_fail" / "RTDOSE.dcm").read_bytes()
        self.assertEqual(data.count(b"1.25e-8 "), 1)
        changed = self.folder / "RTDOSE.dcm"
        changed.write_bytes(data.replace(b"1.25e-8 ", b"6.25e-9 "))
        self.orthanc.send(changed)
        self.assertNotEqual(self.orthanc.state(study).get("verdict"), "FAIL", "that was about other files")
        state = self.orthanc.wait(study, status="checked")
        self.assertEqual(state["verdict"], "PASS")
        self.assertEqual(self.orthanc.get(f"/studies/{study}/dosegate/result"),
                         self.from_the_command(study, "--protocol", "hcc-rt-ici", "--context", "site=hepatic"))

    def test_a_study_without_any_of_the_three_is_left_alone_unless_asked_for(self):
        made = json.loads(self.orthanc.call("POST", "/tools/create-dicom", json.dumps(
            {"Tags": {"Modality": "CT", "PatientID": "1"}}).encode())[1])
        study = made["ParentStudy"]
        wait_for(lambda: json.loads(self.orthanc.get(f"/studies/{study}"))["IsStable"], "a stable study")
        time.sleep(1.5)  # a check would have begun by now
        self.assertEqual(self.orthanc.call("GET", f"/studies/{study}/dosegate")[0], 404)
        self.assertEqual(json.loads(self.orthanc.call("POST", f"/studies/{study}/dosegate", b"")[1])["status"], "waiting")
        state = self.orthanc.wait(study, status="incomplete")
        self.assertEqual(state["sentence"], "The study holds no RTPLAN, RTSTRUCT, RTDOSE.")

    def test_routes_refuse_what_they_do_not_know(self):
        unknown = "/studies/00000000-00000000-00000000-00000000-00000000"
        for method, uri, status in (("GET", unknown + "/dosegate", 404), ("POST", unknown + "/dosegate", 404),
                                    ("GET", unknown + "/dosegate/result", 404), ("DELETE", unknown + "/dosegate/result", 405)):
            with self.subTest(method + uri):
                self.assertEqual(self.orthanc.call(method, uri, b"" if method == "POST" else None)[0], status)


class Failures(Running):
    """A stand-in for the command, which does what a file says."""

    @classmethod
    def settings(cls):
        cls.script, cls.mode = cls.folder / "command", cls.folder / "mode"
        cls.aliases = cls.folder / "aliases.yaml"
        cls.aliases.write_text("aliases: {Liver: [Leber]}\n")
        cls.script.write_text(f"""#!/bin/sh
            case "$1" in --version|protocols) exec '{COMMAND}' "$@";; esac
            printf '%s\\n' "$@" > '{cls.folder}/words'
            pwd >> '{cls.folder}/words'
            ls /proc/$$/fd | wc -l > '{cls.folder}/files'
            . '{cls.mode}'
            """)
        cls.script.chmod(0o755)
        cls.mode.write_text(f'exec "{COMMAND}" "$@"\n')
        return {"Command": str(cls.script), "TimeLimitSeconds": 5, "Protocols": ["hcc-rt-ici", "/a/site's own; file.yaml"],
                "Map": ["GTV*=--x", "A=B"], "Convention": "as-mim", "Context": {"ecog": "1"}, "Aliases": str(cls.aliases)}

    def setUp(self):
        self.study = self.sent("hcc_25fx_pass")

    def again(self, mode):
        self.mode.write_text(mode + "\n")
        self.orthanc.call("POST", f"/studies/{self.study}/dosegate", b"")
        # The state of this run: whatever was before it is taken away when it begins.
        wait_for(lambda: self.orthanc.state(self.study)["status"] not in ("waiting", "running"), "the check")
        return self.orthanc.state(self.study)

    def no_verdict(self, state, sentence):
        self.assertEqual(state["status"], "failed")
        self.assertRegex(state["sentence"], sentence)
        self.assertNotIn("verdict", json.dumps(state))
        self.assertEqual(self.orthanc.call("GET", f"/studies/{self.study}/dosegate/result")[0], 404)
        self.assertIsNone(self.orthanc.get(f"/studies/{self.study}/attachments/4200/data"), "nor that of an earlier check")
        self.nothing_is_left()

    def test_what_the_command_says_is_recorded(self):
        self.no_verdict(self.again("echo 'dosegate: no dose; send it.' >&2; exit 65"),
                        "^The check ended with code 65: dosegate: no dose; send it.$")
        self.no_verdict(self.again("exit 4"), "^The check ended with code 4: ")
        self.no_verdict(self.again("kill -SEGV $$"), "^The check was ended by signal 11.$")

    def test_a_code_without_its_result_is_no_verdict(self):
        name, version = run(COMMAND, "--version").stdout.decode().split()
        whole = {"verdict": "PASS", "verdict_reason": "", "plan": {"plan_label": "x", "plan_uid": "y"},
                 "software": {"name": name, "version": version},
                 "protocols": [{"id": "hcc-rt-ici", "version": "1", "sha256": shown_hash("hcc-rt-ici"), "origin": "built in"}],
                 "inputs": [{"path": str(self.aliases), "sha256": file_hash(self.aliases)}]}
        good = json.dumps(whole)
        self.no_verdict(self.again("exit 0"), "no result that can be read")
        for key in whole:
            less = json.dumps({other: value for other, value in whole.items() if other != key})
            with self.subTest(without=key):
                self.no_verdict(self.again(f"echo '{less}' > result.json; exit 0"), "no result that can be read")
        self.no_verdict(self.again(f"echo '{good}' > result.json; exit 1"), "do not agree")
        self.no_verdict(self.again("echo '[]' > result.json; exit 0"), "do not agree")
        self.no_verdict(self.again("echo '{\"verdict\": 1}' > result.json; exit 0"), "no result that can be read")
        self.no_verdict(self.again(f"echo '{good}' > result.json; exit 1"), "do not agree")
        worse = good.replace("PASS", "FAIL")
        self.no_verdict(self.again(f"echo '[{good}, {worse}]' > result.json; exit 0"), "do not agree")
        state = self.again(f"echo '[{good}, {worse}]' > result.json; exit 1")
        self.assertEqual((state["status"], state["verdict"]), ("checked", "FAIL"))
        self.assertEqual([plan["verdict"] for plan in state["plans"]], ["PASS", "FAIL"])
        self.no_verdict(self.again("exit 70"), "code 70")

    def test_only_the_beginning_of_what_the_command_says_is_read(self):
        state = self.again("echo 'dosegate: no dose.' >&2; truncate -s 512M errors; exit 65")
        self.no_verdict(state, "^The check ended with code 65: dosegate: no dose.$")
        peak_kib = int(re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{self.orthanc.process.pid}/status").read_text()).group(1))
        self.assertLess(peak_kib, 400 * 1024, "512 MiB were not taken into memory; Orthanc itself takes some 100")

    def test_what_takes_too_long_is_ended_with_all_it_started(self):
        self.no_verdict(self.again(f"sleep 300 & echo $! > '{self.folder}/child'; wait"),
                        '^The check took longer than the 5 s of "TimeLimitSeconds" and was ended.$')
        child = int((self.folder / "child").read_text())
        wait_for(lambda: not running(child), "the end of what it started")

    def test_words_stand_alone_and_nothing_of_orthanc_is_open(self):
        self.again("exit 65")
        *words, folder = (self.folder / "words").read_text().splitlines()
        self.assertEqual(words, ["check", "study", "--json=result.json", f"--aliases={self.aliases}", "--context=ecog=1",
                                 "--convention=as-mim", "--map=GTV*=--x", "--map=A=B", "--protocol=hcc-rt-ici",
                                 "--protocol=/a/site's own; file.yaml"])
        self.assertEqual(Path(folder).parent, self.orthanc.scratch)
        # Standard input, output and error; the shell's script; what ls itself opens is not in that list.
        self.assertLessEqual(int((self.folder / "files").read_text()), 4)

    def test_a_command_that_is_not_there(self):
        hidden = self.script.with_name("hidden")
        self.script.rename(hidden)
        self.addCleanup(hidden.rename, self.script)
        self.no_verdict(self.again("exit 0"), 'cannot be run \\(No such file or directory\\); name the command in "Dosegate"')


def file_hash(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def shown_hash(protocol):
    return hashlib.sha256(run(COMMAND, "protocols", "show", protocol).stdout).hexdigest()


def running(process):
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


class Ends(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_a_check_that_is_cut_off_is_no_verdict_and_does_not_hold_up_the_end(self):
        script, begun = self.folder / "command", self.folder / "begun"
        script.write_text(f"#!/bin/sh\necho $$ > '{begun}'\nexec sleep 300\n")
        script.chmod(0o755)
        orthanc = Orthanc(self.folder, {"Command": str(script)})
        self.addCleanup(orthanc.stop)
        orthanc.start().ready()
        sample = SAMPLES / "hcc_25fx_pass"
        orthanc.send(*sorted(sample.glob("*.dcm")))
        study = orthanc.study(sample)
        wait_for(begun.exists, "the check")
        self.assertEqual(orthanc.wait(study, status="running"), {"status": "running"})
        orthanc.stop()
        self.assertEqual(orthanc.process.returncode, 0)
        wait_for(lambda: not running(int(begun.read_text())), "the child's end")
        self.assertEqual(list(orthanc.scratch.iterdir()), [])
        orthanc.config["Dosegate"].update(Command=COMMAND, OnStableStudy=False)
        orthanc.start().ready()
        state = orthanc.wait(study, status="failed")
        self.assertEqual(state["sentence"], "The check was cut off when Orthanc stopped; POST to run it again.")
        orthanc.call("POST", f"/studies/{study}/dosegate", b"")
        self.assertEqual(orthanc.wait(study, status="checked")["verdict"], "PASS")

    def test_a_verdict_is_outdated_when_what_it_was_made_with_is_another(self):
        protocol, aliases, version = (self.folder / name for name in ("own.yaml", "aliases.yaml", "version"))
        script = self.folder / "command"
        script.write_text(f"#!/bin/sh\n[ \"$1\" = --version ] && exec cat '{version}'\nexec '{COMMAND}' \"$@\"\n")
        script.chmod(0o755)
        texts = {protocol: run(COMMAND, "protocols", "show", "hcc-rt-ici").stdout, aliases: b"aliases: {Liver: [Leber]}\n",
                 version: run(COMMAND, "--version").stdout}
        for path, words in texts.items():
            path.write_bytes(words)
        orthanc = Orthanc(self.folder, {"Command": str(script), "Protocols": [str(protocol)], "Aliases": str(aliases),
                                        "OnStableStudy": False})
        self.addCleanup(orthanc.stop)
        orthanc.start().ready()
        sample = SAMPLES / "hcc_25fx_pass"
        orthanc.send(*sorted(sample.glob("*.dcm")))
        study = orthanc.study(sample)
        orthanc.call("POST", f"/studies/{study}/dosegate", b"")
        state = orthanc.wait(study, status="checked", verdict="PASS")
        self.assertEqual(state["made_with"]["protocols"][0]["sha256"], file_hash(protocol))
        self.assertEqual(state["made_with"]["aliases"], {"path": str(aliases), "sha256": file_hash(aliases)})
        for path, other, what in ((protocol, texts[protocol] + b"# stricter\n", "protocol hcc-rt-ici"),
                                  (aliases, b"aliases: {Liver: [Foie]}\n", "the aliases"),
                                  (version, b"dosegate 9.9.9\n", "the version of the command"),
                                  (version, b"", "the version of the command")):
            with self.subTest(what):
                path.write_bytes(other)
                told = orthanc.wait(study, status="outdated")
                self.assertEqual(told["sentence"],
                                 f"Not as it was when the study was checked: {what}. POST to check it again.")
                self.assertEqual(orthanc.call("GET", f"/studies/{study}/dosegate/result")[0], 404)
                path.write_bytes(texts[path])
                orthanc.wait(study, status="checked", verdict="PASS")
        for change in ({"Context": {"ecog": "1"}}, {"Map": ["GTV*=GTV_1"]}, {"Protocols": ["hcc-rt-ici"]}):
            with self.subTest(change):
                orthanc.stop()
                orthanc.config["Dosegate"].update(change)
                orthanc.start().ready()
                self.assertIn("the configuration", orthanc.wait(study, status="outdated")["sentence"])

    def test_what_a_killed_orthanc_left_is_swept_and_nothing_else(self):
        script, begun = self.folder / "command", self.folder / "begun"
        script.write_text(f"#!/bin/sh\necho $$ > '{begun}'\nexec sleep 300\n")
        script.chmod(0o755)
        orthanc = Orthanc(self.folder, {"Command": str(script)})
        self.addCleanup(orthanc.stop)
        orthanc.start().ready()
        sample = SAMPLES / "hcc_25fx_pass"
        orthanc.send(*sorted(sample.glob("*.dcm")))
        wait_for(begun.exists, "the check")
        (left,) = orthanc.scratch.iterdir()
        self.assertEqual(len(list((left / "study").iterdir())), 3, "a patient's files")
        orthanc.process.kill()
        orthanc.process.wait()
        orthanc.stop()
        os.kill(int(wait_for(begun.read_text, "its number")), signal.SIGKILL)
        self.assertTrue(left.exists())
        others = [orthanc.scratch / name for name in ("dosegate_orthanc_in_use", "dosegate_mine", "else")]
        for other in others:
            other.mkdir()
        held = os.open(others[0], os.O_RDONLY)
        self.addCleanup(os.close, held)
        fcntl.flock(held, fcntl.LOCK_EX)  # as an Orthanc beside this one holds it
        orthanc.config["Dosegate"].update(OnStableStudy=False)
        orthanc.start().ready()
        self.assertEqual(sorted(orthanc.scratch.iterdir()), sorted(others))

    def test_a_report_where_the_configuration_asks_for_one(self):
        orthanc = Orthanc(self.folder, {"Report": True})
        self.addCleanup(orthanc.stop)
        orthanc.start().ready()
        sample = SAMPLES / "hcc_25fx_pass"
        orthanc.send(*sorted(sample.glob("*.dcm")))
        study = orthanc.study(sample)
        if b"--html" in run(COMMAND, "check", "--help").stdout:
            orthanc.wait(study, status="checked", verdict="PASS")
            self.assertIn(b"<html", orthanc.get(f"/studies/{study}/dosegate/report"))
            self.assertEqual(orthanc.get(f"/studies/{study}/dosegate/report"),
                             orthanc.get(f"/studies/{study}/attachments/4201/data"))
            orthanc.call("PUT", f"/studies/{study}/attachments/4201", b"<html>PASS</html>")
            self.assertEqual(orthanc.state(study)["status"], "failed")
            self.assertEqual(orthanc.call("GET", f"/studies/{study}/dosegate/report")[0], 404)
        else:  # a command that cannot write one: what was asked for is not left out silently
            self.assertIn("--html", orthanc.wait(study, status="failed")["sentence"])

    def test_a_configuration_that_is_not_understood_keeps_orthanc_from_starting(self):
        for section, more, sentence in (
                ({"Protocol": "x"}, {}, '"Protocol" is not known'), ({"Protocols": "x"}, {}, '"Protocols" is not a list'),
                ({"Protocols": ["own/file.yaml"]}, {}, "must be absolute"), ({"Command": ""}, {}, '"Command" is empty'),
                ({"Command": "bin/dosegate"}, {}, "must be absolute"), ({"Context": ["a=b"]}, {}, '"Context" is not an object'),
                ({"TimeLimitSeconds": 0}, {}, '"TimeLimitSeconds" is not a whole number'),
                ({"Report": "yes"}, {}, '"Report" is neither true nor false'),
                ({"TemporaryDirectory": "/no_such_folder"}, {}, '"TemporaryDirectory" is not a folder'),
                ({}, {"CheckRevisions": True}, "CheckRevisions")):
            with self.subTest(sentence=sentence):
                shutil.rmtree(self.folder / "db", ignore_errors=True)
                (self.folder / "log").unlink(missing_ok=True)
                orthanc = Orthanc(self.folder, section, **more)
                self.addCleanup(orthanc.stop)
                orthanc.start()
                self.assertNotEqual(orthanc.process.wait(PATIENCE), 0)
                orthanc.stop()
                self.assertIn(sentence, orthanc.said())


del Running  # has no test of its own

if __name__ == "__main__":
    main(("DOSEGATE_ORTHANC", "Orthanc"), ("DOSEGATE_ORTHANC_MODULE", "Orthanc's plugin SDK (orthanc-dev)"),
         ("DOSEGATE_STORESCU", "storescu (dcmtk)"))
