"""Talks to an OpenAI-compatible server. Knows nothing of passages or prompts.

Every fault of the server (dead, slow, busy, garbled, broken off) becomes one ModelError.
"""

import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from ..errors import RagdigestError
from .settings import Settings

MAX_CHARS = 20_000
RETRIES = 2
THINK, THOUGHT = "<think>", "</think>"
Message = dict[str, str]


class ModelError(RagdigestError):
    """The language model gave no usable answer."""


class BrokenOff(ModelError):
    """The stream ended before the model did; what came before may be whole sentences."""


class Client:
    """One model on one server."""

    def __init__(self, settings: Settings):
        self.settings = settings

    @cached_property
    def _openai(self):
        try:
            import openai
        except ImportError as error:
            raise RagdigestError("a language model is configured, but its client is not installed; run: pip install 'ragdigest[llm]'") from error
        s = self.settings
        return openai.OpenAI(base_url=s.base_url, api_key=s.api_key or "none", timeout=openai.Timeout(s.timeout, connect=min(5.0, s.timeout)), max_retries=RETRIES)

    def complete(self, messages: Sequence[Message], max_tokens: int) -> str:
        """The whole reply. Raises ModelError; BrokenOff where the reply ended early."""
        return "".join(self.stream(messages, max_tokens)).strip()

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        """The reply in pieces as they come, a reasoning model's thoughts left out.

        Raises ModelError; BrokenOff, after the pieces that came, where the stream ended early.
        """
        return _without_thoughts(self._pieces(messages, max_tokens))

    def _pieces(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        deadline = time.monotonic() + 3 * self.settings.timeout
        finished, size = None, 0
        client = self._openai
        try:
            for chunk in self._opened(client, messages, max_tokens):
                text, reason = _read(chunk)
                finished = reason or finished
                size += len(text)
                if text:
                    yield text
                if size > MAX_CHARS or time.monotonic() > deadline:
                    raise BrokenOff(f"{self._name} went on too long; ask again, or raise RAGDIGEST_LLM_TIMEOUT")
        except ModelError:
            raise
        except Exception as error:  # the client raises its own, httpx's, JSON's and pydantic's errors
            raise (BrokenOff if size else ModelError)(self._why(error)) from error
        if finished is None:
            raise (BrokenOff if size else ModelError)(f"{self._name} broke off its answer; ask again")

    def _opened(self, client, messages: Sequence[Message], max_tokens: int):
        """The stream of chunks; asked for again in plainer words where the model takes no limit or temperature."""
        import openai

        kept = {"model": self.settings.model, "messages": list(messages), "stream": True}
        try:
            return client.chat.completions.create(**kept, max_tokens=max_tokens, temperature=0)
        except openai.BadRequestError as error:
            if not any(word in str(error) for word in ("max_tokens", "temperature")):
                raise
            return client.chat.completions.create(**kept)

    @property
    def _name(self) -> str:
        return f"{self.settings.model} at {self.settings.host}"

    def _why(self, error: Exception) -> str:
        """One line for a fault: what, which server, what to do."""
        import openai

        reasons: list[tuple[type[Exception], str]] = [
            (openai.APITimeoutError, f"did not answer within {self.settings.timeout:g} s; raise RAGDIGEST_LLM_TIMEOUT"),
            (openai.APIConnectionError, "cannot be reached; start the server or check RAGDIGEST_LLM_BASE_URL"),
            (openai.AuthenticationError, "refuses the key; check RAGDIGEST_LLM_API_KEY"),
            (openai.PermissionDeniedError, "refuses the key; check RAGDIGEST_LLM_API_KEY"),
            (openai.NotFoundError, "is not there; check RAGDIGEST_LLM_MODEL and RAGDIGEST_LLM_BASE_URL"),
            (openai.RateLimitError, "is busy or out of quota (429); wait and ask again"),
        ]
        for kind, text in reasons:
            if isinstance(error, kind):
                return f"{self._name} {text}"
        if isinstance(error, openai.APIStatusError):
            return f"{self._name} answered with status {error.status_code}; see the server's log"
        return f"{self._name} sent something that is no chat completion ({type(error).__name__}); check that the server speaks the OpenAI protocol"


def _read(chunk: Any) -> tuple[str, str | None]:
    """Text and finish reason of one chunk; a chunk without a choice (usage, keep-alive) has neither."""
    choices = getattr(chunk, "choices", None)
    if not choices:
        return "", None
    content = getattr(getattr(choices[0], "delta", None), "content", None)
    return content if isinstance(content, str) else "", getattr(choices[0], "finish_reason", None)


def _without_thoughts(pieces: Iterator[str]) -> Iterator[str]:
    """What stands outside <think>…</think>, at once where no tag can be under way."""
    held, thinking = "", False
    for piece in pieces:
        held += piece
        while True:
            mark = THOUGHT if thinking else THINK
            before, found, after = held.partition(mark)
            if not found:
                break
            if before and not thinking:
                yield before
            held, thinking = after, not thinking
        open_tag = next((n for n in range(min(len(held), len(THINK) - 1), 0, -1) if THINK.startswith(held[-n:])), 0)
        if not thinking and len(held) > open_tag:
            yield held[: len(held) - open_tag]
            held = held[len(held) - open_tag :]
    if held and not thinking:
        yield held
