"""What a stored password costs whoever stole it."""

import subprocess
import sys
from dataclasses import replace

from argon2 import extract_parameters
from argon2.low_level import Type
from argon2.profiles import RFC_9106_LOW_MEMORY

from qa.config import PROJECT


def test_passwords_are_hashed_with_argon2id_as_rfc_9106_asks_where_memory_is_short():
    # In one lane and not in four: the work is the same, and a burst of sign-ins leaves a processor to others.
    # In a process of its own: this one's tests sign in with a cheaper hash.
    program = "from qa.people import passwords; print(passwords.hash_password('four unrelated words here'))"
    told = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)

    found = extract_parameters(told.stdout.strip())

    assert found == replace(RFC_9106_LOW_MEMORY, parallelism=1)
    assert found.type is Type.ID
