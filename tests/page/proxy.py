"""A small reverse proxy that shows a service under a path, as nginx and Caddy do."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"}


@dataclass
class Proxy:
    """A proxy that runs.

    Attributes:
        url: where it shows the service, ending in a slash.
        outside: paths that it was asked for and that are not below that one.

    """

    url: str
    outside: list[str] = field(default_factory=list)


@contextmanager
def proxied(service: str, prefix: str, *, strips: bool) -> Iterator[Proxy]:
    """Show a service at ``http://127.0.0.1:PORT{prefix}/``.

    Args:
        service: its URL.
        prefix: the path.
        strips: take the path away before a request is passed on.

    """
    target = urlsplit(service)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            path = self.path
            if not path.startswith(prefix):
                proxy.outside.append(path)
                self.send_error(404)
                return
            if strips:
                path = path.removeprefix(prefix)
                if not path.startswith("/"):  # as nginx does for a location with a slash
                    self.send_response(301)
                    self.send_header("Location", f"{prefix}/{path}")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            upstream = http.client.HTTPConnection(target.hostname, target.port)
            kept = {name: v for name, v in self.headers.items() if name.lower() not in _HOP}
            try:
                upstream.request(self.command, path, body or None, kept)
                answer = upstream.getresponse()
            except OSError:
                self.send_error(502)
                return
            self.close_connection = True
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            try:
                while part := answer.read1(65536):
                    self.wfile.write(part)
                    self.wfile.flush()
            except (OSError, http.client.HTTPException):
                pass  # the browser, or the service, has gone
            finally:
                upstream.close()

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy = Proxy(f"http://127.0.0.1:{server.server_address[1]}{prefix}/")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
