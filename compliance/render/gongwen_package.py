"""Nothing → the default template: a .docx whose page and styles are those of GB/T 9704—2012, always the same bytes.

A4; 37 mm above the text and 28 mm at the binding side; the text 156 × 225 mm, 22 lines of 28 characters in size 3
(16 pt). Fonts are named as offices have them, each with the one to fall back on. What the standard leaves open, as
type in tables, is chosen here. The red head and the imprint are not drawn: whose they are is not known.
"""

from __future__ import annotations

import zipfile
from io import BytesIO

__all__ = ["IDS", "STYLES", "package"]

STYLES = {
    "title": "公文标题",
    "number": "公文发文字号",
    "addressee": "公文主送机关",
    "body": "公文正文",
    "h1": "公文一级标题",
    "h2": "公文二级标题",
    "h3": "公文三级标题",
    "h4": "公文四级标题",
    "attachments": "公文附件说明",
    "signer": "公文署名",
    "date": "公文成文日期",
    "annex": "公文附件标识",
    "annex_title": "公文附件标题",
    "caption": "公文表题",
    "note": "公文注释",
    "head": "公文表头",
    "cell": "公文表文",
    "table": "公文表格",
    "fill": "公文待填",
}
"""What a template must have: what it is for → the name of the style. ``table`` is one of tables, ``fill`` of
characters, the others of paragraphs."""

IDS = {key: f"Gongwen{key.title().replace('_', '')}" for key in STYLES}

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

# Twentieths of a point. 225 mm hold 22 lines of 28.95 pt; 156 mm hold 28 characters of at most 15.79 pt, so that those
# of 16 pt stand 0.25 pt closer. A grid of characters would say so too, but not every program reads it alike.
_LINE = 579
_CLOSER = -5
_CHARACTER = 320
_MM = 1440 / 25.4
_PAGE = {"w": 11906, "h": 16838}
_MARGINS = {
    "top": round(37 * _MM), "right": round(26 * _MM), "bottom": round(35 * _MM), "left": round(28 * _MM),
    "header": 851, "footer": round(21 * _MM), "gutter": 0,
}  # fmt: skip
_FONTS = {
    "方正小标宋简体": ("宋体", "auto", "86"),
    "仿宋_GB2312": ("仿宋", "modern", "86"),
    "楷体_GB2312": ("楷体", "modern", "86"),
    "黑体": ("SimHei", "modern", "86"),
    "宋体": ("SimSun", "auto", "86"),
    "Times New Roman": ("Liberation Serif", "roman", "00"),
}
"""Font → the one to fall back on, its family and character set"""


