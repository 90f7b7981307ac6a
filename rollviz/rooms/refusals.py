"""A refusal changes nothing and says in one plain sentence why, with the HTTP status that fits."""

from rollviz.desk.words import Text, say, text


class Refused(Exception):
    """`field` is the part of the request that is to blame, "" for the whole; `reason` one word for programs. `message` is English."""

    status = 422
    reason = "Invalid"

    def __init__(self, said: str | Text, field: str = ""):
        super().__init__(str(said))
        self.message = str(said)
        self.said = said if isinstance(said, Text) else text(said)
        self.field = field

    @property
    def plain(self) -> str:
        """In the language of whoever reads it now."""
        return self.said.plain


class Unreadable(Refused):
    status = 400
    reason = "BadRequest"


class NoKey(Refused):
    status = 401
    reason = "Unauthorized"


class WrongKey(Refused):
    status = 403
    reason = "Forbidden"


class NoSuchDesk(Refused):
    status = 404
    reason = "NotFound"

    def __init__(self, desk_id: str):
        super().__init__(say('There is no desk "{desk}".', desk=desk_id[:64]), "desk")


class TooLarge(Refused):
    status = 413
    reason = "RequestEntityTooLarge"


class WrongType(Refused):
    status = 415
    reason = "UnsupportedMediaType"


class TooMany(Refused):
    status = 429
    reason = "TooManyRequests"


class NotSaved(Refused):
    """The journal could not be written: what was asked for did not happen."""

    status = 503
    reason = "NotSaved"

    def __init__(self):
        super().__init__(say("The desk could not save this, so it did not happen. Try again."))
