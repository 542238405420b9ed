"""What commands raise when they cannot go on."""

OK = 0
FAILED = 1
USAGE = 2


class CommandError(Exception):
    """A command cannot go on; `str()` is the sentence for the user.

    Attributes:
        code: The exit code.
    """

    def __init__(self, sentence: str, code: int = FAILED) -> None:
        super().__init__(sentence)
        self.code = code
