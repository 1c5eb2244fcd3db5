"""The WSGI application that gunicorn serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.memory import settle
from config.proxy import Application, RealAddress

os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"config.settings.{os.environ.get('PEYVAND_ENV', 'dev')}")
application: Application = get_wsgi_application()
if settings.TRUSTED_PROXIES:
    application = RealAddress(application, settings.TRUSTED_PROXIES)
settle()
