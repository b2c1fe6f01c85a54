"""Answers whose every sentence is a quote. Knows nothing of terminals or files."""
