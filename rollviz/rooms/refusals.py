"""A refusal changes nothing and says in one plain sentence why, with the HTTP status that fits."""


class Refused(Exception):
    """`field` is the part of the request that is to blame, "" for the whole; `reason` one word for programs."""

    status = 422
    reason = "Invalid"

    def __init__(self, message: str, field: str = ""):
        super().__init__(message)
        self.message = message
        self.field = field


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
        super().__init__(f'There is no desk "{desk_id[:64]}".', "desk")


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
        super().__init__("The desk could not save this, so it did not happen. Try again.")
