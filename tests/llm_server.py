"""A server that speaks the chat-completions protocol, streaming, and says what a test scripts. Not part of the package."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = str | Callable[[BaseHTTPRequestHandler], None]


class ScriptedServer(ThreadingHTTPServer):
    """Answers each request with the next reply, or with what `say` makes of the request's messages.

    A reply that is a string is streamed in pieces of `piece` characters; one that is callable
    gets the handler and does what it likes with the connection. `asked` holds the requests.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, say: Callable[[list[dict[str, str]]], Reply]):
        super().__init__(("127.0.0.1", 0), Handler)
        self.say = say
        self.asked: list[dict[str, Any]] = []
        self.piece = 7

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: ScriptedServer

    def log_message(self, *args: Any) -> None:
        """Silent."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({**request, "path": self.path, "authorization": self.headers.get("Authorization")})
        reply = self.server.say(request["messages"])
        if callable(reply):
            reply(self)
        else:
            stream(self, reply)


def stream(handler: Handler, text: str, finish: str | None = "stop", done: bool = True) -> None:
    """Server-sent events: a role, pieces of text, a finish reason, [DONE]; `finish` None breaks off."""
    start_events(handler)
    event(handler, {"role": "assistant", "content": ""})
    for at in range(0, len(text), handler.server.piece):
        event(handler, {"content": text[at : at + handler.server.piece]})
    if finish:
        event(handler, {}, finish)
    if done:
        handler.wfile.write(b"data: [DONE]\n\n")


def start_events(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()


def event(handler: Handler, delta: dict[str, str], finish: str | None = None) -> None:
    row = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    handler.wfile.write(b"data: " + json.dumps(row).encode() + b"\n\n")
    handler.wfile.flush()


def status(code: int, body: str = '{"error": {"message": "no"}}', **headers: str) -> Callable[[Handler], None]:
    """A reply that is an HTTP error."""

    def reply(handler: Handler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body.encode())

    return reply


def raw(body: bytes, kind: str = "text/event-stream") -> Callable[[Handler], None]:
    """A reply that is these bytes."""

    def reply(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(body)

    return reply


@contextmanager
def serving(say: Callable[[list[dict[str, str]]], Reply]) -> Iterator[ScriptedServer]:
    """The server, running until the block ends."""
    server = ScriptedServer(say)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
