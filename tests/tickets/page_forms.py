"""The column mapping's form as a browser would send it."""

import re
from typing import Any

from tests.support.client import CheckingClient


def form_of(client: CheckingClient, page: str) -> dict[str, str]:
    """What the page's form would send as it stands."""
    body = client.get(page).get_data(as_text=True)
    form = body[body.index('id="mapping-form"') :]
    found = {
        name: value
        for tag in re.findall(r"<input[^>]*>", form)
        if (name := _attribute(tag, "name")) and name != "csrf_token"
        for value in [_attribute(tag, "value") or ""]
    }
    for tag, inside in re.findall(r"(<select[^>]*>)(.*?)</select>", form, re.DOTALL):
        options = re.findall(r"<option[^>]*>", inside)
        chosen = next((each for each in options if " selected" in each), options[0] if options else "")
        found[_attribute(tag, "name") or ""] = _attribute(chosen, "value") or ""
    return found


def _attribute(tag: str, name: str) -> str | None:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1].replace("&#43;", "+") if found else None


def taken_in(client: CheckingClient, uploaded: Any) -> Any:
    """An upload of tables that is taken in as its columns were guessed; the answer leads to its run."""
    assert uploaded.status_code == 302
    return client.post_form(uploaded.location, form_of(client, uploaded.location) | {"action": "import"})
