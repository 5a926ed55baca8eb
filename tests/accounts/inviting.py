"""Giving people access: what the stories of slips and of mails share."""

import re
from dataclasses import replace

NEW = "chun jiang shui nuan"
CODE = re.compile(r"[2-9A-HJKMNP-Z]{4}(?:-[2-9A-HJKMNP-Z]{4}){3}")


def settings_are(app, **changes):
    app.extensions["commissioner"] = replace(app.extensions["commissioner"], **changes)


def invite(page, who, *people, **typed):
    page.as_(who).open("accounts.invite_many", id=[p.id for p in people])
    return page.submit(form="invite", **typed)


def code_on(page):
    return CODE.findall(page.text)
