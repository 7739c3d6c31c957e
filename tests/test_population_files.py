"""Files of people through the command: every format, whole or not at all, and every way in which a file can be wrong."""

import contextlib
import io
import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from jifen.cli import main

ON = ("--on", "2026-11-23")


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return [" ".join(line.split()) for line in self.out.splitlines()]


COMMAND = [sys.executable, "-c", "from jifen.cli import main; main()"]


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PYTHONPATH", "PATH", "HOME", "XDG_CACHE_HOME", "TMPDIR")}
    return {**kept, "LANG": "C.UTF-8"}


def jifen(*arguments: str, cwd: Path) -> Ran:
    """The command in this process, its output not a terminal."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    argv, sys.argv = sys.argv, ["jifen", *arguments]
    try:
        with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as e:
        code = e.code if isinstance(e.code, int) else int(e.code is not None)
    finally:
        sys.argv = argv
    return Ran(code, out.getvalue(), err.getvalue())


def process(*arguments: str, cwd: Path, **options: object) -> Ran:
    """The command in a process of its own."""
    ran = subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, env=environment(), capture_output=True, encoding="utf-8", check=False, **options,  # type: ignore[call-overload]
    )  # fmt: skip
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def people(rows: int = 12) -> pa.Table:
    return pa.table(
        {
            "id": pa.array(range(rows), pa.int64()),
            "age": pa.array([17 + n % 50 for n in range(rows)], pa.int32()),
            "education.degree": pa.array([("none", "bachelor", "doctorate")[n % 3] for n in range(rows)]),
            "china.annual_salary": pa.array(
                [None if n % 5 == 4 else 100_000 + 1000 * n for n in range(rows)], pa.int64()
            ),
        }
    )


def write(table: pa.Table, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    elif path.suffix == ".csv":
        pyarrow.csv.write_csv(table, path)
    else:
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    return path


def read(path: Path) -> list[dict]:
    if path.suffix == ".csv":
        text = pyarrow.csv.ConvertOptions(strings_can_be_null=True)
        return pyarrow.csv.read_csv(path, convert_options=text).to_pylist()
    if path.suffix == ".arrow":
        with pa.memory_map(str(path)) as mapped:
            return pa.ipc.open_file(mapped).read_all().to_pylist()
    return pq.read_table(path).to_pylist()


@pytest.mark.parametrize("out", ["answers.parquet", "answers.csv", "answers.arrow"])
@pytest.mark.parametrize("given", ["people.parquet", "people.csv", "people.arrow"])
def test_every_format_gives_the_same_answers(given: str, out: str, tmp_path: Path) -> None:
    write(people(), tmp_path / given)
    ran = jifen("population", given, out, "-s", "cn/work-permit", "--keep", "id", *ON, cwd=tmp_path)
    assert ran.code == 0, ran.err
    rows = read(tmp_path / out)
    assert [int(r["id"]) for r in rows] == list(range(12))
    assert [r["cn_work_permit_status"] for r in rows] == ["does not qualify"] + ["undetermined"] * 11
    assert rows[0]["cn_work_permit_low"] < rows[0]["cn_work_permit_high"]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([given, out])


def test_folders_and_globs_are_read_in_order_and_a_folder_is_written(tmp_path: Path) -> None:
    write(people(4), tmp_path / "in" / "b.parquet")
    write(people(3), tmp_path / "in" / "deep" / "c.parquet")
    write(people(2), tmp_path / "in" / "a.parquet")
    write(people(9), tmp_path / "in" / "_hidden.parquet")
    assert jifen("population", "in", "out", "-s", "hk/ttps", *ON, cwd=tmp_path).code == 0
    assert [r["id"] for r in read(tmp_path / "out")] == [0, 1, 0, 1, 2, 3, 0, 1, 2]
    assert jifen("population", "in/*.parquet", "two.parquet", "-s", "hk/ttps", *ON, cwd=tmp_path).code == 0
    assert len(read(tmp_path / "two.parquet")) == 15
    summary = json.loads((tmp_path / "out" / "_jifen" / "summary.json").read_text())
    assert summary["rows"] == 9


def test_the_summary_counts_by_status_and_outcome(tmp_path: Path) -> None:
    write(people(), tmp_path / "p.parquet")
    files = ("--summary", "s.json", "--summary", "s.svg", "--summary", "s.txt")
    ran = jifen("population", "p.parquet", "o.parquet", "-s", "cn/work-permit", *ON, *files, cwd=tmp_path)
    assert "12 rows with answers" in ran.lines
    data = json.loads((tmp_path / "s.json").read_text())
    assert data["schemes"]["cn/work-permit"]["status"] == {"does not qualify": 1, "undetermined": 11}
    assert data["on"] == "2026-11-23"
    svg = (tmp_path / "s.svg").read_text("utf-8")
    assert svg.startswith("<svg ")
    assert "A population held against the schemes</title>" in svg
    assert ">12 rows with answers" in svg
    assert (tmp_path / "s.txt").read_text("utf-8") == ran.out


def test_the_report_before_the_run_says_what_every_column_gives(tmp_path: Path) -> None:
    write(people(), tmp_path / "p.parquet")
    ran = jifen("population", "p.parquet", "--dry-run", "-s", "cn/work-permit", *ON, "--format", "json", cwd=tmp_path)
    report = json.loads(ran.out)
    assert report["rows"] == 12
    assert [c.get("fact") for c in report["columns"]] == [None, "age", "education.degree", "china.annual_salary"]
    assert "chinese.hsk" in report["unknown"]
    text = jifen("population", "p.parquet", "--dry-run", "-s", "cn/work-permit", *ON, cwd=tmp_path)
    assert "china.annual_salary int64 china.annual_salary (CNY a year)" in text.lines
    assert "id int64 – goes through" in text.lines
    assert list(tmp_path.iterdir()) == [tmp_path / "p.parquet"]


def test_a_mapping_is_suggested_from_the_headers(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        "ID,Age,Highest degree,年龄,salary\n1,30,master,31,x\n2,40,doctorate,41,y\n", "utf-8"
    )
    ran = jifen("population", "p.csv", "--suggest-mapping", "m.yaml", cwd=tmp_path)
    assert ran.code == 0
    text = (tmp_path / "m.yaml").read_text("utf-8")
    assert "  Age: age  # the name is the fact's id; 2 of 2 values fit" in text
    assert '  "Highest degree": education.degree  # the name is its English title; 2 of 2 values fit' in text
    assert "  # ID:" in text
    used = jifen("population", "p.csv", "o.csv", "-m", "m.yaml", "-s", "cn/work-permit", *ON, cwd=tmp_path)
    assert used.code == 0, used.err
    assert jifen("population", "p.csv", "--suggest-mapping", "m.yaml", cwd=tmp_path).code == 2


# --- what can be wrong with a table ---------------------------------------------------------------------------


def test_a_bad_value_stops_the_run_with_its_row_and_column(tmp_path: Path) -> None:
    table = people().set_column(1, "age", pa.array([30, 130, 31, -1, *[30] * 8]))
    write(table, tmp_path / "p.parquet")
    ran = jifen("population", "p.parquet", "o.parquet", "-s", "cn/work-permit", *ON, cwd=tmp_path)
    assert ran.code == 2
    assert "the value of `age` is outside its domain [out-of-domain]\n  where: p.parquet, row 2, column age" in ran.err
    assert "2 of the 12 rows read so far hold a value that cannot be read [bad-rows]" in ran.err
    assert [p.name for p in tmp_path.iterdir()] == ["p.parquet"]


def test_bad_rows_are_listed_and_lose_nothing(tmp_path: Path) -> None:
    """With `--bad-rows report` every row is written; those that cannot be read have no answer, and are listed with the value."""
    table = people().set_column(1, "age", pa.array([30, 130, 31, -1, *[30] * 8]))
    write(table.set_column(2, "education.degree", pa.array(["phd", *["master"] * 11])), tmp_path / "p.parquet")
    ran = jifen(
        "population", "p.parquet", "o.parquet", "-s", "cn/work-permit", *ON, "--bad-rows", "report", cwd=tmp_path
    )
    assert ran.code == 0
    assert "9 rows with answers" in ran.lines
    rows = read(tmp_path / "o.parquet")
    assert len(rows) == 12
    assert [r["problem"] for r in rows[:4]] == [
        "education.degree: unknown-code", "age: out-of-domain", None, "age: out-of-domain",
    ]  # fmt: skip
    assert rows[1]["cn_work_permit_status"] is None
    assert rows[1]["cn_work_permit_low"] is None
    assert (tmp_path / "o.parquet.bad-rows.csv").read_text().splitlines() == [
        "file,row,column,code,found,nearest",
        "p.parquet,1,education.degree,unknown-code,phd,",
        "p.parquet,2,age,out-of-domain,130,",
        "p.parquet,4,age,out-of-domain,-1,",
    ]


def test_an_amount_in_another_currency_is_bad(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("columns:\n  pay: {fact: china.annual_salary, currency: cur}\n")
    (tmp_path / "p.csv").write_text("pay,cur\n450000,CNY\n60000,USD\n,USD\n5,\n")
    ran = jifen("population", "p.csv", "o.csv", "-m", "m.yaml", "-s", "cn/work-permit", *ON, cwd=tmp_path)
    assert ran.code == 2
    assert "[mixed-currency]" in ran.err
    assert "where: p.csv, row 2, column pay" in ran.err
    assert "2 of the 4 rows" in ran.err


WRONG_FILES = {
    "no-fact-column": ("p.csv", b"agee,name\n30,x\n", "nearest: age"),
    "column-twice": ("p.csv", b"age,age\n30,31\n", "where: p.csv"),
    "row-length": ("p.csv", b"age,name\n30,x\n31\n", "where: p.csv:"),
    "broken-file": ("p.parquet", b"PAR1 half of a file", "found: "),
    "not-utf-8": ("p.csv", b"age,name\n30,\xff\xfe\n", "p.csv"),
    "long-line": ("p.csv", b'age,name\n30,"' + b"x" * (40 << 20), "where: p.csv:2"),
    "unknown-format": ("p.xlsx", b"PK", "where: p.xlsx"),
}


@pytest.mark.parametrize("code", WRONG_FILES)
def test_a_file_that_is_wrong_is_told_with_its_place(code: str, tmp_path: Path) -> None:
    name, content, words = WRONG_FILES[code]
    (tmp_path / name).write_bytes(content)
    ran = jifen("population", name, "o.parquet", "-s", "cn/work-permit", *ON, cwd=tmp_path)
    assert ran.code == 2
    assert f"[{code}]" in ran.err
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "o.parquet").exists()


def test_a_parquet_file_cut_short_is_broken(tmp_path: Path) -> None:
    """A file whose writing was killed has no footer, one that was cut in the middle neither."""
    whole = write(people(1000), tmp_path / "p.parquet").read_bytes()
    for length in (len(whole) - 4, len(whole) // 2, 4, 0):
        (tmp_path / "p.parquet").write_bytes(whole[:length])
        ran = jifen("population", "p.parquet", "o.parquet", *ON, cwd=tmp_path)
        assert (ran.code, "[broken-file]" in ran.err, "Traceback" in ran.err) == (2, True, False)


def test_a_damaged_page_inside_a_file_is_broken_and_leaves_no_output(tmp_path: Path) -> None:
    content = bytearray(write(people(5000), tmp_path / "p.parquet").read_bytes())
    content[4:400] = bytes(396)
    (tmp_path / "p.parquet").write_bytes(content)
    ran = jifen("population", "p.parquet", "o.parquet", *ON, cwd=tmp_path)
    assert (ran.code, "[broken-file]" in ran.err, "Traceback" in ran.err) == (2, True, False)
    assert not (tmp_path / "o.parquet").exists()


def test_files_with_other_columns_than_the_first_are_named(tmp_path: Path) -> None:
    write(people(2), tmp_path / "in" / "a.parquet")
    write(people(2).drop_columns(["age"]), tmp_path / "in" / "b.parquet")
    write(people(2).set_column(1, "age", pa.array(["1", "2"])), tmp_path / "in" / "c.parquet")
    ran = jifen("population", "in", "o.parquet", *ON, cwd=tmp_path)
    assert ran.code == 2
    assert "where: in/b.parquet" in ran.err
    assert "found: without age" in ran.err
    assert "found: age is string, not int32" in ran.err


def test_lines_of_csv_with_too_few_fields_are_counted_and_listed(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text('id,age\n1,30\n2\n3,31,x\n"4","32"\n')
    ran = jifen(
        "population",
        "p.csv",
        "o.csv",
        "-s",
        "cn/work-permit",
        *ON,
        "--bad-rows",
        "report",
        "--keep",
        "id",
        cwd=tmp_path,
    )
    assert ran.code == 0, ran.err
    assert [r["id"] for r in read(tmp_path / "o.csv")] == [1, 4]
    assert "2 lines of CSV with too few or too many fields" in ran.lines
    listed = (tmp_path / "o.csv.bad-rows.csv").read_text().splitlines()
    assert [line.split(",")[3] for line in listed[1:]] == ["row-length", "row-length"]


def test_quoted_fields_may_hold_commas_and_line_ends(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text('\ufeffid;note;age\n1;"a;b\nc";30\n2;"";31\n', "utf-8")
    ran = jifen("population", "p.csv", "o.csv", "-s", "cn/work-permit", *ON, cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert [(r["id"], r["note"]) for r in read_text(tmp_path / "o.csv")] == [("1", "a;b\nc"), ("2", "")]


def read_text(path: Path) -> list[dict]:
    import csv

    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


ASKED_WRONG = {
    "no-such-column": (("--keep", "idd"), "nearest: id"),
    "no-such-scheme": (("-s", "cn/work-permitt"), "nearest: cn/work-permit"),
    "not-one-of": (("--reasons", "criterion"), "nearest: criteria"),
    "bad-day": (("--on", "23.11.2026"), "found: 23.11.2026"),
    "bad-condition": (("--where", "age >= "), "--where age >= "),
    "unknown-name": (("--where", "`agee` >= 18"), "nearest: age"),
    "no-input": (("nothing*.parquet",), "where: nothing*.parquet"),
}


@pytest.mark.parametrize("code", ASKED_WRONG)
def test_what_was_asked_wrongly_is_told_before_the_first_row(code: str, tmp_path: Path) -> None:
    write(people(), tmp_path / "p.parquet")
    more, words = ASKED_WRONG[code]
    ran = jifen(
        "population",
        *([more[0]] if code == "no-input" else ()),
        "p.parquet",
        "o.parquet",
        *ON,
        *(() if code == "no-input" else more),
        cwd=tmp_path,
    )
    assert ran.code == 2
    assert f"[{code}]" in ran.err
    assert words in ran.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p.parquet"]


def test_an_output_that_exists_is_kept_unless_forced(tmp_path: Path) -> None:
    write(people(), tmp_path / "p.parquet")
    (tmp_path / "o.parquet").write_text("mine")
    ran = jifen("population", "p.parquet", "o.parquet", *ON, cwd=tmp_path)
    assert (ran.code, "[file-exists]" in ran.err) == (2, True)
    assert (tmp_path / "o.parquet").read_text() == "mine"
    assert "[out-is-in]" in jifen("population", "p.parquet", "p.parquet", *ON, "--force", cwd=tmp_path).err
    assert jifen("population", "p.parquet", "o.parquet", "-s", "hk/ttps", *ON, "--force", cwd=tmp_path).code == 0
    assert len(read(tmp_path / "o.parquet")) == 12


# --- killed, out of room, out of memory -----------------------------------------------------------------------


def many(path: Path, groups: int = 12, rows: int = 1 << 20) -> Path:
    """A file with several units of work."""
    table = people(rows // 8)
    with pq.ParquetWriter(path, table.schema) as writer:
        for _ in range(groups):
            writer.write_table(pa.concat_tables([table] * 8), row_group_size=rows)
    return path


def test_a_killed_run_leaves_no_output_and_goes_on_from_its_parts(tmp_path: Path) -> None:
    """SIGKILL in the middle: OUT is not there, finished parts are; the same command then gives the whole, doing only the rest."""
    many(tmp_path / "p.parquet", groups=6)
    command = ("population", "p.parquet", "o", "-s", "cn/k-visa", "--keep", "id", *ON, "--workers", "1")
    running = subprocess.Popen([*COMMAND, *command], cwd=tmp_path, env=environment(), stderr=subprocess.DEVNULL)
    notes = tmp_path / "o.parts" / "_jifen"
    while running.poll() is None and not (notes / "00001.json").exists():
        os.sched_yield()
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert running.returncode == -signal.SIGKILL
    assert not (tmp_path / "o").exists()
    finished = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "o.parts").glob("part-0000[01].parquet")}
    assert set(finished) == {"part-00000.parquet", "part-00001.parquet"}
    again = jifen(*command, cwd=tmp_path)
    assert again.code == 0, again.err
    assert "finished before: 2,097,152 rows" in again.err
    assert {n: (tmp_path / "o" / n).stat().st_mtime_ns for n in finished} == finished
    ids = pq.read_table(tmp_path / "o", columns=["id"])["id"].to_numpy()
    assert len(ids) == 6 << 20
    assert (ids.reshape(-1, 1 << 17) == ids[: 1 << 17]).all()
    assert not (tmp_path / "o.parts").exists()


def test_an_unfinished_run_with_other_settings_is_not_mixed_in(tmp_path: Path) -> None:
    write(people(), tmp_path / "p.parquet")
    parts = tmp_path / "o.parquet.parts" / "_jifen"
    parts.mkdir(parents=True)
    (parts / "manifest.json").write_text('{"on": "2020-01-01"}')
    ran = jifen("population", "p.parquet", "o.parquet", "-s", "hk/ttps", *ON, cwd=tmp_path)
    assert (ran.code, "[other-run]" in ran.err) == (2, True)
    assert "found: engine, inputs, out, on," in ran.err
    ran = jifen("population", "p.parquet", "o.parquet", "-s", "hk/ttps", *ON, "--restart", cwd=tmp_path)
    assert ran.code == 0
    assert not parts.exists()


def test_a_disk_without_room_is_told_and_the_run_goes_on_afterwards(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: the system refuses to write more."""
    many(tmp_path / "p.parquet", groups=3)

    def narrow() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    command = ("population", "p.parquet", "o", "-s", "cn/k-visa", *ON)
    ran = process(*command, cwd=tmp_path, preexec_fn=narrow)
    assert (ran.code, "[cannot-write]" in ran.err, "Traceback" in ran.err) == (2, True, False)
    assert not (tmp_path / "o").exists()
    assert jifen(*command, cwd=tmp_path).code == 0
    assert pq.read_table(tmp_path / "o").num_rows == 3 << 20


