"""The client against a server that speaks the protocol: whole, thinking, busy, dead, garbled and broken off."""

import socket
import time
from pathlib import Path

import pytest
from llm_server import raw, serving, start_events, status, stream

from ragdigest.errors import RagdigestError
from ragdigest.llm.client import BrokenOff, Client, ModelError
from ragdigest.llm.settings import OPENAI, Settings, settings

ASK = [{"role": "user", "content": "hello"}]


def client(url: str, timeout: float = 5.0) -> Client:
    return Client(Settings(url, "scripted", "key-1", timeout))


def test_a_reply_streams_in_pieces() -> None:
    with serving(lambda messages: "KV 캐시를 압축합니다 [1].") as server:
        pieces = list(client(server.base_url).stream(ASK, 100))
    assert "".join(pieces) == "KV 캐시를 압축합니다 [1]." and len(pieces) > 1
    asked = server.asked[0]
    assert (asked["path"], asked["authorization"], asked["model"], asked["messages"]) == ("/v1/chat/completions", "Bearer key-1", "scripted", ASK)


@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_thoughts_are_left_out(piece: int) -> None:
    with serving(lambda messages: "<think>a < b, hmm</think>So a < b [1].<think>more</think> Yes <b>.") as server:
        server.piece = piece
        assert client(server.base_url).complete(ASK, 100) == "So a < b [1]. Yes <b>."


def test_a_model_that_takes_no_limit_is_asked_without() -> None:
    replies = iter([status(400, '{"error": {"message": "Unsupported parameter: max_tokens"}}'), "fine [1]."])
    with serving(lambda messages: next(replies)) as server:
        assert client(server.base_url).complete(ASK, 100) == "fine [1]."
    assert "max_tokens" in server.asked[0] and "max_tokens" not in server.asked[1] and "temperature" not in server.asked[1]


def test_a_busy_server_is_asked_again() -> None:
    replies = iter([status(429, retry_after_ms="10"), "fine [1]."])
    with serving(lambda messages: next(replies)) as server:
        assert client(server.base_url).complete(ASK, 100) == "fine [1]."


FAULTS = {
    "busy": (status(429, retry_after_ms="1"), "429"),
    "failing": (status(503, retry_after_ms="1"), "status 503"),
    "forbidden": (status(401), "refuses the key"),
    "no such model": (status(404), "RAGDIGEST_LLM_MODEL"),
    "nonsense": (raw(b"data: {nonsense\n\n"), "no chat completion"),
    "html": (raw(b"<html>login</html>", "text/html"), "scripted at"),
    "other json": (raw(b'data: {"choices": "none"}\n\n'), "scripted at"),
    "an error event": (raw(b'data: {"error": {"message": "out of memory"}}\n\n'), "scripted at"),
    "nothing": (raw(b""), "broke off"),
    "binary": (raw(bytes(range(256)) * 4), "scripted at"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_clear_line(fault: str) -> None:
    reply, words = FAULTS[fault]
    with serving(lambda messages: reply) as server, pytest.raises(ModelError) as raised:
        client(server.base_url).complete(ASK, 100)
    assert words in str(raised.value) and "\n" not in str(raised.value) and not isinstance(raised.value, BrokenOff)


def test_a_stream_that_breaks_off_gives_what_came() -> None:
    came = []
    with serving(lambda messages: lambda handler: stream(handler, "One [1]. Two", finish=None, done=False)) as server, pytest.raises(BrokenOff, match="broke off"):
        for piece in client(server.base_url).stream(ASK, 100):
            came.append(piece)
    assert "".join(came) == "One [1]. Two"


def test_a_silent_server_times_out() -> None:
    def silent(handler) -> None:
        start_events(handler)
        time.sleep(0.6)

    began = time.monotonic()
    with serving(lambda messages: silent) as server, pytest.raises(ModelError, match="did not answer within 0.2 s|scripted at"):
        Client(Settings(server.base_url, "scripted", timeout=0.2)).complete(ASK, 100)
    assert time.monotonic() - began < 30


def test_a_dead_server_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ModelError, match=f"scripted at 127.0.0.1:{port} cannot be reached"):
        client(f"http://127.0.0.1:{port}/v1").complete(ASK, 100)


def test_an_endless_reply_is_cut() -> None:
    with serving(lambda messages: "word " * 10_000) as server, pytest.raises(BrokenOff, match="too long"):
        server.piece = 4000
        client(server.base_url).complete(ASK, 100)


def test_settings_come_from_the_file_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ragdigest.toml"
    assert settings(file) is None
    file.write_text('[llm]\nbase_url = "http://localhost:11434/v1"\nmodel = "qwen3:8b"\ntimeout = 9\n', encoding="utf-8")
    assert settings(file) == Settings("http://localhost:11434/v1", "qwen3:8b", "", 9.0)
    monkeypatch.setenv("RAGDIGEST_LLM_MODEL", "other")
    assert settings(file) == Settings("http://localhost:11434/v1", "other", "", 9.0)
    monkeypatch.setenv("RAGDIGEST_LLM_API_KEY", "secret")
    with pytest.raises(RagdigestError, match="names the server and RAGDIGEST_LLM_API_KEY the key"):  # a file in a folder you were given could name any server
        settings(file)
    assert "secret" not in repr(settings(tmp_path / "none.toml"))
    assert settings(tmp_path / "none.toml") == Settings(OPENAI, "other", "secret")


@pytest.mark.parametrize(("text", "words"), [
    ("[llm\n", "cannot be read"), ('[llm]\nbase_url = "http://a/v1"\n', "no language model is named"), ('[llm]\nmodel = "m"\nbase_url = "file:///etc"\n', "give an address"),
    ('[llm]\nmodel = "m"\ntimeout = -1\n', "positive number"), ('[llm]\nmodel = "m"\ntimeout = "soon"\n', "positive number"), ('[llm]\nmodle = "m"\n', "'modle'"), ("llm = 3\n", "'llm'"),
])
def test_settings_that_cannot_be_read_say_why(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "ragdigest.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RagdigestError, match="(?s)" + words.replace("[", r"\[")):
        settings(file)
