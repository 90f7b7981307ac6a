"""The cluster: plain Python without Django, asyncio or a wall clock. Start reading at cluster.py."""

ENGINE = 1
"""Which engine this is. The same run gives the same bytes as long as this number stands; whoever changes that raises it.

A link carries the number and the sum of its state, so a later engine can say that it plays another run (`links.py`)."""
