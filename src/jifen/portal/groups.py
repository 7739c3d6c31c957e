"""Question groups: the topics of the policies as pages, and who somebody says they are at the start.

Which group comes next is not decided here but by what settles most (see `questions`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jifen.advice.topics import arranged, published_topics
from jifen.forms import Words
from jifen.portal.rules import rules


def both(en: str, zh: str) -> Words:
    """Words of the interface, in both languages side by side."""
    return {"en": en, "zh": zh}


@dataclass(frozen=True)
class Group:
    """Facts asked on one page: a topic, or a part of a long one. `topic` is the topic's id."""

    id: str
    topic: str
    title: Words
    facts: tuple[str, ...]
    subject: str


_PAGE = 9
"""Questions on a page; a longer topic is asked in parts."""


@cache
def groups() -> Mapping[str, Group]:
    """Every group by id, in the order of the topics. Facts that only an authority knows are not asked."""
    facts = rules().vocabulary.facts
    order = arranged(rules().vocabulary, published_topics())
    topics: dict[tuple[str, str], list[str]] = {}
    titles: dict[str, Words] = {}
    for name in sorted(facts, key=lambda f: order.place[f]):
        if not facts[name].authority:
            topic = order.topic[name]
            titles[topic.id] = topic.title
            topics.setdefault((facts[name].subject, topic.id), []).append(name)
    found = {}
    for (subject, topic_id), names in topics.items():
        parts = -(-len(names) // _PAGE)
        size = -(-len(names) // parts)
        for part in range(parts):
            title = titles[topic_id]
            if parts > 1:
                title = both(f"{title['en']} ({part + 1} of {parts})", f"{title['zh']}（{part + 1}／{parts}）")
            id = topic_id.replace("_", "-") + (f"-{part + 1}" if part else "")
            id = id if id not in found else f"{subject}-{id}"
            found[id] = Group(id, topic_id, title, tuple(names[part * size : part * size + size]), subject)
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
            ("you", "education", "china_background", "work", "china_job"),
        ),
        Start(
            "engineer", both("An engineer or professional", "工程师或专业人才"),
            both("Hired, or about to be, for a skilled job", "已受聘或即将受聘从事专业工作"),
            ("you", "education", "work", "china_job", "china_background"),
        ),
        Start(
            "founder", both("A founder", "创业者"),
            both("Starting or running a company", "正在创办或经营企业"),
            ("you", "china_enterprise", "education", "work", "china_job", "residence_place"),
        ),
        Start(
            "student", both("A student or graduate", "学生或毕业生"),
            both("Finishing a degree, or just finished", "即将毕业或刚刚毕业"),
            ("you", "education", "china_background", "china_job"),
        ),
        Start(
            "family", both("Family", "家属"),
            both("Joining a spouse, a parent or relatives", "投靠配偶、父母或亲属"),
            ("you", "residence_family", "residence_general", "china_papers"),
        ),
        Start(
            "organisation",
            both("An organisation", "机构"),
            both("Company, institute, learned society, publisher", "企业、院所、学会、出版机构"),
            ("organisation", "employer"),
            "organisation",
        ),
    )
}  # fmt: skip
