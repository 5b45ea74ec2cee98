#!/usr/bin/python3
"""Tells when something is on an application's screen, as a screen reader is told it.

It is ready before the application starts, says "watching", and then says "there" once something
with that role and name is shown and can be used. It asks few questions each time, since answering
costs the application time.

  watch.py APPLICATION ROLE NAME
"""

import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402 (versions come first)

application, role, name = sys.argv[1:]


def children(node):
    node.clear_cache()
    found = (node.get_child_at_index(i) for i in range(node.get_child_count()))
    return [child for child in found if child]


def below(node):
    """Everything below node, in its order; the page at the door has some thirty parts."""
    for child in children(node):
        yield child
        yield from below(child)


def is_there():
    for app in children(Atspi.get_desktop(0)):
        if app.get_name() != application:
            continue
        # A window is all that is looked at where only that is asked for: others have thousands of parts in it.
        for node in children(app) if role == "frame" else below(app):
            if node.get_role_name() == role and node.get_name() == name:
                states = node.get_state_set()
                return all(states.contains(s) for s in (Atspi.StateType.SHOWING, Atspi.StateType.SENSITIVE))
    return False


Atspi.init()
is_there()
print("watching", flush=True)
end = time.monotonic() + 30
while time.monotonic() < end:
    try:
        if is_there():
            print("there", flush=True)
            break
    except GLib.Error:
        pass  # it went while it was asked
    time.sleep(0.005)
