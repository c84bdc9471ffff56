"""What the runnable says when it can't go on. One small tree; the command line turns it into exit status 2."""


class TradeWardenError(Exception):
    """A clear message for a person: what, where, the value seen, and what to do next."""


class CannotStart(TradeWardenError):
    """The program can't run as it is set up."""


class CannotDo(TradeWardenError):
    """The command can't be done with what it was given."""
