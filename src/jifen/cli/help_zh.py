"""Help in Chinese: every text of `--help` beside its English, and the page made with them. Loaded only where Chinese help is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.table import Table
from typer import rich_utils

HELP: Mapping[str, str] = {
    "Points-based talent and residence schemes: what a profile qualifies for, with points and reasons.": "积分制人才与居留方案：一份档案符合哪些方案、得多少分、依据何在。",
    "Exit codes: 0 done · 1 a check found something wrong · 2 a mistake in what was given. 中文帮助：jifen --help --lang zh": "退出码：0 完成 · 1 检查发现问题 · 2 输入有误。",
    "Show the version and exit.": "显示版本后退出。",
    "Show this message and exit.": "显示本帮助后退出。",
    # shared by commands
    "A profile, YAML or JSON.": "档案文件，YAML 或 JSON。",
    "Only this scheme (may be repeated); a group such as `cn` too.": "只查此方案（可重复）；也可为一组，如 `cn`。",
    "The day asked about, as 2026-11-23; today if left out.": "查询日期，如 2026-11-23；省略则为今天。",
    "How to print.": "输出格式。",
    "English or Chinese.": "英文或中文。",
    "A folder of local policies, on top of the published ones.": "本地政策文件夹，加在已公布的政策之上。",
    "Write over an existing file.": "覆盖已有文件。",
    "A scheme's id.": "方案的标识。",
    "Which column gives which fact (YAML).": "各列对应的事实（YAML）。",
    "The same seed gives the same people.": "种子相同，生成的人员相同。",
    # check, compare, schemes, show, facts, new, lint, test, replay
    "Hold a profile against the schemes: status, points, reasons with article, and what is missing.": "用档案对照各方案：结果、积分、理由及条款、尚缺的事实。",
    "Points, requirements and reasons of every scheme.": "每项方案的积分、条件和理由。",
    "Hold a profile against schemes side by side, across jurisdictions.": "用档案并列对照各地方案。",
    "A scheme or a group such as `jp`.": "方案或一组方案，如 `jp`。",
    "List the schemes with their versions.": "列出各方案及其版本。",
    "Only schemes of this group, such as `cn`.": "只列此组方案，如 `cn`。",
    "Show the law of a scheme as readable tables with their citations.": "以易读的表格显示方案的规则及其依据。",
    "A scheme's id, or the file of one that is being written.": "方案的标识，或正在撰写的方案文件。",
    "English or Chinese; in `markdown` both if left out.": "英文或中文；`markdown` 格式省略时两者兼有。",
    "Show again whenever the file changes.": "文件一有改动就重新显示。",
    "Write the decision as a picture instead.": "改为写出判定图。",
    "With --diagram: facts and their cells instead, for a criterion, a condition or an outcome; `outcome` for the whole.": "与 --diagram 并用：改画事实及其单元，可为某项指标、条件或结果；`outcome` 为整体。",
    "List the facts that can be known, or show one with its codes.": "列出可以填写的事实，或显示某项事实及其代码。",
    "A fact, the beginning of names, or a word of a name or title.": "事实的名称、名称的开头，或名称、标题中的词。",
    "Begin a profile: a commented template with the facts that the schemes ask, or an interview.": "新建档案：带说明的模板，列出方案所问的事实；也可逐项提问。",
    "The file to write.": "要写入的文件。",
    "Ask for the facts one by one instead of writing a template.": "不写模板，而是逐项询问事实。",
    "Whom the profile is about, where the schemes are for both.": "方案对个人和机构都适用时，档案针对哪一种。",
    "Read schemes strictly and report every mistake with its place.": "严格读取方案，报告每处错误及其位置。",
    "A file or folder; the published policies if left out.": "文件或文件夹；省略则为已公布的政策。",
    "Run the worked examples of schemes, and say what they leave untried.": "运行方案的示例，并说明哪些规则未被检验。",
    "A scheme's id or group; all if left out.": "方案的标识或一组方案；省略则为全部。",
    "List rows never hit, conditions never true or false.": "列出从未命中的行、从未成立或从未不成立的条件。",
    "Compute an answer again from its receipt, and compare.": "按回执重新计算结果并比较。",
    "A receipt, or an answer with its receipt, as JSON.": "回执，或带回执的结果，JSON 格式。",
    "The profile of that answer.": "该结果所用的档案。",
    # ask, path, when
    "Ask, one by one, the fact that settles most, and stop when nothing asked could change an answer.\n\nWith `--format json` it prints the next question for what is known, and does not wait for an answer.": "逐项询问最能确定结果的事实，再问也不会改变结果时即停止。\n\n使用 `--format json` 时，按已知事实输出下一个问题，不等待回答。",
    "What is known already; nothing if left out.": "已知的事实；省略则为无。",
    "Not known: do not ask (may be repeated).": "不清楚、不必询问的事实（可重复）。",
    "How common values are: weights (YAML) or people (CSV).": "各取值的常见程度：权重（YAML）或人员（CSV）。",
    "Write the profile to this file.": "把档案写入此文件。",
    "Find the cheapest sets of changes that reach an outcome, or say what stands in the way.": "找出达到某个结果代价最小的改变，或说明障碍何在。",
    "The outcome to reach, or a better one; any if left out.": "要达到的结果（或更好的结果）；省略则为任一结果。",
    "The points to reach.": "要达到的积分。",
    "How many different ways to show.": "显示多少种途径。",
    "Which scheme is nearest, over all or over those named.": "在全部或指定的方案中，哪一项最接近。",
    "A cost model of your own.": "自定的代价模型。",
    "Show the days on which an answer changes, the best window to apply, and the last day before a loss.": "显示结果发生变化的日期、最佳申请时段，以及失去资格前的最后一天。",
    "A profile, YAML or JSON; best with dates (`birth_date`, `work.spells`).": "档案文件，YAML 或 JSON；最好含日期（`birth_date`、`work.spells`）。",
    "How many years to look ahead.": "向前看多少年。",
    "Count on from this number, as completed on the first day (may be repeated).": "从此数起继续累计，视为首日已满（可重复）。",
    "Draw the timeline into this file too.": "同时把时间线画入此文件。",
    # verify, diff, cases
    "Prove schemes over all possible people: no gap, no dead row, maxima reached, outcomes possible, examples right.": "对所有可能的人证明方案：无缺口、无死行、可达上限、各结果可能、示例正确。",
    "Ids, groups, or files of versions; all if left out.": "标识、组或版本文件；省略则为全部。",
    "How many schemes to prove at once.": "同时证明多少项方案。",
    "Also show the outcomes that one person can meet, with such a person.": "同时显示同一人可兼得的结果，并举出这样的人。",
    "Say exactly whose answer differs between two versions, by which changed rows, with a person for each region.": "准确说明两个版本之间哪些人的结果不同、因哪些行改变，并为每一区域举出一人。",
    "SCHEME@DATE, or the file of a version (FILE or FILE@DATE).": "方案@日期，或版本文件（文件或文件@日期）。",
    "The same, for what it is held against.": "与之对照的版本，写法相同。",
    "Also count who gains and who loses among these people.": "同时统计这些人中谁受益、谁受损。",
    "Which column of the population is which fact.": "人员表的各列对应哪项事实。",
    "Write cases from the law, in the form of `cases.yaml`, for somebody who knows the law to approve.": "由规则写出示例，格式同 `cases.yaml`，供熟悉法规的人核准。",
    "Two people for every edge of the law.": "规则的每个界限两侧各一人。",
    "Two people for every condition that decides (MC/DC).": "每个起决定作用的条件两人（MC/DC）。",
    "The day; today if left out.": "日期；省略则为今天。",
    # agree
    "Hold every engine against the reference: people on both sides of every edge, random people, every combination of cells where these are few.\n\nExit code 1 if anything differs, or a conformance case is not what the law of today gives.": "用参考引擎核对每个引擎：每个界限两侧的人、随机的人，以及单元不多时的全部组合。\n\n如有不同，或一致性示例不符合当日规则，退出码为1。",
    "Random people a scheme.": "每项方案的随机人数。",
    "Of these, so many for the generated function; all if left out.": "其中用于生成函数的人数；省略则为全部。",
    "Of these, so many for the browser's engine.": "其中用于浏览器引擎的人数。",
    "People with a value outside its domain, a scheme.": "每项方案中取值超出范围的人数。",
    "Processes; 0: one a core.": "进程数；0 为每核一个。",
    "The people are the same for the same seed.": "种子相同，人员相同。",
    "Write what was compared, as JSON, one scheme after another. Schemes that stand there already, compared with the same people, law and engines, are not compared again.": "逐项方案写出比较记录，JSON 格式。其中已有、且人员、规则和引擎均相同的方案不再比较。",
    "The folder of conformance cases, checked where there are any.": "一致性示例的文件夹，有则核对。",
    "Make the conformance cases anew and stop.": "重新生成一致性示例后结束。",
    # registers, find, regulation, indicators
    "List the registers of public data, or show one with all its rows.": "列出公开数据的名录，或显示某份名录的全部行。",
    "A register; the list of them if left out.": "名录；省略则列出全部名录。",
    "The folder with the files of offices; JIFEN_REGISTERS if left out.": "各机关文件所在的文件夹；省略则取 JIFEN_REGISTERS。",
    "Find schools, hospitals, communities, windows, organisations, calls, exchanges and events.": "查找学校、医院、社区、窗口、组织、项目征集、交流和活动。",
    "Words in English, Chinese or pinyin; all must fit.": "英文、中文或拼音的词；须全部符合。",
    "Only in this register (may be repeated).": "只在此名录中查找（可重复）。",
    "A kind, service or curriculum, such as `ib` or `急诊`.": "类别、服务或课程，如 `ib` 或 `急诊`。",
    "Only in this district.": "只在此区。",
    "Nearest first: to a coordinate, a district, or a place of the registers.": "由近及远：距某坐标、某区或名录中的某处。",
    "With --near: what may lie within so many kilometres.": "与 --near 并用：多少公里以内。",
    "Leave out what is over on this day, as 2026-11-23.": "不列此日已结束的内容，如 2026-11-23。",
    "Read the 2024 Regulation article by article, with the schemes and registers that answer it.": "逐条阅读2024年条例，以及落实它的方案和名录。",
    "The number of an article, or words that it says; all articles if left out.": "条号，或条文中的词；省略则为全部条文。",
    "Every promise about people and bodies from abroad, and what answers it.": "有关境外人员和机构的每项承诺及其落实情况。",
    "With --coverage: the promises of all articles.": "与 --coverage 并用：全部条文的承诺。",
    "Published counts with date and source: research centres, organisations, permits; and hubs side by side.": "已公布的数据，注明日期和来源：研发中心、组织、许可；并可对照各创新中心。",
    "An indicator; the list of them if left out.": "指标；省略则列出全部指标。",
    "Write the chart of the indicator.": "写出该指标的图表。",
    "Beijing, Tokyo, Singapore, Silicon Valley side by side.": "北京、东京、新加坡、硅谷并列对照。",
    # population, synthesise, simulate, sql
    "Hold a table of people or organisations against schemes: status, outcome, points and amounts of every row.\n\nA run that was killed goes on when the same command is given again. OUT appears only when it is whole.": "用人员或机构表对照方案：每行的结果、类别、积分和金额。\n\n中断后再次运行同一命令即可继续。OUT 只在完整时出现。",
    "Files, globs or folders of Parquet, CSV or Arrow; then what to write: a file, or a new folder.": "Parquet、CSV 或 Arrow 的文件、通配符或文件夹；最后为要写的文件或新文件夹。",
    "Write a mapping file suggested from the headers of IN, and stop.": "根据 IN 的表头写出建议的对应文件后结束。",
    "Only this column of IN goes to OUT (may be repeated); `none` for none. All if left out.": "只把 IN 的此列写入 OUT（可重复）；`none` 为一列不写。省略则为全部。",
    "Only rows of whom this holds, written as in a scheme: 'age >= 30 and cn/work-permit is B'.": "只要符合此条件的行，写法同方案：'age >= 30 and cn/work-permit is B'。",
    "criteria, failing, distance, deciding or all (may be repeated).": "criteria、failing、distance、deciding 或 all（可重复）。",
    "Stop at the first value that cannot be read, or leave its row without an answer and list it.": "遇到无法读取的值即停止，或使该行没有结果并列出。",
    "Also write the summary: .txt, .json or .svg (may be repeated).": "同时写出摘要：.txt、.json 或 .svg（可重复）。",
    "Only report what the columns give.": "只报告各列所给的内容。",
    "Write over OUT.": "覆盖 OUT。",
    "Throw away the parts of an unfinished run.": "丢弃未完成的运行所留的部分。",
    "Parts at a time; 0: one a core.": "同时处理的部分数；0 为每核一个。",
    "Make synthetic people: nobody is real. The same seed gives the same people, whatever the machine's cores.": "生成虚构的人员，无一真实。种子相同则人员相同，与机器核数无关。",
    "The file to write: .parquet, .csv or .arrow.": "要写入的文件：.parquet、.csv 或 .arrow。",
    "How many people; 10_000 may be written so.": "人数；可写作 10_000。",
    "A population of policies/populations, or the file of one.": "policies/populations 中的人群，或人群文件。",
    "Hold reforms of a scheme against a population: who gains, who loses, by group, how many pass, how points are spread, what it costs.": "用人群检验方案的改动：谁受益、谁受损（可分组），多少人达标，积分如何分布，花费多少。",
    "Files, globs or folders of people (may be repeated).": "人员的文件、通配符或文件夹（可重复）。",
    "The scheme, and the day as of which all is held.": "方案，以及对照所依据的日期。",
    "A version of the scheme that is not law; it may amend one (may be repeated).": "方案的非法定版本，可为修订版（可重复）。",
    "Another pass mark as a reform (may be repeated).": "以另一及格线作为改动（可重复）。",
    "Also by groups: a fact with codes or yes/no, or a number with a width as in age:10 (may be repeated).": "同时分组：带代码或是/否的事实，或按宽度分段的数，如 age:10（可重复）。",
    "Numbers below this are not shown, nor those from which they could be computed.": "小于此数的人数不显示，可由以推算的人数也不显示。",
    "Write the charts.": "写出图表。",
    "Write a scheme as SQL: status, outcome, low, high, and whether they are exact. A NULL is unknown, never zero.": "把方案写成 SQL：结果、类别、下限、上限，以及是否确切。NULL 为未知，绝不当作零。",
    "Whose SQL.": "哪一种 SQL。",
    "The table of people.": "人员表。",
    "A column that goes to the answer (may be repeated).": "写入结果的列（可重复）。",
    "Which column gives which fact (YAML); facts without a column are unknown.": "各列对应的事实（YAML）；没有列的事实为未知。",
    "List the columns that the text asks for, instead of the text.": "不写 SQL 文本，而是列出它所需的列。",
    # portal
    "Start the web portal: check, results, schemes, law. Needs no network and no other service.": "启动网站：自查、结果、方案、法律。无需网络，也无需其他服务。",
    "Examples:\n\njifen portal — on this machine only, with the embedded database\n\njifen portal --demo — the same, every page marked as demonstration\n\njifen portal --database postgresql://jifen@db/jifen --origin https://jifen.example": "示例：\n\njifen portal —— 仅限本机，使用内嵌数据库\n\njifen portal --demo —— 同上，每页标明演示\n\njifen portal --database postgresql://jifen@db/jifen --origin https://jifen.example",
    "The address to listen on.": "监听的地址。",
    "The port to listen on; 0 takes a free one.": "监听的端口；0 为任一空闲端口。",
    "A PostgreSQL database; the embedded SQLite if left out.": "PostgreSQL 数据库；省略则为内嵌的 SQLite。",
    "Folder of database, secret key and static files [~/.local/share/jifen].": "数据库、密钥和静态文件所在的文件夹 [~/.local/share/jifen]。",
    "The public address, if a proxy with https stands in front.": "前有 https 代理时的公开地址。",
    "Mark every page and print as demonstration.": "每页和打印件均标明演示。",
    "Processes; 0 takes one for each core, at most eight.": "进程数；0 为每核一个，最多八个。",
    "Threads of each process.": "每个进程的线程数。",
    "Compute the answers that every first visitor needs in the background (half a minute).": "在后台预先计算首批访客所需的结果（约半分钟）。",
    # register
    "Check an office's own file and put it in the place of a register.": "核对机关自有的文件，并以其替换名录。",
    "Hold a file against the form of a register, and say what it would change. Nothing is written.": "按名录的格式核对文件，并说明会改变什么。不写入任何内容。",
    "The register, as `jifen registers` lists it.": "名录，名称见 `jifen registers`。",
    "A CSV file in UTF-8 with the columns of the register.": "与名录列相同的 UTF-8 CSV 文件。",
    "Put a file in the place of a register: all of it, or on the first mistake nothing.": "以文件替换名录：要么全部替换，要么遇错即不替换。",
    "Take an office's file away, so that the published register stands again.": "撤去机关的文件，恢复已公布的名录。",
}  # fmt: skip
"""English → Chinese. An epilog that only has examples is not here: its head is translated, its commands stay."""

_EXAMPLES = {"Examples:": "示例：", "Example:": "示例："}
_FRAME = {
    "ARGUMENTS_PANEL_TITLE": "参数", "OPTIONS_PANEL_TITLE": "选项", "COMMANDS_PANEL_TITLE": "命令",
    "DEFAULT_STRING": "[默认：{}]", "REQUIRED_LONG_STRING": "[必填]",
}  # fmt: skip


def chinese(text: str) -> str:
    """A text of the help in Chinese; what has none stays as it is."""
    for english, word in _EXAMPLES.items():
        if text.startswith(english) and text not in HELP:
            return word + text.removeprefix(english).lstrip()
    return HELP.get(text, text)


def translate(command: Any) -> None:
    """Put the Chinese into a command and all below it."""
    for name in ("help", "short_help", "epilog"):
        if text := getattr(command, name, None):
            setattr(command, name, chinese(text))
    command.options_metavar = "[选项]"
    for parameter in command.params:
        if text := getattr(parameter, "help", None):
            parameter.help = chinese(text)
    usage, help_option = command.get_usage, command.get_help_option

    def helped(context: Any) -> Any:
        option = help_option(context)
        if option is not None:
            option.help = chinese(option.help)
        return option

    command.get_usage = lambda context: usage(context).replace("Usage: ", "用法：", 1)
    command.get_help_option = helped
    for inner in getattr(command, "commands", {}).values():
        command.subcommand_metavar = "命令 [参数]…"
        translate(inner)


class _Folded(Table):
    """A table that folds what has no blank to break at, where the library's cuts it off."""

    def add_row(self, *cells: Any, **options: Any) -> None:
        super().add_row(*cells, **options)
        for column in self.columns:
            column.overflow = "fold"


@contextmanager
def _framed() -> Iterator[None]:
    """The library's own words in Chinese for a while, and lines that break between any two characters."""
    ours = {**_FRAME, "Table": _Folded}
    before = {name: getattr(rich_utils, name) for name in ours}
    try:
        for name, mine in ours.items():
            setattr(rich_utils, name, mine)
        yield
    finally:
        for name, theirs in before.items():
            setattr(rich_utils, name, theirs)


def run(application: typer.Typer, args: Sequence[str]) -> int:
    """Run a command line that asks for help, in Chinese; its exit code."""
    command = typer.main.get_command(application)
    translate(command)
    with _framed():
        return int(command.main(args=list(args), prog_name="jifen", standalone_mode=False) or 0)
