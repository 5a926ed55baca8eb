"""The application as a web server or `flask --app wsgi` finds it."""

import os
import sys

from crm import create_app
from crm.core import logs
from crm.core.settings import Settings

settings = Settings.from_env(os.environ, is_first="init-db" in sys.argv)
logs.begin(settings)
app = create_app(settings)
