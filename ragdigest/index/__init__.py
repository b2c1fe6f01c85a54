"""The index on disk and in memory. Knows nothing of questions, answers or terminals."""
