"""We as a client of networks: send somebody there, take them back, learn who they are."""
