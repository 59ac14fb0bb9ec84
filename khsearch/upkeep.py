"""upkeep: an index as a whole, for who has it: fields, spellings, settings, files synced, checked, rebuilt, saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self, Unpack, cast

from khsearch import arguments, manifest
from khsearch import spellings as own
from khsearch.addresses import address_of, kind_at
from khsearch.arguments import checked, optional
from khsearch.documents import FIELDS, check_fields
from khsearch.opening import begin, latest
from khsearch.reader import Reader
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.documents import Stream
    from khsearch.engine import EngineKind
    from khsearch.manifest import Manifest
    from khsearch.schema import Declared
    from khsearch.syncing import Listener, SyncOptions, SyncReport


class Maintained(Reader):
    """What `khsearch.Index` does with all of itself."""

    @classmethod
    def _created(cls, address: str, built: Manifest, kind: EngineKind | None = None) -> Self:
        engine = (kind or kind_at(address)).create(
            address, built.ranking.schema(built.fields), lambda name_file: manifest.write(built, name_file)
        )
        return cls(engine, latest(engine))

    @checked(spellings=optional(arguments.SPELLINGS), wait=arguments.SECONDS)
    def set_spellings(
        self, spellings: str | Path | Mapping[str, str | Iterable[str]] | None, wait: float = 0.0
    ) -> None:
        """Keep spellings, synonyms and abbreviations of one's own in the index: whoever searches it has them.

        spellings  a file as `open` takes it, or a mapping, {"NGO": ["...", "..."]}; they replace those before. None: no
                   more

        It is a commit: other handles and processes have them from their next search on. Nothing is indexed anew.

        Raises LexiconError, which names the line or the entry that cannot be, IndexLockedError where another writer
        works for longer than `wait` seconds, IndexStoreError for more than 64 MB; all is as it was then.
        """
        data = own.given(cast("str | Mapping[str, tuple[str, ...]] | None", spellings))
        writer, commit = begin(self._engine, wait, self._last_commit())
        try:
            view = commit.view
            writer.replace_files(lambda name_file: manifest.respelled(view.name, view.files, data, name_file))
            writer.commit()
        except BaseException:
            writer.cancel()
            raise

    @checked(fields=FIELDS, wait=arguments.SECONDS, on_lost=optional(arguments.FUNCTION))
    def set_fields(self, fields: Declared, wait: float = 0.0, on_lost: Callable[[str], None] | None = None) -> None:
        """Let the index have these own fields instead of those before, with what its documents hold of them.

        `index.set_fields({**index.fields, "year": "number"})` adds one. It is a commit: until then, everybody searches
        the index as it was. Weights alone take no time; for all else every document is analysed anew.

        A value that does not go with its field is a DocumentError that names both, and nothing is changed; or `on_lost`
        is told of it, and its document is not found by it. ValueError for an unknown kind of field, IndexLockedError
        where another writer works for longer than `wait` seconds.
        """
        check_fields(fields, kept=self.fields)
        loading("khsearch.maintenance")
        from khsearch import maintenance

        maintenance.set_fields(self._engine, fields, wait, on_lost)

    def sync(
        self, *paths: str | Path | Stream, listener: Listener | None = None, **options: Unpack[SyncOptions]
    ) -> SyncReport:
        """Read what changed in files and below folders since the last time, and delete what is gone there.

        options: see `khsearch.syncing.Options`, such as root="archive", ocr=True, wait=5; listener: told of each file.
        DocumentError for a path that is not there; all else that cannot be read is in the report. It commits every half
        minute: what was committed before an error or an interrupt stays, and the next run goes on from there.
        """
        loading("khsearch.syncing")
        from khsearch import syncing

        sources = [syncing.SOURCE.of("paths", path) for path in paths]
        return syncing.sync(
            self._engine, sources, syncing.Options.of(options), syncing.LISTENER.of("listener", listener)
        )

    def settings(self) -> bytes:
        """What the index was told to be, as a file that `create` takes: fields, breaker, lexicon, ranking, spellings.

        With what `export` gives, it is a backup.
        """
        loading("khsearch.settings")
        from khsearch.settings import written

        return written(self._last_commit().built)

    @classmethod
    @checked(path=arguments.PATH)
    def verify(cls, path: str | Path) -> list[str]:
        """Read all of an index and check it: what is wrong, file by file, and what to do; nothing where it is whole."""
        loading("khsearch.maintenance")
        from khsearch import maintenance

        return maintenance.verify(address_of(path))

    @classmethod
    @checked(path=arguments.PATH, wait=arguments.SECONDS, on_lost=optional(arguments.FUNCTION))
    def rebuild(cls, path: str | Path, wait: float = 0.0, on_lost: Callable[[str], None] | None = None) -> int:
        """Break and index all documents anew, as this khsearch does it; how many there are.

        For an index that another khsearch, Python or ICU built otherwise, or to bring an index to a newer default
        lexicon. It is replaced at once when all is done; nothing is lost if it is interrupted. A document that is none
        of khsearch's, and a value that this khsearch does not take, is passed over and told to `on_lost`, by default
        the log. IndexDamagedError, and nothing changed, where files are not what was written: then `rescue` helps.
        """
        loading("khsearch.maintenance")
        from khsearch import maintenance

        return maintenance.rebuild(address_of(path), wait, on_lost)

    @classmethod
    @checked(path=arguments.PATH, to=arguments.PATH)
    def rescue(cls, path: str | Path, to: str | Path) -> list[str]:
        """Save what is still readable of a damaged index into a new one -> what was lost, item by item.

        The new index gets the fields and ranking of the old one where they can be read, and the default lexicon where
        that cannot. Raises IndexNotFoundError, IndexExistsError; IndexDamagedError where nothing can be read.
        """
        lost = list[str]()
        loading("khsearch.maintenance")
        from khsearch import maintenance

        built, documents = maintenance.rescue(address_of(path), lost.append)
        maintenance.add_rescued(documents, cls._created(address_of(to), built)._engine, lost.append)
        return lost
