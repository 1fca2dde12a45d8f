"""The way to MWAA: its clients put `api.` before the host, which a loopback address cannot have. They send through this proxy."""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    port = 0

    def forward(self):
        """Passes the request on as it is, save for where it goes."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urlsplit(self.path)
        path = f"{url.path}?{url.query}" if url.query else url.path
        sandbox = http.client.HTTPConnection("127.0.0.1", self.port)
        sandbox.request(self.command, path, body, dict(self.headers))
        answer = sandbox.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = do_HEAD = forward

    def log_message(self, *_):
        """Says nothing."""


def serve(port):
    """A proxy to the sandbox at `port`; gives its address."""
    handler = type("Handler", (Handler,), {"port": port})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
