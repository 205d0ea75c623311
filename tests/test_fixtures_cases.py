"""Invented counties in the shape of public cases fail exactly what those cases show; the folders are as they are built."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from compliance.road import check
from compliance.schemas.report import Finding, Report
from fixtures.builder import CASES, files_of

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
PROFILE = str(FIXTURES / "profiles" / "cases.yaml")
AS_OF = "2024-03-31"

LATE, ELEVEN, CENTRAL = "late-starts-and-forged-tests", "eleven-audit-findings", "nearly-all-central-money"
COUNTIES = (LATE, ELEVEN, CENTRAL)

FAILS: dict[str, dict[str, int]] = {
    LATE: {"B2.1": 1, "B7.1": 2, "B9.1": 8, "B9.2": 5, "B9.3": 8, "B10.1": 1},
    ELEVEN: {
        "B1.1": 1, "B2.1": 1, "B3.2": 1, "B4.1": 10, "B5.3": 6, "B8.1": 4, "B9.2": 3, "H4.1": 1, "H9.1": 1,
    },
    CENTRAL: {},
}  # fmt: skip
"""County → item of the annex → how many findings must be put right; no other finding must be."""

ENCOURAGED: dict[str, set[str]] = {
    LATE: {"H1.1", "H1.2", "H1.3", "H5.1"},
    ELEVEN: {"H1.1", "H1.2", "H1.3", "H5.1", "H9.1"},
    CENTRAL: {"H1.1", "H1.2", "H1.3", "H4.2", "H5.1", "H6.1"},
}
"""County → items of which somebody could do more, as the sound 示例县 could in the first four."""

NOT_APPLICABLE: dict[str, dict[str, str]] = {
    LATE: {"H7.2": "level_not_covered"},
    ELEVEN: {"B10.1": "no_object", "H7.2": "level_not_covered"},
    CENTRAL: {"H7.2": "level_not_covered"},
}
"""County → item → why it does not apply: no deadline is over yet; a province's and city's task."""

SAYS: dict[str, dict[str, list[str]]] = {
    LATE: {
        "B2.1": ["90%", "37/52"],
        "B7.1": ["80%", "174/297", "82/129"],
        "B9.1": ["应不低于1次，实为0次", "质量安全责任承诺是否签订，实为否"],
        "B9.2": ["实为不合格"],
        "B9.3": ["抽检15批次，合格8批次", "4份检测报告涉嫌伪造", "抽检14批次，合格8批次", "3份检测报告涉嫌伪造"],
        "B10.1": ["示督〔2023〕21号", "示督〔2023〕22号", "示督〔2023〕23号"],
    },
    ELEVEN: {
        "B1.1": ["应超过0个，实为0个", "实为部门负责人", "议事规程"],
        "B2.1": ["90%", "85%（17/20）"],
        "B3.2": ["86.4万元"],
        "B4.1": ["供电"],
        "B5.3": ["养老", "实为预留条件"],
        "B8.1": ["108/270", "1/2"],
        "B9.2": ["实为不合格", "设计单位", "监理单位", "15日，实为41日"],
        "H4.1": ["居民出资已到位应超过0万元，实为0万元", "社会资本已到位应超过0万元，实为0万元"],
        "H9.1": ["归集", "使用", "续筹"],
    },
    CENTRAL: {},
}
"""County → item → what its failing findings say together, figures and all."""


@cache
def report_of(name: str, mode: Any = "strict") -> Report:
    return check(FIXTURES / "cases" / name, profile=PROFILE, mode=mode, as_of=AS_OF)


@cache
def dossier_of(name: str) -> Any:
    return json.loads((FIXTURES / "cases" / name / "dossier.json").read_text("utf-8"))


def of_annex(item: str) -> bool:
    """Whether an item is one of the 36 of the annex; what only the notice's body asks for (X) is not counted here."""
    return item[0] in "BH"


def to_be_put_right(report: Report) -> list[Finding]:
    return [f for f in report.findings if f.disposition == "rectify" and of_annex(f.item)]


@pytest.mark.parametrize("name", COUNTIES)
@pytest.mark.parametrize("mode", ["strict", "feed"])
def test_exactly_the_items_of_the_public_case_must_be_put_right(name, mode):
    assert Counter(f.item for f in to_be_put_right(report_of(name, mode))) == FAILS[name]


