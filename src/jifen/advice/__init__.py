"""Advice: the fact to ask next, the cheapest ways to an outcome, the best time. It asks the floors below and decides nothing itself."""
