"""What opening an example and confirming its categories costs doccano: prints the CPU seconds of each step as JSON.

    PYTHON-OF-DOCCANO in_doccano.py FOLDER WORK.json

In one process through Django's test client, on SQLite in FOLDER: the example with the labels it can have and has, as
its page asks for them, one category for each of twelve criteria, and the confirmation. Nothing of Fairmark is imported.
"""

import importlib
import importlib.util
import json
import os
import sys
import time
from pathlib import Path

PASSWORD = "a password for benchmarks"


def main() -> None:
    folder, work = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    os.environ.update(
        DJANGO_SETTINGS_MODULE="config.settings.production",
        STANDALONE="True",
        DEBUG="False",
        SECRET_KEY="a key for benchmarks only",
        DATABASE_URL=f"sqlite:///{folder}/doccano.sqlite3",
        MEDIA_ROOT=str(folder / "media"),
        DOCCANO_HOME=str(folder),
    )
    package = importlib.util.find_spec("backend")
    if package is None or not package.submodule_search_locations:
        raise SystemExit("the tool is not in this environment")
    sys.path.insert(0, next(iter(package.submodule_search_locations)))
    importlib.import_module("django").setup()
    management = importlib.import_module("django.core.management")
    for command in ("migrate", "create_roles"):
        management.call_command(command, verbosity=0)
    client, project, examples, labels = prepared(work)
    taken = [step(client, project, example, labels) for example in examples]
    print(json.dumps(taken))


def prepared(work: dict) -> tuple[object, int, list[int], list[int]]:
    """A signed-in administrator with a project of so many examples; a label for each criterion."""
    models = importlib.import_module("django.contrib.auth.models")
    client = importlib.import_module("django.test").Client(raise_request_exception=True)
    user = models.User.objects.create_superuser("one", "one@example.org", PASSWORD)
    client.force_login(user)

    def post(path: str, body: object) -> dict:
        answer = client.post(path, body, content_type="application/json")
        if answer.status_code >= 300:
            raise SystemExit(f"doccano answers {answer.status_code} to {path}: {answer.content[:300]!r}")
        return json.loads(answer.content)

    project = post(
        "/v1/projects",
        {
            "name": "Bench",
            "description": "Bench",
            "project_type": "DocumentClassification",
            "resourcetype": "TextClassificationProject",
            "single_class_classification": False,
        },
    )["id"]
    labels = [
        post(f"/v1/projects/{project}/category-types", {"text": f"{criterion['key']}-{n % 3}"})["id"]
        for n, criterion in enumerate(work["form"])
    ]
    text = "\n\n".join(f"{author}: {said}" for author, said in work["messages"])
    examples = [post(f"/v1/projects/{project}/examples", {"text": text})["id"] for _ in range(work["parts"])]
    return client, project, examples, labels


def step(client: object, project: int, example: int, labels: list[int]) -> float:
    ask, send = client.get, client.post  # type: ignore[attr-defined]
    base = f"/v1/projects/{project}"
    begin = time.process_time()
    answers = [
        ask(f"{base}/examples/{example}"),
        ask(f"{base}/category-types"),
        ask(f"{base}/examples/{example}/categories"),
        *(
            send(f"{base}/examples/{example}/categories", {"label": label}, content_type="application/json")
            for label in labels
        ),
        send(f"{base}/examples/{example}/states", content_type="application/json"),
    ]
    spent = time.process_time() - begin
    wrong = [answer for answer in answers if answer.status_code >= 300]
    if wrong:
        raise SystemExit(f"doccano answers {wrong[0].status_code}: {wrong[0].content[:300]!r}")
    return spent


if __name__ == "__main__":
    main()
