"""The Slurm scripts on a real Slurm of one node: a task that is lost is run again, and the merged cohort is the single run's."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import host_support
from host_support import COMMAND, SOURCE

sys.path.insert(0, str(SOURCE / "tests" / "cli"))
from cohort_support import CohortMaker  # noqa: E402

NEEDED = ("slurmctld", "slurmd", "munged", "sbatch")
MISSING = [name for name in NEEDED if shutil.which(name) is None]
SUBMIT = SOURCE / "plugin" / "hosts" / "slurm" / "submit.sh"

CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={daemon}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/s
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,batch_sched_delay=0
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""

# Dies as on a node that loses power, the first time that part 2 is asked for.
DYING_COMMAND = """\
#!/bin/bash
case " $* " in
*" --shard 2/3 "*)
  if mkdir "{folder}/died" 2>/dev/null; then
    "{command}" "$@" & sleep 0.2; kill -9 $! $$
  fi ;;
esac
exec "{command}" "$@"
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


@unittest.skipIf(MISSING, f"not installed here: {', '.join(MISSING)}")
@unittest.skipIf(os.geteuid() != 0, "a Slurm of one's own is started as root")
class Slurm(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dosegate_slurm_"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for name in ("munge", "state", "spool", "log"):
            (self.folder / name).mkdir()
        self.folder.chmod(0o755)
        (self.folder / "munge").chmod(0o711)
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        host = socket.gethostname().split(".")[0]
        self.configuration = self.folder / "slurm.conf"
        self.configuration.write_text(CONFIGURATION.format(
            host=host, folder=self.folder, controller=free_port(), daemon=free_port(), cpus=os.cpu_count()))
        self.environment = {**os.environ, "SLURM_CONF": str(self.configuration)}
        self.addCleanup(self.stop)
        munge = self.folder / "munge"
        self.start("munged", "--force", f"--key-file={key}", f"--socket={munge}/s", f"--pid-file={munge}/pid",
                   f"--log-file={self.folder}/log/munged.log", f"--seed-file={munge}/seed", "--num-threads=2")
        self.start("slurmctld", "-f", self.configuration, "-i")
        self.start("slurmd", "-f", self.configuration)
        self.wait(lambda: self.output("sinfo", "-h", "-o", "%T").strip() == "idle", "the node is idle")

    def start(self, *words):
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, check=False, timeout=30)
        if done.returncode != 0:
            self.skipTest(f"{words[0]} does not start here: {done.stderr.strip()}")

    def stop(self):
        for name in ("slurmd.pid", "slurmctld.pid", "munge/pid"):
            try:
                pid = int((self.folder / name).read_text())
                os.kill(pid, signal.SIGTERM)
            except (OSError, ValueError):
                continue
            for _ in range(100):
                if not Path(f"/proc/{pid}").exists():
                    break
                time.sleep(0.05)

    def output(self, *words):
        return subprocess.run(words, env=self.environment, capture_output=True, text=True, check=False, timeout=30).stdout

    def wait(self, condition, what, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.2)
        logs = "\n".join(path.read_text()[-2000:] for path in self.folder.rglob("*.log"))
        self.fail(f"not within {seconds} s: {what}\n{logs}")

    def submit(self, *words, **variables):
        return subprocess.run([SUBMIT, *words], env={**self.environment, **variables}, capture_output=True, text=True,
                              check=False, timeout=60)

    def idle(self):
        return not self.output("squeue", "-h").strip()

    def test_a_lost_task_is_run_again_and_the_cohort_is_that_of_one_machine(self):
        root = CohortMaker(SOURCE / "dicom_samples" / "hcc_no_gtv").cohort(self.folder / "root", 9)
        dying = self.folder / "dying"
        dying.write_text(DYING_COMMAND.format(folder=self.folder, command=COMMAND))
        dying.chmod(0o755)
        out = self.folder / "out"
        done = self.submit(root, out, "3", "--report", "csv", DOSEGATE_COMMAND=str(dying))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^\d+ \d+\n$")
        self.wait(lambda: (out / "cohort" / "summary.json").exists() and self.idle(), "the cohort is merged")
        self.assertTrue((self.folder / "died").exists(), "a task was lost")
        self.assertIn("part 2 was lost", (out / "log" / "merge.log").read_text())
        single = self.folder / "single"
        subprocess.run([COMMAND, "batch", root, "--out", single, "--report", "csv"], capture_output=True, check=False)
        ours, theirs = files(out / "cohort"), files(single)
        self.assertEqual(sorted(ours), sorted(theirs))
        self.assertEqual([name for name in ours if ours[name] != theirs[name]], [])

    def test_a_part_that_stays_lost_is_named_and_nothing_is_merged(self):
        out = self.folder / "out"
        done = self.submit(SOURCE / "dicom_samples" / "hcc_no_gtv", out, "2", DOSEGATE_COMMAND="/bin/false")
        self.assertEqual(done.returncode, 0, done.stderr)
        log = out / "log" / "merge.log"
        self.wait(lambda: log.exists() and "after 3 attempts" in log.read_text() and self.idle(), "it gave up")
        self.assertIn("part 1,2 is not complete", log.read_text())
        self.assertFalse((out / "cohort").exists())

    def test_wrong_words(self):
        for words, says in (((), "write: submit.sh"), ((self.folder, self.folder / "o", "0"), "number of tasks"),
                            ((self.folder / "nowhere", self.folder / "o", "2"), "there is no")):
            done = self.submit(*words)
            self.assertEqual(done.returncode, 64)
            self.assertIn(says, done.stderr)


if __name__ == "__main__":
    host_support.main()
