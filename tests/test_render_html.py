"""The page: valid, harmless whatever a dossier says, complete in both languages, readable without colour."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib
import pytest

from compliance.render import render
from compliance.render.excerpt import block_of, excerpt, field_words
from compliance.road import examine
from compliance.schemas.report import (
    Advice,
    Bilingual,
    Change,
    Edit,
    FundingRow,
    Gate,
    PrecedentNear,
    Report,
    Timeline,
    Way,
)
from tests.places import FIXTURES
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


# -- what stands beside the items ---------------------------------------------------------------------------------


def timed(**gates: str) -> Timeline:
    told = tuple(Gate(gate, day, f"/projects/0/{gate}") for gate, day in gates.items())  # type: ignore[arg-type]
    return Timeline(findings()[0].subject, "p1", told, (("scheme", "start"),))


def with_panels() -> Report:
    money = FundingRow("county", Bilingual("县级财政", "county budget"), "1000.5", "400", "100", None, "7", None, 2, ())
    lines = (timed(plan="2022", scheme="2023-02", start="2023-01-31"), replace(timed(), inverted=()))
    return replace(sample(), timelines=lines, funding=(money,))


def test_gates_out_of_order_are_marked_and_told() -> None:
    html = render(with_panels(), "html").decode()
    (section,) = [s for s in elements(html, "section") if s.get("id") == "gates"]
    text = "".join(section.itertext())
    assert "开工（2023-01-31）早于方案定稿（2023-02）" in text
    assert "Start (2023-01-31) before scheme final (2023-02)" in text
    assert len([c for c in section.iter() if c.tag.endswith("circle") and c.get("class") == "wrong"]) == 1
    assert "没有报送任何节点日期" in text
    assert 'id="gates"' not in page()


def test_money_is_written_as_reported() -> None:
    html = render(with_panels(), "html").decode()
    (section,) = [s for s in elements(html, "section") if s.get("id") == "funding"]
    (row,) = [r for body in section.iter("tbody") for r in body.iter("tr")]
    assert ["".join(c.itertext()) for c in row.iter("td")][1:] == ["1,000.5", "400", "100", "", "7", ""]
    assert "2 笔未填金额" in "".join(row.itertext())
    assert 'id="funding"' not in page()


def test_every_chart_is_said_in_both_languages() -> None:
    root = tree(render(with_panels(), "html").decode())
    charts = 0
    for parent in root.iter():
        for drawn, said in pairwise(parent):
            if drawn.tag.endswith("svg") and drawn.get("class") in ("bar", "timeline"):
                charts += 1
                assert drawn.get("aria-hidden") == "true"
                assert said.get("class") == "sr"
                assert {child.get("lang") for child in said} == {"zh", "en"}
    assert charts > 5


def test_coverage_counts_communities_alone() -> None:
    (section,) = [s for s in elements(page(), "section") if s.get("id") == "coverage"]
    named = {a.get("href", "")[1:] for a in section.iter("a")}
    assert {"B6.2", "B7.1", "B7.2", "H1.2"} <= named
    assert not named & {"B1.1", "H3.1", "X2"}


def test_data_that_end_early_are_said_to() -> None:
    def dated(end: str | None) -> str:
        made = sample()
        return render(replace(made, provenance=replace(made.provenance, data_as_of=end)), "html").decode()

    notice = "数据截止日早于检查基准日"
    assert notice in dated("2022-12-30")
    assert notice in dated("2022-11")
    assert notice not in dated("2022-12-31")
    assert notice not in dated("2022-12")
    assert notice not in dated(None)


# -- what is advised ------------------------------------------------------------------------------------------------


def advised() -> Report:
    subject = findings()[0].subject
    near = PrecedentNear(
        "P9-99", Bilingual("先问后改", "Ask first"), Bilingual("逐户上门。", "From door to door."),
        (Bilingual("某省某市", "A city"),), (Bilingual("参与率95%", "Participation: 95%"),),
        Bilingual("清单第1项", "list, no. 1"), (Bilingual("同一条目", "same item"),),
    )  # fmt: skip
    change = Change("participation", subject, Bilingual("再有17户", "17 more"), "17", "户", (
        Edit("replace", "/communities/0/consultations/0/participated", "80"),
    ))  # fmt: skip
    way = Way((change,), (), (), (), True, Bilingual("再有17户参与，本条即符合。", "17 more take part, then it is met."))
    advice = Advice((Bilingual("补问未参与的住户", "Ask the others"),), (near,), (), way)
    return report([replace(f, advice=advice) if f.outcome == "fail" else f for f in findings()])


def test_advice_is_told_once_an_item_and_the_way_with_each_finding() -> None:
    html = render(advised(), "html").decode()
    (item,) = [d for d in elements(html, "details") if d.get("id") == "B7.2"]
    text = "".join(item.itertext())
    assert text.count("补问未参与的住户") == 1
    assert text.count("P9-99") == 1
    for words in ("某省某市", "参与率95%", "同一条目", "清单第1项"):
        assert words in text
    assert text.count("再有17户参与，本条即符合。") == 7
    assert text.count("已按改后数据重新判定，结果为符合") == 7
    assert text.count("replace /communities/0/consultations/0/participated") == 7


# -- every finding once -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [sample(), large()], ids=["sample", "large"])
def test_every_finding_is_told_or_counted_exactly_once(made: Report) -> None:
    root = tree(render(made, "html").decode())
    told = [row.get("data-f") for row in root.iter("tr") if row.get("data-f")]
    assert len(told) == len(set(told))
    assert set(told) <= {f.id for f in made.findings}
    for rollup in made.items:
        (place,) = [e for e in root.iter() if e.get("id") == rollup.item]
        if place.tag == "tr":
            continue  # a question of the body, told apart
        rows = sum(row.get("data-f", "").startswith(f"{rollup.item}/") for row in place.iter("tr"))
        counted = sum(int(fold.get("data-n", 0)) for fold in place.iter("details"))
        tally = rollup.tally
        assert rows + counted == tally.passed + tally.failed + tally.unknown + tally.not_applicable, rollup.item


# -- the dossier in the page --------------------------------------------------------------------------------------------


def dossier(**parts: object) -> bytes:
    return json.dumps(
        {"schema_version": "1.0", "dossier_id": "d", "communities": [{"name": "甲"}, {"name": "乙"}], **parts},
        ensure_ascii=False, indent=1,
    ).encode()  # fmt: skip


def of_dossier(data: bytes) -> Report:
    made = sample()
    return replace(made, provenance=replace(made.provenance, dossier_sha256=hashlib.sha256(data).hexdigest()))


def entries(html: str) -> dict[str, str]:
    (block,) = [s for s in elements(html, "script") if s.get("id") == "entries"]
    return dict(line.split(" ", 1) for line in (block.text or "").split("\n"))


def test_the_dossier_stands_in_the_page_word_for_word() -> None:
    data = b'{"a": 12.50, "plans": [ {"x": 1e3, "y": "\xe7\x94\xb2 \\u4e59"} , 7 ], "fund_rules": {"z": [1, 2]}, "e": []}'
    found = excerpt(data, ()).entries
    assert found == {
        "/plans/0": '{"x":1e3,"y":"甲 \\u4e59"}', "/plans/1": "7", "/fund_rules": '{"z":[1,2]}',
        "": '{"a":12.50,"plans":[2],"fund_rules":{},"e":[0]}',
    }  # fmt: skip
    assert excerpt(b"{}", ()).entries == {"": "{}"}
    assert excerpt(b'\xef\xbb\xbf {"a":[ ]} ', ()).entries == {"": '{"a":[0]}'}


def test_a_hostile_dossier_cannot_leave_its_block() -> None:
    data = dossier(note="</script><script>alert(1)</script><!--\u202e\x7f\u2028")
    html = render(of_dossier(data), "html", dossier=data).decode()
    assert len(list(elements(html, "script"))) == 3
    assert "<script>alert" not in html
    assert json.loads(entries(html)[""])["note"] == "</script><script>alert(1)</script><!--\u202e\x7f\u2028".replace("\u2028", " ")
    assert "\u202e" not in html


def test_only_the_dossier_reported_on_is_taken() -> None:
    with pytest.raises(ValueError, match="another dossier"):
        render(sample(), "html", dossier=dossier())


def test_of_a_large_dossier_the_entries_pointed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.render.excerpt.WHOLE", 10)
    some = excerpt(dossier(), ["/communities/1/name", "/communities/9/name", "/nowhere", ""])
    assert list(some.entries) == ["", "/communities/1"]
    assert (some.whole, some.left) == (False, 0)
    monkeypatch.setattr("compliance.render.excerpt.ROOM", 75)
    few = excerpt(dossier(), ["/communities/0", "/communities/1"])
    assert few.left == 2 - len([p for p in few.entries if p])
    assert few.left > 0


def test_places_of_a_real_report_lead_into_its_dossier() -> None:
    made, received = examine(
        FIXTURES / "cases" / "eleven-audit-findings", profile=str(FIXTURES / "profiles" / "cases.yaml"),
        as_of="2024-03-31", ways=False, keep=True,
    )  # fmt: skip
    html = render(made, "html", dossier=received.data).decode()
    held = {place: json.loads(text) for place, text in entries(html).items()}
    found = missing = 0
    for button in elements(html, "button"):
        if button.get("class") != "at":
            continue
        pointer = button.get("data-at") if button.get("data-at") is not None else "".join(button.itertext())
        assert pointer is not None
        place = block_of(pointer, held)
        assert place or pointer.count("/") < 2, pointer  # an entry of a list is held itself
        value = held[place]
        for step in pointer[len(place) :].split("/")[1:]:
            value = value[int(step)] if isinstance(value, list) else value.get(step, _ABSENT)
            if value is _ABSENT:
                break
        missing += value is _ABSENT
        found += value is not _ABSENT
    assert found > 200
    assert missing < found / 2


_ABSENT = object()


def test_fields_have_their_chinese_names() -> None:
    words = json.loads(field_words())
    assert words["Dossier"]["communities"] == ["小区", "Community"]
    assert words["Consultation"]["agreed"] == ["同意数（户）"]
