#!/usr/bin/python3
"""Reads the application's window as a screen reader does, through AT-SPI.

A request is a line of JSON on standard input, the answer a line of JSON on
standard output. It only looks: clicks and keys come from outside, as a person's.

  {"ask": "find", "role": …, "name": …}   what is on the screen with that role and name
  {"ask": "tree"}                         everything, as lines of text, for a failure's message
  {"ask": "told"}                         what is said of everything on the page, in its order
  {"ask": "reveal", "role": …, "name": …} scroll it into view
  {"ask": "clipboard"}                    what is on the clipboard
  {"ask": "clipboardMark"}                whether a clipboard manager is told that it is a secret
  {"ask": "selection"}                    what a click of the middle button would paste
  {"ask": "setClipboard", "text": …}      copy something else
  {"ask": "setSelection", "text": …}      select something else
"""

import json
import sys

import gi

gi.require_version("Atspi", "2.0")
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Atspi, Gdk, GLib, Gtk  # noqa: E402 (versions come first)

application = sys.argv[1]
depth_limit = 60


def children(node):
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None:
            yield child


def walk(node, depth=0):
    """Everything below node that is there; what vanishes meanwhile is left out."""
    if depth > depth_limit:
        return
    try:
        node.clear_cache()
        yield node, depth
        for child in children(node):
            yield from walk(child, depth + 1)
    except GLib.Error:
        return


def roots():
    for app in children(Atspi.get_desktop(0)):
        try:
            if app.get_name() == application:
                yield app
        except GLib.Error:
            continue


def everything():
    for root in roots():
        yield from walk(root)


def text_of(node):
    if "Text" not in node.get_interfaces():
        return ""
    return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))


def describe(node):
    box = Atspi.Component.get_extents(node, Atspi.CoordType.SCREEN) if "Component" in node.get_interfaces() else None
    states = node.get_state_set()
    return {
        "role": node.get_role_name(),
        "name": node.get_name() or "",
        "text": text_of(node),
        "box": [box.x, box.y, box.width, box.height] if box else None,
        "enabled": states.contains(Atspi.StateType.ENABLED) and states.contains(Atspi.StateType.SENSITIVE),
        "focused": states.contains(Atspi.StateType.FOCUSED),
        "checked": states.contains(Atspi.StateType.CHECKED),
    }


# The roles that a page can be asked for.
roles = {Atspi.role_get_name(role): role for role in map(Atspi.Role, range(int(Atspi.Role.LAST_DEFINED)))}


def on_page(page, role):
    """What is on the page with that role. The page answers this at once, where a walk asks it for each of its nodes."""
    rule = Atspi.MatchRule.new(
        Atspi.StateSet.new([]),
        Atspi.CollectionMatchType.ALL,
        {},
        Atspi.CollectionMatchType.ALL,
        [roles[role]],
        Atspi.CollectionMatchType.ANY,
        [],
        Atspi.CollectionMatchType.ALL,
        False,
    )
    for node in page.get_collection_iface().get_matches(rule, Atspi.CollectionSortOrder.CANONICAL, 0, True):
        node.clear_cache()
        yield node


def with_role(node, role):
    try:
        node.clear_cache()
        yield node
        if role in roles and "Collection" in node.get_interfaces() and node.get_role_name() == "document web":
            yield from on_page(node, role)
            return
        for child in children(node):
            yield from with_role(child, role)
    except GLib.Error:
        return


def candidates(request):
    for root in roots():
        if request.get("role"):
            yield from with_role(root, request["role"])
        else:
            for node, _ in walk(root):
                yield node


def matching(request):
    for node in candidates(request):
        try:
            if request.get("role") and node.get_role_name() != request["role"]:
                continue
            if "name" in request and (node.get_name() or "") != request["name"]:
                continue
            if "says" in request and request["says"] not in (node.get_name() or "") + "\n" + text_of(node):
                continue
            yield node
        except GLib.Error:
            continue


def find(request):
    found = []
    for node in matching(request):
        try:
            found.append(describe(node))
        except GLib.Error:
            continue
    return found


def reveal(request):
    for node in matching(request):
        if "Component" in node.get_interfaces():
            return Atspi.Component.scroll_to(node, Atspi.ScrollType.ANYWHERE)
    return False


def tree(_):
    lines = []
    for node, depth in everything():
        try:
            d = describe(node)
            lines.append("%s%s %r %r %s" % ("  " * depth, d["role"], d["name"], d["text"], d["box"]))
        except GLib.Error:
            continue
    return "\n".join(lines)


def told(_):
    texts = []
    for node, _ in everything():
        try:
            texts.append((node.get_name() or "") + "\n" + text_of(node))
        except GLib.Error:
            continue
    return texts


def clipboard(_):
    return Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text()


def clipboard_mark(_):
    mark = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_contents(
        Gdk.Atom.intern("x-kde-passwordManagerHint", False)
    )
    return mark and mark.get_data().decode()


def selection(_):
    return Gtk.Clipboard.get(Gdk.SELECTION_PRIMARY).wait_for_text()


def set_clipboard(request, which=Gdk.SELECTION_CLIPBOARD):
    """Copies as another program would. What is copied is served as long as this one runs."""
    held = Gtk.Clipboard.get(which)
    held.set_text(request["text"], -1)
    while Gtk.events_pending():
        Gtk.main_iteration()


answers = {
    "find": find,
    "reveal": reveal,
    "tree": tree,
    "told": told,
    "clipboard": clipboard,
    "clipboardMark": clipboard_mark,
    "selection": selection,
    "setClipboard": set_clipboard,
    "setSelection": lambda request: set_clipboard(request, Gdk.SELECTION_PRIMARY),
}

Atspi.init()
Gtk.init(None)
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"answer": answers[request["ask"]](request)}
    except GLib.Error as error:
        answer = {"error": error.message}
    print(json.dumps(answer), flush=True)
