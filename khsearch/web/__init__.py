"""web: an index in a browser and over HTTP: a search page, a JSON API, tools for language models.

bounds      how much one request may ask for, and how many are answered at once
workers     a few threads that search, and the line before them
targets     what a request asks for, held to be readable in one way only
parameters  the table of what requests can say
asking      a query string -> a question that an index answers
querylog    what is asked, and what was found, a line each
asked       query logs -> what is asked most, and what finds nothing
site        what is served: index, title, bounds, threads
answers     what endpoints make or raise -> responses
confined    a path that somebody wrote -> the open file there, below one folder
transfer    an open file -> a response, or a range of it
files       the file of a document
guard       hosts that are answered, and headers that keep responses safe
requestlog  a line for each request
mounting    the path of an application ends in a slash
schemas     which values fields and bodies of the API can have, as JSON Schema
openapi     what the API does -> its description
api         what programs ask, as JSON
pages/      what people see, as HTML
app         all of it as one ASGI application
serving     a process that answers with it
mcp         tools for language models, and a process that has them
"""

from typing import TYPE_CHECKING, Any

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.web.app import create_app as create_app
    from khsearch.web.asked import Asked as Asked
    from khsearch.web.asked import AskedQuery as AskedQuery
    from khsearch.web.bounds import Bounds as Bounds
    from khsearch.web.guard import LOOPBACK as LOOPBACK
    from khsearch.web.mcp import create_tools as create_tools
    from khsearch.web.mcp import serve_tools as serve_tools
    from khsearch.web.serving import serve as serve
    from khsearch.web.serving import show_log as show_log
else:
    _load, __dir__, __all__ = face(
        __name__,
        {
            "app": ("create_app",),
            "asked": ("Asked", "AskedQuery"),
            "bounds": ("Bounds",),
            "guard": ("LOOPBACK",),
            "mcp": ("create_tools", "serve_tools"),
            "serving": ("serve", "show_log"),
        },
    )
    _EXTRAS = {"starlette": "web", "uvicorn": "web", "jinja2": "web", "mcp": "mcp"}

    def __getattr__(name: str) -> Any:
        try:
            return _load(name)
        except ModuleNotFoundError as problem:
            if problem.name not in _EXTRAS:
                raise
            from khsearch.extras import missing

            raise missing(f"{problem.name} is not installed", _EXTRAS[problem.name]) from None
