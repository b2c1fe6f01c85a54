"""A conversation: each question is made to stand alone, then asked. Knows nothing of terminals.

    chat = Chat(Library.open())
    chat.ask("GRPO를 쓰는 논문 알려줘")
    chat.ask("그럼 두 번째 논문은?")
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from .answers.followup import papers_of, short, standalone
from .library import Library
from .records import Answer

#: Turns a model is shown to understand a question by; most characters its rewriting may have.
REMEMBERED, LONGEST = 4, 400


@dataclass
class Chat:
    """A library and what has been said over it."""

    library: Library
    turns: list[tuple[str, Answer]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def understood(self, question: str, llm: bool | None = None) -> str:
        """The question as it would be asked without the turns before it: by the model where there is one, else by rules."""
        by_rule = standalone(question, papers_of(self.turns[-1][1]), self.others) if self.turns else question
        client = self.library.client if llm is not False and self.turns else None
        if client is None:
            return by_rule
        from .llm import prompts
        from .llm.client import ModelError
        from .llm.fencing import stripped

        said = [(q, a.text or f"({a.reason})") for q, a in self.turns[-REMEMBERED:]]
        try:
            lines = client.complete(prompts.rewriting(question, said), 200).splitlines()
        except ModelError:
            return by_rule
        rewritten = stripped(lines[0]) if len(lines) == 1 else ""
        return rewritten if 0 < len(rewritten) <= LONGEST and any(c.isalnum() for c in rewritten) else by_rule

    def ask(self, question: str, say: Callable[[str], None] = lambda sentence: None, understood: str | None = None, **options) -> Answer:
        """Ask within the conversation; `understood` is the question made to stand alone, options as in `Library.ask`."""
        alone = understood or self.understood(question, options.get("llm"))
        answer = self.library.ask(alone, say=say, **options)
        self.turns.append((question, answer))
        self.others = [short(h.title) for h in self.library.search(alone, 8)]
        return answer
