"""What the code must not do, and that the page on security tells nothing but what a test proves."""

import ast
import csv
import io
import json
import logging
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import structlog
from flask import Flask, request
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from exports.coaching_workbook.reading import HandedBackError, read_back
from qa.config import PROJECT, MailSettings, ProviderSettings, Settings
from qa.core.clock import utcnow
from qa.core.errors import ConfigurationError
from qa.notices import links
from qa.people import passwords, provider
from qa.people.forms import ChangePasswordForm, SignInForm
from qa.tickets.intake import files
from qa.tickets.intake.base import UnusableFileError
from tests.codebase.sources import PRODUCT, name_of, product_nodes
from tests.codebase.sources import files as files_of
from tests.shared import shared_path
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.support.server import close_app, make_app

PAGE = PROJECT / "docs" / "security.md"
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([^|]+) \| (proved|written down|not applicable|not met): (.+) \|$")
NODE = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
on_one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def calls_of(*names: str) -> list[tuple[str, ast.Call]]:
    """Every call in the product of what goes by one of these names: where, and the call."""
    words = {name.rpartition(".")[2] + "(" for name in names}
    return [
        (where, node)
        for where, node in product_nodes(ast.Call, *words)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names
    ]


def who_calls(*names: str) -> set[str]:
    return {where.partition(":")[0] for where, _ in calls_of(*names)}


