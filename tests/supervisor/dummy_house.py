"""The true supervisor over dummy programs: `python dummy_house.py <var directory>`."""

import sys
from pathlib import Path

from engagement.config.supervisor import __main__ as supervisor
from engagement.config.supervisor import database, programs
from engagement.config.supervisor.child import Program

PAGES = """
import http.server, os
class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *_): pass
import threading
for name in ("LIVE_PORT", "INBOUND_SMTP_PORT", "CATCHER_PORT", "SMS_STAND_IN_PORT"):
    other = http.server.HTTPServer(("127.0.0.1", int(os.environ[name])), Pages)
    threading.Thread(target=other.serve_forever, daemon=True).start()
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Pages).serve_forever()
"""
# A program with a child of its own in the same group, like Celery's and granian's workers.
PARENT = """
import subprocess, sys, time
print("a line of the parent", flush=True)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
time.sleep(600)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
while True: time.sleep(600)
"""
CRASHING = """
import pathlib, sys, time
count = pathlib.Path(sys.argv[1]); n = int(count.read_text()) if count.exists() else 0
count.write_text(str(n + 1))
if n == 0: print("the reason of the crash", flush=True); sys.exit(7)
time.sleep(600)
"""


def main(var: Path) -> int:
    dummies = {"web": PAGES, "parent": PARENT, "stubborn": STUBBORN, "crashing": CRASHING}
    listed = [Program(name, (sys.executable, "-c", text, str(var / "count"))) for name, text in dummies.items()]
    programs.programs = lambda *_a, **_k: listed
    database.prepare = lambda **_k: None
    return supervisor.main()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
