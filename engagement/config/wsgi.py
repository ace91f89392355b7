"""Pages, webhooks, API: served by granian over WSGI (docs/adr says why)."""

import os

from django.core.wsgi import get_wsgi_application

from engagement.config.memory import keep_what_is_loaded

os.environ.setdefault("PROCESS_KIND", "web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engagement.config.settings.dev")
application = get_wsgi_application()

from engagement.config.monitoring import start_monitoring  # noqa: E402 - after Django is set up

start_monitoring()
keep_what_is_loaded()
