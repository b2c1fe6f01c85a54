"""Answers written by a language model. Nothing here is needed, or imported, where none is configured."""
