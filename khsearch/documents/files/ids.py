"""ids: where a file is -> its id: the path from a root to where it really lies, so that no two files share one.

The root is a folder that an index keeps; a file outside of it has an id such as "../b/x.txt", or "D:/b/x.txt" where it
is on another drive of Windows. On every system names are divided by /, so an archive has the same ids wherever it is.
Links are followed first: a file that is reached in two ways is one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable


def real_path(path: str | os.PathLike[str]) -> str:
    """Return the absolute path of what is there, without links; OSError where nothing is."""
    return os.path.realpath(path, strict=True)


def common_folder(paths: Iterable[str]) -> str:
    """Return the deepest folder that holds all of some real paths of files and folders; one folder is its own.

    ValueError for paths on several drives of Windows.
    """
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in paths]  # noqa: PTH112, PTH120
    return os.path.commonpath(folders)


def id_of(path: str, root: str) -> str:
    """Return the id of a file by its real path and that of the root."""
    inside = root if root.endswith(os.sep) else root + os.sep
    found = path
    if path.startswith(inside):
        found = path[len(inside) :]
    elif os.path.splitdrive(path)[0] == os.path.splitdrive(root)[0]:
        found = os.path.relpath(path, root)
    return found.replace(os.sep, "/")


def path_of(id: str, root: str) -> str:
    """Return the path of the file of an id."""
    return os.path.normpath(os.path.join(root, id.replace("/", os.sep)))  # noqa: PTH118


def is_below(path: str, folder: str) -> bool:
    """Whether a path lies in a folder, at any depth, or is it."""
    return path == folder or path.startswith(folder if folder.endswith(os.sep) else folder + os.sep)


def folders_of(id: str) -> list[str]:
    """List the folders from the root down to that of a file: of "2022/reports/x.txt", "2022" and "2022/reports"."""
    parts = id.split("/")[:-1]
    found = ["/".join(parts[: number + 1]) for number in range(len(parts))]
    return [folder for folder in found if not folder.endswith("..")]
