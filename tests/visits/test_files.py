"""Photos and papers of a visit: harmless, stored once, and shown to nobody who may not read the visit."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.files import checked, store
from crm.files.models import StoredFile
from crm.ops import backup
from crm.visits import services
from crm.visits.models import Visit

PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def picture(kind="JPEG", size=(60, 40), **more) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **more)
    return out.getvalue()


def with_place() -> bytes:
    """A photo that tells where it was taken and lies on its side."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "SpyPhone", 6
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif)


@pytest.fixture
def visit(page, make, cast) -> Visit:
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin, contact="王经理")
    with writing():
        visit, _new = services.record(
            firm, by=cast.lin, kind="onsite", on=clock.today(), met="王", text="x", client_key="with photos"
        )
    return visit


def send(page, cast, visit, *files, expect=303):
    page.as_(cast.lin).open("desk.visit", visit_id=visit.id)
    return page.submit(form="files-form", files={"files": [(BytesIO(c), n) for c, n in files]}, expect=expect)


def asked(page, visit, file):
    answer = page.client.get(f"/visits/{visit.id}/files/{file.id}")
    answer.close()
    db.session.rollback()
    return answer


def stored() -> list[StoredFile]:
    return list(db.session.scalars(select(StoredFile).order_by(StoredFile.id)))


def test_a_photo_is_made_anew_without_place_or_camera_and_stands_upright(page, cast, visit):
    send(page, cast, visit, (with_place() + b"PK\x05\x06 hidden", "厂房.JPG"), (PAPER, "方案.pdf"))

    photo, paper = stored()
    assert (photo.name, photo.media_type, paper.media_type) == ("厂房.jpg", "image/jpeg", "application/pdf")
    content = store.path_of(photo.stored_as).read_bytes()
    assert b"SpyPhone" not in content and b"hidden" not in content and b"Exif" not in content
    assert Image.open(BytesIO(content)).size == (40, 60)
    shown = page.follow().all("img")
    assert [img.get("alt") for img in shown if "/files/" in img.get("src")] == ["厂房.jpg"]


def test_it_is_shown_through_the_clause_of_its_visit_only(page, make, cast, visit):
    send(page, cast, visit, (picture(), "a.jpg"))
    file = stored()[0]
    firm = make.enterprise(unit=cast.elsewhere, commissioner=cast.stranger)
    with writing():
        other, _new = services.record(
            firm, by=cast.stranger, kind="onsite", on=visit.visited_on, met="王", text="x", client_key="another one"
        )

    for who, status in ((cast.lin, 200), (cast.manager, 200), (cast.zhou, 404), (cast.stranger, 404)):
        assert asked(page.as_(who), visit, file).status_code == status
    assert asked(page.as_(cast.stranger), other, file).status_code == 404
    answer = asked(page.as_(cast.lin), visit, file)
    assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_same_photo_sent_again_is_there_once_and_what_is_not_kept_leaves_the_disk(page, cast, visit):
    for _ in range(2):
        send(page, cast, visit, (picture(), "a.jpg"))
    assert len(stored()) == 1

    page.open("desk.visit", visit_id=visit.id)
    remove = next(f.get("action") for f in page.all("form") if (f.get("action") or "").endswith("/remove"))
    page.client.post(remove, data={"csrf_token": page.all("input", name="csrf_token")[0].get("value")})
    db.session.rollback()
    page.open("desk.visit_file", visit_id=visit.id, file_id=stored()[0].id, expect=404)


def bomb() -> bytes:
    """A small file that claims to be an enormous picture."""
    content = bytearray(picture("PNG"))
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    return bytes(content)


HOSTILE = {
    "a drawing that runs scripts": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg"),
    "a page that calls itself a photo": (b"<html><script>alert(1)</script>", "a.jpg"),
    "a paper that calls itself a photo": (PAPER, "a.jpg"),
    "a photo that calls itself a paper": (picture(), "a.pdf"),
    "a photo that calls itself a program": (picture(), "a.exe"),
    "a bomb": (bomb(), "a.png"),
    "half a photo": (picture(size=(400, 400))[:700], "a.jpg"),
    "a paper with a program": (PAPER.replace(b"<<>>", b"<</OpenAction<</S/JavaScript/JS(x)>>>>", 1), "a.pdf"),
    "a paper that is an archive too": (PAPER[:-6] + b"PK\x03\x04 PK\x05\x06 %%EOF", "a.pdf"),
    "a paper that is a page too": (PAPER.replace(b"trailer", b"<SCRIPT>x</SCRIPT>"), "a.pdf"),
    "half a paper": (PAPER[:20], "a.pdf"),
    "a moving picture": (picture("GIF"), "a.gif"),
    "nothing": (b"", "a.jpg"),
}


@pytest.mark.rules
@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_hostile_or_something_else_is_refused_in_words(what):
    content, name = HOSTILE[what]
    with pytest.raises(RuleBroken) as refused:
        checked.checked(BytesIO(content), name)
    assert refused.value.obstacles[0].why.params["name"] == name


@pytest.mark.rules
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_usual_pictures_are_taken_and_made_small(kind):
    taken = checked.checked(BytesIO(picture(kind, (3000, 1500))), f"a.{kind.lower()}")
    assert (taken.name, Image.open(BytesIO(taken.content)).size) == ("a.jpg", (2000, 1000))


def test_a_refused_file_is_named_on_the_page_and_none_of_the_others_is_kept(page, cast, visit):
    send(page, cast, visit, (picture(), "好的.jpg"), (b"<svg/>", "图.svg"), expect=422)
    assert "“图.svg”没有收下" in page.text
    assert stored() == [] and not list(store.folder().glob("??/*"))


def test_nobody_adds_files_to_the_visits_of_others(page, cast, visit):
    for who, status in ((cast.zhou, 404), (cast.leader, 403), (cast.clerk, 403)):
        page.as_(who).post("desk.add_visit_files", visit_id=visit.id, expect=status)


def test_files_are_in_the_copy_and_move_along_with_their_visit(page, make, cast, visit):
    import tarfile

    send(page, cast, visit, (picture(), "a.jpg"))
    name = stored()[0].stored_as
    if db.engine.dialect.name == "sqlite":
        with tarfile.open(backup.back_up().path) as tar:
            assert f"files/{name[:2]}/{name}" in tar.getnames()
    twin = make.enterprise(unit=cast.section, commissioner=cast.zhou)
    page.open("desk.move_visit", visit_id=visit.id, to=twin.id).submit(reason="选错企业")
    assert asked(page.as_(cast.zhou), visit, stored()[0]).status_code == 200
