"""The sentences of every problem, in English and Chinese: what was wrong, and what was expected.

The code of a problem never changes its meaning; `docs/errors.md` shows an example of each, and the tests run it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """`what` and `expected` in each language, with blanks in braces."""

    what: dict[str, str]
    expected: dict[str, str]


def _entry(en: str, zh: str, expected_en: str = "", expected_zh: str = "") -> Entry:
    return Entry({"en": en, "zh": zh}, {"en": expected_en, "zh": expected_zh})


CATALOGUE: dict[str, Entry] = {
    # files
    "no-such-file": _entry(
        "there is no such file", "文件不存在", "the path of a file that can be read", "可读取的文件路径"
    ),
    "not-a-file": _entry("this is not a file", "这不是文件", "a file, not a folder", "文件，而非文件夹"),
    "file-too-large": _entry(
        "the file is too large", "文件过大", "at most {limit:,} bytes", "不超过 {limit:,} 字节"
    ),
    "not-utf-8": _entry("the text is not UTF-8", "文本不是 UTF-8 编码", "UTF-8 text", "UTF-8 文本"),
    # strict YAML
    "not-yaml": _entry(
        "the text cannot be read as YAML or JSON", "文本无法按 YAML 或 JSON 读取",
        "strict YAML or JSON", "严格的 YAML 或 JSON",
    ),
    "not-json": _entry(
        "the text is not JSON", "文本不是 JSON", "here one of: {signs}", "此处为以下之一：{signs}"
    ),
    "json-goes-on": _entry(
        "text stands after the end of the JSON", "JSON 结束之后还有文字", "one value and nothing after it", "一个值，其后没有文字"
    ),
    "leading-zero": _entry(
        "the number begins with a zero", "数字以零开头",
        "the number without it, or a text in quotation marks", "去掉开头的零，或用引号写成文本",
    ),
    "several-documents": _entry(
        "the file holds several documents", "文件包含多个文档", "one document", "一个文档"
    ),
    "yaml-alias": _entry(
        "anchors and aliases are not allowed", "不允许使用锚点和别名", "the value itself", "直接写出值"
    ),
    "yaml-tag": _entry("tags are not allowed", "不允许使用标签", "the value without a tag", "不带标签的值"),
    "too-deep": _entry(
        "the text is nested too deeply", "嵌套过深", "at most {limit} levels", "最多 {limit} 层"
    ),
    "key-not-text": _entry("a key is not plain text", "键不是纯文本", "a name as key", "以名称为键"),
    "duplicate-key": _entry(
        "the key `{key}` stands twice, first on line {line}", "键 `{key}` 重复，首次出现在第 {line} 行",
        "each key once", "每个键只出现一次",
    ),
    "not-a-mapping": _entry(
        "names with values are expected here", "此处应为名称与值", "`name: value` lines", "`名称: 值` 的行"
    ),
    "not-text": _entry("`{key}` is not plain text", "`{key}` 不是纯文本", "a text", "文本"),
    "unknown-key": _entry(
        "`{key}` is not known here", "此处没有 `{key}` 这个键", "a key of this form", "此表单中的键"
    ),
    "missing-key": _entry("`{key}` is missing", "缺少 `{key}`", "a line `{key}: …`", "一行 `{key}: …`"),
    "not-one-of": _entry(
        "`{key}` has a value that is not allowed", "`{key}` 的值不被允许", "one of: {choices}", "以下之一：{choices}"
    ),
    "not-both-languages": _entry(
        "`{key}` is not given in both languages", "`{key}` 没有给出两种语言", "{{en: …, zh: …}}", "{{en: …, zh: …}}"
    ),
    # vocabulary
    "declared-twice": _entry(
        "`{name}` is declared twice", "`{name}` 重复声明", "each name once", "每个名称只声明一次"
    ),
    "unknown-code-list": _entry(
        "there is no code list `{name}`", "没有代码表 `{name}`",
        "a file in policies/facts/codes, ISO 3166-1 or ISO 4217", "policies/facts/codes 中的文件、ISO 3166-1 或 ISO 4217",
    ),
    "unknown-currency": _entry(
        "`{currency}` is not a currency", "`{currency}` 不是货币代码", "an ISO 4217 code such as CNY", "ISO 4217 代码，如 CNY"
    ),
    "missing-domain": _entry(
        "the fact `{name}` has no domain", "事实 `{name}` 没有取值范围", "domain: [least, most]", "domain: [最小, 最大]"
    ),
    "bad-domain": _entry(
        "the domain of `{name}` cannot be read", "`{name}` 的取值范围无法读取",
        "two values of the fact's type, the smaller first", "两个同类型的值，较小者在前",
    ),
    "too-large": _entry(
        "the domain of `{name}` reaches further than every engine can count", "`{name}` 的取值范围超出各引擎可精确计数的范围",
        "at most {limit:,} of the fact's smallest unit", "以该事实最小单位计不超过 {limit:,}"
    ),
    "bad-name": _entry(
        "`{name}` cannot be the name of a fact", "`{name}` 不能作为事实的名称",
        "lower-case letters, digits and _, in parts joined by dots", "小写字母、数字和 _，各部分以点连接"
    ),
    # profiles
    "unknown-fact": _entry(
        "`{name}` is not a fact of the vocabulary", "词汇表中没有事实 `{name}`",
        "a fact; `jifen facts` lists them", "词汇表中的事实；可用 `jifen facts` 列出",
    ),
    "fact-given-twice": _entry(
        "the fact `{fact}` is given twice, first on line {line}", "事实 `{fact}` 重复填写，首次在第 {line} 行",
        "each fact once", "每个事实只填写一次",
    ),
    "wrong-type": _entry(
        "the value of `{fact}` has the wrong form", "`{fact}` 的值格式不正确", "a value such as {example}", "例如 {example}"
    ),
    "out-of-domain": _entry(
        "the value of `{fact}` is outside its domain", "`{fact}` 的值超出取值范围", "{low} to {high}", "{low} 至 {high}"
    ),
    "unknown-code": _entry(
        "the value of `{fact}` is not a code of its list", "`{fact}` 的值不在代码表中",
        "one of {codes}; `jifen facts {fact}` says what they mean", "{codes} 之一；含义见 `jifen facts {fact}`",
    ),
    "too-many-places": _entry(
        "the value of `{fact}` is finer than it can be counted", "`{fact}` 的值精度过高",
        "at most {places} digits after the point", "小数点后最多 {places} 位",
    ),
    "not-exact": _entry(
        "the value of `{fact}` is a float, which is not exact", "`{fact}` 的值是浮点数，不精确",
        "int, Decimal or text", "整数、Decimal 或文本",
    ),
    "not-a-number": _entry(
        "the value of `{fact}` is not a number", "`{fact}` 的值不是数", "a finite number", "有限的数"
    ),
    "not-a-value": _entry(
        "the value of `{fact}` is of a kind that no fact has", "`{fact}` 的值类型不受支持",
        "text, int, Decimal, bool, date or a list", "文本、整数、Decimal、布尔、日期或列表",
    ),
    "spell-backwards": _entry(
        "a spell of `{fact}` ends before it begins", "`{fact}` 的一段经历结束早于开始",
        "`until` on or after `from`", "`until` 不早于 `from`",
    ),
    "contradiction": _entry(
        "`{fact}` contradicts {others}", "`{fact}` 与 {others} 矛盾",
        "{value}, which follows from {others} on {day}", "{value}，由 {others} 在 {day} 得出",
    ),
    "day-to-come": _entry(
        "`{fact}` is still to come on the day asked about", "`{fact}` 在查询日期尚未到来",
        "{day} or earlier", "{day} 或更早",
    ),
    # documents
    "no-front-matter": _entry(
        "the document does not begin with its identity", "文档没有以标识信息开头",
        "front matter between two lines `---`", "两行 `---` 之间的标识信息",
    ),
    "text-before-heading": _entry(
        "text stands before the first heading", "首个标题之前有文字", "a heading", "标题"
    ),
    "unknown-heading": _entry(
        "this first-level heading is not in the list", "此一级标题不在列表中",
        "a heading of the list, in both languages", "列表中的双语标题",
    ),
    "heading-order": _entry(
        "this heading stands out of order", "标题顺序不正确", "the order of docs/scheme-language.md, section 1",
        "docs/scheme-language.md 第1节的顺序",
    ),
    "heading-level": _entry(
        "a heading skips a level", "标题跳级", "one level below the heading above it", "比上一标题低一级"
    ),
    "heading-too-deep": _entry(
        "no heading may stand here", "此处不能有下级标题", "the rule without further headings", "无下级标题的规则"
    ),
    "empty-heading": _entry(
        "nothing stands under this heading", "标题下没有内容", "a table, a list or a sentence of the language",
        "语言规定的表格、列表或句子",
    ),
    "missing-id": _entry("the heading has no id", "标题没有标识", "`English · 中文 {{#id}}`", "`English · 中文 {{#id}}`"),
    "id-twice": _entry(
        "the id `{id}` stands twice, first on line {line}", "标识 `{id}` 重复，首次在第 {line} 行",
        "each id once", "每个标识只用一次",
    ),
    "not-bilingual": _entry(
        "the words are not in both languages", "文字没有给出两种语言", "`English · 中文`", "`English · 中文`"
    ),
    "not-understood": _entry(
        "this line is not understood", "无法理解此行",
        "a form of docs/scheme-language.md; commentary begins with >", "docs/scheme-language.md 中的形式；评注以 > 开头",
    ),
    "not-a-table": _entry(
        "the table has no header, rule and rows", "表格缺少表头、分隔线或行",
        "a header, a line of dashes, and rows", "表头、分隔线和各行",
    ),
    "row-length": _entry(
        "the row has a different number of fields than the header", "该行的列数与表头不同",
        "{expected} fields", "{expected} 列",
    ),
    "wrong-folder": _entry(
        "the file does not stand in the folder of its scheme", "文件不在其方案的文件夹中",
        "policies/{scheme}/", "policies/{scheme}/",
    ),
    "wrong-file-name": _entry(
        "the file is not named by the day from which it is in force", "文件名不是施行之日", "{day}.md", "{day}.md"
    ),
    "no-such-version": _entry(
        "there is no earlier version {version} to amend", "没有可修改的早期版本 {version}",
        "the day of an earlier version in this folder", "本文件夹中较早版本的日期",
    ),
    "nothing-to-repeal": _entry(
        "there is no heading `{id}` to repeal", "没有可废止的标题 `{id}`", "the id of a heading of the earlier version",
        "早期版本中的标题标识",
    ),
    "bad-jurisdiction": _entry(
        "this is not a jurisdiction", "无法识别此管辖地区", "an ISO 3166 code such as CN or CN-BJ, or none for a model", "ISO 3166 代码，如 CN、CN-BJ；模型写 none"
    ),
    "control-character": _entry(
        "the text holds a control character", "文本含有控制字符", "text that can be seen", "可见的文字"
    ),
    # rules
    "unknown-instrument": _entry(
        "the citation names the instrument `{name}`, which is not declared", "引用的文件 `{name}` 未声明",
        "a short name under `instruments`", "`instruments` 下的简称",
    ),
    "missing-citation": _entry(
        "no citation covers this rule", "此规则没有引用依据", "`[S place]` at the end of the line", "行末的 `[S 位置]`"
    ),
    "bad-condition": _entry(
        "the condition cannot be read here", "此处的条件无法读取",
        "names in backticks, signs, and, or, not (docs/scheme-language.md, section 3)",
        "反引号中的名称、符号以及 and、or、not（docs/scheme-language.md 第3节）",
    ),
    "and-with-or": _entry(
        "`and` and `or` meet without brackets", "`and` 与 `or` 混用而无括号", "brackets around one of them", "用括号分组"
    ),
    "no-combination": _entry(
        "nothing says how the items of the list combine", "没有说明列表各项如何组合",
        "All of: / Any one of: / None of: / At least n of:", "All of: / Any one of: / None of: / At least n of:",
    ),
    "no-words": _entry(
        "the item has no words after its condition", "条件之后没有文字", "` — English · 中文`", "` — English · 中文`"
    ),
    "no-reason": _entry(
        "nothing says why this cannot be expressed", "没有说明为何无法表达",
        "`English · 中文 — reason · 原因`", "`English · 中文 — reason · 原因`",
    ),
    "numbers-must-rise": _entry(
        "the numbers of the list do not rise", "列表编号没有递增", "a number above the one before", "大于前一项的编号"
    ),
    "at-least-too-many": _entry(
        "the list asks for {least} of fewer items", "列表要求满足 {least} 项，但项目不足", "at least {least} items", "至少 {least} 项"
    ),
    "bad-column": _entry(
        "the header of this column cannot be read", "此列的表头无法读取", "`fact` (unit), or `a` \\ `b`", "`事实` (单位)，或 `a` \\ `b`"
    ),
    "bad-result-column": _entry(
        "the last column is not the result", "最后一列不是结果", "points or value, then source", "points 或 value，其后可有 source"
    ),
    "bad-row": _entry(
        "the values of this row cannot be read", "此行的取值无法读取",
        "≥ 5, < 5, 5–8, [5, 8), codes, yes, no, below, otherwise, any", "≥ 5、< 5、5–8、[5, 8)、代码、yes、no、below、otherwise、any",
    ),
    "bad-points": _entry("the points are not a whole number", "积分不是整数", "a whole number", "整数"),
    "bad-number": _entry("this is not a number", "这不是数", "a number such as 11,937", "数，如 11,937"),
    "bad-day": _entry("this is not a day", "这不是日期", "a day such as 2026-02-01", "日期，如 2026-02-01"),
    "days-must-rise": _entry(
        "the days of the parameter do not rise", "参数日期没有递增", "a later day than the row above", "晚于上一行的日期"
    ),
    "no-from-column": _entry(
        "the table of the parameter has no column `from`", "参数表没有 `from` 列", "name (unit) | from | source", "名称 (单位) | from | source"
    ),
    "otherwise-last": _entry(
        "`otherwise` stands where it cannot", "`otherwise` 位置不正确",
        "`otherwise` as the last row after `The first that holds:`", "位于 `The first that holds:` 表的最后一行",
    ),
    "how-combined": _entry(
        "nothing says how the parts combine", "没有说明各部分如何组合",
        "Sum of: / The best of: / The first that holds:", "Sum of: / The best of: / The first that holds:",
    ),
    "no-pass-mark": _entry(
        "Points does not say its pass mark once", "积分没有（唯一地）说明及格线",
        "`Pass mark 70.` or `No pass mark.`", "`Pass mark 70.` 或 `No pass mark.`",
    ),
    "bad-derived": _entry(
        "the derived fact `{id}` is not defined by one sentence, list or table", "推算事实 `{id}` 没有由一个句子、列表或表格定义",
        "one of the forms of docs/scheme-language.md, section 6", "docs/scheme-language.md 第6节的形式之一",
    ),
    "bad-amount": _entry(
        "the heading does not say once how much is granted", "标题下没有（唯一地）说明金额",
        "one sentence or one table of docs/scheme-language.md, section 7, with at most one cap and one condition",
        "docs/scheme-language.md 第7节中的一个句子或一个表格，上限和条件至多各一个",
    ),
    "bad-amount-column": _entry(
        "the last column of the table is not an amount of money", "表格最后一列不是金额",
        "facts, then `amount (CNY)` or `amount (CNY a year)`, then source",
        "事实列，其后为 `amount (CNY)` 或 `amount (CNY a year)`，最后可有 source",
    ),
    "bad-csv-link": _entry(
        "the link to the CSV file cannot be used", "CSV 链接不可用", "[name.csv](name.csv), beside the document", "与文档同目录的 [name.csv](name.csv)"
    ),
    "bad-csv-header": _entry(
        "the header of the CSV file does not fit", "CSV 表头不符",
        "key columns {keys}, value columns `name (unit)`, and source last", "键列 {keys}、数值列 `name (unit)`，最后一列 source",
    ),
    "csv-row-twice": _entry("the row for {key} stands twice", "{key} 的行重复", "each key once", "每个键只出现一次"),
    # meaning
    "unknown-name": _entry(
        "`{name}` is not a fact, a parameter or a derived fact", "`{name}` 不是事实、参数或推算事实",
        "a name of the vocabulary or of this document", "词汇表或本文档中的名称",
    ),
    "wrong-unit": _entry(
        "the unit of `{name}` is not the vocabulary's", "`{name}` 的单位与词汇表不符", "{unit}", "{unit}"
    ),
    "wrong-subject": _entry(
        "`{name}` is a fact about another kind of subject", "`{name}` 不是关于该主体的事实", "a fact about a {subject}", "关于 {subject} 的事实"
    ),
    "wrong-use": _entry(
        "`{name}` cannot be used so", "`{name}` 不能这样使用", "{form}", "{form}"
    ),
    "unknown-value": _entry(
        "`{name}` has no such value", "`{name}` 没有这个值", "a value of its domain or code list", "其取值范围或代码表中的值"
    ),
    "amount-currency": _entry(
        "the cap is not in the currency of the amount", "上限与金额的币种不同", "{currency}", "{currency}"
    ),
    "rows-overlap": _entry(
        "two rows cover the same values of {facts}", "两行覆盖了 {facts} 的相同取值", "each value in one row; also covered on line {line}",
        "每个值只在一行中；另见第 {line} 行",
    ),
    "rows-gap": _entry(
        "no row covers some values of {facts}", "有些 {facts} 的取值没有行覆盖", "a row for every value", "每个值都有一行"
    ),
    "dead-row": _entry(
        "the row can never apply", "该行永远不会适用", "values that no row above covers", "上方各行未覆盖的取值"
    ),
    "above-maximum": _entry(
        "the row gives more than the declared maximum", "该行超过声明的最高分", "at most {most}", "不超过 {most}"
    ),
    "no-parameter-value": _entry(
        "the parameter `{name}` has no value on {day}", "参数 `{name}` 在 {day} 没有值",
        "a day from {first} on", "{first} 起的日期",
    ),
    "no-csv-row": _entry(
        "the table `{name}` has no row for {key}", "表 `{name}` 没有 {key} 的行", "one row for every code", "每个代码一行"
    ),
    "cycle": _entry("these refer to each other in a circle: {path}", "循环引用：{path}", "an order without a circle", "无循环的顺序"),
    "too-wide": _entry(
        "`{name}` has too many values for this use", "`{name}` 的取值过多，不能这样使用", "a fact with at most {limit:,} values",
        "取值不超过 {limit:,} 的事实",
    ),
    "below-zero": _entry(
        "the points of a criterion can fall below zero", "积分可能低于零", "points of zero or more", "不低于零的积分"
    ),
    # populations
    "fact-mapped-twice": _entry(
        "two columns give the fact `{fact}`: `{first}` and `{second}`", "两列对应同一事实 `{fact}`：`{first}` 与 `{second}`",
        "one column a fact", "每个事实只对应一列",
    ),
    "no-such-column": _entry(
        "the table has no column `{column}`", "表中没有列 `{column}`", "a column of the table", "表中的列"
    ),
    "column-twice": _entry(
        "the table has two columns `{column}`", "表中有两列 `{column}`", "each name once", "每个列名只出现一次"
    ),
    "column-type": _entry(
        "the column `{column}` cannot give the fact `{fact}`", "列 `{column}` 的类型不能对应事实 `{fact}`", "{types}", "{types}"
    ),
    "no-fact-column": _entry(
        "no column of the table gives a fact", "表中没有任何列对应事实",
        "a column named by a fact, or a mapping file; `--suggest-mapping FILE` writes one",
        "以事实命名的列，或对应文件；可用 `--suggest-mapping FILE` 生成",
    ),
    "columns-differ": _entry(
        "the columns of this file are not those of the first", "此文件的列与第一个文件不同",
        "the same columns with the same types in every file", "每个文件的列和类型相同",
    ),
    "mixed-currency": _entry(
        "the amount of `{fact}` is not in its currency", "`{fact}` 的金额不是其规定的货币",
        "{currency} in every row that has an amount", "每个有金额的行均为 {currency}",
    ),
    "bad-rows": _entry(
        "{rows:,} of the {seen:,} rows read so far hold a value that cannot be read", "已读 {seen:,} 行中有 {rows:,} 行含有无法读取的值",
        "values of the vocabulary, or `--bad-rows report` to go on without these rows", "词汇表允许的值，或用 `--bad-rows report` 跳过这些行",
    ),
    "no-arrow-table": _entry(
        "this is not a table", "这不是表", "a table or reader of pyarrow, polars, pandas or another with the Arrow interface",
        "pyarrow、polars、pandas 或其他支持 Arrow 接口的表",
    ),
    "no-input": _entry(
        "there is nothing to read", "没有可读取的内容", "a file, a glob or a folder with Parquet, CSV or Arrow files",
        "含 Parquet、CSV 或 Arrow 文件的文件、通配符或文件夹",
    ),
    "unknown-format": _entry(
        "the name of the file does not say a format that is known", "文件名未表明已知的格式", "{formats}", "{formats}"
    ),
    "broken-file": _entry(
        "the file cannot be read as {format}", "文件无法按 {format} 读取", "a whole {format} file", "完整的 {format} 文件"
    ),
    "long-line": _entry(
        "a line of the file is too long", "文件中有一行过长", "at most {limit:,} bytes; a quotation mark may be missing",
        "不超过 {limit:,} 字节；可能缺少引号",
    ),
    "no-out": _entry(
        "nothing says what to write", "没有说明要写入的文件", "IN, then OUT: a file or a new folder", "先 IN，后 OUT：文件或新文件夹"
    ),
    "out-is-in": _entry(
        "the output would be written over the input", "输出会覆盖输入", "another name", "其他名称"
    ),
    "other-run": _entry(
        "an unfinished run with other settings stands here", "此处有一个设置不同的未完成运行",
        "the same command as before, or --restart to throw its parts away", "与之前相同的命令，或用 --restart 丢弃其部分结果",
    ),
    "other-policies": _entry(
        "a worker has other policies than the driver", "工作节点的政策与主节点不同",
        "the same version of Jifen and the same policies on every machine", "每台机器上相同版本的 Jifen 和相同的政策",
    ),
    "no-such-population": _entry(
        "there is no population `{population}`", "没有群体 `{population}`", "a file of policies/populations, or the path of one",
        "policies/populations 中的文件或其路径",
    ),
    "bad-distribution": _entry(
        "the distribution of `{fact}` cannot be used", "`{fact}` 的分布不可用", "{form}", "{form}"
    ),
    "impossible-correlations": _entry(
        "the correlations contradict each other at `{fact}`", "相关系数在 `{fact}` 处相互矛盾",
        "correlations that can hold together", "可同时成立的相关系数",
    ),
    "bad-baseline": _entry(
        "the baseline cannot be read", "基准方案无法读取", "SCHEME@DATE, such as cn/work-permit@2026-11-23", "方案@日期，如 cn/work-permit@2026-11-23"
    ),
    "not-a-reform": _entry(
        "this is a version of another scheme than the baseline", "此文件不是基准方案的版本", "a document of {scheme}", "{scheme} 的文档"
    ),
    "not-a-group": _entry(
        "people cannot be grouped by `{name}`", "不能按 `{name}` 分组",
        "a fact of the population that is yes/no or has codes, or a number with a width such as age:10",
        "群体中是/否或带代码的事实，或带宽度的数值，如 age:10",
    ),
    "not-in-sql": _entry(
        "`{name}` cannot be written as SQL", "`{name}` 无法写成 SQL", "{instead}", "{instead}"
    ),
    # registers
    "no-such-register": _entry(
        "there is no register `{register}`", "没有名录 `{register}`", "a register; `jifen registers` lists them", "名录名称；可用 `jifen registers` 列出"
    ),
    "register-no-rows": _entry(
        "the register has no rows", "名录没有任何行", "a header and at least one row", "表头和至少一行"
    ),
    "register-quotes": _entry(
        "the quotation marks of this row are not closed", "该行引号未闭合",
        'one row a line; a field with a comma in "…", a quotation mark in it twice', '每行一条；含逗号的字段用 "…"，其中的引号写两次',
    ),
    "register-unknown-column": _entry(
        "the register `{register}` has no column `{column}`", "名录 `{register}` 没有 `{column}` 这一栏",
        "a column of the register, by its name or title", "名录中的栏，可用栏名或标题",
    ),
    "register-column-twice": _entry("the column `{column}` stands twice", "栏 `{column}` 重复", "each column once", "每栏一次"),
    "register-no-column": _entry(
        "the column `{column}` is missing", "缺少栏 `{column}`", "the column in the header, filled in every row", "表头中有此栏，且每行填写"
    ),
    "register-empty": _entry(
        "`{column}` is empty", "`{column}` 为空", "a value in every row that needs one", "需要填写的行都有值"
    ),
    "register-value": _entry(
        "the value of `{column}` has the wrong form", "`{column}` 的值格式不正确", "{form}", "{form}"
    ),
    "register-control-character": _entry(
        "`{column}` holds a control character", "`{column}` 含有控制字符", "text that can be printed", "可打印的文字"
    ),
    "register-out-of-range": _entry(
        "the value of `{column}` is out of range", "`{column}` 的值超出范围", "{low} to {high}", "{low} 至 {high}"
    ),
    "register-half-coordinate": _entry(
        "only half of the coordinate is given", "坐标只填写了一半", "lat and lon, or neither", "同时填写 lat 和 lon，或都不填"
    ),
    "register-end-before-start": _entry(
        "the end comes before the start", "结束早于开始", "{start} or later", "不早于 {start}"
    ),
    "register-row-twice": _entry(
        "`{row}` stands twice, first on line {line}", "`{row}` 重复，首次在第 {line} 行", "each row once", "每行只出现一次"
    ),
    "register-no-such-row": _entry(
        "`{column}` names a row that the register `{register}` does not have", "`{column}` 所指的行不在名录 `{register}` 中",
        "the id of a row of `{register}`", "名录 `{register}` 中某行的标识",
    ),
    "register-total": _entry(
        "the parts of this value add up to {sum}, and nothing says why the total differs", "各部分之和为 {sum}，与总数不符且未作说明",
        "the sum of its parts, or a note that says why not", "与各部分之和一致，或以备注说明原因",
    ),
    "no-such-need": _entry(
        "nothing in these registers answers to the need `{need}`", "这些名录中没有对应 `{need}` 的需求", "one of: {choices}", "以下之一：{choices}"
    ),
    "one-register": _entry(
        "the format {form} holds the rows of one register", "格式 {form} 只能包含一个名录的行", "one register: its name, or `--in NAME`", "一个名录：写出名称或 `--in 名称`"
    ),
    "bad-place": _entry(
        "this is not a place", "无法识别此地点", "39.99,116.47 (latitude first), a district, or a place of the registers", "纬度,经度（如 39.99,116.47）、区名或名录中的地点"
    ),
    "no-such-article": _entry(
        "the Regulation has no article `{article}`", "条例没有第 `{article}` 条", "a number from 1 to {last}, or words that an article says", "1 至 {last} 的数字，或条文中的词"
    ),
    "no-such-indicator": _entry(
        "there is no indicator `{indicator}`", "没有指标 `{indicator}`", "an indicator; `jifen indicators` lists them", "指标名称；可用 `jifen indicators` 列出"
    ),
    # the command line
    "no-such-command": _entry(
        "there is no command `{name}`", "没有命令 `{name}`", "a command; `{command} --help` lists them", "命令；可用 `{command} --help` 列出"
    ),
    "no-such-option": _entry(
        "`{command}` has no option `{name}`", "`{command}` 没有选项 `{name}`", "an option; `{command} --help` lists them",
        "选项；可用 `{command} --help` 列出",
    ),
    "missing-argument": _entry(
        "`{command}` needs {name}", "`{command}` 缺少 {name}", "`{command} --help` shows how it is called", "用法见 `{command} --help`"
    ),
    "option-value": _entry(
        "{name} cannot take this value", "{name} 不接受此值", "{expected}", "{expected}"
    ),
    "bad-usage": _entry(
        "the command line cannot be read", "命令行无法读取", "`{command} --help` shows how it is called", "用法见 `{command} --help`"
    ),
    "cannot-write": _entry(
        "the file cannot be written", "文件无法写入", "a folder that exists, with room, that may be written", "存在、可写且有空间的文件夹"
    ),
    "cannot-read": _entry(
        "the file or folder cannot be read", "文件或文件夹无法读取", "what you may read", "有读取权限的内容"
    ),
    # the portal
    "not-installed": _entry(
        "this part of jifen is not installed", "jifen 的此部分未安装", "`pip install 'jifen[{part}]'`", "`pip install 'jifen[{part}]'`"
    ),
    "database-address": _entry(
        "this is not the address of a database", "这不是数据库地址", "an address such as `postgresql://user@host/name`", "如 `postgresql://user@host/name` 的地址"
    ),
    "no-database": _entry(
        "the database does not answer", "数据库没有响应", "a database that can be reached and written", "可连接且可写的数据库"
    ),
    "public-address": _entry(
        "this is not the public address of a website", "这不是网站的公开地址", "an address such as `https://jifen.example`", "如 `https://jifen.example` 的地址"
    ),
    "cannot-listen": _entry(
        "the portal cannot listen there", "网站无法在该处监听",
        "an address of this machine and a free port; `--port 0` takes one", "本机地址和空闲端口；`--port 0` 自动选取",
    ),
    # requests
    "no-such-scheme": _entry(
        "there is no scheme `{scheme}`", "没有方案 `{scheme}`", "the id of a scheme; `jifen schemes` lists them", "方案标识；可用 `jifen schemes` 列出"
    ),
    "group-of-schemes": _entry(
        "`{group}` is a group of schemes", "`{group}` 是一组方案", "one scheme; `jifen schemes {group}` lists them", "一个方案；可用 `jifen schemes {group}` 列出"
    ),
    "nothing-in-force": _entry(
        "none of these schemes is in force on {day}", "这些方案在 {day} 均未施行", "a day in a version; `jifen schemes` lists them", "某一版本施行期内的日期；可用 `jifen schemes` 查看"
    ),
    "no-documents": _entry(
        "there is no scheme here", "此处没有方案", "the document of a scheme, or a folder with schemes", "方案文档或含有方案的文件夹"
    ),
    "no-policies": _entry(
        "there is no folder of policies", "没有政策文件夹", "a folder with `facts/` and schemes", "含有 `facts/` 和方案的文件夹"
    ),
    "bad-receipt": _entry(
        "the receipt cannot be read", "回执无法读取", "a receipt or an answer written by `jifen check --format json`",
        "由 `jifen check --format json` 写出的回执或答复",
    ),
    "case-form": _entry(
        "the case cannot be read", "案例无法读取", "{expected}", "{expected}"
    ),
    "not-in-force": _entry(
        "no version of {scheme} is in force on {day}", "{day} 没有施行中的 {scheme} 版本",
        "a day on which a version holds; the first is in force from {first}", "有版本施行的日期；最早版本自 {first} 起施行",
    ),
    "stale-oddity": _entry(
        "no finding `{finding}` is left for this oddity", "已没有与此条目相符的发现 `{finding}`",
        "only findings that `jifen verify` still makes; take the entry out", "`jifen verify` 仍会得出的发现；请删去该条目",
    ),
    "file-exists": _entry(
        "the file exists already", "文件已存在", "a new name, or --force", "新的文件名，或 --force"
    ),
    # advice
    "no-scheme-named": _entry(
        "no scheme is named", "没有指定方案", "--scheme ID, or --across for all of them", "--scheme 方案，或用 --across 比较全部方案"
    ),
    "bad-horizon": _entry(
        "so many years cannot be looked ahead", "无法展望这么多年", "1 to {limit} years", "1 至 {limit} 年"
    ),
    "cannot-count": _entry(
        "`{fact}` cannot be counted on from the number given", "无法由给出的数值推算 `{fact}` 的增长",
        "a whole number of years, months or days in the profile that grows with time and does not follow from dates",
        "档案中随时间增长、且不由日期得出的整年、整月或整日数",
    ),
}  # fmt: skip
"""Every problem by its code."""