def who_imports(*modules: str) -> set[str]:
    return {
        name_of(path)
        for path in files_of(".py", under=PRODUCT)
        if re.search(rf"^ *(?:import|from) (?:{'|'.join(modules)})\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }


def rows() -> list[tuple[str, str, str]]:
    """The table's rows: id, verdict, what it says."""
    found = [ROW.match(line) for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| V")]
    assert all(found), "a row of the table is not written as the others are"
    return [(each[1], each[3], each[4]) for each in found if each]


def test_every_test_that_the_page_on_security_names_is_there():
    missing = []
    for number, verdict, told in rows():
        nodes = NODE.findall(told)
        assert bool(nodes) == (verdict == "proved"), f"{number}: a proof names a test, and nothing else does"
        missing += [
            f"{number}: {path}::{name}"
            for path, name in nodes
            if not (PROJECT / path).exists() or f"def {name}(" not in (PROJECT / path).read_text(encoding="utf-8")
        ]
    assert missing == []


def test_what_the_page_on_security_calls_written_down_is_a_heading():
    for number, verdict, told in rows():
        if verdict != "written down":
            continue
        target = re.match(r"\[[^]]+\]\(([\w/.-]+)#([\w-]*)\)", told)
        assert target, number
        text = (PROJECT / "docs" / target[1]).read_text(encoding="utf-8")
        headings = {
            re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-")
            for line in text.splitlines()
            if line.startswith("#")
        }
        assert not target[2] or target[2] in headings, f"{number}: {target[0]}"


def test_every_requirement_of_levels_one_and_two_has_its_row():
    numbers = [number for number, _, _ in rows()]

    assert len(numbers) == len(set(numbers)) == 253
    with shared_path("reference", "asvs-5.0-L1-L2.csv").open(encoding="utf-8", newline="") as file:
        assert numbers == [row["req_id"] for row in csv.DictReader(file)]


def test_nothing_evaluates_text_or_runs_a_shell():
    assert who_calls("eval", "exec", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load") == set()
    assert who_imports("pickle", "marshal", "shelve", "dill") == set()
    assert who_imports("subprocess") <= {"qa/core/apart.py"}  # it starts this very program
    assert [where for where, each in product_nodes(ast.keyword, "shell=") if getattr(each, "arg", "") == "shell"] == []


def test_no_template_is_made_of_text():
    assert who_calls("render_template_string", "from_string", "Template", "jinja2.Template") == set()
    marked = who_calls("Markup", "markupsafe.Markup")
    assert {path for path in marked if "/charts/" not in path} <= MADE_BY_US, "look at each: is what it marks escaped?"


MADE_BY_US = {
    "qa/core/icons.py",
    "qa/core/pages.py",
    "qa/people/pictures.py",
    "qa/reviews/scoring_page.py",
    "qa/sampling/telling.py",
}


def test_no_pattern_is_made_of_what_somebody_typed():
    made = [
        name_of(path)
        for path in files_of(".py", under=PRODUCT)
        if re.search(
            r"\bre\.(?:compile|search|match|fullmatch|sub|split|findall|finditer)\(\s*f?[\"']?\{?(?:request|form|typed)\b",
            path.read_text(encoding="utf-8"),
        )
    ]
    assert made == []


def test_secrets_come_from_the_system_s_generator():
    guessable = {"random.choice", "random.randint", "random.randrange", "random.getrandbits", "uuid.uuid1"}
    assert {path for path in who_calls(*guessable) if not path.startswith("qa/demo/")} == set()
    assert who_calls("secrets.token_urlsafe", "secrets.choice") >= {
        "qa/people/sessions.py",
        "qa/people/second_factor.py",
        "qa/people/accounts.py",
        "qa/people/provider.py",
    }


def test_weak_hashes_are_used_for_nothing_but_the_list_of_leaks():
    assert who_calls("hashlib.md5", "hashlib.new") == set()
    assert who_calls("hashlib.sha1") == {"qa/people/strength.py"}  # the list that others publish is made with it


def test_cryptography_comes_from_the_library_alone():
    assert who_imports("cryptography") == {"qa/core/crypto.py", "qa/tickets/intake/sealing.py"}
    assert who_imports("Crypto", "nacl", "rsa") == set()


def test_what_is_spoken_to_is_spoken_to_over_tls():
    unchecked = [
        where
        for where, each in product_nodes(ast.keyword, "verify=")
        if isinstance(each, ast.keyword) and each.arg == "verify" and ast.unparse(each.value) == "False"
    ]
    assert unchecked == []
    assert who_calls("ssl._create_unverified_context", "urllib3.disable_warnings", "ssl.SSLContext") == set()
    mail = {"SMTP_HOST": "mail.example.org", "MAIL_FROM": "qa@example.org", "BASE_URL": "https://qa.example.org"}
    assert getattr(MailSettings.from_environment(mail), "security", "") == "starttls"
    with pytest.raises(ConfigurationError, match="in the clear"):
        MailSettings.from_environment({**mail, "SMTP_SECURITY": "none", "SMTP_USER": "qa"})


def test_a_password_counts_to_its_last_character():
    password = "ä" * 70 + " four unrelated words " + "z" * 64
    stored = passwords.hash_password(password)

    assert passwords.verify_password(stored, password)
    assert not passwords.verify_password(stored, password[:-1] + "y")
    assert not passwords.verify_password(stored, password.upper())


@on_one_engine
def test_fields_of_passwords_hide_let_paste_and_name_themselves(app: Flask):
    with app.test_request_context():
        fields = [SignInForm().password, *(getattr(ChangePasswordForm(), each) for each in ("current", "password"))]
        drawn = [str(field()) for field in fields]

    assert all('type="password"' in each and "autocomplete=" in each for each in drawn)
    assert ['maxlength="200"' in each for each in drawn] == [True] * 3
    scripts = "".join(path.read_text() for path in (PROJECT / "qa" / "static" / "js").glob("*.js"))
    assert '"paste"' not in scripts


@on_one_engine
def test_every_page_of_somebody_signed_in_offers_to_sign_out(cast: Cast, sign_in):
    client: CheckingClient = sign_in(cast.ada)

    pages = [client.get(path).get_data(as_text=True) for path in ("/", "/account/", "/people/", "/no-such-page")]

    assert all('action="/sign-out"' in page for page in pages)
    # Who has left is handed no key to what they left in the browser.
    assert all(page.count("data-draft-key=") == 1 for page in pages)
    client.post_form("/sign-out")
    assert "data-draft-key" not in client.get("/sign-in").get_data(as_text=True)


@on_one_engine
def test_only_the_folder_of_static_files_is_served(client: CheckingClient):
    tried = [
        "/static/", "/static/css/", "/static/../config.py", "/static/%2e%2e/config.py", "/static/..%2fconfig.py",
        "/.git/config", "/.env", "/static/css/../../app.py", "/instance/fairmark.db",
    ]  # fmt: skip

    assert {client.get(path).status_code for path in tried} == {404}


@on_one_engine
def test_no_address_carries_a_session(app: Flask, cast: Cast, sign_in):
    client: CheckingClient = sign_in(cast.rita)
    token = client.get_cookie("fairmark_session").value

    page = client.get("/account/")

    assert token not in page.get_data(as_text=True)
    assert token not in str(page.headers)


@on_one_engine
def test_what_a_proxy_forwards_is_believed_only_where_one_is_configured(settings: Settings):
    seen = {}
    for hops in (0, 1):
        app = make_app(replace(settings, trusted_proxies=hops))

        def note(hops: int = hops) -> None:
            seen[hops] = (request.remote_addr, request.host, request.scheme)

        app.before_request_funcs.setdefault(None, []).insert(0, note)
        forwarded = {
            "X-Forwarded-For": "6.6.6.6, 198.51.100.7",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "https",
        }
        app.test_client().get("/healthz", headers=forwarded)
        close_app(app)

    assert seen == {0: ("127.0.0.1", "localhost", "http"), 1: ("198.51.100.7", "evil.example", "https")}


PROVIDER = ProviderSettings(
    issuer="https://id.example.org",
    client_id="fairmark",
    client_secret="s",
    name="Acme",
    base_url="https://qa.example.org",
)


def claims() -> dict[str, object]:
    now = int(utcnow().timestamp())
    return {"iss": PROVIDER.issuer, "aud": "fairmark", "sub": "1", "iat": now, "exp": now + 60, "nonce": "n"}


def test_a_token_without_a_signature_or_by_a_shared_secret_is_refused():
    key = RSAKey.generate_key(2048, parameters={"kid": "one"})
    public = {"keys": [key.as_dict(private=False)]}
    good = jwt.encode({"alg": "RS256", "kid": "one"}, claims(), key)
    header, body, _ = good.split(".")
    bare = "eyJhbGciOiJub25lIn0." + body + "."
    by_secret = jwt.encode({"alg": "HS256"}, claims(), OctKey.import_key("a secret that is long enough to be one"))

    assert provider._read(good, public, PROVIDER, nonce="n", now=utcnow())["sub"] == "1"
    for token in (bare, by_secret, f"{header}.{body}.", good[:-8] + "AAAAAAAA", "", "a.b.c"):
        with pytest.raises(provider.ProviderError):
            provider._read(token, public, PROVIDER, nonce="n", now=utcnow())


def test_the_provider_s_tokens_never_reach_the_browser():
    assert set(provider.Claimed.__slots__) == {"issuer", "subject", "email", "second_factor"}  # all that a view gets


def packed(*members: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return held.getvalue()


def test_a_zip_of_too_many_files_or_with_paths_for_names_is_refused_or_flat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    evil, inside = tmp_path / "evil.zip", tmp_path / "inside"
    evil.write_bytes(packed(("../../../escaped.csv", b"a"), ("/etc/passwd", b"b"), ("..\\..\\c.csv", b"c")))
    found = files.unpack(evil, inside)
    assert {each.name for each in found} == {"escaped.csv", "passwd", "c.csv"}
    assert all(inside in each.resolve().parents for each in found)

    monkeypatch.setattr(files, "MOST_MEMBERS", 2)
    with pytest.raises(UnusableFileError, match="more than 2 files"):
        files.unpack(evil, tmp_path / "again")
    monkeypatch.setattr(files, "LARGEST_UNPACKED", 1000)
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(packed(("a.csv", b"0" * 100_000)))
    with pytest.raises(UnusableFileError, match="larger than"):
        files.unpack(bomb, tmp_path / "third")


@on_one_engine
def test_a_line_end_in_what_is_logged_makes_no_second_line(app: Flask, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        structlog.get_logger("qa.tests").info("odd", said='a\n{"event": "forged"}\r\nb')

    lines = [record.getMessage() for record in caplog.records if record.name == "qa.tests"]
    assert len(lines) == 1
    assert "\n" not in lines[0]
    assert json.loads(lines[0])["event"] == "odd"


def test_a_line_end_in_a_name_makes_no_header_of_a_mail():
    mail = MailSettings(
        host="mail.example.org", port=587, security="starttls", user="", password="", sender="qa@example.org",
        base_url="https://qa.example.org",
    )  # fmt: skip

    with pytest.raises(ValueError, match=r"(?i)linefeed|newline|header"):
        links.compose(mail, "Rita", "rita@example.org\r\nBcc: all@example.org", "token")
    said = links.compose(mail, "Rita\r\nBcc: all@example.org", "rita@example.org", "token")
    assert set(said.keys()) & {"Bcc", "Cc"} == set()


def test_a_workbook_whose_xml_grows_without_end_is_refused():
    laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">' + b"".join(
        b'<!ENTITY b%d "%s">' % (n, b"&b%d;" % (n - 1) * 10 if n else b"&b;" * 10) for n in range(12)
    )
    sheet = laughs + b']><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">&b11;</worksheet>'
    book = openpyxl.Workbook()
    held = io.BytesIO()
    book.save(held)
    parts = zipfile.ZipFile(held)
    bomb = packed(
        *((each, sheet if each == "xl/worksheets/sheet1.xml" else parts.read(each)) for each in parts.namelist())
    )

    with pytest.raises(HandedBackError):
        read_back(bomb)


def test_the_proxy_of_the_example_speaks_tls_of_today_and_sends_on_from_http():
    told = (PROJECT / "deploy" / "nginx.conf").read_text(encoding="utf-8")

    assert re.findall(r"ssl_protocols ([^;]+);", told) == ["TLSv1.2 TLSv1.3"]
    ciphers = re.findall(r"ssl_ciphers ([^;]+);", told)[0].split(":")
    assert all(
        re.fullmatch(r"ECDHE-(ECDSA|RSA)-(AES(256|128)-GCM-SHA(384|256)|CHACHA20-POLY1305)", each) for each in ciphers
    )
    assert "AES256" in ciphers[0]
    assert "ssl_prefer_server_ciphers on;" in told
    assert told.count("listen 80;") == told.count("return 301 https://$host$request_uri;") == 1


def test_scripts_put_nothing_into_an_object_by_a_name_that_they_were_given():
    written = re.compile(r"(\S+)\[[a-zA-Z_.]+\] *(?:\?\?|\|\||&&|[+*/-])?=(?!=)")
    by_name = {
        (path.name, into)
        for path in (PROJECT / "qa/static/js").glob("*.js")
        for into in written.findall(path.read_text())
    }
    assert by_name == {("autosave.js", "this.pending")}
    made = re.findall(r"this\.pending = (\w+)\(", (PROJECT / "qa/static/js/autosave.js").read_text())
    assert made == ["byCriterion"] * 3  # which has no prototype


def test_no_object_of_a_script_is_made_of_a_prototype_that_was_sent():
    text = "".join(path.read_text() for path in (PROJECT / "qa/static/js").glob("*.js"))
    assert "__proto__" not in text
    assert "Object.setPrototypeOf" not in text
