"""Makes of Linux a system that has nothing of POSIX: every Python that has this folder in PYTHONPATH begins with it.

To khsearch, modules and names of POSIX are not there; what others use of them was loaded before. No file is removed or
replaced as long as this process has it open or mapped, no folder renamed that holds one, and the first byte of a locked
file is for nobody else: as on Windows, whose paths and console are not simulated.
"""

import asyncio
import builtins
import mmap
import multiprocessing
import os
import random
import select
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid

import filelock
from names import MODULES, NAMES

ERROR_SHARING_VIOLATION = 32
_LOADED = (
    asyncio,
    mmap,
    multiprocessing,
    random,
    select,
    selectors,
    signal,
    tempfile,
    uuid,
)  # which use those names themselves


def _without_names():
    for module, names in NAMES.items():
        for name in names:
            if hasattr(sys.modules[module], name):
                delattr(sys.modules[module], name)
    os.supports_dir_fd = set()
    shutil._use_fd_functions = subprocess._USE_POSIX_SPAWN = False
    subprocess.Popen.kill = lambda self: self.send_signal(9)
    sys.platform = "elsewhere"
    imported = builtins.__import__

    def find(name, globals=None, locals=None, fromlist=(), level=0):
        mine = str((globals or {}).get("__name__", "")).partition(".")[0] == "khsearch"
        if mine and name.partition(".")[0] in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return imported(name, globals, locals, fromlist, level)

    builtins.__import__ = find


def _in_use():
    """The real paths of all files that this process has open or mapped."""
    found = set()
    for one in os.listdir("/proc/self/fd"):  # noqa: PTH208
        try:
            found.add(os.readlink(f"/proc/self/fd/{one}"))  # noqa: PTH115
        except OSError:
            continue
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as lines:  # noqa: PTH123
        found.update(line.split(maxsplit=5)[5].rstrip("\n") for line in lines if line.count("/") and len(line) > 73)
    return found


def _refuse(path, *, below=False):
    real = os.path.realpath(path)
    if any(one == real or (below and one.startswith(f"{real}/")) for one in _in_use()):
        problem = PermissionError(13, "The process cannot access the file because it is being used", os.fspath(path))
        problem.winerror = ERROR_SHARING_VIOLATION
        raise problem


def _keeping_what_is_open():
    remove, replace, rename, rmdir = os.unlink, os.replace, os.rename, os.rmdir

    def unlink(path, *, dir_fd=None):
        _refuse(path)
        remove(path)

    def put(source, target, *, src_dir_fd=None, dst_dir_fd=None):
        _refuse(source, below=True)
        _refuse(target)
        replace(source, target)

    def move(source, target, *, src_dir_fd=None, dst_dir_fd=None):
        _refuse(source, below=True)
        if os.path.lexists(target):
            raise FileExistsError(17, "Cannot create a file when that file already exists", os.fspath(target))
        rename(source, target)

    def remove_folder(path, *, dir_fd=None):
        _refuse(path)
        rmdir(path)

    os.unlink = os.remove = unlink
    os.replace, os.rename, os.rmdir = put, move, remove_folder


def _keeping_what_is_locked():
    lock, unlock, read = filelock.lock_descriptor, filelock.unlock_descriptor, os.read
    locked = {}

    def take(fd, **options):
        taken = lock(fd, **options)
        if taken:
            locked[os.fstat(fd).st_ino] = fd
        return taken

    def free(fd):
        locked.pop(os.fstat(fd).st_ino, None)
        unlock(fd)

    def get(fd, size):
        found = os.fstat(fd)
        if locked.get(found.st_ino, fd) != fd and os.lseek(fd, 0, os.SEEK_CUR) == 0:
            raise PermissionError(13, "Permission denied")
        return read(fd, size)

    filelock.lock_descriptor, filelock.unlock_descriptor, os.read = take, free, get


_without_names()
_keeping_what_is_open()
_keeping_what_is_locked()
