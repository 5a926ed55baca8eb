"""What the user is told when a file is not read."""

from __future__ import annotations

from typing import Any

from crm.core.words import Say, say
from crm.sheets.refusal import Reason

_WORDS = {
    Reason.EMPTY: say("The file is empty"),
    Reason.TOO_BIG: say("The file is larger than %(limit)s MB; split it, for example by street or year"),
    Reason.UNKNOWN: say("This is not a workbook; .xlsx, .xls and .csv files can be read"),
    Reason.OTHER_FORMAT: say("This is a %(format)s file; open it in WPS or Excel and save it as .xlsx"),
    Reason.WEB_PAGE: say(
        "This is a web page saved under the name of a workbook; open it in WPS or Excel and save it as .xlsx"
    ),
    Reason.ARCHIVE: say("This is an archive; unpack it and upload the workbook inside"),
    Reason.MACROS: say("The workbook contains macros; save it as .xlsx without macros"),
    Reason.PASSWORD: say("The workbook is protected by a password; remove the password and upload it again"),
    Reason.DAMAGED: say("The file is damaged; open it in WPS or Excel, save it under a new name and upload that"),
    Reason.UNPACKS: say("The file unpacks to far more than it should, so it was not opened"),
    Reason.DECLARATIONS: say("The file contains XML declarations that no workbook needs, so it was not opened"),
    Reason.TOO_FAR: say(
        "Sheet %(sheet)s reaches cell %(cell)s; at most %(rows)s rows and %(columns)s columns can be read: "
        "delete what stands far away from the table"
    ),
    Reason.TOO_MANY_CELLS: say(
        "Sheet %(sheet)s has more than %(limit)s cells; delete formatted empty rows below the table or split it"
    ),
    Reason.ENCODING: say("The text is neither UTF-8 nor GB18030; save it as .xlsx"),
    Reason.QUOTES: say("The quotation marks from row %(row)s on do not match; save the table as .xlsx"),
    Reason.TOO_SLOW: say("Reading took longer than %(seconds)s seconds and was stopped; split the file"),
    Reason.BROKE_OFF: say(
        "The file could not be read to its end: it is damaged or needs too much memory; "
        "copy the table into a new workbook and upload that"
    ),
}


class Unreadable(Exception):
    """The file cannot be read; `reason` for programs, `say` for people."""

    def __init__(self, reason: Reason, **params: Any) -> None:
        self.reason = reason
        self.say = Say(_WORDS[reason].msgid, params)
        super().__init__(reason)

    def __str__(self) -> str:
        return str(self.say)
