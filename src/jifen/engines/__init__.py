"""Engines: ways to run a plan. The reference engine is the definition; every other agrees with it, exactly."""
