"""Official documents put on paper for tests: small .docx packages and PDF files, honest and hostile ones."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>{more}</Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
_SYSTEM = "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
_FONT = (
    "<< /Type /Font /BaseFont /P /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>",
    f"<< /Type /Font /BaseFont /P /Subtype /CIDFontType2 /DW 500 /FontDescriptor 5 0 R /CIDSystemInfo {_SYSTEM} >>",
    "<< /Type /FontDescriptor /FontName /P /Flags 4 /FontBBox [0 0 500 700] /Ascent 700 /Descent 0 /StemV 80 >>",
)
_NUMBERING = f"""<w:numbering xmlns:w="{WORD}">
<w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2."/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%3)"/></w:lvl>
<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="8">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>
</w:numbering>"""


def paragraph(words: str, number: tuple[int, int] | None = None) -> str:
    """One paragraph; `number` is the list and level that Word numbers it by. Tabs and line breaks are kept."""
    listed = ""
    if number is not None:
        listed = f'<w:pPr><w:numPr><w:ilvl w:val="{number[1]}"/><w:numId w:val="{number[0]}"/></w:numPr></w:pPr>'
    inner = escape(words).replace("\t", "</w:t><w:tab/><w:t>").replace("\n", "</w:t><w:br/><w:t>")
    return f'<w:p>{listed}<w:r><w:t xml:space="preserve">{inner}</w:t></w:r></w:p>'


def table(rows: Iterable[Iterable[Sequence[str]]]) -> str:
    """A table of cells, each with its paragraphs."""
    cells = ("".join(f"<w:tc>{''.join(map(paragraph, cell))}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def docx(body: str, parts: Mapping[str, str | bytes] | None = None, types: str = "") -> bytes:
    """A Word package with this body and whatever other parts."""
    kept: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES.format(more=types),
        "_rels/.rels": _RELATIONS,
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "word/numbering.xml": _NUMBERING,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (kept | dict(parts or {})).items():
            package.writestr(name, content)
    return file.getvalue()


def docx_of(text: str) -> bytes:
    """A Word package with one paragraph for each line of a text."""
    return docx("".join(map(paragraph, text.split("\n"))))


def pdf(pages: Sequence[str], extra: str = "", *, trailer: str = "") -> bytes:
    """A PDF with a text layer, drawn in letters that no font shows but that every reader can read."""
    letters = sorted({letter for page in pages for letter in page} | {" "})
    codes = {letter: number for number, letter in enumerate(letters, start=1)}
    mapped = "\n".join(f"<{code:04X}> <{letter.encode('utf-16-be').hex()}>" for letter, code in codes.items())
    to_unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def "
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        + "".join(
            f"{len(some)} beginbfchar\n{chr(10).join(some)}\nendbfchar\n" for some in _by_hundred(mapped.split("\n"))
        )
        + "endcmap end end"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{7 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        *_FONT,
        _stream(to_unicode.encode()),
    ]
    for number, page in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 900 842] /Contents {8 + 2 * number} 0 R"
            " /Resources << /Font << /F 3 0 R >> >> >>"
        )
        objects.append(_stream(_drawn(page, codes).encode()))
    return _file([*objects, *([extra] if extra else [])], trailer)


def _by_hundred(lines: Sequence[str]) -> Iterable[Sequence[str]]:
    return (lines[at : at + 100] for at in range(0, len(lines), 100))


def _drawn(page: str, codes: Mapping[str, int]) -> str:
    shown = []
    for number, line in enumerate(page.split("\n")):
        written = "".join(f"{codes[letter]:04X}" for letter in line)
        shown.append(f"BT /F 10 Tf 1 0 0 1 40 {800 - 14 * number} Tm <{written}> Tj ET")
    return "\n".join(shown)


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    return head + packed + b"\nendstream"


def _file(objects: Sequence[str | bytes], trailer: str) -> bytes:
    written = b"%PDF-1.7\n"
    places: list[int] = []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        body = content.encode() if isinstance(content, str) else content
        written += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(written)
    table_of = "".join(f"{place:010} 00000 n \n" for place in places)
    written += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table_of}".encode()
    ends = f"trailer\n<< /Size {len(places) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"
    return written + ends.encode()


def put(folder: Path, name: str, content: bytes | str) -> Path:
    """A file of this name and content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
