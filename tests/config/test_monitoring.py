"""Reports to Sentry and to an OpenTelemetry collector: off by default, and received by a server here when on."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed

from engagement.config import monitoring

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def collector():
    """A server that keeps what is posted to it: (path, body)."""
    received: list[tuple[str, bytes]] = []

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Keep)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, received
    server.shutdown()


def run(code: str, **variables: str) -> None:
    program = f"import django; django.setup()\nfrom engagement.config import monitoring\nmonitoring.start_monitoring()\n{code}"
    subprocess.run([sys.executable, "-c", program], env=os.environ | variables, cwd=ROOT, check=True, timeout=60)


def test_without_variables_nothing_is_started():
    monitoring.start_monitoring()
    assert monitoring._tracer is None
    with pytest.raises(MiddlewareNotUsed):
        monitoring.TraceMiddleware(lambda request: None)


@pytest.mark.parametrize("name", ["SENTRY_DSN", "OTEL_EXPORTER_OTLP_ENDPOINT"])
def test_a_variable_without_its_library_stops_the_start(settings, monkeypatch, name):
    setattr(settings, name, "http://key@127.0.0.1:1/1")
    for module in ("sentry_sdk", "opentelemetry"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImproperlyConfigured, match=f"{name} is set"):
        monitoring.start_monitoring()


@pytest.mark.skipif(find_spec("sentry_sdk") is None, reason="requirements-monitoring.txt is not installed")
def test_an_error_reaches_sentry_without_the_values_of_variables(collector):
    port, received = collector
    run(
        "import sentry_sdk\n"
        "def answer(address):\n    raise ValueError('broken')\n"
        "try:\n    answer('ana' + '@customer.example')\n"
        "except ValueError:\n    sentry_sdk.capture_exception()\n"
        "sentry_sdk.flush(10)",
        SENTRY_DSN=f"http://key@127.0.0.1:{port}/1",
    )
    text = b"".join(unpacked(body) for _path, body in received)
    assert b"ValueError" in text
    assert b"ana@customer.example" not in text


@pytest.mark.skipif(find_spec("opentelemetry") is None, reason="requirements-monitoring.txt is not installed")
def test_a_request_becomes_a_span_by_its_route(collector):
    port, received = collector
    run(
        "from django.test import Client\n"
        "Client().get('/healthz', headers={'host': 'localhost'})\n"
        "from opentelemetry import trace\n"
        "trace.get_tracer_provider().shutdown()",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}",
        PROCESS_KIND="web",
    )
    assert received[0][0] == "/v1/traces"
    body = b"".join(unpacked(body) for _path, body in received)
    assert b"GET /healthz" in body
    assert b"vilarejo-web" in body


def unpacked(body: bytes) -> bytes:
    import gzip

    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


def test_what_goes_to_sentry_opens_nothing_and_names_nobody():
    event = {
        "transaction": "/preferences/<token>/",
        "request": {"method": "GET", "url": "https://a.example/u/SECRET12345678901/", "query_string": "key=SECRET"},
        "exception": {
            "values": [
                {"type": "IntegrityError", "value": "duplicate key\nDETAIL:  Key (address)=(ana@a.example) exists."},
                {"type": "OSError", "value": "redis://user:SECRET@host/0 is away"},
            ]
        },
    }
    sent = monitoring._without_secrets(event, {})
    assert sent["transaction"] == "/preferences/<token>/"
    assert sent["request"] == {"method": "GET"}
    assert [one["value"] for one in sent["exception"]["values"]] == ["duplicate key", "redis://[hidden]@host/0 is away"]
    assert "SECRET" not in str(sent)
