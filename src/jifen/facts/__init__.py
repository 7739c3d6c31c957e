"""Facts: the vocabulary, and profiles checked against it."""
