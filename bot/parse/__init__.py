"""Reading feed documents: bytes that anybody may have written become a :class:`bot.items.Document`.

:mod:`bot.parse.document` decides what a body is and reads it; :mod:`bot.parse.worker` does so in
child processes that can be killed, and is what everybody else calls. The rest is pure.
"""
