"""Measures of conditions that no act concerns, each with the reason: they never stand in the way by themselves."""

from __future__ import annotations

__all__ = ["UNFAILING"]

_TOLD = "true or not known, never false: a gap is supplied, not changed"
_APART = "tells cases apart: which law, which matter, which round"
_MEASURED = "compared with nothing at all: it is measured and never fails"

UNFAILING: dict[str, str] = {
    **dict.fromkeys(
        (
            "earlier_works_stated", "demolitions_stated", "selection_stated", "shortfalls_reported",
            "plan_members_reported", "excavations_reported", "stage_told", "absence_of_events_stated",
            "issue_listed_as_event", "audit_issues_declared_absent", "approval_times_reported", "utility_works_stated",
        ),
        _TOLD,
    ),
    **dict.fromkeys(("same_round", "matters_tier", "vote_law"), _APART),
    **dict.fromkeys(
        (
            "public_share_of_confirmed", "reserve_size", "reserve_beyond_plan", "committee_party_share",
            "communities_in_units", "central_money_share", "social_money_share",
        ),
        _MEASURED,
    ),
    "left_to_a_person": "never known to the program",
}  # fmt: skip
