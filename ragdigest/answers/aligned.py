"""Whether a sentence affirms what a passage denies, told by tokens, in either language. Knows nothing of citations.

Words meet a denial only where both sides name things alike. Here each token of a clause looks for its nearest
token in the passage's clauses (late interaction), so that `does guarantee optimal plans` meets `최적 계획은 보장하지 않으며`.
"""

import re
from collections.abc import Iterable

import numpy as np

from ..retrieval.late import Tokens
from .polarity import Clause, clauses, denials

#: What the nearness of the denied words counts beside the lead of the denying clause, and the least of both
#: together: fitted on drafts of our own, set by set (benchmarks/README.md).
DENIED, LEAST = 0.65, 0.33
#: The nearness of denied words that are not told apart, and the least nearness of clauses that speak of the same.
UNTOLD, SAME = 0.4, 0.4
#: Least nearness to a sentence of the words that a clause denies, and of the clause, for the reader to be told of it.
SPOKEN_OF, ABOUT = 0.6, 0.5
#: As good as a denial, for that.
ALMOST = re.compile(r"아니라|보다는|거의|드물|어렵|어려|\b(?:rather than|instead|hardly|rarely|barely|far from|short of|out of reach|from \w+ing)\b", re.I)


def affirms_denied(said: Tokens, lines: Iterable[Tokens]) -> bool:
    """Whether a sentence without any denial lies clearly nearer to a clause that denies than to any that does not.

    `lines` are the passage's sentences; they are not asked for where the sentence holds a denial.
    """
    mine = clauses(said.text)
    if any(clause.leans for clause in mine):
        return False
    there = [(clause, line, rows) for line in lines for clause in clauses(line.text) if len(rows := line.within(clause.start, clause.end))]
    denying = [(clause, line, rows) for clause, line, rows in there if clause.denies]
    if not denying:
        return False
    calm = [rows for clause, _, rows in there if not clause.denies]
    whole = said.within(0, len(said.text))
    back = max((_near(rows, whole) for rows in calm), default=0.0)
    for own in (rows for clause in mine if len(rows := said.within(clause.start, clause.end))):
        rest = max((_near(own, rows) for rows in calm), default=0.0) + back
        for clause, line, rows in denying:
            near = _near(own, rows)
            if near >= SAME and near + _near(rows, whole) - rest + DENIED * _denied(clause, line, whole) >= LEAST:
                return True
    return False


def denied_nearby(said: Tokens, lines: Iterable[Tokens]) -> str | None:
    """The clause that denies what a sentence without any denial speaks of, where one does: the reader should see it.

    Most such sentences are right (`Training alone does not help` beside `it helps with more data`); those that are not
    have lost a denial which neither words nor `affirms_denied` could tell.
    """
    if ALMOST.search(said.text) or any(clause.denies for clause in clauses(said.text)):
        return None
    whole, found = said.within(0, len(said.text)), []
    for line in lines:
        for clause in clauses(line.text):
            if clause.denies and len(rows := line.within(clause.start, clause.end)):
                denied = _denied(clause, line, whole)
                if denied >= SPOKEN_OF and _near(rows, whole) >= ABOUT:
                    found.append((denied, clause.text))
    return max(found, default=(0.0, None))[1]


def _denied(clause: Clause, line: Tokens, said: np.ndarray) -> float:
    """How near the words that a clause denies come to the sentence."""
    rows = [line.within(clause.start + a, clause.start + b) for a, b in denials(clause, line.text[clause.start : clause.end])]
    return _near(np.concatenate(rows), said) if rows and sum(map(len, rows)) else UNTOLD


def _near(one: np.ndarray, other: np.ndarray) -> float:
    """Mean, over the rows of one text, of the cosine of the other's nearest row."""
    return float((one @ other.T).max(1).mean())
