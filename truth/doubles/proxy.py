"""Stands in front of a double and answers, as an account that has nothing, the listings of services the double lacks.

A plan looks at every kind once. What is answered here is declared in `LACKS` of doubles.py and printed by the judge; all else
reaches the double as it is.
"""

import contextlib
import http.client
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Proxy:
    """A proxy on a free port of the loopback interface, in a thread."""

    def __init__(self, port, lacks):
        self.answered = set()
        self.calls = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                scope = re.search(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/", self.headers.get("authorization", ""))
                service = scope.group(1) if scope else ""
                call = operation(service, self.command, self.path, self.headers, body)
                for name, (pattern, answer) in lacks.items():
                    if re.fullmatch(pattern, call):
                        proxy.answered.add(name)
                        return self.reply(200, [("content-type", "application/json")], json.dumps(answer).encode())
                upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                headers = {key: value for key, value in self.headers.items() if key.lower() != "connection"}
                upstream.request(self.command, self.path, body, headers)
                answer = upstream.getresponse()
                proxy.calls.append((call, answer.status))
                skipped = {"connection", "transfer-encoding", "content-length", "date", "server"}
                kept = [(key, value) for key, value in answer.getheaders() if key.lower() not in skipped]
                self.reply(answer.status, kept, answer.read())

            def reply(self, status, headers, body):
                self.send_response(status)
                for key, value in headers:
                    self.send_header(key, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    # Who has heard enough hangs up.
                    with contextlib.suppress(ConnectionError):
                        self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def operation(service, method, path, headers, body):
    """A short name for a call: the operation where the wire has it, else the method and path."""
    target = headers.get("x-amz-target", "").rpartition(".")[2]
    action = re.search(rb"(?:^|&)Action=(\w+)", body)
    name = target or (action.group(1).decode() if action else f"{method} {path.split('?')[0]}")
    return f"{service} {name}"
