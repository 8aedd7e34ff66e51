"""What is made of files that people hand in: the picture or the pages and nothing else, or one clear refusal."""

import asyncio
from contextlib import suppress
from io import BytesIO

import psutil
import pytest
from PIL import Image

from bot.handed_in.examining import Examiner
from handlers.handed_in import PDF, CleanFile, FileRefusal, HandedIn
from tests.bot.handed_in.hostile import HTML, SVG, bomb, pdf, photo_with_place, picture, text_of


async def examine(content: bytes) -> HandedIn:
    return await Examiner()(content)


async def taken(content: bytes) -> CleanFile:
    made = await examine(content)
    assert isinstance(made, CleanFile)
    return made


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_is_painted_anew_as_a_jpeg(kind):
    made = await taken(picture(kind))
    assert made.media_type == "image/jpeg"
    with Image.open(BytesIO(made.content)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (60, 40))
        red, green, _blue = shown.getpixel((5, 20))
        assert red > 200 > green


async def test_a_photo_is_turned_upright_and_says_nothing_of_who_took_it_where():
    made = await taken(photo_with_place())
    with Image.open(BytesIO(made.content)) as shown:
        assert shown.size == (40, 60)
        assert not shown.getexif()
    assert b"secret" not in made.content
    assert b"Telephone" not in made.content


async def test_a_large_photo_is_made_smaller_but_readable():
    made = await taken(picture(size=(6000, 3000)))
    with Image.open(BytesIO(made.content)) as shown:
        assert shown.size == (3000, 1500)


async def test_what_shines_through_stands_on_white():
    through = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(through, "PNG")
    made = await taken(through.getvalue())
    with Image.open(BytesIO(made.content)) as shown:
        assert min(shown.getpixel((10, 10))) > 250


async def test_another_file_behind_a_picture_is_left_behind():
    made = await taken(picture() + b"PK\x03\x04 a zip with <script>alert(1)</script>")
    assert b"PK\x03\x04" not in made.content
    assert b"<script>" not in made.content


async def test_the_pages_of_a_pdf_are_kept_and_nothing_else():
    made = await taken(pdf(2, author="Somebody", script="app.alert(1)"))
    assert made.media_type == PDF
    assert [words.strip() for words in text_of(made.content)] == ["Certificate page 1", "Certificate page 2"]
    for rest in (b"Somebody", b"JavaScript", b"example.invalid"):
        assert rest not in made.content


REFUSED = {
    "a picture that unpacks to a hundred thousand times its size": (bomb(), FileRefusal.HUGE),
    "a web page before a PDF": (HTML + pdf(), FileRefusal.WRONG_KIND),
    "a GIF that is a program": (b"GIF89a/*" + HTML + b"*/=1;", FileRefusal.WRONG_KIND),
    "a web page under a picture's name": (HTML, FileRefusal.WRONG_KIND),
    "a drawing that is a program": (SVG, FileRefusal.WRONG_KIND),
    "a program": (b"MZ\x90\x00" + bytes(200), FileRefusal.WRONG_KIND),
    "an archive": (b"PK\x03\x04" + bytes(200), FileRefusal.WRONG_KIND),
    "the first bytes of a JPEG before a web page": (b"\xff\xd8\xff\xe0" + HTML, FileRefusal.BROKEN),
    "a JPEG cut off": (picture(size=(400, 400))[:900], FileRefusal.BROKEN),
    "a PNG cut off": (picture("PNG", (400, 400))[:-60], FileRefusal.BROKEN),
    "a PDF cut off": (pdf()[:-200], FileRefusal.BROKEN),
    "the first bytes of a PDF before rubbish": (b"%PDF-1.7\n" + bytes(500) + b"%%EOF", FileRefusal.BROKEN),
    "a PDF with a password": (pdf(password="secret"), FileRefusal.LOCKED),
    "a PDF of many pages": (pdf(21), FileRefusal.TOO_MANY_PAGES),
    "a picture of an Apple telephone": (b"\0\0\0\x18ftypheic" + bytes(100), FileRefusal.HEIC),
}


@pytest.mark.parametrize(("content", "why"), REFUSED.values(), ids=REFUSED.keys())
async def test_file_is_refused(content, why):
    assert await examine(content) is why


async def test_a_file_that_takes_too_long_is_given_up():
    assert await Examiner(wall_seconds=0.01)(picture()) is FileRefusal.TOO_HEAVY


@pytest.mark.parametrize(("kills", "is_taken"), [(1, True), (2, False)], ids=["once", "again and again"])
async def test_file_whose_process_is_ended_by_others_is_looked_at_once_more_and_never_called_too_heavy(kills, is_taken):
    examining = asyncio.ensure_future(examine(picture()))
    killed: set[int] = set()
    while len(killed) < kills and not examining.done():
        for one in psutil.Process().children():
            with suppress(psutil.NoSuchProcess):  # what was ended stands there until somebody has heard of it
                if one.pid not in killed and "bot.handed_in.child" in one.cmdline():
                    killed.add(one.pid)
                    one.kill()
        await asyncio.sleep(0)

    made = await examining
    assert len(killed) == kills
    assert isinstance(made, CleanFile) if is_taken else made is FileRefusal.CUT_OFF