@pytest.mark.parametrize("name", COUNTIES)
@pytest.mark.parametrize("mode", ["strict", "feed"])
def test_every_other_item_passes_or_does_not_apply(name, mode):
    items = [i for i in report_of(name, mode).items if of_annex(i.item)]
    assert len(items) == 36
    failing = {i.item for i in items if i.outcome == "fail"}
    assert failing == set(FAILS[name]) | ({"H4.2"} if name == CENTRAL else set())
    assert {i.item: i.reason for i in items if i.outcome == "not_applicable"} == NOT_APPLICABLE[name]
    assert [i.item for i in items if i.outcome == "unknown"] == []


@pytest.mark.parametrize("name", COUNTIES)
def test_nothing_is_open_a_fault_or_tampered_with(name):
    report = report_of(name)
    assert report.faults == ()
    assert report.integrity == ()
    assert [f.id for f in report.findings if of_annex(f.item) and f.disposition in ("supply", "review")] == []


@pytest.mark.parametrize("name", COUNTIES)
def test_what_could_be_done_better_is_encouraged_only(name):
    better = {f.item for f in report_of(name).findings if f.disposition == "improve" and of_annex(f.item)}
    assert better == ENCOURAGED[name]


@pytest.mark.parametrize("name", COUNTIES)
def test_every_failing_finding_names_the_figures(name):
    said: dict[str, str] = {}
    for finding in to_be_put_right(report_of(name)):
        said[finding.item] = said.get(finding.item, "") + finding.sentence.zh
        assert finding.sentence.en
        assert finding.checks
        assert finding.primary
    for item, phrases in SAYS[name].items():
        assert [p for p in phrases if p not in said[item]] == [], said[item]
    assert set(said) == set(SAYS[name])


def test_last_year_s_projects_are_the_figures_that_the_next_plan_reports():
    dossier = dossier_of(LATE)
    plan = next(p for p in dossier["plans"] if p["year"] == 2024)
    projects = [p for p in dossier["projects"] if p["plan_id"] == "plan-2023"]
    begun = [p for p in projects if p.get("actual_start", "9999") <= "2023-12-31"]
    done = [p for p in begun if p.get("completed_on", "9999") <= "2023-12-31"]
    assert (plan["prev_year_planned"], plan["prev_year_started"], plan["prev_year_completed"]) == (
        len(projects), len(begun), len(done),
    )  # fmt: skip
    late = [p for p in projects if "actual_start" not in p]
    overdue = [p for p in begun if "completed_on" not in p and p["planned_finish"] < AS_OF]
    assert (len(projects), len(late), len(overdue)) == (52, 15, 8)
    assert {p["planned_start"] for p in late} == {"2023-05-31"}


def test_the_batches_and_reports_add_up_to_the_published_ones():
    events = [e for p in dossier_of(LATE)["projects"] for e in p.get("quality_events", ())]
    tested = [re.findall(r"\d+", e["description"]) for e in events if e["type"] == "material"]
    forged = [re.findall(r"\d+", e["description"]) for e in events if e["type"] == "forged_report"]
    assert (sum(int(t[0]) for t in tested), sum(int(t[1]) for t in tested)) == (117, 64)
    assert 64 * 1000 // 117 == 547
    assert sum(int(f[0]) for f in forged) == 27


def test_what_is_not_begun_or_overdue_is_remarked_on():
    said = {r.zh for f in report_of(LATE).findings for r in f.remarks if of_annex(f.item)}
    assert "上年计划仍有小区未开工，请核对组织实施能力" in said
    assert "上年计划仍有小区未完工，请核对是否逾期" in said


def test_the_audit_s_sum_and_its_eleven_findings():
    dossier = dossier_of(ELEVEN)
    (plan,) = dossier["plans"]
    assert Decimal(plan["planned_investment_10k"]) == Decimal("28496.66")
    assert sum(Decimal(str(p["investment_planned_10k"])) for p in dossier["projects"]) == Decimal("28496.66")
    assert len(dossier["projects"]) == 15
    assert len([i for i in dossier["issues"] if i["source"] == "audit"]) == 11


