"""Disks that fail, and a disk that remembers what a power cut would leave."""

from __future__ import annotations

import random
from pathlib import Path

from khsearch.columnar.files.disk import Disk


class FailingDisk(Disk):
    """Raises an OSError at one of its operations, counted from 0, and at all later ones if it stays broken."""

    def __init__(self, at: int, number: int, *, stays: bool = False) -> None:
        self.count = -1
        self._at, self._number, self._stays = at, number, stays

    def _step(self):
        self.count += 1
        if self.count == self._at or (self._stays and self.count > self._at >= 0):
            raise OSError(self._number, "simulated")

    def create(self, path):
        self._step()
        return super().create(path)

    def write(self, fd, data):
        self._step()
        super().write(fd, data)

    def fsync(self, fd):
        self._step()
        super().fsync(fd)

    def rename(self, source, target):
        self._step()
        super().rename(source, target)

    def remove(self, path):
        self._step()
        super().remove(path)

    def fsync_folder(self, path):
        self._step()
        super().fsync_folder(path)


class RememberingDisk(Disk):
    """Works as a disk does, and can tell before each operation what a power cut might leave of the folder."""

    def __init__(self, folder: Path, before_step) -> None:
        self._before_step = before_step
        self._files = {path.name: _File(path.read_bytes()) for path in folder.iterdir()}
        self._durable = dict(self._files)  # names that survive for certain
        self._pending: list[tuple[str, _File | None]] = []  # changes of names since the folder was fsynced
        self._open: dict[int, _File] = {}

    def image(self, folder: Path, rng: random.Random) -> None:
        """Write to `folder` one of the states that the medium may be in."""
        names = dict(self._durable)
        for group in self._groups():
            if rng.random() < 0.5:
                for name, file in group:
                    if file is None:
                        names.pop(name, None)
                    else:
                        names[name] = file
        for name, file in names.items():
            folder.joinpath(name).write_bytes(file.after_power_cut(rng))

    def _groups(self):
        """Changes that happen together or not at all: a rename is two."""
        at = 0
        while at < len(self._pending):
            pair = (
                self._pending[at][1] is None and at + 1 < len(self._pending) and self._pending[at][0] == "catalog.tmp"
            )
            yield self._pending[at : at + 1 + pair]
            at += 1 + pair

    def create(self, path):
        self._before_step(self)
        fd = super().create(path)
        self._open[fd] = self._files[path.name] = _File(b"")
        self._pending.append((path.name, self._files[path.name]))
        return fd

    def write(self, fd, data):
        self._before_step(self)
        super().write(fd, data)
        self._open[fd].live += bytes(data)

    def fsync(self, fd):
        self._before_step(self)
        super().fsync(fd)
        self._open[fd].durable = bytes(self._open[fd].live)

    def rename(self, source, target):
        self._before_step(self)
        super().rename(source, target)
        file = self._files.pop(source.name)
        self._files[target.name] = file
        self._pending += [(source.name, None), (target.name, file)]

    def remove(self, path):
        existed = path.name in self._files
        self._before_step(self)
        super().remove(path)
        if existed:
            del self._files[path.name]
            # Creating and removing the same name cannot be told apart from neither.
            self._pending.append((path.name, None))

    def fsync_folder(self, path):
        self._before_step(self)
        super().fsync_folder(path)
        for name, file in self._pending:
            if file is None:
                self._durable.pop(name, None)
            else:
                self._durable[name] = file
        self._pending.clear()


class _File:
    def __init__(self, data: bytes) -> None:
        self.durable = data
        self.live = bytearray(data)

    def after_power_cut(self, rng: random.Random) -> bytes:
        """What was fsynced, and of the rest nothing, all, a part, or zeros where data should be."""
        tail = bytes(self.live[len(self.durable) :])
        kept = tail[: rng.choice([0, len(tail), rng.randint(0, len(tail))])]
        return self.durable + (bytes(len(kept)) if rng.random() < 0.3 else kept)
