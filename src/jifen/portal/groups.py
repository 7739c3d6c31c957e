"""Question groups: which facts are asked on one page, in the order in which people think of them.

A fact that no group names falls into a group of its own kind (`japan`, `canada`, …), so that a new fact is asked
without a change here. Which group comes next is not decided here but by what settles most (see `questions`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jifen.forms import Words
from jifen.portal.rules import rules


def both(en: str, zh: str) -> Words:
    """Words of the interface, in both languages side by side."""
    return {"en": en, "zh": zh}


@dataclass(frozen=True)
class Group:
    id: str
    title: Words
    facts: tuple[str, ...]
    subject: str = "person"


def _group(id: str, en: str, zh: str, facts: str) -> Group:
    return Group(id, both(en, zh), tuple(facts.split()))


_NAMED = (
    _group("you", "About you", "基本信息", "birth_date age nationalities china.former_national residence.ethnic_chinese"),
    _group(
        "education", "Education", "教育背景",
        "education.degree education.degree_years_ago education.stem china.universities china.degree_in_chinese china.postdoc",
    ),
    _group(
        "work", "Work so far", "工作经历",
        "work.related_years work.spells china.continuous_work_years china.background china.vocational_level chinese.hsk",
    ),
    _group(
        "job", "Your job in China", "在华工作",
        "china.has_employer china.work_place china.annual_salary china.local_wage_multiple china.months_a_year "
        "china.skills_for_post china.special_need china.employer_lawful china.minimum_wage_kept",
    ),
    _group(
        "post", "The post", "岗位",
        "china.encouraged_posts china.professional_grounds china.other_grounds china.stem_post china.advanced_industry "
        "china.catalogue_qualification china.inviting_unit",
    ),
    _group(
        "achievements", "Achievements", "成就与荣誉",
        "prizes china.achievements china.talent_programme residence.distinctions residence.recommendations "
        "residence.service_sector",
    ),
    _group(
        "company", "Your company", "创业与企业",
        "china.through_incubator china.company_roles china.company_share china.company_sales china.company_tax "
        "china.contributes_technology china.investment china.investment_years china.key_support_enterprise",
    ),
    _group(
        "teaching", "Language teaching", "语言教学",
        "china.teaches_mother_tongue china.degree_from_language_country china.language_teaching_years "
        "china.teaching_qualifications",
    ),
    _group("record", "Health and record", "健康与守法", "healthy no_criminal_record residence.obeys_law"),
    _group(
        "family", "Family", "家庭",
        "family.partner residence.married residence.spouse_status residence.marriage_years residence.joins_parents "
        "residence.joins_relatives residence.relatives_abroad residence.tie_to_principal residence.principal_route "
        "residence.relative_zhongguancun",
    ),
    _group(
        "stay", "Living in China", "在华居住",
        "residence.works_in_china residence.consecutive_years residence.least_months_5_years "
        "residence.least_months_4_years residence.stay_months_4_years residence.livelihood residence.dwelling",
    ),
    _group(
        "permit", "Visa and permit now", "现有签证与许可",
        "china.holds_work_permit residence.talent_permit china.residence_application china.entered_on_z china.days_since_entry "
        "china.days_to_expiry china.residence_length china.private_grounds",
    ),
    _group(
        "standing", "Standing of the employer and pay", "任职单位与收入",
        "residence.employer_kinds residence.post residence.title residence.equal_treatment residence.post_years "
        "residence.good_tax_record china.lowest_annual_salary china.lowest_annual_tax residence.key_region_years",
    ),
    _group(
        "zhongguancun", "Zhongguancun", "中关村",
        "residence.zhongguancun_registered residence.zhongguancun_field residence.zhongguancun_certificate "
        "residence.zhongguancun_statistics residence.technical_work residence.team_leader",
    ),
    _group(
        "two-zones", "The “Two Zones” assessment", "“两区”评估",
        "residence.key_unit residence.beijing_registered residence.beijing_taxed residence.beijing_statistics "
        "residence.project_leader",
    ),
    _group(
        "investment", "Investment", "投资",
        "residence.investment_total residence.investment_encouraged residence.investment_central "
        "residence.investment_western residence.investment_stable_years",
    ),
    _group("short", "Short tasks", "短期工作", "china.task_days china.short_tasks china.short_task_exclusions"),
)  # fmt: skip

_KINDS: Mapping[str, Words] = {
    "canada": both("Canada", "加拿大"),
    "hong_kong": both("Hong Kong", "香港"),
    "japan": both("Japan", "日本"),
    "japanese": both("Japanese", "日语"),
    "singapore": both("Singapore", "新加坡"),
    "model": both("Model scheme (not law)", "模型方案（非法律）"),
    "residence": both("More about residence", "居留补充"),
    "china": both("More about China", "中国补充"),
    "education": both("More about education", "教育补充"),
    "work": both("More about work", "工作补充"),
}
_PAGE = 12


@cache
def groups() -> Mapping[str, Group]:
    """Every group by id, those that are named here first. Facts that only an authority knows are not asked."""
    facts = rules().vocabulary.facts
    found = {}
    placed: set[str] = set()
    for group in _NAMED:
        known = tuple(f for f in group.facts if f in facts)
        placed |= set(known)
        if known:
            found[group.id] = Group(group.id, group.title, known)
    rest: dict[tuple[str, str], list[str]] = {}
    for name, fact in facts.items():
        if name not in placed and not fact.authority:
            rest.setdefault((fact.subject, name.split(".")[0] if "." in name else "more"), []).append(name)
    for (subject, kind), names in rest.items():
        title = _KINDS.get(kind) or both(kind.replace("_", " ").capitalize(), "其他")
        for part, start in enumerate(range(0, len(names), _PAGE), 1):
            many = len(names) > _PAGE
            words = both(f"{title['en']}, part {part}", f"{title['zh']}（{part}）") if many else title
            id = kind.replace("_", "-") + (f"-{part}" if many else "")
            id = id if id not in found else f"{subject}-{id}"
            found[id] = Group(id, words, tuple(names[start : start + _PAGE]), subject)
    return found


@cache
def group_of() -> Mapping[str, str]:
    """The group in which each fact is asked."""
    return {fact: group.id for group in groups().values() for fact in group.facts}


@dataclass(frozen=True)
class Start:
    """Who somebody says they are: only the order of the questions follows from it, never a fact."""

    id: str
    title: Words
    says: Words
    first: tuple[str, ...]
    subject: str = "person"


STARTS = {
    s.id: s
    for s in (
        Start(
            "researcher", both("A researcher", "科研人员"),
            both("Scientist, scholar, postdoc or professor", "科学家、学者、博士后、教授"),
            ("you", "education", "achievements", "job", "work", "record"),
        ),
        Start(
            "engineer", both("An engineer or professional", "工程师或专业人才"),
            both("Hired, or about to be, for a skilled job", "已受聘或即将受聘从事专业工作"),
            ("you", "job", "education", "work", "record", "post"),
        ),
        Start(
            "founder", both("A founder", "创业者"),
            both("Starting or running a company", "正在创办或经营企业"),
            ("you", "company", "education", "job", "record", "zhongguancun"),
        ),
        Start(
            "student", both("A student or graduate", "学生或毕业生"),
            both("Finishing a degree, or just finished", "即将毕业或刚刚毕业"),
            ("you", "education", "record", "job", "work"),
        ),
        Start(
            "family", both("Family", "家属"),
            both("Joining a spouse, a parent or relatives", "投靠配偶、父母或亲属"),
            ("you", "family", "stay", "record", "permit"),
        ),
    )
}  # fmt: skip
