"""Systems that have nothing of POSIX, as far as one that has can stand in for them."""
