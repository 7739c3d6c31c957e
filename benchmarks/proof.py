"""Proofs of every published scheme, on one core and with one process a core; the difference of the latest two versions of some.

.venv/bin/python benchmarks/proof.py
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from datetime import date

import jifen
from jifen.proof.difference import compare
from jifen.proof.ground import collector_paused
from jifen.proof.verify import verify

DIFFS = ("ca/express-entry-crs", "cn/work-permit", "hk/qmas", "jp/highly-skilled-professional-b", "sg/compass")


def main() -> None:
    print(f"{date.today()}, {platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores\n")
    rules = jifen.load()
    taken: list[tuple[float, str, int]] = []
    for scheme in rules.shelf.schemes:
        start = time.process_time()
        report = verify(rules, scheme)
        taken.append((time.process_time() - start, scheme, report.days))
        assert report.holds, scheme
    days = sum(d for _, _, d in taken)
    print("| what | seconds |\n|---|---:|")
    print(
        f"| verify {len(taken)} schemes, {days} versions and days of change, processor time | {sum(t for t, _, _ in taken):.1f} |"
    )
    for seconds, scheme, count in sorted(taken, reverse=True)[:4]:
        print(f"| of these {scheme}, {count} | {seconds:.1f} |")
    start = time.perf_counter()
    command = [sys.executable, "-c", "from jifen.cli import main; main()", "verify", "--jobs", "2", "--format", "json"]
    subprocess.run(command, check=True, capture_output=True)
    print(f"| `jifen verify --jobs 2`, the whole command by the clock | {time.perf_counter() - start:.1f} |")
    for scheme in DIFFS:
        one, other = rules.versions(scheme)[-2:]
        start = time.process_time()
        with collector_paused():
            found = compare(rules, (one, one.start), (other, other.start))
        print(
            f"| diff {scheme}, {len(found.changes)} changes, {len(found.regions)} regions | {time.process_time() - start:.2f} |"
        )


if __name__ == "__main__":
    main()
