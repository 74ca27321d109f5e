"""`python -m benchmarks.trivial_server`: answers every request alike, as cheaply as Python can, and counts them."""

from __future__ import annotations

import asyncio

BODY = b'{"id":"11111111-1111-4111-8111-111111111111"}'
COUNT_PATH = b"/count"
END_OF_HEAD = b"\r\n\r\n"


class Answering(asyncio.Protocol):
    """One connection."""

    served = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a stream was expected")
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answer each request that has come whole."""
        self._received += data
        while END_OF_HEAD in self._received:
            head, _, rest = self._received.partition(END_OF_HEAD)
            length = _content_length(head)
            if len(rest) < length:
                return
            self._received = rest[length:]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        asks_count = head.split(b" ", 2)[1] == COUNT_PATH
        body = str(Answering.served).encode() if asks_count else BODY
        Answering.served += not asks_count
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def serve() -> None:
    """Serve on a free port of loopback until this process is ended, and print the port."""
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
