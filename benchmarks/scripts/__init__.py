"""scripts: the peers as programs of their own, for a search from the shell; nothing imports them."""
