"""A real SMTP server on loopback whose answers a test chooses."""

import socketserver
import threading
import time
from dataclasses import dataclass, field


class Cut(Exception):
    """Hang up without an answer."""


@dataclass
class Carrier:
    """What the server says, by stage: CONNECT, EHLO, MAIL, RCPT, DATA, CONTENT (in the middle), END (the final dot).

    An answer is a reply line, a list of lines used up one after another (then 250 again), a function of the
    command, ``cut`` or ``hang``.
    """

    answers: dict = field(default_factory=dict)
    lenient: bool = False  # says 354 though it has taken no recipient
    features: tuple = ("8BITMIME", "SIZE 10000000")
    received: list = field(default_factory=list)  # (sender, [recipients], bytes)
    commands: list = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def answer(self, stage: str, line: str, usual: str) -> str:
        chosen = self.answers.get(stage, usual)
        if isinstance(chosen, list):
            chosen = chosen.pop(0) if chosen else usual
        if callable(chosen):
            chosen = chosen(line) or usual
        if chosen == "cut":
            raise Cut
        if chosen == "hang":
            time.sleep(1.5)
            raise Cut
        return chosen

    def __enter__(self) -> "Carrier":
        handler = type("Handler", (_Conversation,), {"carrier": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?tls=never"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class _Conversation(socketserver.StreamRequestHandler):
    carrier: Carrier
    begun = False

    def handle(self) -> None:
        self.carrier.connections += 1
        try:
            self.say(self.carrier.answer("CONNECT", "", "220 carrier.example"))
            while line := self.rfile.readline():
                if not self.react(line.decode().rstrip("\r\n")):
                    return
        except (Cut, OSError):
            return

    def say(self, line: str) -> None:
        self.wfile.write((line + "\r\n").encode())
        if line.startswith("421"):
            raise Cut

    def react(self, line: str) -> bool:
        self.carrier.commands.append(line)
        verb = line.partition(" ")[0].upper()
        if verb == "EHLO":
            features = ["carrier.example", *self.carrier.features]
            lines = [f"250-{name}" for name in features[:-1]] + [f"250 {features[-1]}"]
            self.say(self.carrier.answer("EHLO", line, "\r\n".join(lines)))
        elif verb == "MAIL":
            reply = self.carrier.answer("MAIL", line, "250 OK")
            self.sender, self.recipients = line[len("MAIL FROM:<") :].partition(">")[0], []
            self.begun = reply.startswith("250")
            self.say(reply)
        elif verb == "RCPT":
            reply = self.carrier.answer("RCPT", line, "250 OK") if self.begun else "503 5.5.1 MAIL first"
            if reply.startswith("250"):
                self.recipients.append(line[len("RCPT TO:<") :].partition(">")[0])
            self.say(reply)
        elif verb == "DATA":
            self.take()
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 OK")
        return True

    def take(self) -> None:
        if not self.recipients and not self.carrier.lenient:
            self.say("554 5.5.1 no valid recipients")
            return
        reply = self.carrier.answer("DATA", "", "354 go on")
        self.say(reply)
        if not reply.startswith("354"):
            return
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
            self.carrier.answer("CONTENT", "", "")
        if not line:
            raise Cut
        self.carrier.received.append((self.sender, self.recipients, b"".join(lines)))
        reply = self.carrier.answer("END", "", "250 2.0.0 taken as 4711")
        if not reply.startswith("250"):
            self.carrier.received.pop()
        self.say(reply)
