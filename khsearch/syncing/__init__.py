"""syncing: files and folders into an index, only those that changed, and out of it what is gone.

report      what a run over files did: told while it goes on, and in all
filing      documents of files into an index, with what is known of these files, as one commit after the other
plan        paths -> which files changed, which are gone
reading     the files of a plan -> their documents in the index
run         all of that
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.syncing.report import Listener as Listener
    from khsearch.syncing.report import Outcome as Outcome
    from khsearch.syncing.report import SyncReport as SyncReport
    from khsearch.syncing.run import LISTENER as LISTENER
    from khsearch.syncing.run import SOURCE as SOURCE
    from khsearch.syncing.run import Options as Options
    from khsearch.syncing.run import SyncOptions as SyncOptions
    from khsearch.syncing.run import sync as sync
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "report": ("Listener", "Outcome", "SyncReport"),
            "run": ("LISTENER", "SOURCE", "Options", "SyncOptions", "sync"),
        },
    )
