"""The process that reads files, with formats that do what none should: the content of a file says what."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from khsearch import register_format
from khsearch.documents import Document
from khsearch.documents.files import child


def read(source):
    lines = source.text().split()
    for number, line in enumerate(lines, 1):
        if line == "sleep":
            time.sleep(600)
        elif line == "breathe":
            time.sleep(0.3)
            source.tell(1)
        elif line == "spin":
            while True:
                pass
        elif line == "fat":
            held = [bytearray(1 << 20) for _ in range(4096)]
            yield source.error(f"{len(held)} MB were to be had")
        elif line == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif line == "exit":
            os._exit(3)
        elif line == "deep":
            yield source.error(str(_deep(0)))
        elif line == "write":
            with open(f"{source.name}.written", "w") as file:  # noqa: PTH123
                file.write("x")
        elif line == "run":
            yield source.error(f"status {subprocess.run(['true'], check=False).returncode}")
        elif line == "print":
            os.write(1, b"D x\tx\nnoise\n")
            print("noise", flush=True)
        elif line == "large":
            yield source.placed(Document(source.id_of(number), "", "\u1780 " * (40 << 20)))
        elif line == "other":
            yield source.placed(Document("other.txt", "", line))
        elif line == "many":
            for row in range(20_000):
                yield source.placed(Document(source.id_of(row), "", "\u1780 " * 300))
        else:
            yield source.placed(Document(source.id_of(number), "", line))


def _deep(n):
    return _deep(n + 1)


register_format(("odd", "plain"), read)

if __name__ == "__main__":
    child.main(*sys.argv[1:])
