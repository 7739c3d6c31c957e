"""Whether engines agree: people on both sides of every edge, random people, and all combinations of cells where these are few.

The reference engine is the definition. Another engine differs or it does not; there is no tolerance.
"""

from jifen.engines.agreement.compare import Evidence, Size, agree
from jifen.engines.agreement.people import People

__all__ = ["Evidence", "People", "Size", "agree"]
