"""A folder of policies that cannot be read is said, and never taken for an empty one."""

import os
import shutil
from pathlib import Path

import pytest

import jifen
from jifen.problems import RequestError
from jifen.schemes.shelf import policy_folder, scheme_files


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Local policies with a folder that the system does not open, whoever asks."""
    (tmp_path / "facts").mkdir()
    shutil.copytree(policy_folder() / "cn" / "k-visa", tmp_path / "cn" / "k-visa")
    inside = tmp_path / "cn" / "secret"
    inside.mkdir()
    scandir = os.scandir

    def closed_one(path=".", *more):  # type: ignore[no-untyped-def]
        if Path(path) == inside:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path, *more)

    monkeypatch.setattr(os, "scandir", closed_one)
    return inside


def test_loading_names_the_folder(closed: Path) -> None:
    with pytest.raises(RequestError) as caught:
        jifen.load(closed.parents[1])
    [problem] = caught.value.problems
    assert (problem.code, problem.where.file, problem.found) == ("cannot-read", str(closed), "Permission denied")
    assert problem.message("zh") == "文件或文件夹无法读取"


def test_the_files_of_a_folder_are_none_or_all(closed: Path) -> None:
    with pytest.raises(RequestError):
        scheme_files(closed.parent)
