"""PostgreSQL and Valkey for one machine, from wheels: the production architecture in one directory.

`postgres.start(directory)` and `valkey.start(directory)` answer with a running server that has a
`url` and a `stop()`. Nothing here imports Django, so a start costs milliseconds.
"""
