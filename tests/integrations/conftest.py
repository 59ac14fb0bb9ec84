from tests.integrations.library import index  # noqa: F401  (a fixture)
