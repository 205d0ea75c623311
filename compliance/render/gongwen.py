"""Parts of a document → a .docx laid out as GB/T 9704 prescribes; refuses a template that lacks one of its styles.

A place may put its own template in the stead of ours: any .docx with the styles that ``STYLES`` names (every document
made here has them). Its page, headers and footers are kept. Where a paragraph of it reads ``{{正文}}`` the document
stands in that place and what is around it stays, as a red head or an imprint; else its text is left out. The numbers
of headings belong to the styles. The rows of tables are written out one by one: a long one takes no memory.
The same parts give the same bytes.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any, TypeVar
from xml.sax.saxutils import escape

from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from compliance.render import gongwen_package
from compliance.render.blocks import Annex, Block, Content, Fill, Page, Para, Role, Table
from compliance.render.plain import visible
from compliance.schemas.refusal import printable

__all__ = ["PLACE", "STYLES", "TemplateRefused", "default_template", "refuse_unfit", "write"]

PLACE = "{{正文}}"
"""Where a template wants the document to stand."""

T = TypeVar("T")

STYLES = gongwen_package.STYLES
_LARGEST = 50_000_000
"""Bytes that a template may unpack to"""


class TemplateRefused(Exception):
    """The template cannot be used; both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


@lru_cache(maxsize=2)
def default_template(lang: str = "zh") -> bytes:
    """The template that is used where none is given; made by this program, always the same bytes."""
    return gongwen_package.package(lang)


def write(blocks: Iterable[Block], *, title: str, day: str, lang: str = "zh", template: bytes | None = None) -> bytes:
    """The document; ``title`` and ``day`` (YYYY-MM-DD) go into its properties."""
    frame = _frame(default_template(lang) if template is None else template, title, day)
    if lang == "zh":
        frame.hint = '<w:rFonts w:hint="eastAsia"/>'
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(frame.package)) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            if name != frame.part:
                target.writestr(info, source.read(name))
                continue
            before, after = source.read(name).split(_MARK, 1)
            with target.open(info, "w") as file:
                file.write(before)
                buffer: list[str] = []
                for piece in _body(blocks, frame, lang):
                    buffer.append(piece)
                    if len(buffer) == 500:
                        file.write("".join(buffer).encode())
                        buffer.clear()
                file.write("".join(buffer).encode())
                file.write(after)
    return out.getvalue()


def refuse_unfit(template: bytes) -> None:
    """Raises ``TemplateRefused`` for what ``write`` would not use."""
    _or_refused(lambda: write((), title="", day="2000-01-01", template=template))


# -- the template ---------------------------------------------------------------------------------------------

_MARK = b"<!--the document stands here-->"


@dataclass(slots=True)
class _Frame:
    """A template made ready."""

    package: bytes
    part: str
    """The part of the package that holds the text"""
    ids: dict[str, str]
    """Style key → the id that the template gives it"""
    section: Any
    """The page as the template has it"""
    trails: bool
    """Something of the template stands after the document"""
    hint: str = ""
    """Of Chinese text: marks that both scripts have, as “”, — and □, are set in the Chinese font"""

    @property
    def width(self) -> int:
        return int(self.section.pgSz.w.twips)

    @property
    def height(self) -> int:
        return int(self.section.pgSz.h.twips)

    def room(self, landscape: bool) -> int:
        """Width of the text."""
        margins = self.section.pgMar
        if landscape:
            return self.height - int(margins.top.twips) - int(margins.bottom.twips)
        return self.width - int(margins.left.twips) - int(margins.right.twips)


_DAMAGED = (
    AttributeError, EOFError, LookupError, OSError, RuntimeError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
    etree.LxmlError,
)  # fmt: skip
"""What the reading of a package raises that is not what it says: a part or an attribute is missing, or no number"""


