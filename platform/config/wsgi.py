"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from config.memory import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"config.settings.{os.environ.get('PEYVAND_ENV', 'dev')}")
application = get_wsgi_application()
settle()
