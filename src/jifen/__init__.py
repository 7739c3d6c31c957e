"""Jifen 积分: points-based talent and residence schemes as data that answers questions."""

__version__ = "0.1.0"
