# The checks of benchmarks/subset.py in Rego: input is a dossier, data.place the place's numbers and the days judged by.
# Written for speed as far as the language goes: every row is made once, with what its checks share.
#
# Rego has no third truth value, no date of reduced precision and no ratio, so all three are made here by hand:
# true, unknown and false are 1, 0 and -1 ("and" is min, "or" is max, "not" is minus); a date is its first and its
# last day as text; a ratio is never divided; amounts are whole ten-thousandths.
package subset

import rego.v1

report := {"rows": rows, "items": items}

rows := {
	"B2.2.land": [[r.key, verdict(r.state, 1, land_fits(r.land))] | some r in communities],
	"B2.2.age": [[r.key, verdict(r.state, 1, age_fits(r.built))] | some r in communities],
	"B3.2.paid_for_projects": [[r.key, verdict(r.state, r.paid, min([r.in_project, 0 - r.elsewhere]))] | some r in txns],
	"B3.2.central_money_in_scope": [[r.key, verdict(r.state, min([r.paid, r.central]), r.in_scope)] | some r in txns],
	"B6.3.community_limit": [[r.key, verdict(r.state, 1, at_least(r.rate, limit("satisfaction_min")))] | some r in surveys],
	"B7.1.participation": [[r.key, verdict(r.state, 1, enough_took_part(r))] | some r in consultations],
	"B7.1.agreement": [[r.key, verdict(r.state, 1, enough_agreed(r))] | some r in consultations],
	"B7.1.before_plan": [[r.key, verdict(r.state, 1, not_after(r.closed, r.approved))] | some r in consultations],
	"B7.2.participation_owners": [[r.key, verdict(r.state, r.now, at_least(r.owners_voting, [2, 3]))] | some r in votes],
	"B7.2.agreement_owners": [[r.key, verdict(r.state, r.now, majority(r.owners_agreeing, [3, 4], r))] | some r in votes],
	"B7.2.agreement_owners_before_2021": [[r.key, verdict(r.state, 0 - r.now, majority(r.owners_of_all, [2, 3], r))] | some r in votes],
	"B7.2.participation_area": [[r.key, verdict(r.state, r.now, at_least(r.area_voting, [2, 3]))] | some r in votes],
	"B7.2.agreement_area": [[r.key, verdict(r.state, r.now, majority(r.area_agreeing, [3, 4], r))] | some r in votes],
	"B7.2.agreement_area_before_2021": [[r.key, verdict(r.state, 0 - r.now, majority(r.area_of_all, [2, 3], r))] | some r in votes],
	"B7.2.method": [[r.key, verdict(r.state, 1, lawful_form(r.vote))] | some r in votes],
	"B7.2.before_start": [[r.key, verdict(r.state, 1, not_after(r.closed, r.started))] | some r in votes],
}

# -- roll-up: one failing fails the item, then unknown, then pass

ranks := {"not_applicable": 0, "pass": 1, "unknown": 2, "fail": 3}

names := ["not_applicable", "pass", "unknown", "fail"]

checks_of[item] contains check if {
	some check, _ in rows
	parts := split(check, ".")
	item := concat(".", [parts[0], parts[1]])
}

items[item] := names[worst] if {
	some item, checks in checks_of
	worst := max({0} | {ranks[line[1]] | some check in checks; some line in rows[check]})
}

# -- three values

truth(yes) := 1 if yes

truth(yes) := -1 if not yes

verdict(state, when, holds) := "not_applicable" if {
	when == -1
} else := state if {
	state != "ready"
} else := "unknown" if {
	min([when * when, holds * holds]) == 0
} else := "pass" if {
	holds == 1
} else := "fail"

# -- numbers: a ratio is [part, whole], [] where it is not known

numbered(thing, field) := object.get(thing, field, null)

tenthousandths(thing, field) := round(to_number(thing[field]) * 10000) if {
	numbered(thing, field) != null
} else := null

share(part, total) := [] if {
	part == null
} else := [] if {
	total == null
} else := [] if {
	total == 0
} else := [] if {
	part > total
} else := [part, total]

