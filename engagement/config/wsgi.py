"""Pages, webhooks, API: served by granian over WSGI (docs/adr says why)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engagement.config.settings.dev")
application = get_wsgi_application()
