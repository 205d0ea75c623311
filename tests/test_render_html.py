"""The page: valid, harmless whatever a dossier says, complete in both languages, readable without colour."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from xml.etree.ElementTree import Element

import html5lib
import pytest

from compliance.render import render
from compliance.schemas.report import Report
from tests.sample_report import AREA, HOSTILE, empty, finding, findings, large, report, sample


@cache
def page(lang: str = "zh") -> str:
    return render(sample(), "html", lang).decode()


def tree(html: str) -> Element:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(html)  # type: ignore[no-any-return]


def elements(html: str, name: str) -> Iterator[Element]:
    return tree(html).iter(name)


@pytest.mark.parametrize("made", [sample(), empty()], ids=["sample", "empty"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_parses_strictly(made: Report, lang: str) -> None:
    assert tree(render(made, "html", lang).decode()).get("lang") == lang


def test_loads_nothing_and_runs_nothing_but_its_own_script() -> None:
    loading = {"src", "srcset", "data", "action", "formaction", "poster", "background", "style"}
    for element in tree(page()).iter():
        assert element.tag not in ("img", "iframe", "object", "embed", "link", "base")
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in loading
            if name == "href":
                assert value.startswith("#")
    assert "http://" not in page()
    assert "https://" not in page()
    assert "url(" not in page()
    assert "@import" not in page()


def test_policy_allows_exactly_the_style_and_the_script_of_the_page() -> None:
    policy = next(m.get("content", "") for m in elements(page(), "meta") if m.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    for name in ("style", "script"):
        (element,) = elements(page(), name)
        digest = base64.b64encode(hashlib.sha256((element.text or "").encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}';" in policy


def test_a_hostile_name_is_only_text() -> None:
    subject = replace(
        findings()[0].subject, name=replace(findings()[0].subject.name, zh=HOSTILE, en='"><img src=x>')
    )
    hostile = report(
        [
            replace(
                f,
                subject=subject,
                sentence=subject.name,
                responsible_unit=HOSTILE,
                primary=HOSTILE,
                remarks=(subject.name,),
                history=(subject.name,),
            )
            for f in findings()
        ],
        integrity=(HOSTILE,),
    )
    hostile = replace(
        hostile, area=replace(hostile.area, name=HOSTILE, dossier_id=HOSTILE, submitter=HOSTILE)
    )
    html = render(hostile, "html").decode()
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(" in html
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", html)
    assert len(list(elements(html, "script"))) == 1


def test_every_item_and_indicator_has_its_place_and_every_link_arrives() -> None:
    root = tree(page())
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert {c.clause for c in sample().clauses} | {i.item for i in sample().items} <= set(ids)
    for link in root.iter("a"):
        assert link.get("href", "")[1:] in ids


def test_every_finding_is_named() -> None:
    for item in elements(page(), "details"):
        if item.get("class", "").startswith("item"):
            text = "".join(item.itertext())
            for finding in findings():
                if finding.item == item.get("id") and finding.subject.name.zh != HOSTILE:
                    assert finding.subject.name.zh in text


def test_what_does_not_pass_is_open_and_what_needs_a_word_too() -> None:
    opened = {d.get("id") for d in elements(page(), "details") if d.get("open") is not None}
    assert opened == {"B2.2", "B3.2", "B4.1", "B6.2", "B7.1", "B7.2", "B9.1", "H1.2", "H3.1"}


def test_both_languages_stand_in_the_page() -> None:
    for words in ("参与率应不低于80%", "participation shall be at least 80 %", "整改清单", "To rectify"):
        assert words in page("zh")
        assert words in page("en")
    zh, en = (re.sub(r"<(html|title|button)\b.*?>(.*?</title>)?", "", page(lang)) for lang in ("zh", "en"))
    assert zh == en


def test_same_report_same_bytes() -> None:
    assert render(sample(), "html") == render(sample(), "html")


def test_ten_thousand_findings_fit_and_say_what_is_folded() -> None:
    rich = next(f for f in findings() if f.found and f.outcome == "fail")
    everything_fails = report(
        [replace(rich, id=f.id, item=f.item, subject=f.subject) for f in large().findings]
    )
    assert len(render(large(), "html")) <= 10_000_000
    got = render(everything_fails, "html")
    assert len(got) <= 10_000_000
    assert "其余仅列名称，详情见 JSON 报告" in got.decode()
    names = "".join(tree(got.decode()).itertext())
    assert all(f.subject.name.zh in names for f in everything_fails.findings)


def test_contrast_reaches_aa_in_light_and_dark() -> None:
    css = next(element.text or "" for element in elements(page(), "style"))
    light, dark, chosen = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", block))
        for block in re.findall(r":root[^{]*\{(.*?)\}", css, re.S)
    )
    assert dark == chosen
    for theme in (light, dark):
        pairs = [(front, back) for front in ("ink", "soft", "link", "head") for back in ("paper", "desk")]
        pairs += [(name, f"{name}-bg") for name in ("fail", "unknown", "pass", "none")]
        pairs += [(name, "paper") for name in ("fail", "unknown", "pass", "none")]
        pairs += [("ink", "fail-bg"), ("paper", "head")]
        for front, back in pairs:
            assert contrast(theme[front], theme[back]) >= 4.5, (front, back)


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_questions_of_the_body_are_folded_after_the_items() -> None:
    html = page()
    (questions,) = [s for s in elements(html, "section") if s.get("id") == "questions"]
    (details,) = [d for d in questions.iter() if d.tag.endswith("details")]
    assert details.get("open") is None
    told = "".join(questions.itertext())
    assert "还有谁共担费用？" in told
    assert "≈99.38%（200079/201319）" in told
    assert html.index('id="items"') < html.index('id="questions"')
    assert "X2" not in {d.get("id") for d in elements(html, "details")}


def test_what_only_the_body_asks_stands_marked_under_its_clause() -> None:
    (clause,) = [s for s in elements(page(), "section") if s.get("id") == "B8"]
    assert [d.get("id") for d in clause.iter() if d.tag.endswith("details") and d.get("id")] == ["B8.1", "X11"]
    assert "".join(clause.itertext()).count("正文") >= 1
    assert "正文其他要求" in page()


def test_local_checks_and_risks_are_marked() -> None:
    html = page()
    assert '<span class="mark"><span lang="zh">当地</span>' in html
    assert "可能的后果（只作提示，不是决定）" in html
    quiet = render(report([finding("B1.1", AREA)]), "html").decode()
    assert "可能的后果" not in quiet


def test_what_came_before_the_standard_stands_in_a_section_of_its_own() -> None:
    page = render(sample(), "html").decode()
    apart = page.split('<section id="before-standard">')[1].split("</section>")[0]
    assert "北苑" in apart
    assert "badge fail" in apart
    rest = page.split('<section id="before-standard">')[1].split("</section>", 1)[1]
    assert "早于标准施行" not in rest.split("用语说明")[0]
    assert '<section id="before-standard">' not in render(empty(), "html").decode()
