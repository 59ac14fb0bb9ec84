"""khmer: text in, words out. Nothing here knows of any index."""
