"""Measures of what is alike where it should differ, communities, counts or files, and of the submission."""

from __future__ import annotations

from compliance.measures.base import MISSING, Code, Count, Flag, Share, measure
from compliance.measures.soundness.rows import AlikeRow, CountsRow, ShownRow, SubmissionRow, UnanimityRow
from compliance.schemas.scalars import Ratio

COMPARED = "数据比对"


@measure("比对内容", "what is compared", source=COMPARED)
def alike_in(row: AlikeRow) -> Code:
    """Name and street, address, or figures.

    >>> alike_in(AlikeRow((), 2, "address"))
    'address'
    """
    return row.which


@measure("相同的小区数", "communities that are alike", unit="个", source=COMPARED)
def alike(row: AlikeRow) -> Count:
    """How many communities share it; 1 where it is one community's alone.

    >>> from compliance.schemas.dossier import Community
    >>> a, b = (Community(community_id=i, name="甲") for i in "ab")
    >>> alike(AlikeRow((a, b), 2, "name_and_street"))
    2
    """
    for c in row.communities:
        for field in _FIELDS[row.which]:
            getattr(c, field)
    return row.number


_FIELDS = {
    "name_and_street": ("name",),
    "address": ("address",),
    "figures": ("buildings", "households", "floor_area_m2"),
}


@measure("计数事项", "what was counted", source=COMPARED)
def counted(row: CountsRow) -> Code:
    """Consultation or vote.

    >>> counted(CountsRow((), "vote_counts", (1, 1, 1), 1, ""))
    'vote_counts'
    """
    return row.which


@measure("全部数", "all who were counted", source=COMPARED)
def all_counted(row: CountsRow) -> Count:
    """How many there were to ask.

    >>> all_counted(CountsRow((), "vote_counts", (86, 80, 70), 1, ""))
    86
    """
    return row.counts[0]


@measure("是否全部同意", "whether all agreed", source=COMPARED)
def all_agreed(row: CountsRow) -> Flag:
    """Whether everybody there was to ask agreed: such counts are alike as soon as the numbers of all are.

    >>> [all_agreed(CountsRow((), "vote_counts", n, 1, "")) for n in ((86, 86, 86), (86, 86, 85))]
    [True, False]
    """
    return row.counts[2] == row.counts[0]


@measure("计数相同的小区数", "communities with the same counts", unit="个", source=COMPARED)
def same_counts(row: CountsRow) -> Count:
    """How many communities report these very counts.

    >>> from compliance.schemas.dossier import Vote
    >>> same_counts(CountsRow((Vote(agree_owners=3),), "vote_counts", (5, 4, 3), 1, "甲"))
    1
    """
    for entity in row.entities:
        getattr(entity, "agreed" if row.which == "consultation_counts" else "agree_owners")
    return row.communities


@measure("有计数的小区数", "communities with counts", unit="个", source=COMPARED)
def communities_counted(row: UnanimityRow) -> Count:
    """How many communities report counts.

    >>> communities_counted(UnanimityRow("vote_counts", 12, 3, ()))
    12
    """
    return row.communities


@measure("全部同意的小区占比", "share of communities in which all agreed", unit="%", source=COMPARED)
def unanimous_share(row: UnanimityRow) -> Share:
    """Communities in which everybody agreed, over those that report counts.

    >>> unanimous_share(UnanimityRow("vote_counts", 12, 3, ()))
    Ratio(p=3, q=12)
    """
    for entity in row.shown:
        getattr(entity, "agreed" if row.which == "consultation_counts" else "agree_owners")
    return Ratio(row.unanimous, row.communities)


@measure("附件类型", "kind of document", source=COMPARED)
def file_kind(row: ShownRow) -> Code:
    """The kind of the attachment.

    >>> from compliance.schemas.dossier import Attachment
    >>> file_kind(ShownRow(Attachment(att_id="a", doc_type="ballot"), (), 1, 1))
    'ballot'
    """
    return row.attachment.doc_type


