"""The WSGI application that gunicorn serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.memory import settle
from config.proxy import Application, RealAddress
from config.warming import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"config.settings.{os.environ.get('PEYVAND_ENV', 'dev')}")
application: Application = get_wsgi_application()
if settings.TRUSTED_PROXIES:
    application = RealAddress(application, settings.TRUSTED_PROXIES)
warm_up()
settle()