def test_a_full_disk_is_told_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    """The device `full` answers every write as a full disk does; it stands where the second part would be written."""
    for n in range(3):
        write(people(), tmp_path / "in" / f"{n}.parquet")
    command = ("population", "in", "o", "-s", "cn/k-visa", *ON, "--workers", "1")
    assert jifen(*command, cwd=tmp_path).code == 0
    whole = files(tmp_path / "o")
    shutil.rmtree(tmp_path / "o")
    assert killed_at(2, *command, cwd=tmp_path) == -signal.SIGKILL
    (tmp_path / "o.parts" / "part-00001.parquet.tmp").symlink_to("/dev/full")
    ran = jifen(*command, cwd=tmp_path)
    assert (ran.code, "[cannot-write]" in ran.err, "Traceback" in ran.err) == (2, True, False)
    assert "found: No space left on device" in ran.err
    assert not (tmp_path / "o").exists()
    assert not list((tmp_path / "o.parts").rglob("*.tmp"))
    assert jifen(*command, cwd=tmp_path).code == 0
    assert files(tmp_path / "o") == whole


KILLED = """
import os, signal, sys
from jifen.cli import main
left = [int(sys.argv.pop(1))]
def step(right):
    def counted(*given, **named):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return right(*given, **named)
    return counted
for name in ("fsync", "replace", "rename", "unlink", "rmdir"):
    setattr(os, name, step(getattr(os, name)))
main()
"""