def _or_refused(make: Callable[[], T]) -> T:
    """Whatever a template makes fail is the template's fault: the text is put in only later."""
    try:
        return make()
    except _DAMAGED as error:
        name, says = type(error).__name__, printable(str(error))
    # Said only when the error is gone, and with it the archive that was being written.
    raise TemplateRefused(f"模板不是可用的 docx 文件（{name}）", f"the template is no .docx file ({says})")


def _frame(data: bytes, title: str, day: str) -> _Frame:
    out = BytesIO()  # outlives an archive left open, which would else complain on standard error
    frame = _or_refused(lambda: _made_ready(data, title, day, out))
    frame.package = out.getvalue()
    return frame


def _made_ready(data: bytes, title: str, day: str, out: BytesIO) -> _Frame:
    document = _opened(data)
    named = {style.name: style.style_id for style in document.styles if style.name}
    lacking = [name for name in STYLES.values() if name not in named]
    if lacking:
        raise TemplateRefused(
            f"模板缺少样式：{'、'.join(lacking)}", f"the template lacks the styles: {', '.join(lacking)}"
        )
    body = document.element.body
    if body.nsmap.get("w") != qn("w:p")[1:].split("}")[0]:
        raise TemplateRefused("模板不是由文字处理软件存成的 docx", "the template was not saved by a word processor")
    section = body.sectPr
    if section is None or section.pgSz is None or section.pgMar is None:
        raise TemplateRefused("模板没有页面设置", "the template has no page setup")
    trails = _clear(body, section)
    properties = document.core_properties
    when = datetime.fromisoformat(day)
    properties.title, properties.created, properties.modified = visible(title)[:255], when, when
    properties.author = properties.last_modified_by = ""
    properties.revision = 1
    document.save(out)
    ids = {key: named[name] for key, name in STYLES.items()}
    frame = _Frame(b"", str(document.part.partname).lstrip("/"), ids, section, trails)
    for landscape in (False, True):  # the page may lack a measure
        frame.room(landscape)
        _section(frame, landscape)
    return frame


def _opened(data: bytes) -> Any:
    with zipfile.ZipFile(BytesIO(data)) as package:
        if sum(info.file_size for info in package.infolist()) > _LARGEST:
            raise TemplateRefused("模板过大", "the template is too large")
        for name in package.namelist():  # parts that are only passed on are looked at too, or nobody could open it
            if name.endswith((".xml", ".rels")):
                etree.fromstring(package.read(name), etree.XMLParser(resolve_entities=False))
    return Document(BytesIO(data))


def _clear(body: Any, section: Any) -> bool:
    """Leave the mark where the document is to stand; whether anything of the template comes after it."""
    mark = etree.Comment(_MARK[4:-3].decode())
    places = [p for p in body if p.tag == qn("w:p") and "".join(t.text or "" for t in p.iter(qn("w:t"))) == PLACE]
    if places:
        body.replace(places[0], mark)
        trails = mark.getnext() is not section
    else:
        for child in list(body):
            if child is not section:
                body.remove(child)
        body.insert(0, mark)
        trails = False
    if not trails:
        body.remove(section)
    return trails


# -- the text -------------------------------------------------------------------------------------------------


def _body(blocks: Iterable[Block], frame: _Frame, lang: str) -> Iterator[str]:
    """The XML of all parts; every section is closed, the last as the template's own page unless that comes after."""
    landscape, first = False, True
    for block in blocks:
        if isinstance(block, Page | Annex):
            if not first:
                yield _closed(frame, landscape)
            landscape = block.landscape
        match block:
            case Para(role, content):
                yield _paragraph(frame, role, content)
            case Table():
                yield from _table(block, frame, landscape)
            case Annex(number, title, _):
                name = ("Annex" if lang == "en" else "附件") + (" " if lang == "en" and number else "")
                yield _paragraph(frame, "annex", f"{name}{number or ''}")
                yield _paragraph(frame, "annex_title", title)
        first = isinstance(block, Page)
    yield _closed(frame, landscape) if frame.trails else f"{_end(frame)}</w:pPr></w:p>{_section(frame, landscape)}"


