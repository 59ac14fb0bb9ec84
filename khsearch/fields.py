"""fields: KHMER, the field type for Khmer in any Whoosh schema, where Whoosh's users look."""

from khsearch.whoosh import KHMER, KhmerAnalyzer

__all__ = ["KHMER", "KhmerAnalyzer"]
