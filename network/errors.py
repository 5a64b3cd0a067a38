"""The base of everything that the network refuses."""


class NetworkError(Exception):
    """The network refused an act."""

    def __str__(self) -> str:
        """Return the docstring of the class: it is the message, and it names nobody."""
        return " ".join((type(self).__doc__ or "").split())


class Missing(NetworkError):
    """What was asked for does not exist, or not for this person."""


class Forbidden(NetworkError):
    """This person may not do that."""


class Conflict(NetworkError):
    """Somebody else changed it first, or it was done already."""


class Invalid(NetworkError):
    """A value is not one of those that this field allows."""
