#!/usr/bin/env python3
"""Makes what the chart has from docs/settings.md, and its documentation from the comments of its values.

usage: generate-chart.py [--check]

From the tables of docs/settings.md: the settings and providers in values.yaml (between two lines that say so), and
files/settings.yaml, by which the templates know which values become which variables. From those and helm/source:
values.schema.json and README.md. And deploy/lib/settings.tsv, by which scripts judge settings. With --check nothing is written, and whatever is not as it would be made is named.

A further setting or provider of the program needs nothing but another run of this.
"""

import json
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHART = ROOT / "helm/esddns-operator"
SOURCE = ROOT / "helm/source"
WIDTH = 118

# Settings that follow from the release, or that have values of their own in a fitting form, and what they follow from.
MANAGED = {
    "RECORDS": "records, global",
    "PROVIDER": "provider",
    "NAMESPACE": "the release's namespace",
    "NODE_NAME": "the node's name",
    "LEASE_NAME": "the release's name",
    "ADDRESS_CONFIGMAP": "the release's name",
    "RECORDS_CONFIGMAP": "the release's name",
    "SERVICE_ACCOUNT_DIRECTORY": "serviceAccountDirectory",
    "LISTEN": "listenAddress, leader.port, updater.port",
    # Of "esddns run" alone: pods keep nothing over restarts but what is in the cluster.
    "STATE_FILE": "updater.extraEnv",
    "SECRETS_DIRECTORY": "existingSecret",
}
# Providers that find credentials where they run, so that none have to be given.
AMBIENT = {"route53", "google", "azure"}
# What an existing Secret is taken to have where nothing is said, if not the provider's first secret.
DEFAULT_SECRETS = {"route53": ["accessKeyId", "secretAccessKey"]}
# Without these a provider cannot work, so that the chart says so before anything is installed.
REQUIRED = {
    "rfc2136": ["server", "keyName"],
    "powerdns": ["baseUrl"],
    "azure": ["subscriptionId"],
    "dyndns2": ["server", "username"],
}
# Where the words of the documentation do not tell the form.
FORMS = {"FAMILIES": {"type": ["string", "array"], "items": {"enum": ["ipv4", "ipv6"]},
                      "pattern": "^$|^(ipv4|ipv6|ipv4,ipv6|ipv6,ipv4)$"}}
# Values that may be templates, and how one looks.
TEMPLATES = {"ADDRESS_SOURCE"}
TEMPLATE = r"|\{\{.*\}\}"
DURATION = "^$|^([0-9]{1,9}(ms|s|m|h))+$"
LABEL = "[A-Za-z][A-Za-z0-9]{0,31}"


def fail(message):
    sys.exit(f"generate-chart.py: {message}")


def camel(name):
    first, *rest = name.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def rows(text):
    """The rows of a Markdown table that begin with a variable. A column may contain "|" where it describes a syntax."""
    for line in text.splitlines():
        if line.startswith("| `ESDDNS_"):
            yield line


def secret_settings():
    """Which of the settings of the first table are secrets: the table does not say."""
    text = "".join(path.read_text() for path in (ROOT / "Sources/AddressSync/Settings").glob("*.swift"))
    declarations = re.findall(r'SettingDeclaration\(\s*"([A-Z0-9_]+)"(.*?)\)\n', text, re.DOTALL)
    return {name for name, rest in declarations if "isSecret: true" in rest}


