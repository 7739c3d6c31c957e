"""Words that Python code shows: statuses, needs, places. Those of a template stand in the template itself."""

from __future__ import annotations

from collections.abc import Mapping

from jifen.forms import Words
from jifen.portal.groups import both

LANGS = ("en", "zh")

STATUS: Mapping[str, tuple[str, Words, Words]] = {
    "qualifies": ("yes", both("Qualifies", "符合"), both("What the published rules ask is met.", "符合已公布规则的要求。")),
    "for the authority": (
        "authority", both("For the authority", "由主管机关决定"),
        both("The rules leave the decision to the authority or a panel.", "规则将此交由主管机关或专家组决定。"),
    ),
    "undetermined": (
        "open", both("Not decided yet", "尚不能确定"),
        both("Some facts are still missing.", "仍缺少若干事实。"),
    ),
    "does not qualify": (
        "no", both("Does not qualify", "不符合"),
        both("At least one condition is not met. See what would change it.", "至少有一项条件不满足。可查看如何改变。"),
    ),
    "not in force": ("none", both("Not in force", "未施行"), both("No version holds on this day.", "该日没有施行中的版本。")),
}  # fmt: skip
"""Status → name in style sheets, the word, what it means."""

SURE: Mapping[str, Words] = {
    "confirmed": both("confirmed", "已核实"),
    "memory": both("from memory, not looked up", "凭记忆，未查证"),
    "uncertain": both("uncertain", "不确定"),
}

PLACES: Mapping[str, Words] = {
    "CN": both("Beijing, China", "中国北京"),
    "none": both("Model, not law", "模型，非法律"),
    "HK": both("Hong Kong", "香港"),
    "JP": both("Japan", "日本"),
    "SG": both("Singapore", "新加坡"),
    "CA": both("Canada", "加拿大"),
    "GB": both("United Kingdom", "英国"),
    "US": both("United States", "美国"),
    "AU": both("Australia", "澳大利亚"),
    "NZ": both("New Zealand", "新西兰"),
    "DE": both("Germany", "德国"),
    "AT": both("Austria", "奥地利"),
    "KR": both("South Korea", "韩国"),
    "AE": both("United Arab Emirates", "阿联酋"),
}

NEEDS: Mapping[str, Words] = {
    "enter": both("Come", "来华"),
    "work": both("Work", "工作"),
    "research": both("Do research", "科研"),
    "found": both("Found a company", "创业"),
    "stay": both("Live here", "居留与生活"),
    "settle": both("Stay for good", "永久居留"),
    "support": both("Support for organisations", "支持与资助"),
}
_NEED = (
    ("permanent-residence", "settle"), ("two-zones", "settle"), ("zhongguancun-", "settle"),
    ("visa", "enter"), ("j-find", "enter"),
    ("start-up", "found"),
    ("residence-permit", "stay"), ("study-permit", "stay"), ("schools", "stay"), ("apartment", "stay"), ("insurance", "stay"),
    ("fellowship", "research"), ("project", "research"), ("foundation", "research"), ("nsfc", "research"), ("scientist", "research"),
    ("society", "research"), ("postdoc", "research"), ("internship", "research"), ("post", "research"), ("title", "research"),
    ("work-permit", "work"),
)  # fmt: skip
"""What a scheme is for, by a part of its name; the first that fits."""


def need_of(scheme: str, subject: str) -> str:
    """What a scheme is for, by its place in the folders."""
    if subject != "person":
        return "support"
    return next((need for part, need in _NEED if part in scheme), "work")


def place_of(jurisdiction: str) -> str:
    """The place of a jurisdiction: `CN-11` is in `CN`."""
    return jurisdiction.split("-")[0]


def place_words(place: str) -> Words:
    if place in PLACES:
        return PLACES[place]
    from jifen.facts.vocabulary import library_codes

    codes = library_codes("ISO 3166-1")
    return codes.values.get(place, both(place, place)) if codes else both(place, place)


KIND: Mapping[str, Words] = {
    "fails": both("not met", "不满足"),
    "reached": both("met", "满足"),
    "points": both("points", "积分"),
    "open": both("open", "待定"),
    "law": both("law", "法律"),
}
