"""sandbox: what a process gives away before it reads what it does not trust: its rights to write, connect and start.

On Linux from 5.13 on, Landlock takes the right to create, change or remove files, to start programs and, from 6.7 on,
to connect by TCP, from this process and all that it starts. Where that is not to be had, and on other systems of POSIX,
limits of the process remain: no byte can be written to a file, and no process started, but by root. On Windows a job
keeps it from starting processes, and files stay within reach. Memory is limited. Modes and times of files, UDP and
sockets of the same machine stay within reach of what is run.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
from contextlib import suppress

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # system calls: the same on all machines but alpha
_ASK_VERSION = 1
_NO_NEW_PRIVILEGES = 38  # of prctl
_BELOW_A_PATH = 1

_EXECUTE, _WRITE_FILE = 1 << 0, 1 << 1
_MAKE_AND_REMOVE = sum(1 << bit for bit in range(4, 13))  # folders, files, devices, sockets, pipes, links
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_ADDED = {2: _REFER, 3: _TRUNCATE, 5: _IOCTL}  # rights by the version of Landlock that knows them
_BIND_AND_CONNECT = 3  # TCP, from version 4 on
_SCOPED = 3  # from version 6 on: signals and abstract sockets of other processes

_JOB_LIMITS = struct.Struct("@qqINNINII6QNNNN")  # JOBOBJECT_EXTENDED_LIMIT_INFORMATION
_LIMITS_OF_A_JOB = 9  # what SetInformationJobObject calls that
_PROCESSES, _MEMORY, _END_WITH_JOB = 0x8, 0x100, 0x2000
_MEMORY_STATUS = struct.Struct("@II7Q")  # MEMORYSTATUSEX


def give_away_rights(*, memory: int | None = None, programs: bool = False) -> bool:
    """Give away, for good, the rights to write files and start processes -> whether Landlock holds that.

    memory    bytes that this process may ask for; by default half of what the machine has
    programs  keep the right to start programs, which then have no more rights than this process
    """
    if sys.platform == "win32":
        _enter_job(memory, programs=programs)
        return False
    with suppress(ImportError):
        _limit(memory, programs=programs)
    return sys.platform == "linux" and os.uname().machine != "alpha" and _landlocked(programs=programs)


def limit_program(process: int, memory: int, seconds: int) -> None:
    """Limit the bytes and the time of a program that was started, on Linux; elsewhere it has the limits of its parent.

    ProcessLookupError where it has ended, and ValueError where its limits are lower already.
    """
    if sys.platform == "linux":
        from resource import RLIMIT_AS, RLIMIT_CPU, prlimit

        prlimit(process, RLIMIT_AS, (memory, memory))
        prlimit(process, RLIMIT_CPU, (seconds, seconds))


def _limit(memory: int | None, *, programs: bool) -> None:
    """Limit this process, and what it starts, as systems of POSIX do."""
    if sys.platform == "win32":
        raise NotImplementedError
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if memory is None:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    memory = memory if most == resource.RLIM_INFINITY else min(memory, most)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    none = [resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, *([] if programs else [resource.RLIMIT_NPROC])]
    for limit in none:
        resource.setrlimit(limit, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write is an error then, not the end


def _landlocked(*, programs: bool) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    version: int = libc.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    if version < 1:
        return False
    files = _WRITE_FILE | _MAKE_AND_REMOVE | (0 if programs else _EXECUTE)
    for since, rights in _ADDED.items():
        files |= rights if version >= since else 0
    network = _BIND_AND_CONNECT if version >= 4 else 0
    scoped = _SCOPED if version >= 6 else 0
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = struct.pack("=QQQ", files, network, scoped)[:size]
    ruleset = libc.syscall(_CREATE_RULESET, rules, size, 0)
    if ruleset < 0:
        return False
    try:
        if programs:  # which write to what keeps nothing
            _allow(libc, ruleset, _WRITE_FILE, os.devnull)
        # Nothing else is allowed again: what a rule set handles and no rule allows is denied.
        return bool(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, rights: int, path: str) -> None:
    if sys.platform != "linux":
        raise NotImplementedError
    fd = os.open(path, os.O_PATH)
    try:
        libc.syscall(_ADD_RULE, ruleset, _BELOW_A_PATH, struct.pack("=Qi", rights, fd), 0)
    finally:
        os.close(fd)


def _enter_job(memory: int | None, *, programs: bool) -> None:
    """Put this process, and what it starts, into a job of Windows, which ends with it."""
    if sys.platform == "win32":
        kernel = ctypes.WinDLL("kernel32")
        kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
        if memory is None:
            found = ctypes.create_string_buffer(_MEMORY_STATUS.pack(_MEMORY_STATUS.size, *[0] * 8), _MEMORY_STATUS.size)
            kernel.GlobalMemoryStatusEx(found)
            memory = _MEMORY_STATUS.unpack(found.raw)[2] // 2
        limits = _job_limits(memory, programs=programs)
        job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))  # open until the process ends
        kernel.SetInformationJobObject(job, _LIMITS_OF_A_JOB, limits, len(limits))
        kernel.AssignProcessToJobObject(job, ctypes.c_void_p(kernel.GetCurrentProcess()))


def _job_limits(memory: int, *, programs: bool) -> bytes:
    """What a job of Windows holds its processes to: bytes of each, and where they may start none, one process."""
    flags = _MEMORY | _END_WITH_JOB | (0 if programs else _PROCESSES)
    return _JOB_LIMITS.pack(0, 0, flags, 0, 0, 0 if programs else 1, 0, 0, 0, *[0] * 6, memory, 0, 0, 0)