@measure("用作证据的小区数（同一片区计一次）", "communities it is shown for, an area unit once", source=COMPARED)
def shown_for(row: ShownRow) -> Count:
    """For how many communities the file, or the page, is evidence; those of one area unit may share one.

    >>> from compliance.schemas.dossier import Attachment
    >>> shown_for(ShownRow(Attachment(att_id="a", doc_type="ballot", sha256="0" * 64), (), 3, 2))
    2
    """
    row.attachment.sha256  # noqa: B018 -- read, so that a finding points at it
    for c in row.communities:
        c.name  # noqa: B018
    return row.units


@measure("是否最终报送", "whether it is the final submission", source=COMPARED)
def is_final(row: SubmissionRow) -> Flag:
    """Whether the submission is said to be final.

    >>> from compliance.measures.base import given
    >>> head = {"schema_version": "1.0", "dossier_id": "d", "area_code": "999901", "area_name": "示例县",
    ...         "area_level": "county", "plan_year": 2023}
    >>> is_final(given(SubmissionRow, dossier=head | {"submission": {"status": "final"}}))
    True
    >>> is_final(given(SubmissionRow, dossier=head))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    found = row.dossier.submission
    return MISSING if found is None or found.status is None else found.status == "final"


@measure("是否载明签发人和签发日期", "whether signed, with name and day", source=COMPARED)
def is_signed(row: SubmissionRow) -> Flag:
    """Whether who signed and when is reported.

    >>> from compliance.measures.base import given
    >>> head = {"schema_version": "1.0", "dossier_id": "d", "area_code": "999901", "area_name": "示例县",
    ...         "area_level": "county", "plan_year": 2023}
    >>> is_signed(given(SubmissionRow, dossier=head | {"submission": {"signed_by": "某"}}))
    False
    """
    found = row.dossier.submission
    return MISSING if found is None else found.signed_by is not None and found.signed_on is not None


@measure("是否有本年度计划", "whether the year's plan is there", source=COMPARED)
def has_plan_of_year(row: SubmissionRow) -> Flag:
    """Whether a plan of the dossier's year is among its plans; no plan at all: not known.

    >>> from compliance.measures.base import given
    >>> head = {"schema_version": "1.0", "dossier_id": "d", "area_code": "999901", "area_name": "示例县",
    ...         "area_level": "county", "plan_year": 2023}
    >>> has_plan_of_year(given(SubmissionRow, dossier=head | {"plans": [{"plan_id": "p", "year": 2022}]}))
    False
    """
    if not row.dossier.plans:
        return MISSING
    return row.dossier.plan_year in [p.year for p in row.dossier.plans]


@measure("行政层级", "level of the area", source=COMPARED)
def level_claimed(row: SubmissionRow) -> Code:
    """Province, city or county, as the dossier says; a municipality is a province, a district a county.

    >>> from compliance.measures.base import given
    >>> head = {"schema_version": "1.0", "dossier_id": "d", "area_code": "110000", "area_name": "示例市",
    ...         "area_level": "municipality", "plan_year": 2023}
    >>> level_claimed(given(SubmissionRow, dossier=head))
    'province'
    """
    return {"municipality": "province", "district": "county"}.get(row.dossier.area_level, row.dossier.area_level)


@measure("代码所示层级", "level that the code shows", source=COMPARED)
def level_of_code(row: SubmissionRow) -> Code:
    """Province, city or county by the zeros of the area code.

    >>> from compliance.measures.base import given
    >>> head = {"schema_version": "1.0", "dossier_id": "d", "area_code": "430300", "area_name": "示例市",
    ...         "area_level": "city", "plan_year": 2023}
    >>> level_of_code(given(SubmissionRow, dossier=head))
    'city'
    """
    code = row.dossier.area_code
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


@measure("不在计划、项目和储备库中的小区数", "communities in no plan, project or library", unit="个", source=COMPARED)
def strays(row: SubmissionRow) -> Count:
    """Communities that no plan, project or reserve library names: of them the standard is asked nothing.

    >>> from compliance.schemas.dossier import Community
    >>> strays(SubmissionRow(None, None, (Community(community_id="c", name="甲"),), 1))
    1
    """
    for c in row.strays:
        c.community_id  # noqa: B018
    return row.stray
