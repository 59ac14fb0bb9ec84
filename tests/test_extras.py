"""What is missing is told with a command that adds it to the khsearch that is there."""

from importlib import metadata

import pytest

from khsearch import MissingExtraError, extras


@pytest.fixture(autouse=True)
def asked_anew():
    extras.distribution.cache_clear()
    yield
    extras.distribution.cache_clear()


@pytest.fixture
def having(monkeypatch):
    """Let some distributions be installed, and no others."""

    def only(*installed):
        def version(asked):
            if asked not in installed:
                raise metadata.PackageNotFoundError(asked)
            return "1"

        monkeypatch.setattr(metadata, "version", version)

    return only


@pytest.mark.parametrize(("installed", "name"), [({"khsearch"}, "khsearch"), ({"khsearch-base"}, "khsearch-base")])
def test_the_command_names_what_is_installed(installed, name, having):
    having(*installed)
    assert extras.installed() == f"installed as: {name}"
    error = extras.missing("PDF files need a package more", "pdf")
    assert isinstance(error, MissingExtraError)
    assert str(error) == f"PDF files need a package more: pip install '{name}[pdf]'"


def test_two_that_are_installed_over_each_other_are_told(having):
    having("khsearch", "khsearch-base")
    assert "pip uninstall khsearch khsearch-base, then install one of them" in extras.installed()
