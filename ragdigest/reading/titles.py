"""Where an item's title ends when the item is one running text. Knows nothing of digests."""

import re

BOLD = re.compile(r"\s*\*{1,2}(?P<title>[^*\n]{1,200}?)\s*\*\*(?P<dash>\s*[-–—:]\s*)?")
DASH = re.compile(r"(?P<title>[^\n|]{2,120}?)(?:\s+[-–—]\s+|\s{2,}|\s*:\s{2,}|\n)")
#: Words that open the text after a title that nothing marks off.
OPENERS = (
    "This|The paper|The authors|Introduces?|Presents?|Proposes?|Provides?|Researchers|We|It|In this|Investigates?|Explores?"
    "|Describes?|Develops?|Shows?|Releases?|Studies|Reports?|Discusses|Analyzes|Evaluates|Surveys?|Reviews?|A new|An? "
)
OPENED = re.compile(rf"(?P<title>[^\n|]{{2,140}}?)\s+(?=(?:{OPENERS})\b)")


def split(text: str, start: int, end: int) -> tuple[str, int]:
    """(title, where the text begins) of the item `text[start:end]`.

    A bold title may be the subject of its sentence (`**ATOKEN**은 …`): then the text begins
    with it, so that the sentence stays whole. An unmarked one ends at a dash, two blanks,
    a line end, or before a word that opens a summary; else the first words serve.
    """
    bold = BOLD.match(text, start, end)
    if bold:
        return bold["title"], bold.end() if bold["dash"] or not _runs_on(text, bold.end(), end) else bold.start()
    unmarked = DASH.match(text, start, end) or OPENED.match(text, start, end)
    if unmarked:
        return unmarked["title"], unmarked.end()
    line = text[start:end].split("\n", 1)[0]
    if len(line) <= 140:
        return line, start
    return line[:100].rsplit(" ", 1)[0] + "…", start


def _runs_on(text: str, at: int, end: int) -> bool:
    """Whether the bold words are the subject of the sentence that follows."""
    rest = text[at:end]
    return bool(re.match(r"(?:[가-힣]|\(|,|['’]s\b|\s+(?:is|are|was|were|presents?|introduces?|proposes?|shows?)\b)", rest))