def killed_at(step: int, *arguments: str, cwd: Path) -> int:
    """Run the command and kill it before the step after so many steps that change what stands on the disk; gives the exit code."""
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(step), *arguments], cwd=cwd, env=environment(), capture_output=True, check=False
    )  # fmt: skip
    return ran.returncode


def files(folder: Path) -> dict[str, bytes]:
    """Everything that stands in a folder, by name."""
    found = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.name: p.read_bytes() for p in found}


@pytest.mark.parametrize(("out", "steps"), [("o", (0, 1, 4, 13, 15)), ("o.csv", (6, 14)), ("o.parquet", (15,))])
def test_killed_at_any_point_it_goes_on_to_the_same_bytes(out: str, steps: tuple[int, ...], tmp_path: Path) -> None:
    """Three files, so three parts. Whatever stood when it was killed, OUT is absent or whole, and the same command ends in the same bytes."""
    for n in range(3):
        write(people(), tmp_path / "in" / f"{n}.parquet")
    command = ("population", "in", out, "-s", "cn/k-visa", "--keep", "id", *ON, "--workers", "1")
    assert jifen(*command, cwd=tmp_path).code == 0
    whole = files(tmp_path / out)
    for step in steps:
        shutil.rmtree(tmp_path / out, ignore_errors=True)
        (tmp_path / out).unlink(missing_ok=True)
        assert killed_at(step, *command, cwd=tmp_path) == -signal.SIGKILL, step
        if (tmp_path / out).exists():
            assert {n: b for n, b in files(tmp_path / out).items() if n in whole} == whole
            command_again = (*command, "--force")
        else:
            command_again = command
        ran = jifen(*command_again, cwd=tmp_path)
        assert ran.code == 0, (step, ran.err)
        assert files(tmp_path / out) == whole, step
        assert not list(tmp_path.glob("*.parts")), step


