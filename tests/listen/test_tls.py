"""TLS: senders with a certificate of the authority, and nobody else."""

import subprocess

from listen_support import COMMAND, PATIENCE, SAMPLES, Listener, Listening, answer_to, main, tool


class Tls(Listening):
    def certificate(self, name, authority=None):
        """Certificate and key, signed by itself or by an authority."""
        key, asked, made = (self.folder / f"{name}.{end}" for end in ("key", "csr", "pem"))

        def openssl(*words):
            subprocess.run([tool("openssl"), *map(str, words)], check=True, capture_output=True, timeout=PATIENCE)

        if authority is None:
            openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-days", 2, "-keyout", key, "-out",
                    made)
        else:
            openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", asked)
            openssl("x509", "-req", "-in", asked, "-CA", authority[0], "-CAkey", authority[1], "-CAcreateserial", "-days", 2,
                    "-out", made)
        return made, key

    def setUp(self):
        super().setUp()
        self.authority = self.certificate("authority")
        self.ours = self.certificate("dosegate", self.authority)

    def words(self):
        return ("--tls-cert", self.ours[0], "--tls-key", self.ours[1], "--tls-ca", self.authority[0])

    def test_who_has_a_certificate_may_send(self):
        listener = Listener(self, self.folder / "out", *self.words())
        theirs = self.certificate("sender", self.authority)
        files = sorted(SAMPLES[0].glob("*.dcm"))
        trust = ("+cf", str(self.authority[0]))
        sent = listener.storescu(*files, more=("+tls", str(theirs[1]), str(theirs[0]), *trust))
        self.assertEqual(sent.returncode, 0, sent.stderr)
        listener.wait_for_checks(1)
        stranger = self.certificate("stranger")
        for name, more in (("plain", ()), ("without a certificate", ("+tla", *trust)),
                           ("of another authority", ("+tls", str(stranger[1]), str(stranger[0]), *trust))):
            with self.subTest(name):
                self.assertNotEqual(listener.storescu(*files, more=more).returncode, 0)
        with self.assertRaises(OSError):
            answer_to(listener.port)
        self.assertNotEqual(listener.storescu(*files, aet="NOBODY", more=("+tls", str(theirs[1]), str(theirs[0]), *trust)).returncode,
                            0)
        self.assertEqual(len(listener.received()), len(files))
        self.assertEqual(listener.end(), 0)

    def test_files_that_cannot_be_used(self):
        other = self.certificate("other")
        locked = self.folder / "locked.key"
        subprocess.run([tool("openssl"), "rsa", "-aes256", "-passout", "pass:secret", "-in", str(self.ours[1]), "-out", str(locked)],
                       check=True, capture_output=True, timeout=PATIENCE)
        for cert, key, authority in ((self.folder / "none", self.ours[1], self.authority[0]),
                                     (self.ours[0], self.folder / "none", self.authority[0]),
                                     (self.ours[0], other[1], self.authority[0]), (self.ours[0], locked, self.authority[0]),
                                     (self.ours[0], self.ours[1], self.folder / "none")):
            with self.subTest(f"{cert.name} {key.name} {authority.name}"):
                done = subprocess.run([COMMAND, "listen", "--aet", "A", "--port", "0", "--allow", "A@127.0.0.1", "--out",
                                       str(self.folder / "out"), "--tls-cert", str(cert), "--tls-key", str(key), "--tls-ca",
                                       str(authority)], capture_output=True, check=False, timeout=PATIENCE)
                self.assertNotIn(done.returncode, (0, 70))
                self.assertIn(b"TLS", done.stderr)


if __name__ == "__main__":
    main("storescu", "openssl")
