"""The blueprint the pages about people hang on, and the words its templates need."""

from flask import Blueprint

from crm.accounts import labels

bp = Blueprint("accounts", __name__)
bp.add_app_template_filter(labels.duty_words, "duty")
bp.add_app_template_filter(labels.device_name, "device")
bp.add_app_template_filter(lambda kind: labels.KINDS[kind], "unit_kind")
