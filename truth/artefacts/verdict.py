"""What the parts of this judge share."""


class NotRun(Exception):
    """A judge that this machine does not have and cannot get; its text says what is missing."""


def nothing(what):
    """The violation of a judge that judged nothing."""
    return f"there is no {what}, so none was judged"