def test_a_line_of_ten_gigabytes_is_told_in_bounded_memory(tmp_path: Path) -> None:
    """A file with holes: a header, then a line that does not end for 10 GB; and one whose header does not end."""
    for name, start, where in (("p.csv", b"age,name\n30,", "p.csv:2"), ("h.csv", b"age", "h.csv:1")):
        with (tmp_path / name).open("wb") as file:
            file.write(start)
            file.truncate(10_000_000_000)
        ran = measured("population", name, "o", "-s", "cn/work-permit", *ON, cwd=tmp_path)
        assert ("[long-line]" in ran.err, f"where: {where}" in ran.err) == (True, True), ran.err
        assert int(ran.out.split()[-1]) < 500 * 1024
        assert sorted(p.name for p in tmp_path.glob("o*")) == []


def test_interrupting_keeps_what_is_finished_and_says_so(tmp_path: Path) -> None:
    many(tmp_path / "p.parquet", groups=8)
    command = ("population", "p.parquet", "o", "-s", "cn/work-permit", *ON, "--workers", "1")
    running = subprocess.Popen(
        [*COMMAND, *command], cwd=tmp_path, env=environment(), stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    while running.poll() is None and not (tmp_path / "o.parts" / "_jifen" / "00000.json").exists():
        os.sched_yield()
    running.send_signal(signal.SIGINT)
    _, err = running.communicate()
    assert running.returncode == 130
    assert b"stopped; what is finished is kept" in err
    assert b"Traceback" not in err
    assert not (tmp_path / "o").exists()


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Eight million rows need no more memory than the blocks in hand."""
    many(tmp_path / "p.parquet", groups=8)
    arguments = ("population", "p.parquet", "o", "-s", "cn/work-permit", "--keep", "id", *ON)
    ran = measured(*arguments, cwd=tmp_path)
    assert ran.code == 0
    assert int(ran.out.split()[-1]) < 500 * 1024


def measured(*arguments: str, cwd: Path) -> Ran:
    """The command in a process of its own that prints, last, the most memory it held, in KiB."""
    code = (
        "from pathlib import Path; from jifen.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "lines = Path('/proc/self/status').read_text().splitlines()\n"
        "print(next(line.split()[1] for line in lines if line.startswith('VmHWM')))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=cwd, env=environment(), capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_the_session_of_the_page_is_a_true_one(tmp_path: Path) -> None:
    """Every command of docs/population.md runs in turn and prints the lines shown."""
    page = (Path(__file__).parents[1] / "docs" / "population.md").read_text("utf-8")
    session = page.split("```console\n")[1].split("```")[0]
    for step in session.split("$ jifen ")[1:]:
        command, *shown = step.strip().splitlines()
        ran = jifen(*shlex.split(command), cwd=tmp_path)
        assert ran.code == 0, ran.err
        assert ran.out.splitlines()[: len(shown)] == shown
