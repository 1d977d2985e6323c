"""Taking a CSV in as a person does it: choose the file, look at the changes, make them."""

import io
import re

from werkzeug.test import TestResponse

from tests.support.client import CheckingClient


def preview(client: CheckingClient, path: str, content: str) -> str:
    """The page that says what the file would change."""
    answer = client.post_form(path, {"file": (io.BytesIO(content.encode()), "things.csv")})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def apply(client: CheckingClient, path: str, content: str) -> TestResponse:
    """Make the changes that the preview showed."""
    found = re.search(r'name="digest" value="(\w+)"', preview(client, path, content))
    assert found is not None, "the preview offers no change"
    return client.post_form(f"{path}/apply", {"content": content, "digest": found[1]})


def changes_nothing(client: CheckingClient, path: str, content: str) -> bool:
    """Whether the file would change nothing."""
    return "Nothing to change" in preview(client, path, content)
