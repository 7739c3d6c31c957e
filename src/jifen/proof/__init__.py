"""Proof: checks of a scheme over all possible people, the difference of two versions, boundary cases. Nothing is sampled."""
