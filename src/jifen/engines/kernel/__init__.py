"""The kernel engine: plans run over tables of people, exactly as the reference engine answers one person."""

from jifen.engines.kernel.columns import Column
from jifen.engines.kernel.kernel import Kernel, compile_kernel
from jifen.engines.kernel.laws import REASONS
from jifen.engines.kernel.results import Result, Results

__all__ = ["REASONS", "Column", "Kernel", "Result", "Results", "compile_kernel"]
