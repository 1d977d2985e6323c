"""What arrives: the requests of this application, without the one character that no database keeps."""

from functools import cached_property
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.sansio.http import parse_cookie

NUL = "\x00"
NOTHING: ImmutableMultiDict[str, str] = ImmutableMultiDict()


class PlainRequest(Request):
    """Flask's own; a NUL in what somebody sent is left out before any view sees it.

    PostgreSQL refuses a text with one, browsers are told never to send one, and no word needs one.
    """

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        # A server puts them into one line of its environment: no need to look through every header for others.
        sent = self.environ.get("HTTP_COOKIE", "")
        if '"' in sent or not sent.isascii():  # nothing that this application ever set
            return parse_cookie(sent, cls=self.dict_storage_class)  # type: ignore[return-value]
        pairs = [each.partition("=") for each in sent.split(";")]
        # Of two with one name the first, which is the one of the longer path, as in a dictionary of many values.
        return {name.strip(" \t"): value.strip(" \t") for name, _, value in reversed(pairs) if name.strip(" \t")}  # type: ignore[return-value]

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return without_nul(super().args) if self.query_string else NOTHING

    def _load_form_data(self) -> None:
        super()._load_form_data()
        self.__dict__["form"] = without_nul(self.__dict__["form"])

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        try:
            found = super().get_json(force=force, silent=silent, cache=cache)
        except RecursionError as error:  # brackets within brackets: no page sends a document as deep as that
            raise BadRequest from error
        return plain(found) if b"u0000" in self.get_data(cache=True) else found


def without_nul(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """The same values, or a copy without the character."""
    values = [value for each in sent.listvalues() for value in each]
    if NUL not in "".join(values) and NUL not in "".join(sent):
        return sent
    return ImmutableMultiDict((name.replace(NUL, ""), value.replace(NUL, "")) for name, value in sent.items(multi=True))


def plain(value: Any) -> Any:
    """The same for what a JSON document holds."""
    if isinstance(value, str):
        return value.replace(NUL, "")
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {plain(name): plain(each) for name, each in value.items()}
    return value
