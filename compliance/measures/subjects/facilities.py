"""What the standard counts: facility → utility sector and class, and the parts its items name; judges nothing."""

from __future__ import annotations

PIPELINES: dict[str, str] = {
    "drainage": "drainage",
    "water": "water",
    "gas": "gas",
    "heating": "heating",
    "power": "power",
    "telecom": "telecom",
    "overhead_lines": "telecom",
}
"""Facility → utility sector; overhead lines belong to telecom (readings, B4.1)."""

FACILITY_CLASS: dict[str, str] = {
    **dict.fromkeys(
        ("drainage", "water", "gas", "heating", "power", "telecom", "overhead_lines", "road", "fire_safety", "roof",
         "facade", "stairwell", "structure", "energy_retrofit", "accessibility", "ageing", "child_friendly"),
        "basic",
    ),
    "parking": "parking",
    "elevator": "lift",
    "charging_car": "charging",
    "charging_ebike": "charging",
    "security": "security_lighting",
    "lighting": "security_lighting",
    "smart_mailbox": "mailbox_parcel",
    "parcel_locker": "mailbox_parcel",
    "improvement_other": "improvement_other",
    **dict.fromkeys(("sports", "elderly_care", "childcare", "dining", "health", "uplift_other"), "uplift"),
}  # fmt: skip
"""Facility → class by the annex (5.1 basic; six improvement classes of 5.2; 5.3 uplift), not by 国办发〔2020〕23号."""

PARTIES = ("builder", "designer", "contractor", "supervisor")
QUALITY_SYSTEMS = ("safety", "inspection", "handover", "warranty", "dispute", "credit")
ARCHIVES = ("basic", "willingness", "scheme", "progress", "effect")
STEPS = ("scheme", "construction", "supervision", "management", "feedback")
MECHANISM_DOCUMENTS = ("work_rules", "responsibility_list", "procedure")
FUND_SEGMENTS = ("collect", "use", "replenish")
EXCLUSIONS = ("shantytown", "expropriation", "villa_only", "illegal_construction", "to_be_rebuilt")
POLICY_CLASSES = ("stock_resources", "land_mixed_use", "building_conversion")