at_least(ratio, least) := 0 if {
	min([count(ratio), count(least)]) == 0
} else := truth(ratio[0] * least[1] >= least[0] * ratio[1])

more_than_half(ratio) := 0 if {
	ratio == []
} else := truth(ratio[0] * 2 > ratio[1])

# -- dates: [first day, last day], [] where there is none

interval(thing, field) := days(object.get(thing, field, null))

days(date) := [] if {
	date == null
} else := [date, date] if {
	count(date) == 10
} else := [concat("", [date, "-01"]), concat("-", [date, month_end(substring(date, 0, 4), substring(date, 5, 2))])] if {
	count(date) == 7
} else := [concat("", [date, "-01-01"]), concat("", [date, "-12-31"])]

month_end(year, month) := "30" if {
	month in {"04", "06", "09", "11"}
} else := "31" if {
	month != "02"
} else := "29" if {
	to_number(year) % 4 == 0
} else := "28"

not_after(a, b) := 0 if {
	min([count(a), count(b)]) == 0
} else := 1 if {
	a[1] <= b[0]
} else := -1 if {
	a[0] > b[1]
} else := 0

last_of(date) := "" if {
	date == []
} else := date[1]

# -- the place: a number that it has not set is not known

limit(name) := object.get(data.place, name, [])

chosen(name) := object.get(data.place, name, null)

is_chosen(name, wanted) := 0 if {
	chosen(name) == null
} else := truth(chosen(name) == wanted)

# -- lookups: a community's plan is the latest that names it, its project the last of that plan, else the first

plans := object.get(input, "plans", [])

projects := object.get(input, "projects", [])

plans_naming[c] contains [plan.year, n] if {
	some n, plan in plans
	some c in plan.community_ids
}

plan_of := {c: plans[max(found)[1]] | some c, found in plans_naming}

projects_naming[c] contains n if {
	some n, project in projects
	some c in project.community_ids
}

project_of := {c: projects[in_force(found, same)] |
	some c, found in projects_naming
	same := {n | some n in found; projects[n].plan_id == plan_of[c].plan_id}
}

in_force(found, same) := max(same) if {
	count(same) > 0
} else := min(found)

planned := [c |
	some c in object.get(input, "communities", [])
	is_planned(c.community_id)
]

is_planned(_) if count(plans) == 0

is_planned(id) if plan_of[id]

is_planned(id) if project_of[id]

project_ids := {project.project_id | some project in projects}

# -- the docket: which level answers, what the standard is older than, which gate has been reached

asked(gate, dated) := "not_applicable" if {
	input.area_level == "province"
} else := "not_applicable" if {
	data.place.as_of < data.place.standard_day
} else := "not_applicable" if {
	dated != []
	dated[1] < data.place.standard_day
} else := ["not_applicable", "unknown", "ready"][gate + 1]

stages := {"planned": 0, "started": 1, "completed": 2, "accepted": 3, "handed_over": 4}

come(date) := 0 if {
	date == []
} else := truth(date[0] <= data.place.as_of)

reached(project, least, on) := 1 if {
	come(on) == 1
} else := truth(stages[project.stage] >= least) if {
	object.get(project, "stage", null) != null
} else := come(on)

accepted(project) := reached(project, 3, days(object.get(project, ["acceptance", "accepted_on"], null)))

completed(project) := either(reached(project, 2, interval(project, "completed_on")), accepted(project))

started(project) := either(reached(project, 1, interval(project, "actual_start")), completed(project))

# Shown by the one or by the other; else what the first says.
either(one, other) := 1 if {
	max([one, other]) == 1
} else := one

entered(plan) := 0 if {
	plan == {}
} else := 1 if {
	interval(plan, "approved_on") == []
} else := come(interval(plan, "approved_on"))

# -- communities

communities := [row |
	some c in planned
	plan := object.get(plan_of, c.community_id, {})
	row := {
		"key": c.community_id,
		"state": asked(entered(plan), interval(plan, "approved_on")),
		"land": object.get(c, "land_type", null),
		"built": interval(c, "built_on"),
	}
]

