"""Beyond one process: two workers of Spark, two of Dask, and the answers are the same."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import jifen
from jifen.population import evaluate
from jifen.population.partitions import evaluate_files, rules_of
from jifen.population.scoring import Settings
from system_parts import spark_cluster
from tables import as_table, random_people
from test_sql import agree, columns_of, text

ON = date(2026, 11, 23)
SETTINGS = Settings(("cn/work-permit", "ca/express-entry-crs", "cn/talented-young-scientists"), ON, keep=("id",))
pytestmark = pytest.mark.filterwarnings(
    "ignore:PySpark does not yet fully support pandas", "ignore::ResourceWarning", "ignore::DeprecationWarning"
)


def people(rules: jifen.Jifen) -> pa.Table:
    plan = rules.plan("cn/work-permit", ON)
    assert plan
    return as_table(rules, random_people(rules, plan, 60, seed=21))


def write(table: pa.Table, folder: Path) -> Path:
    """The people in three files."""
    folder.mkdir()
    for n in range(3):
        pq.write_table(table.slice(n * 20, 20), folder / f"{n}.parquet")
    return folder


def test_two_spark_workers_give_the_same_answers(rules: jifen.Jifen, tmp_path: Path) -> None:
    """Through mapInArrow, by workers that read and write files, and as SQL text, on a cluster of two workers."""
    from pyspark.sql import SparkSession

    from jifen.population import spark

    table = people(rules)
    folder = write(table, tmp_path / "in")
    want = evaluate(table, rules, SETTINGS.schemes, ON, keep=["id"]).read_all().to_pylist()
    with spark_cluster(2) as master:
        builder = SparkSession.builder.master(master).config("spark.ui.enabled", "false")
        session = builder.config("spark.executor.memory", "600m").config("spark.driver.memory", "600m").getOrCreate()
        try:
            frame = session.read.parquet(str(folder))
            rows = [r.asDict() for r in spark.evaluate(frame, SETTINGS).orderBy("id").collect()]
            assert rows == want
            tally = evaluate_files(spark.workers(session), [folder], tmp_path / "out", SETTINGS)
            assert tally.rows == 60
            assert pq.read_table(tmp_path / "out").to_pylist() == want
            plan = rules.plan("jp/j-skip", ON)
            assert plan
            found = random_people(rules, plan, 30, seed=4)
            pq.write_table(as_table(rules, found, flat=True), tmp_path / "skilled.parquet")
            session.read.parquet(str(tmp_path / "skilled.parquet")).createOrReplaceTempView("people")
            query = text(rules, "jp/j-skip", "spark", columns_of(found)).rstrip(";\n")
            asked = session.sql(query + " ORDER BY id").collect()
            assert agree(rules, "jp/j-skip", found, [tuple(r) for r in asked]) > 15
        finally:
            session.stop()


def test_two_dask_workers_give_the_same_answers(rules: jifen.Jifen, tmp_path: Path) -> None:
    from distributed import Client, LocalCluster

    from jifen.population import dask

    table = people(rules)
    folder = write(table, tmp_path / "in")
    want = evaluate(table, rules, SETTINGS.schemes, ON, keep=["id"]).read_all().to_pylist()
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True) as cluster,
        Client(cluster) as client,
    ):
        tally = evaluate_files(dask.workers(client), [folder], tmp_path / "out.parquet", SETTINGS)
    assert tally.schemes["cn/work-permit"].status.total() == 60
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == want
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "out.parquet"]


def test_a_worker_with_other_policies_does_not_answer() -> None:
    with pytest.raises(jifen.RequestError) as caught:
        rules_of((), "0" * 64)
    assert caught.value.problems[0].code == "other-policies"
