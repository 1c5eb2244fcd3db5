"""A wire between the application and its database that can be cut: what a database that is stopped looks like."""

import contextlib
import socket
import threading


class Wire:
    """Listens on a port of its own and passes bytes on to the database until it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.open = True
        self._pairs: list[socket.socket] = []
        self._ears = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._ears.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Every connection ends, and no new one is answered."""
        self.open = False
        pairs, self._pairs = self._pairs, []
        for end in pairs:
            _close(end)

    def mend(self) -> None:
        self.open = True

    def close(self) -> None:
        self.cut()
        _close(self._ears)

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._ears.accept()
            except OSError:
                return
            if not self.open:
                _close(near)
                continue
            try:
                far = socket.create_connection(self.target)
            except OSError:
                _close(near)
                continue
            self._pairs += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    _close(source)
    _close(sink)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
