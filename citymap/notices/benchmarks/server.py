"""An SMTP server as a process of its own, which writes down every letter that it has taken.

    python -m citymap.notices.benchmarks.server FOLDER [SECONDS]

Writes its port to FOLDER/port, and one Message-ID a line to FOLDER/taken before it answers;
SECONDS is how long it thinks over each letter.
"""

import asyncio
import re
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
HOST = "127.0.0.1"


class Taker:
    """Takes everything."""

    def __init__(self, taken: Path, think_s: float) -> None:
        self._taken = taken.open("ab", buffering=0)
        self._think_s = think_s

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._think_s:
            await asyncio.sleep(self._think_s)
        found = _MESSAGE_ID.search(envelope.content)
        self._taken.write((found[1] if found else b"?") + b"\n")
        return "250 OK"


async def serve(folder: Path, think_s: float) -> None:
    taker = Taker(folder / "taken", think_s)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(taker, enable_SMTPUTF8=True), HOST, 0)
    port = folder / "port"
    temporary = port.with_suffix(".new")
    temporary.write_text(str(server.sockets[0].getsockname()[1]))
    temporary.replace(port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
