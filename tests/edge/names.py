"""A name server like the engine's: a service's name is the addresses of its replicas."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HEADER = struct.Struct("!6H")
FOUND, MISSING = 0x8180, 0x8183


class Names:
    """Answers every question with the addresses it currently holds, or says there are none."""

    def __init__(self) -> None:
        self.addresses: tuple[str, ...] = ()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])

    def serve(self) -> None:
        """Answer until an empty packet says that it is over."""
        while True:
            packet, client = self._socket.recvfrom(512)
            if not packet:
                return
            self._socket.sendto(self._answer(packet), client)

    def stop(self) -> None:
        self._socket.sendto(b"", ("127.0.0.1", self.port))

    def close(self) -> None:
        self._socket.close()

    def _answer(self, packet: bytes) -> bytes:
        number = HEADER.unpack_from(packet)[0]
        end = packet.index(b"\0", HEADER.size) + 5
        addresses = self.addresses
        head = HEADER.pack(number, FOUND if addresses else MISSING, 1, len(addresses), 0, 0)
        records = [
            struct.pack("!3HIH", 0xC00C, 1, 1, 0, 4) + socket.inet_aton(address)
            for address in addresses
        ]
        return head + packet[HEADER.size : end] + b"".join(records)


@contextmanager
def answering() -> Iterator[Names]:
    """A name server, for a while."""
    names = Names()
    thread = threading.Thread(target=names.serve, daemon=True)
    thread.start()
    try:
        yield names
    finally:
        names.stop()
        thread.join()
        names.close()
