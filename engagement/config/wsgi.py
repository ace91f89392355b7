"""Pages, webhooks, API: served by granian over WSGI (docs/adr says why)."""

import os

from django.core.wsgi import get_wsgi_application

from engagement.config.memory import keep_what_is_loaded

os.environ.setdefault("PROCESS_KIND", "web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engagement.config.settings.dev")
application = get_wsgi_application()
keep_what_is_loaded()
