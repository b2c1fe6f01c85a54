"""Finds entries for a question. Knows nothing of prompts, answers or terminals."""
