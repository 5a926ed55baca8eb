"""The application as a web server or `flask --app wsgi` finds it."""

import gc

gc.disable()  # all that is loaded here stays: to look through it again and again took a quarter of the start

import os
import sys

from crm import create_app
from crm.core import logs
from crm.core.settings import Settings

settings = Settings.from_env(os.environ, is_first="init-db" in sys.argv)
logs.begin(settings)
app = create_app(settings)
gc.freeze()  # and later a twentieth of each page
gc.enable()