def _closed(frame: _Frame, landscape: bool) -> str:
    """The end of a section."""
    return f"{_end(frame)}{_section(frame, landscape)}</w:pPr></w:p>"


def _end(frame: _Frame) -> str:
    """After a table a paragraph has to stand anyhow; this one is of no height."""
    flat = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    return f"<w:p><w:pPr>{_style(frame, 'note')}{flat}"


def _section(frame: _Frame, landscape: bool) -> str:
    """The template's page, as it is or turned."""
    section = deepcopy(frame.section)
    if landscape:
        size, margins = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
        size.set(qn("w:w"), str(frame.height))
        size.set(qn("w:h"), str(frame.width))
        size.set(qn("w:orient"), "landscape")
        upright = {side: margins.get(qn(f"w:{side}")) for side in ("top", "right", "bottom", "left")}
        # As if the sheet were turned to the left: what is bound stays at the binding side.
        for side, of in (("top", "left"), ("left", "bottom"), ("bottom", "right"), ("right", "top")):
            margins.set(qn(f"w:{side}"), upright[of])
        narrower = int(upright["bottom"]) - int(upright["right"])
        margins.set(qn("w:footer"), str(max(0, int(margins.get(qn("w:footer"), "0")) - narrower)))
    return str(etree.tostring(section, encoding="unicode"))


def _style(frame: _Frame, key: str) -> str:
    return f'<w:pStyle w:val="{escape(frame.ids[key])}"/>'


def _paragraph(frame: _Frame, role: Role, content: Content) -> str:
    return f"<w:p><w:pPr>{_style(frame, role)}</w:pPr>{_runs(frame, content)}</w:p>"


def _runs(frame: _Frame, content: Content) -> str:
    if isinstance(content, str):
        return _run(frame.hint, content)
    marked = f'<w:rStyle w:val="{escape(frame.ids["fill"])}"/>{frame.hint}'
    return "".join(_run(marked, p.text) if isinstance(p, Fill) else _run(frame.hint, p) for p in content)


def _run(layout: str, text: str) -> str:
    lines = (f'<w:t xml:space="preserve">{escape(visible(line))}</w:t>' for line in text.split("\n"))
    return f"<w:r>{f'<w:rPr>{layout}</w:rPr>' if layout else ''}{'<w:br/>'.join(lines)}</w:r>"


_LONG = 12
"""Lines, roughly, from which a row may go on on the next page: a tall row kept whole leaves pages half empty"""


def _lines(cell: Content, width: int) -> int:
    """About how many lines a cell takes; its type is 10.5 pt."""
    return len(cell) * 210 // width + cell.count("\n") if isinstance(cell, str) else 1


def _table(table: Table, frame: _Frame, landscape: bool) -> Iterator[str]:
    room = frame.room(landscape)
    widths = [room * part // sum(table.widths) for part in table.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    yield (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{escape(frame.ids["table"])}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    )
    sizes = [
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>' for width in widths
    ]
    centre = '<w:jc w:val="center"/>'
    plain = [_style(frame, "cell") + (centre if number in table.centred else "") for number in range(len(widths))]
    if table.heads:
        cells = "".join(
            f"{size}<w:p><w:pPr>{_style(frame, 'head')}</w:pPr>{_runs(frame, head)}</w:p></w:tc>"
            for size, head in zip(sizes, table.heads, strict=True)
        )
        yield f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"
    whole = "<w:cantSplit/>"
    height = '<w:trHeight w:val="850" w:hRule="atLeast"/>' if table.tall else ""
    for row in table.rows:
        long = any(_lines(cell, width) > _LONG for cell, width in zip(row, widths, strict=True))
        cells = "".join(
            f"{size}<w:p><w:pPr>{layout}</w:pPr>{_runs(frame, cell)}</w:p></w:tc>"
            for size, layout, cell in zip(sizes, plain, row, strict=True)
        )
        yield f"<w:tr><w:trPr>{whole if not long else ''}{height}</w:trPr>{cells}</w:tr>"
    yield "</w:tbl>"