def package(lang: str = "zh") -> bytes:
    """The template; its language decides how headings are numbered: 一、（一）1.（1）or 1. (1) 1) (a)."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, text in _parts(lang).items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, (_XML + text).encode())
    return out.getvalue()


def _parts(lang: str) -> dict[str, str]:
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "docProps/core.xml": _CORE,
        "word/_rels/document.xml.rels": _DOCUMENT_RELATIONS,
        "word/document.xml": _document(),
        "word/fontTable.xml": _fonts(),
        "word/footer1.xml": _footer("right"),
        "word/footer2.xml": _footer("left"),
        "word/numbering.xml": _numbering(lang),
        "word/settings.xml": _SETTINGS,
        "word/styles.xml": _styles(),
        "word/theme/theme1.xml": _theme(),
    }


_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_MAIN}.styles+xml"/>'
    f'<Override PartName="/word/settings.xml" ContentType="{_MAIN}.settings+xml"/>'
    f'<Override PartName="/word/fontTable.xml" ContentType="{_MAIN}.fontTable+xml"/>'
    f'<Override PartName="/word/numbering.xml" ContentType="{_MAIN}.numbering+xml"/>'
    f'<Override PartName="/word/footer1.xml" ContentType="{_MAIN}.footer+xml"/>'
    f'<Override PartName="/word/footer2.xml" ContentType="{_MAIN}.footer+xml"/>'
    '<Override PartName="/word/theme/theme1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.theme+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATED = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
_RELATIONS = (
    f'{_RELATED}<Relationship Id="rId1" Type="{_KIND}/officeDocument" Target="word/document.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/'
    'core-properties" Target="docProps/core.xml"/></Relationships>'
)
_DOCUMENT_RELATIONS = _RELATED + "".join(
    f'<Relationship Id="rId{number}" Type="{_KIND}/{kind}" Target="{target}.xml"/>'
    for number, (kind, target) in enumerate(
        (
            ("styles", "styles"), ("settings", "settings"), ("fontTable", "fontTable"), ("numbering", "numbering"),
            ("footer", "footer1"), ("footer", "footer2"), ("theme", "theme/theme1"),
        ),
        1,
    )
) + "</Relationships>"  # fmt: skip
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"></cp:coreProperties>'
)
_SETTINGS = (
    f'<w:settings {_W}><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
    '<w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:spaceForUL/>'
    "<w:balanceSingleByteDoubleByteWidth/>"
    "<w:doNotLeaveBackslashAlone/><w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/>"
    '<w:useFELayout/><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" '
    'w:val="15"/></w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
)


def _document() -> str:
    margins = " ".join(f'w:{side}="{width}"' for side, width in _MARGINS.items())
    return (
        f'<w:document {_W} {_R}><w:body><w:p><w:pPr><w:pStyle w:val="{IDS["body"]}"/></w:pPr></w:p><w:sectPr>'
        '<w:footerReference w:type="default" r:id="rId5"/><w:footerReference w:type="even" r:id="rId6"/>'
        f'<w:pgSz w:w="{_PAGE["w"]}" w:h="{_PAGE["h"]}"/><w:pgMar {margins}/>'
        f'<w:docGrid w:type="lines" w:linePitch="{_LINE}"/></w:sectPr></w:body></w:document>'
    )


def _footer(side: str) -> str:
    """— 1 — in half-width figures of size 4, at the outer side, one character in."""
    run = '<w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/><w:sz w:val="28"/></w:rPr>'
    return (
        f'<w:ftr {_W}><w:p><w:pPr><w:pStyle w:val="GongwenPage"/><w:ind w:{side}="280"/><w:jc w:val="{side}"/></w:pPr>'
        f'<w:r>{run}<w:t xml:space="preserve">— </w:t></w:r><w:r>{run}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{run}<w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        f'<w:r>{run}<w:fldChar w:fldCharType="separate"/></w:r><w:r>{run}<w:t>1</w:t></w:r>'
        f'<w:r>{run}<w:fldChar w:fldCharType="end"/></w:r><w:r>{run}<w:t xml:space="preserve"> —</w:t></w:r>'
        "</w:p></w:ftr>"
    )


def _fonts() -> str:
    return f"<w:fonts {_W}>" + "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="{charset}"/>'
        f'<w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        for name, (other, family, charset) in _FONTS.items()
    ) + "</w:fonts>"  # fmt: skip


def _theme() -> str:
    """Word wants one though no style refers to it: black on white, the fonts of the text."""
    colours = {
        "dk1": "000000", "lt1": "FFFFFF", "dk2": "44546A", "lt2": "E7E6E6", "accent1": "4472C4", "accent2": "ED7D31",
        "accent3": "A5A5A5", "accent4": "FFC000", "accent5": "5B9BD5", "accent6": "70AD47", "hlink": "0563C1",
        "folHlink": "954F72",
    }  # fmt: skip
    scheme = "".join(f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in colours.items())
    fonts = "".join(
        f'<a:{kind}Font><a:latin typeface="Times New Roman"/><a:ea typeface="{east}"/><a:cs typeface=""/>'
        f"</a:{kind}Font>"
        for kind, east in (("major", "方正小标宋简体"), ("minor", "仿宋_GB2312"))
    )
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="公文"><a:themeElements>'
        f'<a:clrScheme name="公文">{scheme}</a:clrScheme><a:fontScheme name="公文">{fonts}</a:fontScheme>'
        f'<a:fmtScheme name="公文"><a:fillStyleLst>{3 * fill}</a:fillStyleLst>'
        f'<a:lnStyleLst>{3 * f"<a:ln>{fill}</a:ln>"}</a:lnStyleLst><a:effectStyleLst>{3 * effect}</a:effectStyleLst>'
        f"<a:bgFillStyleLst>{3 * fill}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


_LEVELS = {
    "zh": (
        ("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3. "),
        ("decimal", "（%4）"),
    ),
    "en": (("decimal", "%1. "), ("decimal", "(%2) "), ("decimal", "%3) "), ("lowerLetter", "(%4) ")),
}  # fmt: skip


def _numbering(lang: str) -> str:
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:pStyle w:val="{IDS[f"h{level + 1}"]}"/><w:suff w:val="nothing"/><w:lvlText w:val="{text}"/>'
        '<w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="0" w:firstLineChars="200" w:firstLine="{2 * _CHARACTER}"/></w:pPr></w:lvl>'
        for level, (form, text) in enumerate(_LEVELS[lang])
    )
    return (
        f'<w:numbering {_W}><w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>{levels}'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    )


# -- styles ---------------------------------------------------------------------------------------------------


def _font(east: str, size: int, *, plain: bool = False) -> str:
    """``size`` in half points; type of the text's own size stands closer, unless ``plain``."""
    closer = f'<w:spacing w:val="{_CLOSER}"/>' if size == 32 and not plain else ""
    return (
        f'<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{east}" w:cs="Times New Roman"/>'
        f'{closer}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    )


def _spacing(before: int = 0, after: int = 0, line: int = _LINE) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="exact"/>'


def _indent(**sides: int) -> str:
    """In hundredths of a character, and in twentieths of a point for what does not know characters."""
    told = "".join(f' w:{side}Chars="{width}" w:{side}="{width * _CHARACTER // 100}"' for side, width in sides.items())
    return f"<w:ind{told}/>"


_TWO = {"firstLine": 200}
_KEEP = "<w:keepNext/><w:keepLines/>"
_OFF_GRID = '<w:snapToGrid w:val="0"/>'


def _level(number: int) -> str:
    return f'<w:numPr><w:ilvl w:val="{number - 1}"/><w:numId w:val="1"/></w:numPr>'


def _styles() -> str:
    paragraph = {
        "title": (
            _KEEP + _spacing(_LINE, _LINE, 700) + '<w:jc w:val="center"/>', _font("方正小标宋简体", 44),
        ),
        "number": (_spacing() + '<w:jc w:val="center"/>', _font("仿宋_GB2312", 32)),
        "addressee": (_KEEP + _spacing(), _font("仿宋_GB2312", 32)),
        "body": (_spacing() + _indent(**_TWO) + '<w:jc w:val="both"/>', _font("仿宋_GB2312", 32)),
        "h1": (_KEEP + _level(1) + _spacing() + '<w:outlineLvl w:val="0"/>', _font("黑体", 32)),
        "h2": (_KEEP + _level(2) + _spacing() + '<w:outlineLvl w:val="1"/>', _font("楷体_GB2312", 32)),
        "h3": (_level(3) + _spacing() + '<w:jc w:val="both"/>', _font("仿宋_GB2312", 32)),
        "h4": (_level(4) + _spacing() + '<w:jc w:val="both"/>', _font("仿宋_GB2312", 32)),
        "attachments": (_KEEP + _spacing(_LINE) + _indent(left=500, hanging=300), _font("仿宋_GB2312", 32)),
        "signer": (
            _KEEP + _spacing(2 * _LINE) + _indent(right=200) + '<w:jc w:val="right"/>', _font("仿宋_GB2312", 32),
        ),
        "date": (_KEEP + _spacing() + _indent(right=400) + '<w:jc w:val="right"/>', _font("仿宋_GB2312", 32)),
        "annex": (_KEEP + _spacing(), _font("黑体", 32)),
        "annex_title": (
            _KEEP + _spacing(200, 300, 600) + '<w:jc w:val="center"/>', _font("方正小标宋简体", 44),
        ),
        "caption": (_KEEP + _OFF_GRID + _spacing(160, 80, 440) + '<w:jc w:val="center"/>', _font("黑体", 24)),
        "note": (_OFF_GRID + _spacing(40, 0, 340) + '<w:jc w:val="both"/>', _font("仿宋_GB2312", 21)),
        "head": (_OFF_GRID + _spacing(20, 20, 320) + '<w:jc w:val="center"/>', _font("黑体", 21)),
        "cell": (_OFF_GRID + _spacing(20, 20, 320), _font("仿宋_GB2312", 21)),
    }  # fmt: skip
    made = "".join(
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{IDS[key]}"><w:name w:val="{STYLES[key]}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{layout}</w:pPr><w:rPr>{font}</w:rPr></w:style>'
        for key, (layout, font) in paragraph.items()
    )
    border = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f"<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>{_font('仿宋_GB2312', 32, plain=True)}"
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
        '<w:spacing w:before="0" w:after="0"/></w:pPr></w:pPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>'
        '<w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr></w:style>{made}"
        '<w:style w:type="paragraph" w:customStyle="1" w:styleId="GongwenPage"><w:name w:val="公文页码"/>'
        '<w:basedOn w:val="Normal"/></w:style>'
        f'<w:style w:type="table" w:customStyle="1" w:styleId="{IDS["table"]}"><w:name w:val="{STYLES["table"]}"/>'
        f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{border}</w:tblBorders></w:tblPr></w:style>'
        f'<w:style w:type="character" w:customStyle="1" w:styleId="{IDS["fill"]}"><w:name w:val="{STYLES["fill"]}"/>'
        '<w:rPr><w:shd w:val="clear" w:color="auto" w:fill="E7E6E6"/></w:rPr></w:style></w:styles>'
    )
