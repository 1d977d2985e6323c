"""The help desks that can be pulled."""

import datetime as dt
from collections.abc import Callable, Mapping

from qa.tickets.live.chatwoot import ChatwootPull
from qa.tickets.live.client import Client
from qa.tickets.live.pulls import FreshdeskPull, IntercomPull, Pull, ZammadPull, ZendeskPull

PULLS: Mapping[str, Callable[[Client, dt.datetime], Pull]] = {
    "zendesk": ZendeskPull,
    "intercom": IntercomPull,
    "freshdesk": FreshdeskPull,
    "zammad": ZammadPull,
    "chatwoot": ChatwootPull,
}
