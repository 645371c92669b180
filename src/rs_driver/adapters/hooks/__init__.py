"""Who hears of connections and statements (``ports/hooks.py``)."""