def read_settings():
    text = (ROOT / "docs/settings.md").read_text()
    head, *sections = re.split(r"\n### ", text)
    first, _, shared = head.partition("\n## Providers")
    secrets = secret_settings()
    settings = []
    for row in rows(first):
        # The columns are variable, default, form and effect; only the form may have "|" in it.
        parts = cells(row)
        settings.append({
            "name": parts[0].strip("`").removeprefix("ESDDNS_"), "default": parts[1].strip("`"),
            "form": "|".join(parts[2:-1]), "summary": parts[-1],
        })
        settings[-1]["secret"] = settings[-1]["name"] in secrets

    def provider_rows(section):
        for row in rows(section):
            variable, secret, summary = cells(row)
            yield {"name": variable.strip("`").removeprefix("ESDDNS_"), "secret": secret == "yes", "summary": summary}

    providers = {}
    for section in sections:
        kind = section.partition("`")[2].partition("`")[0]
        title = section.split("\n\n")[1].strip()
        limits = re.search(r"^TTL: (\d+)(?: to (\d+))? s", section, re.M)
        entries = list(provider_rows(section))
        for entry in entries:
            prefix = kind.upper() + "_"
            if not entry["name"].startswith(prefix):
                fail(f"the setting {entry['name']} of {kind} does not begin with {prefix}")
            entry["key"] = camel(entry["name"].removeprefix(prefix))
        providers[kind] = {"title": title, "settings": entries,
                           "ttl": {"minimum": int(limits[1]), "maximum": int(limits[2] or 2147483647)} if limits else {}}
    shared = [entry | {"key": camel(entry["name"])} for entry in provider_rows(shared)]
    for entry in settings:
        entry["key"] = camel(entry["name"])
    if not settings or not shared or not providers:
        fail("docs/settings.md has not the tables that are expected")
    return settings, shared, providers


def form(entry):
    """JSON Schema of a setting, from what the documentation says that it takes."""
    text = entry.get("form", "")
    name = entry["name"]
    if name in FORMS:
        return FORMS[name]
    if name == "TTL" or name.endswith("_TTL"):
        return {"type": ["integer", "null"], "minimum": 0, "maximum": 2147483647}
    if entry["secret"] or not text:
        return {"type": "string"}
    if text == "true or false":
        return {"type": ["boolean", "null"]}
    if match := re.match(r"a whole number of (\d+) to (\d+)", text):
        return {"type": ["integer", "null"], "minimum": int(match[1]), "maximum": int(match[2])}
    if text.startswith("a duration") or text.startswith("whole seconds"):
        return {"type": "string", "pattern": DURATION}
    if text.startswith("a comma-separated list"):
        return {"type": ["string", "array"], "items": {"type": "string", "pattern": "^[^,]+$"}}
    if match := re.match(r"(\d+) to (\d+) letters, digits, dots, hyphens and underscores", text):
        return {"type": "string", "pattern": f"^$|^[A-Za-z0-9._-]{{{match[1]},{match[2]}}}$"}
    words = re.split(r", | or ", text)
    if len(words) > 1 and all(re.fullmatch(r"[a-z][a-z0-9+-]*", word) for word in words):
        return {"type": "string", "enum": ["", *words]}
    # Words, some of which go on with what stands for something: detect, interface/NAME, command:/PATH ARGUMENTS.
    if len(words) > 1 and all(re.match(r"[a-z]+([:/]|$)", word) for word in words):
        choices = [re.escape(re.split(r"[A-Z\[]", word)[0]) + (".+" if re.search("[A-Z]", word) else "") for word in words]
        # A template says in the end what is to be.
        return {"type": "string", "pattern": f"^$|^({'|'.join(choices)})$" + (TEMPLATE if name in TEMPLATES else "")}
    return {"type": "string"}


def empty(schema):
    return None if "null" in schema["type"] else [] if "array" in schema["type"] else ""


def comment(text, indent):
    words, line, lines = text.split(), "-- ", []
    line = "--"
    for word in words:
        if len(line) + 1 + len(word) > WIDTH - indent:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip() if line else word
    lines.append(line)
    return "".join(f"{' ' * indent}# {line}\n" for line in lines)


def scalar(value):
    return json.dumps(value)


def values_block(settings, shared, providers):
    def entry_lines(entry, indent):
        schema = form(entry)
        notes = [entry["summary"][:1].upper() + entry["summary"][1:]]
        if entry.get("form"):
            notes.append(f"Takes {entry['form']}.")
        if entry.get("default"):
            notes.append(f"If not set: {entry['default']}.")
        text = " ".join(note if note.endswith(".") else note + "." for note in notes)
        return comment(text, indent) + f"{' ' * indent}{entry['key']}: {scalar(empty(schema))}\n"

    def secret_lines(name, entries):
        keys = DEFAULT_SECRETS.get(name) or [next(entry["key"] for entry in entries if entry["secret"])]
        return (
            comment(f"Name of a Secret of yours that has the secrets, instead of writing them here. It has the keys that "
                    f"secretKeys says, else {' and '.join(kebab(key) for key in keys)}.", 2)
            + '  existingSecret: ""\n'
            + comment(f"Which secrets the existing Secret has, and under which keys, such as {{{keys[0]}: my-key}}.", 2)
            + "  secretKeys: {}\n")

    text = "settings:\n"
    plain = [entry for entry in settings if entry["name"] not in MANAGED]
    if any(entry["secret"] for entry in plain):
        text += secret_lines("settings", plain)
    for entry in plain + shared:
        text += entry_lines(entry, 2)
    for kind, provider in providers.items():
        entries = provider["settings"]
        text += "\n" + comment(provider["title"], 0) + f"{kind}:\n"
        if any(entry["secret"] for entry in entries):
            text += secret_lines(kind, entries)
        for entry in entries:
            text += entry_lines(entry, 2)
    return text


