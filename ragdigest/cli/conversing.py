"""The commands that hold a conversation or search in rounds: chat and research."""

import sys
from typing import Annotated

import typer

from ..errors import RagdigestError
from ..library import Library
from . import display
from .options import DEFAULT, AsJson, IndexDir, Plain, Since, Until, WithModel, emit

CHAT_EPILOG = "Example: ragdigest chat   then: GRPO를 쓰는 논문 알려줘   then: 그럼 두 번째 논문은?   /new forgets, /quit ends."
RESEARCH_EPILOG = "Example: ragdigest research 'HICRA와 GRPO를 비교하고, 둘을 쓰는 논문을 모두 찾아줘'"


def chat_command(index: IndexDir = DEFAULT, llm: WithModel = None, as_json: AsJson = False, plain: Plain = False) -> None:
    """Ask and ask on: each question may point at the answer before it."""
    from ..chat import Chat

    chat = Chat(Library.open(index, warm=True))
    chat.library.model(llm)
    if not as_json and sys.stdin.isatty():
        display.note("Ask in Korean or English; /new starts over, /quit ends.  한국어나 영어로 물어보세요.")
    while (asked := _asked()) is not None:
        command = asked.casefold()
        if command in ("/quit", "/exit", "/q"):
            return
        if command == "/new":
            chat.turns.clear()
        elif command.startswith("/"):
            display.note("/new starts over, /quit ends")
        elif any(c.isalnum() for c in asked):
            try:
                _turn(chat, asked, llm, as_json, plain)
            except RagdigestError as error:  # one bad question does not end a conversation
                display.note(f"error: {error}")


def _asked() -> str | None:
    """The next line, without its blanks; None at the end."""
    if sys.stdin.isatty():
        try:
            return input("\n› ").strip()
        except (EOFError, KeyboardInterrupt):
            return None
    line = sys.stdin.readline()
    return line.lstrip("\ufeff").strip() if line else None


def _turn(chat, asked: str, llm: bool | None, as_json: bool, plain: bool) -> None:
    understood = chat.understood(asked, llm)
    if as_json:
        answer = chat.ask(asked, understood=understood, llm=llm)
        emit({**answer.to_json(), "question": asked, "understood": understood})
        return
    if understood != asked:
        display.note(f"understood: {understood}")
    say = display.Streaming(plain)
    display.answer(chat.ask(asked, say, understood, llm=llm), plain, say.shown)


def research_command(
    question: Annotated[str, typer.Argument(help="A question in Korean or English that takes several searches.")],
    index: IndexDir = DEFAULT, since: Since = None, until: Until = None,
    rounds: Annotated[int, typer.Option(min=1, max=8, help="Most rounds of searching.")] = 3,
    llm: WithModel = None, as_json: AsJson = False, plain: Plain = False,
) -> None:
    """Answer in rounds: split, search, take notes, see what is missing, search again."""
    from ..research import Step, research

    def told(step: Step) -> None:
        display.note(f"round {step.round}: {step.query}" + "".join(f"\n  + {display.clean(title)}" for title in step.found))

    library = Library.open(index, warm=True)
    done = research(library, question, rounds, llm, (lambda step: None) if as_json else told, since=since, until=until)
    if as_json:
        emit({"id": None, **done.to_json()})
    else:
        display.note("")
        display.answer(done.answer, plain)
