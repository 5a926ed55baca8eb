"""Photos and papers of a visit: sent after its text is saved, shown to whoever may read the visit, to nobody else."""

from __future__ import annotations

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from crm.accounts import User, everyone, signed_in
from crm.core.db import writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm
from crm.core.web import go, told
from crm.core.words import say
from crm.desk.views import bp
from crm.desk.visit_page import FilesForm, may_attach, show
from crm.files import sending
from crm.files.models import StoredFile
from crm.visits import attaching, queries
from crm.visits.models import Visit


@bp.get("/visits/<int:visit_id>/files")
@everyone
def visit_files(visit_id: int) -> ResponseReturnValue:
    """A refused upload that is loaded again: back to the visit."""
    return go("desk.visit", visit_id=queries.load(visit_id, signed_in()).id)


@bp.post("/visits/<int:visit_id>/files")
@everyone
def add_visit_files(visit_id: int) -> ResponseReturnValue:
    me, visit = _to_attach(visit_id)
    form = FilesForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            _take(visit, me)
            return go("desk.visit", visit_id=visit.id)
    return show(visit, me, form)


def _take(visit: Visit, me: User) -> None:
    ready = sending.looked_at(request.files.getlist("files"), attaching.MOST_FILES)
    if not ready:
        raise RuleBroken(say("Choose a photo or a PDF"), "files")
    full = say("The server has no room for files; the visit itself is saved")
    kept = 0
    with sending.stashed(ready, full=full) as stashed, writing():
        for one, bytes_ in zip(ready, stashed, strict=True):
            kept += attaching.attach(visit, bytes_, name=one.name, media_type=one.media_type, by=me)
    told(say("%(n)s files added", n=kept))


@bp.get("/visits/<int:visit_id>/files/<int:file_id>")
@everyone
def visit_file(visit_id: int, file_id: int) -> Response:
    return sending.shown(_file(queries.load(visit_id, signed_in()), file_id))


@bp.post("/visits/<int:visit_id>/files/<int:file_id>/remove")
@everyone
def remove_visit_file(visit_id: int, file_id: int) -> ResponseReturnValue:
    me, visit = _to_attach(visit_id)
    file = _file(visit, file_id)
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        attaching.detach(visit, file, by=me)
        told(say("The file is removed"))
    return go("desk.visit", visit_id=visit.id)


def _to_attach(visit_id: int) -> tuple[User, Visit]:
    """404 for strangers, 403 for readers."""
    me = signed_in()
    visit = queries.load(visit_id, me)
    if not may_attach(visit, me):
        abort(403)
    return me, visit


def _file(visit: Visit, file_id: int) -> StoredFile:
    return attaching.one_of(visit, file_id) or abort(404)