def kebab(key):
    return re.sub(r"([A-Z])", lambda match: "-" + match[1].lower(), key)


def table(settings, shared, providers):
    """What templates have to know: which key becomes which variable, and which are secrets."""
    def short(entries):
        return [{"key": entry["key"], "env": entry["name"], "file": kebab(entry["key"]), "secret": entry["secret"]}
                for entry in entries]

    def defaults(kind, entries):
        return DEFAULT_SECRETS.get(kind) or [entry["key"] for entry in entries if entry["secret"]][:1]

    plain = [entry for entry in settings if entry["name"] not in MANAGED]
    return {
        "settings": {"entries": short(plain + shared), "defaultSecrets": defaults("settings", plain)},
        "shared": short(shared),
        "providers": {
            kind: {
                "entries": short(provider["settings"]),
                "defaultSecrets": defaults(kind, provider["settings"]),
                "required": REQUIRED.get(kind, []),
                "ambient": kind in AMBIENT,
                "ttl": provider["ttl"],
            }
            for kind, provider in providers.items()
        },
    }


def lines(value, indent=0):
    """YAML with a line for each entry."""
    text = ""
    for key, part in value.items():
        if part and isinstance(part, dict):
            text += f"{' ' * indent}{key}:\n{lines(part, indent + 2)}"
        elif part and isinstance(part, list) and isinstance(part[0], dict):
            text += f"{' ' * indent}{key}:\n"
            for entry in part:
                members = ", ".join(f"{name}: {json.dumps(word) if name == 'secret' else word}" for name, word in entry.items())
                text += f"{' ' * indent}  - {{{members}}}\n"
        elif isinstance(part, list):
            text += f"{' ' * indent}{key}: [{', '.join(part)}]\n"
        else:
            text += f"{' ' * indent}{key}: {json.dumps(part)}\n"
    return text


def schema(settings, shared, providers):
    document = yaml.safe_load((SOURCE / "values.schema.yaml").read_text())
    properties = document["properties"]

    def group(entries, description, **more):
        members = {}
        secrets = [entry["key"] for entry in entries if entry["secret"]]
        if secrets:
            members["existingSecret"] = {"$ref": "#/$defs/objectName"}
            members["secretKeys"] = {
                "type": "object", "additionalProperties": False,
                "properties": {key: {"$ref": "#/$defs/secretKey"} for key in secrets},
            }
        for entry in entries:
            members[entry["key"]] = form(entry) | {"description": entry["summary"]}
        return {"type": "object", "additionalProperties": False, "description": description,
                "properties": more | members}

    plain = [entry for entry in settings if entry["name"] not in MANAGED]
    properties["settings"] = group(plain + shared, "Settings of the program")
    kinds = list(providers)
    document["$defs"]["providerKind"] = {"type": "string", "enum": kinds}
    choice = f"^({'|'.join(kinds)})(:{LABEL})?$"
    properties["provider"] = {"type": "string", "pattern": choice, "description": "KIND or KIND:LABEL"}
    cases = []
    for kind, provider in providers.items():
        properties[kind] = group(provider["settings"], provider["title"])
        document["$defs"][f"account-{kind}"] = group(
            shared + provider["settings"], provider["title"], provider={"const": kind},
            label={"type": "string", "pattern": f"^{LABEL}$"})
        cases.append({"if": {"properties": {"provider": {"const": kind}}},
                      "then": {"$ref": f"#/$defs/account-{kind}"}})
    properties["accounts"] = {
        "type": "array",
        "items": {"type": "object", "required": ["provider", "label"],
                  "properties": {"provider": {"$ref": "#/$defs/providerKind"}}, "allOf": cases},
    }
    return document


