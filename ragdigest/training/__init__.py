"""From text files to the weights that ship in `ragdigest/encoders/bundled`.

Run as `python -m ragdigest.training`. Knows nothing of indexes, digests or search.
"""
