"""Answers: what the rules give for a profile, with reasons, receipts and comparisons."""
