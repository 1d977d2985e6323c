"""Golden tickets: what a session agreed, made a standard by two people and scored again, blind, by others later."""
