"""Errors to Sentry, traces to an OpenTelemetry collector: each where its variable is set, and nothing otherwise.

The libraries are not among what the product needs (requirements-monitoring.txt); a variable without its library stops
the start with a sentence, so that nobody believes in a report that never comes.
"""

from collections.abc import Callable
from typing import Any

from celery import signals
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from engagement.config.log_redaction import redact
from engagement.config.process import process_kind

_tracer: Any = None


def start_monitoring() -> None:
    """Start what the settings ask for. Call it once in each process, after forking."""
    if settings.SENTRY_DSN:
        _start_sentry()
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        _start_traces()


def _start_sentry() -> None:
    try:
        import sentry_sdk
    except ImportError as error:
        raise _missing("SENTRY_DSN") from error
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        traces_sample_rate=settings.SENTRY_TRACES_SAMPLE_RATE,
        send_default_pii=False,  # no addresses, cookies or bodies of customers leave this installation
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,  # they would repeat lines of the log and addresses of pages
        before_send=_without_secrets,
        before_send_transaction=_without_secrets,
        server_name=process_kind(),
    )


def _without_secrets(event: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any]:
    """Keep of a request its method only, since a path or a query may open something, and of an error's text no secret
    and no row: PostgreSQL quotes the values in DETAIL.
    """
    request = event.pop("request", None) or {}
    event["request"] = {"method": request.get("method", "")}
    for raised in (event.get("exception") or {}).get("values") or ():
        raised["value"] = redact(str(raised.get("value") or "").partition("\nDETAIL:")[0])
    return event


def _start_traces() -> None:
    global _tracer
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise _missing("OTEL_EXPORTER_OTLP_ENDPOINT") from error
    name = settings.OTEL_SERVICE_NAME or f"vilarejo-{process_kind()}"
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    _tracer = trace.get_tracer("vilarejo")


def _missing(name: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"{name} is set, but its library is missing: pip install -r requirements-monitoring.txt"
    )


class TraceMiddleware:
    """One span for each request, by its route: never the address itself, which may carry a name or a token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _tracer is None:
            return self.get_response(request)
        with _tracer.start_as_current_span(str(request.method)) as span:
            response = self.get_response(request)
            route = request.resolver_match.route if request.resolver_match else ""
            span.update_name(f"{request.method} /{route}")
            span.set_attribute("http.request.method", str(request.method))
            span.set_attribute("http.route", f"/{route}")
            span.set_attribute("http.response.status_code", response.status_code)
            return response


_spans: dict[str, Any] = {}


@signals.worker_process_init.connect
def start_in_worker(**_: Any) -> None:
    """Start in each of a worker's processes: threads do not survive the fork."""
    start_monitoring()


@signals.task_prerun.connect
def begin_span(task_id: str = "", task: Any = None, **_: Any) -> None:
    """Begin the span of a task."""
    if _tracer is not None and task is not None:
        _spans[task_id] = _tracer.start_span(task.name)


@signals.task_postrun.connect
def end_span(task_id: str = "", state: str = "", **_: Any) -> None:
    """End the span of a task."""
    span = _spans.pop(task_id, None)
    if span is not None:
        span.set_attribute("celery.state", state or "")
        span.end()
