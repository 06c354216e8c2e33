"""A directory as a broker: needs no other server, and works without a network."""

from pathlib import Path
from time import monotonic_ns
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: dict, **kwargs: object) -> None:
        """Let a message appear whole: Kombu's own may be read while it is written."""
        folder = Path(self.data_folder_out)
        name = f"{monotonic_ns():020}_{uuid4()}"
        path = folder / name
        path.write_text(dumps(payload))
        path.rename(folder / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    Channel = Channel
