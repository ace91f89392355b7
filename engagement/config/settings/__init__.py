"""Settings by place: ``dev`` (one machine), ``test``, ``prod``; all start from ``base``."""
