"""Jifen 积分: points-based talent and residence schemes as data that answers questions."""

from jifen.answers.answer import Answer
from jifen.answers.door import Jifen, __version__, load
from jifen.problems import JifenError, PolicyError, Problem, ProfileError, RequestError

__all__ = [
    "Answer",
    "Jifen",
    "JifenError",
    "PolicyError",
    "Problem",
    "ProfileError",
    "RequestError",
    "__version__",
    "load",
]