BEGIN = "# Made from docs/settings.md by scripts/generate-chart.py, as far as the next line that says so.\n"
END = "# End of what is made from docs/settings.md.\n"


def with_block(values, block):
    if BEGIN not in values or END not in values:
        fail("values.yaml has lost the lines around what is generated")
    head, _, rest = values.partition(BEGIN)
    return head + BEGIN + block + END + rest.partition(END)[2]


def documented(values):
    """Rows (path, default, text) of all values that have a comment that begins with "--"."""
    result, path, notes, inside = [], [], [], False
    for line in values.splitlines():
        stripped = line.strip()
        indent = len(line) - len(line.lstrip())
        if stripped.startswith("# --"):
            notes, inside = [stripped[4:].strip()], True
        elif stripped.startswith("#") and inside:
            notes.append(stripped[1:].strip())
        elif match := re.match(r"([A-Za-z0-9]+):(.*)$", stripped):
            path = path[: indent // 2] + [match[1]]
            if inside:
                result.append((".".join(path), " ".join(notes)))
            inside = False
        elif not stripped or stripped.startswith("#"):
            inside = False
    return result


def readme(values):
    tree = yaml.safe_load(values)
    lines = ["| value | default | what it does |", "|---|---|---|"]
    for path, text in documented(values):
        value = tree
        for key in path.split("."):
            value = value[key]
        isParent = isinstance(value, dict) and value
        shown = "" if isParent else f"`{json.dumps(value)}`"
        lines.append(f"| `{path}` | {shown} | {text.replace('|', chr(92) + '|')} |")
    template = (SOURCE / "README.md").read_text()
    return template.replace("{{values}}", "\n".join(lines))


def tsv(settings, shared, providers):
    """What scripts have to know: settings with the extended regular expression or the range of what they take, and providers."""
    rows = []
    for entry in settings + shared + [entry for provider in providers.values() for entry in provider["settings"]]:
        shape = form(entry)
        if "pattern" in shape:
            accepted = shape["pattern"].removeprefix("^$|").removesuffix(TEMPLATE)
        elif "minimum" in shape:
            accepted = f"{shape['minimum']}..{shape['maximum']}"
        elif "boolean" in shape["type"]:
            accepted = "^(true|false)$"
        elif "enum" in shape:
            accepted = f"^({'|'.join(re.escape(word) for word in shape['enum'] if word)})$"
        else:
            accepted = "^.+$"
        whose = "secret" if entry["secret"] else "fixed" if entry["name"] in MANAGED else "-"
        what = entry.get("form") or ("a whole number of seconds" if entry["name"] == "TTL" else "a text")
        rows.append(["setting", f"ESDDNS_{entry['name']}", accepted, what, whose])
    for kind, provider in providers.items():
        limits = provider["ttl"]
        required = [f"ESDDNS_{entry['name']}" for entry in provider["settings"] if entry["key"] in REQUIRED.get(kind, [])]
        ttl = f"{limits['minimum']}..{limits['maximum']}" if limits else "-"
        rows.append(["provider", kind, ttl, " ".join(required) or "-", "keyless" if kind in AMBIENT or not any(
            entry["secret"] for entry in provider["settings"]) else "-"])
    return "".join("\t".join(row) + "\n" for row in rows)


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    parts = read_settings()
    values = with_block((CHART / "values.yaml").read_text(), values_block(*parts))
    note = "# Made from docs/settings.md by scripts/generate-chart.py: which value becomes which variable.\n"
    results = {
        "values.yaml": values,
        "files/settings.yaml": note + lines(table(*parts)),
        "values.schema.json": json.dumps(schema(*parts), indent=2, ensure_ascii=False) + "\n",
        "README.md": readme(values),
    }
    results["../../deploy/lib/settings.tsv"] = (
        "# Made from docs/settings.md by scripts/generate-chart.py: what settings take, and what providers need.\n" + tsv(*parts))
    stale = []
    for name, text in results.items():
        path = (CHART / name).resolve()
        if path.exists() and path.read_text() == text:
            continue
        stale.append(str(path.relative_to(ROOT)))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if check and stale:
        fail(f"not as it would be made now: {', '.join(stale)}; run make chart")
    for name in stale:
        print(f"wrote {name}")


main()
