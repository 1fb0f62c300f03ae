# SPDX-License-Identifier: MIT
"""YAML with places: every mapping knows its line, a key may be given once, and a field that is wrong says file, record, given and expected."""
import pathlib

import yaml


class CatalogError(Exception):
    """One mistake in the catalog's files."""


class Mapping(dict):
    """A mapping of a YAML file and where it begins."""

    def __init__(self, pairs, file, line):
        super().__init__(pairs)
        self.file, self.line = file, line


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Safe; libyaml's where it is there, which is ten times as fast."""


def construct_mapping(loader, node):
    mapping = Mapping({}, loader.file, node.start_mark.line + 1)
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node)
        if key in mapping:
            raise CatalogError(f"{loader.file}:{key_node.start_mark.line + 1}: key '{key}' is given twice, expected once")
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, construct_mapping)


def load(path, root):
    """The file's content; mappings in it are Mapping."""
    file = str(pathlib.Path(path).relative_to(root))
    with open(path, encoding="utf-8") as stream:
        loader = Loader(stream)
        loader.file = file
        try:
            return loader.get_single_data()
        except yaml.YAMLError as error:
            raise CatalogError(f"{file}: not YAML: {' '.join(str(error).split())}") from error
        finally:
            loader.dispose()


def shown(value):
    text = str(dict(value)) if isinstance(value, Mapping) else repr(value)
    return text if len(text) <= 120 else text[:117] + "..."


class Place:
    """Where a value stands, for messages: file, line and record."""

    def __init__(self, file, line, record=""):
        self.file, self.line, self.record = file, line, record

    def fail(self, what, given, expected):
        """given: a sentence's part, or a value to be shown."""
        record = f"{self.record}: " if self.record else ""
        raise CatalogError(f"{self.file}:{self.line}: {record}{what}: given {given if isinstance(given, str) else shown(given)}, expected {expected}")


KINDS = {
    "text": (lambda v: isinstance(v, str), "a text"),
    "name": (lambda v: isinstance(v, str) and v != "" and v.isascii() and not any(c.isspace() for c in v), "a name without spaces"),
    "key": (lambda v: isinstance(v, str) and v.isascii() and v.isupper() and v.replace("_", "").isalnum() and v[0].isalpha(), "a name in capital letters, such as MAX_POOL"),
    "integer": (lambda v: isinstance(v, int) and not isinstance(v, bool), "an integer"),
    "positive": (lambda v: isinstance(v, int) and not isinstance(v, bool) and v > 0, "an integer above 0"),
    "flag": (lambda v: isinstance(v, bool), "true or false"),
    "list": (lambda v: isinstance(v, list), "a list"),
    "mapping": (lambda v: isinstance(v, dict), "a mapping"),
    "any": (lambda v: True, "a value"),
}


def field(mapping, place, name, kind, *default):
    """mapping[name] if it is of that kind; the default where it is absent and one is given."""
    if name not in mapping:
        if default:
            return default[0]
        place.fail(f"field '{name}'", "nothing", KINDS[kind][1])
    holds, expected = KINDS[kind]
    if not holds(mapping[name]):
        place.fail(f"field '{name}'", shown(mapping[name]), expected)
    return mapping[name]


def only(mapping, place, names, what):
    """Refuse keys outside of names."""
    for key in mapping:
        if key not in names:
            place.fail(f"field of {what}", f"'{key}'", "one of " + ", ".join(sorted(names)))


def one_of(place, what, given, names):
    if given not in names:
        place.fail(what, f"'{given}'", "one of " + ", ".join(sorted(names)))
    return given