land_fits(land) := max([is_chosen("state_land_required", false), is_state(land)])

is_state(land) := 0 if {
	land == null
} else := truth(land == "state")

age_fits(built) := max([
	not_after(built, limit("eligibility_cutoff")),
	min([
		truth(limit("extension_to") != []),
		not_after(limit("extension_from"), built),
		not_after(built, limit("extension_to")),
	]),
])

# -- transactions

txns := [row |
	some t in object.get(input, "fund_txns", [])
	purpose := object.get(t, "purpose", null)
	row := {
		"key": t.txn_id,
		"state": asked(1, interval(t, "on")),
		"paid": truth(t.kind == "paid"),
		"central": truth(t.source in {"central_subsidy", "central_budget_investment"}),
		"in_project": in_project(object.get(t, "project_id", null)),
		"elsewhere": is_elsewhere(purpose),
		"in_scope": in_scope(purpose),
	}
]

# A number that no project has may be of an earlier year: a person has to judge.
in_project(id) := 1 if {
	id in project_ids
} else := 0

is_elsewhere(purpose) := 0 if {
	purpose == null
} else := truth(purpose == "other_project")

in_scope(purpose) := 0 if {
	purpose == null
} else := 1 if {
	purpose in {"infrastructure", "public_service", "common_parts", "energy_retrofit", "elevator"}
} else := 0 if {
	purpose in {"survey_design", "supervision", "other"}
} else := -1

# -- surveys: the last of every community completed in the year

surveys := [row |
	some c in planned
	project := project_of[c.community_id]
	done := interval(project, "completed_on")
	in_year(project, done)
	held := object.get(c, "surveys", [])
	row := {
		"key": c.community_id,
		"state": surveyed(completed(project), done),
		"rate": satisfaction(last_survey(held), done),
	}
]

in_year(project, done) if {
	done == []
	project.stage in {"completed", "accepted", "handed_over"}
}

in_year(_, done) if substring(done[0], 0, 4) == format_int(input.plan_year, 10)

surveyed(gate, done) := "not_applicable" if {
	limit("satisfaction_min") == []
} else := "not_applicable" if {
	chosen("satisfaction_gate") != "acceptance"
} else := asked(gate, done)

last_survey(held) := {} if {
	held == []
} else := held[last[1]] if {
	last := max({[last_of(interval(s, "surveyed_on")), n] | s := held[n]})
}

satisfaction(survey, done) := [] if {
	not_after(done, interval(survey, "surveyed_on")) != 1
} else := [] if {
	object.get(survey, "scale", null) == "points"
} else := [] if {
	is_number(survey.surveyed)
	survey.valid_responses > survey.surveyed
} else := share(numbered(survey, "satisfied"), numbered(survey, "valid_responses"))

# -- consultations: the round in force, the last that was closed, not after the plan's approval where one is

consultations := [row |
	some c in planned
	plan := object.get(plan_of, c.community_id, {})
	approved := interval(plan, "approved_on")
	asked_about := [r | some r in object.get(c, "consultations", []); object.get(r, "about", null) != "scheme"]
	round_ := round_in_force(asked_about, approved)
	row := {
		"key": c.community_id,
		"state": asked(entered(plan), approved),
		"took_part": share(numbered(round_, "participated"), numbered(round_, "total")),
		"of_total": agreement_of_total(round_),
		"of_those": share(numbered(round_, "agreed"), numbered(round_, "participated")),
		"closed": interval(round_, "closed_on"),
		"approved": approved,
	}
]

round_in_force(rounds, approved) := {} if {
	rounds == []
} else := rounds[0] if {
	count(rounds) == 1
} else := latest_round(rounds) if {
	approved == []
} else := latest_round(in_time) if {
	in_time := [r | some r in rounds; closed := interval(r, "closed_on"); closed[0] <= approved[1]]
	in_time != []
} else := latest_round(rounds)

