"""Plans: the one compiled form of a scheme on a day. Typed nodes over cells, and decision diagrams."""
