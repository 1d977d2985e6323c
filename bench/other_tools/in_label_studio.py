"""What opening a task and submitting its annotation costs Label Studio: prints the CPU seconds of each step as JSON.

    PYTHON-OF-LABEL-STUDIO in_label_studio.py FOLDER WORK.json

In one process through Django's test client, on SQLite in FOLDER, with the product's own settings: what its page asks
for from one task to the next (seen in a browser): the next task and the labels' links, then the annotation with twelve
choices. The drafts that the page keeps meanwhile are left out, as ours are. Nothing of Fairmark is imported.
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
        DJANGO_SETTINGS_MODULE="core.settings.label_studio",
        DJANGO_DB="sqlite",
        LABEL_STUDIO_BASE_DATA_DIR=str(folder),
        LABEL_STUDIO_LATEST_VERSION_CHECK="false",
        COLLECT_ANALYTICS="false",
        LOG_LEVEL="ERROR",
    )
    os.environ.setdefault("SECRET_KEY", "a key for benchmarks only")
    package = importlib.util.find_spec("label_studio")
    if package is None or not package.submodule_search_locations:
        raise SystemExit("the tool is not in this environment")
    sys.path.insert(0, next(iter(package.submodule_search_locations)))
    importlib.import_module("django").setup()
    management = importlib.import_module("django.core.management")
    management.call_command("migrate", verbosity=0)
    client, project, tab = prepared(work)
    taken = [step(client, project, tab, work) for _ in range(work["parts"])]
    print(json.dumps(taken))


def prepared(work: dict) -> tuple[object, int, int]:
    """A signed-in owner with a project of so many tasks, and the tab of its list."""
    users = importlib.import_module("users.models")
    organizations = importlib.import_module("organizations.models")
    client = importlib.import_module("django.test").Client(raise_request_exception=True)
    user = users.User.objects.create_user(email="one@example.org", password=PASSWORD, username="one")
    user.active_organization = organizations.Organization.create_organization(created_by=user, title="Bench")
    user.save()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    held = client.session  # as its own sign-in page leaves it
    held["last_login"] = time.time()
    held["keep_me_logged_in"] = True
    held.save()
    client.cookies[importlib.import_module("django.conf").settings.SESSION_COOKIE_NAME] = held.session_key
    choices = "".join(
        f'<Choices name="{criterion["key"]}" toName="text">'
        + "".join(f'<Choice value="{level["key"]}"/>' for level in criterion["levels"])
        + "</Choices>"
        for criterion in work["form"]
    )
    answer = client.post(
        "/api/projects/",
        {"title": "Bench", "label_config": f'<View><Paragraphs name="text" value="$dialogue"/>{choices}</View>'},
        content_type="application/json",
    )
    if answer.status_code != 201:
        raise SystemExit(f"Label Studio answers {answer.status_code}: {answer.content[:300]!r}")
    project = json.loads(answer.content)["id"]
    dialogue = [{"author": author, "text": text} for author, text in work["messages"]]
    client.post(
        f"/api/projects/{project}/import",
        [{"dialogue": dialogue} for _ in range(work["parts"])],
        content_type="application/json",
    )
    tab = client.post(
        f"/api/dm/views?project={project}",
        {"project": project, "data": {"title": "Default"}},
        content_type="application/json",
    )
    if tab.status_code != 201:
        raise SystemExit(f"Label Studio answers {tab.status_code}: {tab.content[:300]!r}")
    return client, project, json.loads(tab.content)["id"]


def step(client: object, project: int, tab: int, work: dict) -> float:
    result = [
        {
            "from_name": criterion["key"],
            "to_name": "text",
            "type": "choices",
            "value": {"choices": [criterion["levels"][n % 3]["key"]]},
        }
        for n, criterion in enumerate(work["form"])
    ]
    begin = time.process_time()
    opened = client.post(  # type: ignore[attr-defined]
        f"/api/dm/actions?id=next_task&tabID={tab}&project={project}",
        {"project": str(project)},
        content_type="application/json",
    )
    links = client.get(f"/api/label_links?project={project}&expand=label")  # type: ignore[attr-defined]
    spent = time.process_time() - begin
    if (opened.status_code, links.status_code) != (200, 200):
        raise SystemExit(f"Label Studio answers {opened.status_code} and {links.status_code}: {opened.content[:300]!r}")
    task = json.loads(opened.content)["id"]
    begin = time.process_time()
    sent = client.post(  # type: ignore[attr-defined]
        f"/api/tasks/{task}/annotations/?project={project}",
        {"result": result, "lead_time": 60},
        content_type="application/json",
    )
    spent += time.process_time() - begin
    if sent.status_code != 201:
        raise SystemExit(f"Label Studio answers {sent.status_code}: {sent.content[:300]!r}")
    return spent


if __name__ == "__main__":
    main()
