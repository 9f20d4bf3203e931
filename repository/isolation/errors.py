"""How a call in a worker process can fail."""


class IsolationError(Exception):
    """A call in a worker process gave no result. The next call gets a fresh worker where that is needed."""


class TooLate(IsolationError):
    """The call was ended after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"ended after {seconds:g} s")
        self.seconds = seconds


class TooLarge(IsolationError):
    """The call wanted more than `memory_mb` megabytes, or gave an answer longer than MAX_ANSWER."""

    def __init__(self, memory_mb: int) -> None:
        super().__init__(f"ended at {memory_mb} MB")
        self.memory_mb = memory_mb


class Crashed(IsolationError):
    """The worker died or spoke nonsense."""


class CouldNotStart(Crashed):
    """No worker came up: a fault of the installation or an overloaded machine, never of what was to be parsed."""


class ParserFailed(IsolationError):
    """The function raised: `kind` is the name of the exception's class, `message` its text (at most 2,000 letters)."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message