def test_what_the_rules_do_not_hold_against_the_audited_county():
    """A road mended but not accepted anew is history of B9.3; an idle sports ground is a remark of B5.3."""
    history = {(f.item, f.subject.id) for f in report_of(ELEVEN).findings if f.history and of_annex(f.item)}
    assert history == {("B9.3", "p004")}
    idle = {
        f.subject.id for f in report_of(ELEVEN).findings for r in f.remarks if r.zh.startswith("有设施填报为未正常使用")
    }
    assert "c0003" in idle


def test_the_figures_of_the_county_that_lives_on_central_money():
    dossier = dossier_of(CENTRAL)
    inside = [c for c in dossier["communities"] if c["community_id"] in dossier["plans"][0]["community_ids"]]
    assert len(inside) == 26
    assert sum(c["buildings"] for c in inside) == 117
    assert sum(c["households"] for c in inside) == 1612
    money = {e["source"]: Decimal(str(e["amount_10k"])) for e in dossier["plans"][0]["funding_plan"]}
    assert {s: a for s, a in money.items() if a} == {
        "central_subsidy": Decimal("1997.95"), "county": Decimal("2.84"), "resident": Decimal("12.40"),
    }  # fmt: skip
    paid = Counter[str]()
    for txn in dossier["fund_txns"]:
        if txn["kind"] == "paid":
            paid[txn["source"]] += int(Decimal(txn["amount_10k"]) * 100)
    assert paid["central_subsidy"] <= 199795


def test_the_share_of_central_money_is_measured_and_remarked_on_but_fails_nothing():
    report = report_of(CENTRAL)
    (h41,) = [f for f in report.findings if f.item == "H4.1"]
    shares = {v.measure: v for c in h41.checks for v in c.values if c.check.endswith("_share")}
    assert h41.outcome == "pass"
    assert shares["central_money_share"].value == "199795/201319"
    assert "≈99.24%" in shares["central_money_share"].says.zh
    assert shares["social_money_share"].value == "1240/201319"
    assert any("不足百分之一" in r.zh for r in h41.remarks)
    (b21,) = [f for f in report.findings if f.item == "B2.1" and f.subject.kind == "area"]
    assert b21.outcome == "pass"
    assert any("几乎全部来自财政" in r.zh for r in b21.remarks)


def test_bonds_are_only_encouraged():
    (h42,) = [f for f in report_of(CENTRAL).findings if f.item == "H4.2"]
    assert (h42.outcome, h42.disposition, h42.severity) == ("fail", "improve", "advisory")
    assert {c.check: c.outcome for c in h42.checks if c.outcome != "not_applicable"} == {
        "local_budget": "pass", "bonds": "fail",
    }  # fmt: skip


@pytest.mark.parametrize("name", COUNTIES)
def test_nothing_that_only_the_body_of_the_notice_asks_for_fails(name):
    assert [i.item for i in report_of(name).items if i.item.startswith("X") and i.outcome == "fail"] == []


def test_whether_public_money_carries_everything_is_left_to_a_person():
    (x2,) = [f for f in report_of(CENTRAL).findings if f.item == "X2"]
    assert (x2.outcome, x2.reason, x2.disposition) == ("unknown", "needs_judgement", "review")


@pytest.mark.parametrize("name", CASES)
def test_it_is_invented_and_says_so(name):
    dossier = dossier_of(name)
    readme = (FIXTURES / "cases" / name / "README.md").read_text("utf-8")
    assert dossier["fictional"] is True
    assert re.fullmatch(r"9999\d\d", dossier["area_code"])
    assert dossier["area_name"].startswith("示例")
    assert dossier["area_name"] in readme
    assert dossier["area_code"] in readme
    assert "虚构" in readme
    assert "invented" in readme
    if name in COUNTIES:
        assert "网页摘录" in readme
    assert all(p["approved_on"] > "2021-12-14" for p in dossier["plans"])


@pytest.mark.parametrize("name", CASES)
def test_folder_is_what_the_builder_makes(name):
    """Change the builder, not the folder: ``python -m fixtures.builder`` writes it anew; README.md is by hand."""
    made = files_of(CASES[name]())
    folder = FIXTURES / "cases" / name
    there = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    del there["README.md"]
    assert sorted(there) == sorted(made)
    assert [path for path in made if made[path] != there[path]] == []
    assert sum(map(len, there.values())) < 2_000_000


def test_every_case_has_its_folder():
    assert {p.name for p in (FIXTURES / "cases").iterdir()} == set(CASES)
