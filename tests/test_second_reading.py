"""A second reading of the law's tables, written from the fact sheets without the documents in policies/.

Random people next to the edges get the same points from both. A difference means that one of the two readings is wrong.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from jifen import Jifen
from jifen.schemes.shelf import policy_folder

PEOPLE = 150
Facts = dict[str, Any]


def stairs(value: Any, *steps: tuple[Any, int]) -> int:
    """The points of the highest step that the value reaches; steps rise."""
    return max((points for edge, points in steps if value >= edge), default=0)


def given(rules: Jifen, scheme: str, on: str, facts: Facts) -> tuple[int, str | None]:
    [answer] = rules.check(facts, on=on, schemes=[scheme])
    assert answer.points
    assert answer.points.exact
    return answer.points.low, answer.outcome


# --- China: work permit ---------------------------------------------------------------------------------------------

DEGREES = ("none", "secondary", "short_cycle", "bachelor", "master", "doctorate")


def work_permit_points(p: Facts) -> int:
    skill = {"none": 0, "senior_worker": 10, "technician": 15, "senior_technician": 20}[p["china.vocational_level"]]
    degree = (0, 0, 0, 10, 15, 20)[DEGREES.index(p["education.degree"])]
    years, age = p["work.related_years"], p["age"]
    salary = p["china.annual_salary"]
    return (
        stairs(salary, (50_000, 5), (70_000, 8), (150_000, 11), (250_000, 14), (350_000, 17), (450_000, 20))
        + max(degree, skill)
        + (min(20, 3 + years) if years >= 2 else 0)
        + stairs(p["china.months_a_year"], (3, 5), (6, 10), (9, 15))
        + (5 if p["china.former_national"] or p["china.degree_in_chinese"] else min(5, p["chinese.hsk"]))
        + (10 if p["china.work_place"] in ("western", "old_industrial", "special_area") else 0)
        + next((n for top, n in ((17, 0), (25, 10), (45, 15), (55, 10), (60, 5)) if age <= top), 0)
        + (5 if p["china.background"] or p["china.continuous_work_years"] >= 5 else 0)
    )


def test_work_permit_has_the_points_and_the_class_of_a_second_reading(rules: Jifen) -> None:
    random = Random(85)
    for _ in range(PEOPLE * 3):
        on, wage = random.choice((("2025-06-01", 11_761), ("2026-01-31", 11_761), ("2026-02-01", 11_937)))
        edges = (50_000, 70_000, 150_000, 250_000, 350_000, 450_000, 48 * wage, 72 * wage)
        p: Facts = {
            "age": random.choice((17, 18, 25, 26, 40, 41, 45, 46, 55, 56, 60, 61)),
            "china.annual_salary": random.choice(edges) - random.choice((Decimal("0.01"), Decimal(0))),
            "education.degree": random.choice(DEGREES),
            "china.vocational_level": random.choice(
                ("none", "none", "senior_worker", "technician", "senior_technician")
            ),
            "work.related_years": random.randint(0, 18),
            "china.months_a_year": random.randint(0, 12),
            "china.former_national": random.random() < 0.1,
            "china.degree_in_chinese": random.random() < 0.1,
            "chinese.hsk": random.randint(0, 9),
            "china.work_place": random.choice(("beijing", "beijing", "western", "old_industrial", "other")),
            "china.background": random.choice(([], [], ["fortune_500"], ["intellectual_property"])),
            "china.continuous_work_years": random.randint(0, 6),
            "china.postdoc": random.random() < 0.2,
            "china.professional_grounds": random.choice(([], ["company_staff"])),
        }
        for name in (
            "healthy",
            "no_criminal_record",
            "china.skills_for_post",
            "china.has_employer",
            "china.employer_lawful",
        ):
            p[name] = True
        p |= {"china.special_need": True, "china.minimum_wage_kept": True, "china.local_wage_multiple": "below_four"}
        for name in ("talent_programme", "contributes_technology", "teaches_mother_tongue", "catalogue_qualification"):
            p[f"china.{name}"] = False
        for name in ("universities", "achievements", "encouraged_posts", "company_roles", "other_grounds"):
            p[f"china.{name}"] = []
        p |= {"prizes": [], "authority.degree_or_experience_relaxed": False, "authority.age_over_60": False}
        points, age = work_permit_points(p), p["age"]
        beijing = p["china.work_place"] == "beijing"
        experienced = DEGREES.index(p["education.degree"]) >= 3 and p["work.related_years"] >= 2
        high = points >= 85 or (p["china.postdoc"] and age <= 40) or (beijing and p["china.annual_salary"] >= 72 * wage)
        professional = points >= 60 or (beijing and p["china.annual_salary"] >= 48 * wage)
        professional |= bool(p["china.professional_grounds"]) and experienced
        outcome = "A" if high else "B" if professional and age <= 60 else None
        assert given(rules, "cn/work-permit", on, p) == (points, outcome if age >= 18 else None), p


# --- Canada: Comprehensive Ranking System ---------------------------------------------------------------------------

STUDIES = ("none", "secondary", "one_year", "two_year", "bachelor", "two_or_more", "master", "doctorate")
ABILITIES = ("reading", "writing", "listening", "speaking")
IELTS = {
    "reading": (3.5, 4, 5, 6, 6.5, 7, 8),
    "writing": (4, 5, 5.5, 6, 6.5, 7, 7.5),
    "listening": (4.5, 5, 5.5, 6, 7.5, 8, 8.5),
    "speaking": (4, 5, 5.5, 6, 6.5, 7, 7.5),
}
TCF = {
    "reading": (342, 375, 406, 453, 499, 524, 549),
    "writing": (4, 6, 7, 10, 12, 14, 16),
    "listening": (331, 369, 398, 458, 503, 523, 549),
    "speaking": (4, 6, 7, 10, 12, 14, 16),
}


def level(score: Any, edges: tuple[float, ...]) -> int:
    reached = sum(score >= e for e in edges)
    return reached + 3 if reached else 0


def ranking_points(p: Facts, english: list[int], french: list[int], job_offers_count: bool) -> int:
    spouse = p["canada.partner_accompanies"]
    age, study = p["age"], STUDIES.index(p["canada.education"])
    by_age = {
        18: (90, 99),
        19: (95, 105),
        30: (95, 105),
        31: (90, 99),
        32: (85, 94),
        33: (80, 88),
        34: (75, 83),
        35: (70, 77),
    }
    by_age |= {36: (65, 72), 37: (60, 66), 38: (55, 61), 39: (50, 55), 40: (45, 50), 41: (35, 39), 42: (25, 28)}
    by_age |= {43: (15, 17), 44: (5, 6), **dict.fromkeys(range(20, 30), (100, 110))}
    column = 0 if spouse else 1
    first, second = (english, french) if p["canada.first_official_language"] == "english" else (french, english)
    ability = ((4, 6, 6), (6, 8, 9), (7, 16, 17), (8, 22, 23), (9, 29, 31), (10, 32, 34))
    core = by_age.get(age, (0, 0))[column]
    core += ((0, 28, 84, 91, 112, 119, 126, 140), (0, 30, 90, 98, 120, 128, 135, 150))[column][study]
    core += sum(stairs(c, *((edge, points[column]) for edge, *points in ability)) for c in first)
    core += min((22, 24)[column], sum(stairs(c, (5, 1), (7, 3), (9, 6)) for c in second))
    work = min(5, p["canada.work_years"])
    core += ((0, 35, 46, 56, 63, 70), (0, 40, 53, 64, 72, 80))[column][work]
    if spouse:
        core += (0, 2, 6, 7, 8, 9, 10, 10)[STUDIES.index(p["canada.partner.education"])]
        core += sum(stairs(p[f"canada.partner.{a}"], (5, 1), (7, 3), (9, 5)) for a in ABILITIES)
        core += (0, 5, 7, 8, 9, 10)[min(5, p["canada.partner.work_years"])]
    lowest = min(first)
    pair = ((0, 0, 0), (0, 13, 25), (0, 25, 50))
    language, canadian = stairs(lowest, (7, 1), (9, 2)), min(2, work)
    studied, abroad = stairs(study, (2, 1), (5, 2)), stairs(p["canada.foreign_work_years"], (1, 1), (3, 2))
    transfer = sum(min(50, pair[row][language] + pair[row][canadian]) for row in (studied, abroad))
    transfer += stairs(lowest, (5, 25), (7, 50)) if p["canada.trade_certificate"] else 0
    more = 600 * p["canada.nomination"] + 15 * p["canada.sibling"]
    more += {"none": 0, "one_or_two": 15, "three_or_more": 30}[p["canada.study"]]
    more += (50 if min(english) >= 5 else 25) if min(french) >= 7 else 0
    if job_offers_count:
        more += {"none": 0, "teer_0_to_3": 50, "major_group_00": 200}[p["canada.job_offer"]]
    return core + min(100, transfer) + min(600, more)


def test_canadian_ranking_has_the_points_of_a_second_reading(rules: Jifen) -> None:
    random = Random(1200)
    for _ in range(PEOPLE):
        spouse = random.random() < 0.5
        p: Facts = {
            "family.partner": True,
            "canada.partner_accompanies": spouse,
            "canada.partner_citizen_or_pr": False,
            "age": random.randint(17, 46),
            "canada.education": random.choice(STUDIES),
            "canada.work_years": random.randint(0, 6),
            "canada.foreign_work_years": random.randint(0, 4),
            "canada.trade_certificate": random.random() < 0.4,
            "canada.nomination": random.random() < 0.2,
            "canada.study": random.choice(("none", "one_or_two", "three_or_more")),
            "canada.sibling": random.random() < 0.3,
            "canada.job_offer": random.choice(("none", "teer_0_to_3", "major_group_00")),
            "canada.first_official_language": random.choice(("english", "french")),
            "canada.english.test": "ielts",
            "canada.french.test": random.choice(("none", "tcf")),
            "canada.partner.education": random.choice(STUDIES),
            "canada.partner.work_years": random.randint(0, 6),
        }
        english, french = [], []
        for a in ABILITIES:
            score, points = Decimal(random.randint(7, 18)) / 2, random.choice(TCF[a]) - random.choice((0, 1))
            p |= {f"canada.ielts.{a}": score, f"canada.tcf.{a}": points, f"canada.partner.{a}": random.randint(3, 10)}
            english.append(level(score, IELTS[a]))
            french.append(level(points, TCF[a]) if p["canada.french.test"] == "tcf" else 0)
        on = random.choice(("2024-06-01", "2025-03-24", "2025-03-25", "2026-11-23"))
        points = ranking_points(p, english, french, on < "2025-03-25")
        assert given(rules, "ca/express-entry-crs", on, p)[0] == points, (on, p)


# --- Japan: Highly Skilled Professional -----------------------------------------------------------------------------


def professional_points(kind: str, p: Facts) -> int:
    degree, pay, age, years = p["education.degree"], p["japan.annual_salary"], p["age"], p["work.related_years"]
    master = degree in ("master", "doctorate")
    business = p["japan.business_degree"]
    first = degree == "bachelor" or p["japan.university_level"]
    if kind == "c":
        points = 25 if master and business else 20 if master else 10 * first
    elif degree == "doctorate":
        points = 30
    else:
        points = (25 if business and kind == "b" else 20) if master else 10 * first
    points += 5 * (master and p["japan.two_higher_degrees"])
    career = {"a": ((3, 5), (5, 10), (7, 15)), "b": ((3, 5), (5, 10), (7, 15), (10, 20))}
    points += stairs(years, *career.get(kind, ((3, 10), (5, 15), (7, 20), (10, 25))))
    if kind == "c":
        points += stairs(pay, *((n * 5_000_000, 10 * (n - 1)) for n in range(2, 7)))
        points += {"none": 0, "officer": 5, "representative": 10}[p["japan.position"]]
        points += 5 * (p["japan.own_investment"] >= 100_000_000)
    else:
        least = stairs(age, (0, 4), (30, 5), (35, 6), (40, 8))
        points += stairs(pay, *((n * 1_000_000, 5 * n - 10) for n in range(least, 11)))
        points += stairs(-age, (-39, 5), (-34, 10), (-29, 15))
        done = (p["japan.patents"] >= 1) + (p["japan.foreign_funded_research"] >= 3) + (p["japan.indexed_papers"] >= 3)
        points += (0, 20, 25, 25)[done] if kind == "a" else 15 * (done > 0)
    if kind == "b":
        points += 5 * min(2, p["japan.licences"])
    supported, small, graduate = (
        p["japan.employer_innovation_support"],
        p["japan.employer_sme"],
        p["japan.japanese_university"],
    )
    points += 10 * supported + 10 * (supported and small) + 5 * (small and p["japan.employer_research_percent"] > 3)
    fluent = p["japanese.jlpt"] == "n1" or p["japanese.bjt"] >= 480
    good = p["japanese.jlpt"] in ("n1", "n2") or p["japanese.bjt"] >= 400
    points += 10 * graduate + (15 if fluent else 10 * (good and not graduate))
    points += (
        10 * p["japan.employer_local_support"] + 5 * p["japan.foreign_qualification"] + 10 * p["japan.growth_project"]
    )
    points += 10 * p["japan.listed_university"] + 5 * (p["japan.innovative_asia"] == "elsewhere")
    return points + 10 * (kind != "a" and p["japan.financial_business"])


@pytest.mark.parametrize(("kind", "activity"), [("a", "research"), ("b", "specialist"), ("c", "management")])
def test_japanese_professional_has_the_points_of_a_second_reading(rules: Jifen, kind: str, activity: str) -> None:
    random = Random(kind)
    yes = ("employer_innovation_support", "employer_sme", "employer_local_support", "foreign_qualification")
    yes += ("japanese_university", "growth_project", "listed_university", "financial_business", "business_degree")
    yes += ("two_higher_degrees", "university_level")
    for _ in range(PEOPLE):
        million = 1_000_000
        p: Facts = {f"japan.{name}": random.random() < 0.3 for name in yes}
        p |= {
            "japan.activities": [activity],
            "japan.meets_status_criteria": True,
            "japan.annual_salary": random.choice((*range(3, 11), 15, 20, 25, 30)) * million - random.choice((0, 1)),
            "age": random.choice((24, 29, 30, 34, 35, 39, 40, 50)),
            "work.related_years": random.randint(0, 12),
            "education.degree": random.choice(DEGREES[2:]),
            "japan.patents": random.randint(0, 1),
            "japan.foreign_funded_research": random.randint(2, 3),
            "japan.indexed_papers": random.randint(2, 3),
            "japan.licences": random.randint(0, 3),
            "japan.position": random.choice(("none", "officer", "representative")),
            "japan.employer_research_percent": random.choice((Decimal("2.99"), Decimal(3), Decimal("3.01"))),
            "japanese.jlpt": random.choice(("none", "n3", "n2", "n1")),
            "japanese.bjt": random.choice((0, 399, 400, 479, 480)),
            "japanese.major": False,
            "japan.innovative_asia": random.choice(("none", "elsewhere")),
            "japan.own_investment": random.choice((99_999_999, 100_000_000)),
        }
        p["japan.management_years"] = p["work.related_years"]
        points, _ = given(rules, f"jp/highly-skilled-professional-{kind}", "2022-01-01", p)
        assert points == professional_points(kind, p), p


# --- Singapore: COMPASS ---------------------------------------------------------------------------------------------


def between(low: int, high: int, age: int) -> int:
    """From 23 to 45 in equal steps, half a dollar rounded up."""
    return int(low + Fraction(high - low, 22) * (min(45, max(23, age)) - 23) + Fraction(1, 2))


def test_compass_has_the_points_and_the_pass_of_a_second_reading(rules: Jifen) -> None:
    random = Random(40)
    table = (policy_folder() / "sg/compass/benchmarks-2026.csv").read_text("utf-8").splitlines()[1:]
    sectors = {name: [int(n) for n in numbers] for name, *numbers, _ in (line.split(",") for line in table)}
    for _ in range(PEOPLE):
        sector, age = random.choice(list(sectors)), random.randint(21, 48)
        p65_at_23, p90_at_23, p65_at_45, p90_at_45 = sectors[sector]
        line = (
            between(6_200, 11_800, age)
            if sector in ("banking", "fund_management", "insurance")
            else between(5_600, 10_700, age)
        )
        middle, upper = between(p65_at_23, p65_at_45, age), between(p90_at_23, p90_at_45, age)
        salary = random.choice((line, middle, upper, 22_500)) - random.choice((0, 1))
        staff = random.choice((10, 24, 25, 100, 300))
        same = max(0, staff * random.choice((5, 25, 33)) // 100 - random.choice((0, 1)))
        local = staff * 7 // 10 - random.choice((0, 1))
        p: Facts = {
            "singapore.renewal": False,
            "age": age,
            "singapore.sector": sector,
            "singapore.monthly_salary": salary,
            "singapore.qualification_verified": random.random() < 0.7,
            "singapore.top_tier_qualification": random.random() < 0.3,
            "singapore.professional_qualification": False,
            "education.degree": random.choice(("short_cycle", "bachelor")),
            "singapore.firm_pmets": staff,
            "singapore.firm_same_nationality_pmets": same,
            "singapore.firm_local_pmets": local,
            "singapore.firm_local_standing": random.choice(("below_20th", "from_20th", "from_50th")),
            "singapore.shortage_occupation": random.random() < 0.5,
            "singapore.strategic_programme": random.random() < 0.3,
            "singapore.intra_corporate_transferee": False,
            "singapore.role_up_to_one_month": False,
            "singapore.job_offer": True,
            "singapore.professional_job": True,
            "singapore.job_advertised": True,
        }
        degree = 20 if p["singapore.top_tier_qualification"] else 10 * (p["education.degree"] == "bachelor")
        share = {"from_50th": 20, "from_20th": 10}.get(
            p["singapore.firm_local_standing"], 10 * (10 * local >= 7 * staff)
        )
        points = stairs(salary, (middle, 10), (upper, 20)) + degree * p["singapore.qualification_verified"]
        points += 10 if staff < 25 else 20 * (20 * same < staff) or 10 * (4 * same < staff)
        points += 10 if staff < 25 else share
        points += (20 if 3 * same < staff else 10) * p["singapore.shortage_occupation"]
        points += 10 * p["singapore.strategic_programme"]
        passes = salary >= line and (points >= 40 or salary >= 22_500)
        assert given(rules, "sg/compass", "2026-03-01", p) == (points, "employment_pass" if passes else None), p


# --- Hong Kong: Quality Migrant Admission Scheme, old test ----------------------------------------------------------


SHEETS = [("2008-01-23", 165), ("2015-04-30", 165), ("2015-05-01", 195), ("2018-08-27", 195), ("2018-08-28", 225)]
SHEETS += [("2020-10-31", 225), ("2020-11-01", 245), ("2024-10-31", 245)]


@pytest.mark.parametrize(("on", "most"), SHEETS)
def test_old_hong_kong_test_has_the_points_of_a_second_reading(rules: Jifen, on: str, most: int) -> None:
    random = Random(on)
    for _ in range(PEOPLE):
        age, degree = random.choice((18, 39, 40, 44, 45, 50, 51)), random.choice(DEGREES[2:])
        years, senior = random.choice((1, 2, 4, 5, 9, 10)), random.choice((0, 1, 2, 4, 5))
        masters, bachelors, children = random.randint(0, 2), random.randint(0, 2), random.randint(0, 3)
        doctorates = random.randint(1, 2) if degree == "doctorate" else 0
        chinese, english, other = random.random() < 0.5, random.random() < 0.7, random.randint(0, 1)
        institution, listed, family, spouse = (random.random() < 0.4 for _ in range(4))
        abroad, reputable = random.randint(1, 2), random.randint(2, 3)
        p: Facts = {
            "nationalities": ["FR"],
            "age": age,
            "no_criminal_record": True,
            "education.degree": degree,
            "hong_kong.can_support_family": True,
            "hong_kong.no_adverse_immigration_record": True,
            "hong_kong.good_chinese": chinese,
            "hong_kong.good_english": english,
            "hong_kong.other_good_languages": other,
            "hong_kong.doctorates": doctorates,
            "hong_kong.masters_degrees": masters,
            "hong_kong.bachelors_degrees": bachelors,
            "hong_kong.top_professional_qualification": False,
            "hong_kong.recognised_institution": institution,
            "hong_kong.graduate_work_years": years,
            "hong_kong.senior_work_years": senior,
            "hong_kong.international_work_years": abroad,
            "hong_kong.reputable_enterprise_years": reputable,
            "hong_kong.talent_list": listed,
            "hong_kong.resident_family_member": family,
            "hong_kong.accompanying_spouse_with_degree": spouse,
            "hong_kong.accompanying_children": children,
            "authority.hong_kong_accepts_qualifications": False,
        }
        points = next((n for top, n in ((39, 30), (44, 20), (50, 15)) if age <= top), 0)
        high, middle = degree == "doctorate" or masters >= 2, degree == "master" or bachelors >= 2
        row = 3 if high else 2 if middle else int(degree == "bachelor")
        step = (years >= 2) + (years >= 5) + (years >= 5 and senior >= 2) + (years >= 10 and senior >= 5)
        if most == 165:
            points += 45 if doctorates >= 2 else (0, 30, 35, 40)[row]
            points += (0, 10, 30, 40, 50)[step]
        else:
            points += (0, 10, 20, 40)[row] + 30 * institution
            points += (0, 5, 15, 30, 40)[step] + 15 * (abroad >= 2)
        points += 30 * listed * (most >= 225) + 20 * (reputable >= 3) * (most >= 245)
        points += 20 if chinese and english else (15 if other else 10) * (chinese or english)
        points += 5 * family + 5 * spouse + min(10, 5 * children)
        assert given(rules, "hk/qmas", on, p)[0] == points, p
