"""Hostile-file parsers in a worker process that is ended when it is late or too large.

`Isolated("package.module:function", seconds=60, memory_mb=1024).run(*args)` calls the function in a separate Python
process and returns what it returned. The process is started at the first call, stays hot between calls, is replaced
after `calls_per_worker` calls or after a failure, and never outlives the program that started it. It is a plain
subprocess, because Celery's prefork workers are daemonic and may not have multiprocessing children.

Arguments travel to the worker as pickle. The answer comes back as JSON only: a parser taken over by the file it reads
must not be able to make its parent run code. Bulky data goes through files whose paths are arguments.

What the worker is denied: the parent's environment (database address, keys) unless `django=True`; the network, where
the kernel lets us (a network namespace of its own), unless `network=True` or `django=True`; core dumps; new
privileges. Its temporary folder is its own and goes with it.

Memory is measured as resident bytes of the worker and its descendants above what the worker held before its first
call. RLIMIT_AS is of no use for that: native Tika reserves tens of gigabytes of address space that it never touches.
RLIMIT_DATA counts what is really writable; at twice the budget it stops an allocation too fast to be watched.
"""

from repository.isolation.errors import CouldNotStart, Crashed, IsolationError, ParserFailed, TooLarge, TooLate
from repository.isolation.pool import Isolated

__all__ = ["CouldNotStart", "Crashed", "Isolated", "IsolationError", "ParserFailed", "TooLarge", "TooLate"]
