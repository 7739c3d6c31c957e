"""One person against every scheme: cold from the command line, warm through the library. Prints medians.

.venv/bin/python benchmarks/one_person.py
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import jifen

ROOT = Path(__file__).parent.parent
PROFILES = sorted((ROOT / "profiles").glob("*.yaml"))
DAY = "2026-11-23"
COMMAND = [sys.executable, "-c", "from jifen.cli import main; main()", "check"]


def cold(profile: Path, rounds: int = 7) -> float:
    """Seconds for a whole `jifen check PROFILE`, all schemes, process start included."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run([*COMMAND, str(profile), "--on", DAY], check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def warm(rules: jifen.Jifen, profile: Path, rounds: int = 15) -> tuple[float, float, str]:
    """Milliseconds a scheme with full explanation: the mean over schemes, the slowest, and which it is."""
    read = rules.profile(profile)
    schemes = rules.fitting(read)
    rules.check(read, DAY)
    medians = {}
    for scheme in schemes:
        taken = []
        for _ in range(rounds if len(medians) < 200 else 1):
            start = time.perf_counter()
            rules.check(read, DAY, [scheme])
            taken.append(time.perf_counter() - start)
            if taken[-1] > 0.5:
                break
        medians[scheme] = statistics.median(taken) * 1000
    slowest = max(medians, key=lambda s: medians[s])
    return statistics.mean(medians.values()), medians[slowest], slowest


def main() -> None:
    start = time.perf_counter()
    rules = jifen.load()
    print(f"{date.today()}, {platform.machine()}, Python {platform.python_version()}, {platform.system()}")
    print(f"load: {(time.perf_counter() - start) * 1000:.0f} ms, {len(rules.shelf.schemes)} schemes\n")
    print("| profile | cold `jifen check`, s | warm, ms a scheme (mean) | slowest scheme, ms |")
    print("|---|---:|---:|---|")
    for profile in PROFILES:
        mean, most, name = warm(rules, profile)
        print(f"| {profile.stem} | {cold(profile):.2f} | {mean:.2f} | {most:.2f} {name} |")


if __name__ == "__main__":
    main()