latest_round(rounds) := rounds[0 - last[2]] if {
	last := max({[last_of(interval(r, "closed_on")), object.get(r, "round", 0), 0 - n] | r := rounds[n]})
}

agreement_of_total(entry) := [] if {
	numbered(entry, "participated") != null
	share(numbered(entry, "agreed"), numbered(entry, "participated")) == []
} else := share(numbered(entry, "agreed"), numbered(entry, "total"))

enough_took_part(r) := max([
	at_least(r.took_part, limit("consent_participation_min")),
	min([
		truth(limit("consent_participation_min") == []),
		is_chosen("consent_denominator", "total"),
		at_least(r.of_total, limit("consent_agree_min")),
	]),
])

enough_agreed(r) := max([
	min([is_chosen("consent_denominator", "total"), at_least(r.of_total, limit("consent_agree_min"))]),
	min([is_chosen("consent_denominator", "participants"), at_least(r.of_those, limit("consent_agree_min"))]),
])

# -- votes: the last on the scheme (or that there is none), then the last on every lift

votes := [row |
	some c in planned
	plan := object.get(plan_of, c.community_id, {})
	project := object.get(project_of, c.community_id, {})
	state := asked(started(project), interval(plan, "approved_on"))
	begun := actual_start(project)
	some v in votes_in_force(object.get(c, "votes", []))
	closed := interval(v, "closed_on")
	row := {
		"key": c.community_id,
		"state": state,
		"vote": v,
		"started": begun,
		"closed": closed,
		"now": not_after(["2021-01-01", "2021-01-01"], closed),
		"tier": tier(object.get(v, "matters", [])),
		"owners_voting": share(numbered(v, "part_owners"), numbered(v, "total_owners")),
		"owners_agreeing": share(numbered(v, "agree_owners"), numbered(v, "part_owners")),
		"owners_of_all": share(numbered(v, "agree_owners"), numbered(v, "total_owners")),
		"area_voting": share(tenthousandths(v, "part_area_m2"), tenthousandths(v, "total_area_m2")),
		"area_agreeing": share(tenthousandths(v, "agree_area_m2"), tenthousandths(v, "part_area_m2")),
		"area_of_all": share(tenthousandths(v, "agree_area_m2"), tenthousandths(v, "total_area_m2")),
	}
]

# A start that rests on the contract alone is what was agreed, not what happened.
actual_start(project) := [] if {
	object.get(project, "start_basis", null) == "contract"
} else := interval(project, "actual_start")

votes_in_force(held) := array.concat([on_scheme(held)], on_lifts(held))

on_scheme(held) := {} if {
	closings(held, "scheme") == set()
} else := held[0 - last[1]] if {
	last := max({[e[0], 0 - e[1]] | some e in closings(held, "scheme")})
}

closings(held, about) := found if {
	found := {[last_of(interval(v, "closed_on")), n] |
		v := held[n]
		object.get(v, "decides", null) == about
	}
}

on_lifts(held) := [] if {
	closings(held, "lift") == set()
} else := last if {
	found := sort({[min(group), max(group)[1]] | some group in lifts(held)})
	last := [held[entry[1]] | some entry in found]
}

lifts(held) := groups if {
	found := closings(held, "lift")
	groups := {group |
		some one in found
		scope := object.get(held[one[1]], "scope_id", null)
		group := {e | some e in found; object.get(held[e[1]], "scope_id", null) == scope}
	}
}

# Several matters in one vote take the stricter tier.
tier(matters) := 0 if {
	matters == []
} else := -1 if {
	some m in matters
	m in {6, 7, 8}
} else := 1

majority(ratio, qualified, r) := max([at_least(ratio, qualified), min([r.tier, more_than_half(ratio)])])

lawful_form(vote) := 0 if {
	object.get(vote, "method", null) == null
} else := 1 if {
	vote.method in {"written", "online", "mixed"}
} else := -1 if {
	vote.method != "chat_group"
} else := 0 if {
	object.get(vote, "identity_verified", null) == null
} else := truth(vote.identity_verified)
