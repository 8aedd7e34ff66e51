"""Sound files of every kind that people bring, and strategies that spoil them: cut, changed, or changed inside."""

import tempfile
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.bot.handed_in import hostile
from tests.offices import make_sample
from tests.paper import docx_of, pdf

_PNG_MARK = 8
_TEXT = """ỦY BAN NHÂN DÂN TỈNH MẪU
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Số: 12/UBND-NC
Tỉnh Mẫu, ngày 05 tháng 8 năm 2026
V/v rà soát tiêu chuẩn chức danh
Kính gửi: Các sở, ban, ngành; Ủy ban nhân dân các xã, phường.
Căn cứ Quyết định số 34/QĐ-UBND ngày 02/7/2026 của Ủy ban nhân dân tỉnh,
1. Các sở, ban, ngành báo cáo trước ngày 01/10/2026.
2. Sở Nội vụ:
a) Tổng hợp trong thời hạn 15 ngày làm việc kể từ ngày nhận báo cáo;
b) Trình Ủy ban nhân dân tỉnh chậm nhất ngày 30/11/2026.
Nơi nhận:
- Như trên;
- Lưu: VT, NC.
TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH
Nguyễn Văn Mẫu"""
_PIECES = ("<", ">", "&", '"', "</row>", "<c>", "\x00", "&#0;", "1e999", "-", "<!DOCTYPE x>")


@cache
def folder() -> Path:
    """A folder for whatever is only read from a path."""
    return Path(tempfile.mkdtemp(prefix="nhacchuan-drill-"))


@cache
def sound_xlsx() -> bytes:
    """The workbook of the invented province."""
    return make_sample(folder() / "mau.xlsx").read_bytes()


@cache
def sound_docx() -> bytes:
    """An invented letter from Word."""
    return docx_of(_TEXT)


@cache
def sound_pdf() -> bytes:
    """The same letter as a PDF with a text layer."""
    return pdf([_TEXT])


@cache
def sound_papers() -> tuple[bytes, ...]:
    """What people hand in as evidence: pictures of each kind that is taken, and a PDF with a link."""
    turned = hostile.photo_with_place()
    return turned, hostile.picture("PNG"), hostile.picture("WEBP"), hostile.pdf(2, author="Lan"), sound_pdf()


def broken(good: Callable[[], bytes]) -> Any:
    """A good file cut, or with bytes changed, or bytes of any kind."""

    @st.composite
    def made(draw: Any) -> bytes:
        if draw(st.integers(0, 9)) == 0:
            return draw(st.binary(max_size=300))
        return _spoil(draw, good())

    return made()


@st.composite
def broken_papers(draw: Any) -> bytes:
    """Evidence spoiled; a PNG half of the time with its sums made to fit, so that it is unpacked all the same."""
    content = _spoil(draw, draw(st.sampled_from(sound_papers())))
    return _with_fitting_sums(content) if draw(st.booleans()) else content


@st.composite
def broken_texts(draw: Any) -> str:
    """An official letter with lines dropped, doubled, put elsewhere, joined, or with something else inside them."""
    lines = _TEXT.split("\n")
    for _each in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 4)):
            case 0:
                lines[at : at + 1] = [lines[at]] * draw(st.integers(2, 5))
            case 1 if len(lines) > 1:
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
            case 2:
                cut = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:cut] + draw(st.text(max_size=12)) + lines[at][cut:]
            case 3:
                lines[at] = lines[at].replace("2026", draw(st.sampled_from(["0000", "9999", "26", "", "20266"])))
            case _:
                lines[at : at + 2] = [" ".join(lines[at : at + 2])]
    return draw(st.sampled_from(["\n", "\n", "\r\n", "\n\n"])).join(lines)


def inside(good: Callable[[], bytes]) -> Any:
    """A good archive in which the text of one part was changed, so that the archive itself is sound."""

    @st.composite
    def changed(draw: Any) -> bytes:
        written = BytesIO()
        with zipfile.ZipFile(BytesIO(good())) as old, zipfile.ZipFile(written, "w") as new:
            names = old.namelist()
            chosen = draw(st.sampled_from(names))
            for name in names:
                part = bytearray(old.read(name))
                if name == chosen and part:
                    at = draw(st.integers(0, len(part) - 1))
                    pieces = st.sampled_from([piece.encode() for piece in _PIECES])
                    part[at : at + draw(st.integers(0, 12))] = draw(st.one_of(st.binary(max_size=8), pieces))
                new.writestr(name, bytes(part))
        return written.getvalue()

    return changed()


def _spoil(draw: Any, good: bytes) -> bytes:
    content = bytearray(good)
    for _each in range(draw(st.integers(0, 6))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.integers(1, len(content)))] if draw(st.booleans()) else content)


def _with_fitting_sums(content: bytes) -> bytes:
    """A PNG whose chunks have the sums of what stands in them now; any other file as it is."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return content
    made, at = content[:_PNG_MARK], _PNG_MARK
    while at + 12 <= len(content):
        end = at + 8 + int.from_bytes(content[at : at + 4], "big")
        if end + 4 > len(content):
            break
        made += content[at:end] + zlib.crc32(content[at + 4 : end]).to_bytes(4, "big")
        at = end + 4
    return made + content[at:]
