"""A conversation: each question is made to stand alone, then asked. Knows nothing of terminals.

    chat = Chat(Library.open())
    chat.ask("GRPO를 쓰는 논문 알려줘")
    chat.ask("그럼 두 번째 논문은?")
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .answers.followup import papers_of, short, standalone
from .answers.orders import instructs
from .library import Library
from .records import Answer
from .retrieval.questions import checked
from .words import query_terms, terms

#: Turns a model is shown to understand a question by; most characters its rewriting may have.
REMEMBERED, LONGEST = 4, 400
LABEL = re.compile(r"^(?:[\w -]*question|질문|다시 쓴 질문)\s*[:：]\s*", re.I)


@dataclass
class Chat:
    """A library and what has been said over it."""

    library: Library
    turns: list[tuple[str, Answer]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def understood(self, question: str, llm: bool | None = None) -> str:
        """The question as it would be asked without the turns before it: by the model where there is one, else by rules."""
        by_rule = standalone(question, self._spoken_of(), self.others) if self.turns else question
        client = self.library.model(llm) if self.turns else None
        if client is None:
            return by_rule
        from .llm import prompts
        from .llm.client import ModelError
        from .llm.fencing import stripped

        said = [(q, a.text or f"({a.reason})") for q, a in self.turns[-REMEMBERED:]]
        try:
            lines = client.complete(prompts.rewriting(checked(question), said), 200).splitlines()
        except ModelError:
            return by_rule
        rewritten = LABEL.sub("", stripped(lines[0])).strip("\"'“”‘’ ") if len(lines) == 1 else ""
        return rewritten if self._sensible(rewritten, question) else by_rule

    def _spoken_of(self) -> list[str]:
        """The papers of the last answer; where none was given yet, those shown as nearest."""
        answered = [answer for _, answer in self.turns if not answer.abstained]
        return papers_of(answered[-1] if answered else self.turns[-1][1])

    def _sensible(self, rewritten: str, question: str) -> bool:
        """Whether a rewriting can be one: short, no order, and made of words of the question and of what was said."""
        said = set(terms(" ".join([question, *(f"{q} {a.text or ''} {' '.join(papers_of(a))}" for q, a in self.turns)])))
        words = {term for word in query_terms(rewritten) for term in word}
        return 0 < len(rewritten) <= LONGEST and bool(words) and len(words & said) >= len(words) / 2 and not instructs(rewritten)

    def ask(self, question: str, say: Callable[[str], None] = lambda sentence: None, understood: str | None = None, **options) -> Answer:
        """Ask within the conversation; `understood` is the question made to stand alone, options as in `Library.ask`."""
        alone = understood or self.understood(question, options.get("llm"))
        answer = self.library.ask(alone, say=say, **options)
        self.turns.append((question, answer))
        within = {name: options[name] for name in ("since", "until", "lang", "source") if name in options}
        if not answer.abstained or all(a.abstained for _, a in self.turns):
            self.others = [short(h.title) for h in self.library.search(alone, 8, **within)]
        return answer
