"""What one schema, as Saleor prints it, adds to another."""

from dataclasses import dataclass, field

QUOTES = '"""'


@dataclass
class Definition:
    description: list[str] = field(default_factory=list)
    header: str = ""
    members: dict[str, list[str]] = field(default_factory=dict)

    def lines(self) -> list[str]:
        return [*self.description, self.header, *_body(self.members.values())]


def _body(members) -> list[str]:
    lines = [line for member in members for line in member]
    return [*lines, "}"] if lines else []


def parse(sdl: str) -> dict[str, Definition]:
    """Split printed SDL into its definitions, and those into their members."""
    definitions: dict[str, Definition] = {}
    definition, member, in_description, opened = Definition(), [], False, False
    for line in sdl.splitlines():
        text = line.strip()
        is_description = in_description or text.startswith(QUOTES)
        if text.startswith(QUOTES) and not in_description:
            in_description = not (len(text) >= 6 and text.endswith(QUOTES))
        elif in_description and text.endswith(QUOTES):
            in_description = False

        if not opened:
            if is_description:
                definition.description.append(line)
            elif text:
                definition.header = f"{definition.header}\n{line}".strip()
                if text.endswith("{"):
                    opened = True
                elif not definition.header.startswith("directive") or (
                    " on " in f" {text} "
                ):
                    definitions[_name(definition.header)] = definition
                    definition = Definition()
        elif line == "}":
            opened = False
            definitions[_name(definition.header)] = definition
            definition = Definition()
        elif text:
            member.append(line)
            indent = len(line) - len(line.lstrip())
            if not is_description and indent == 2 and not text.endswith("("):
                definition.members[_member_name(member)] = member
                member = []
    return definitions


def _name(header: str) -> str:
    words = header.replace("(", " ").split()
    return words[0] if words[0] == "schema" else f"{words[0]} {words[1]}"


def _member_name(member: list[str]) -> str:
    signature, is_description = [], False
    for line in member:
        text = line.strip()
        if text.startswith(QUOTES) and not is_description:
            is_description = not (len(text) >= 6 and text.endswith(QUOTES))
        elif is_description:
            is_description = not text.endswith(QUOTES)
        else:
            signature.append(text)
    return signature[0].split("(")[0].split(":")[0].split()[0]


def compare(old_sdl: str, new_sdl: str) -> tuple[list[str], str]:
    """Return what was removed or changed, and the additions as SDL."""
    old, new = parse(old_sdl), parse(new_sdl)
    changed = [f"- {name}" for name in old.keys() - new.keys()]
    added = []
    for name, definition in new.items():
        if name not in old:
            added.append((name, "\n".join(definition.lines())))
            continue
        before = old[name]
        header = definition.header
        if header != before.header and name.startswith("union"):
            kinds, kinds_before = _kinds(header), _kinds(before.header)
            changed += [f"- {name} {kind}" for kind in kinds_before - kinds]
            extra = " | ".join(sorted(kinds - kinds_before))
            added.append((name, f"extend {name} = {extra}"))
        elif header != before.header:
            changed.append(f"~ {header}")
        if definition.description != before.description:
            changed.append(f"~ description of {name}")
        for member, lines in before.members.items():
            if definition.members.get(member) != lines:
                changed.append(f"~ {name} {member}")
        extra_members = [
            lines
            for member, lines in definition.members.items()
            if member not in before.members
        ]
        if extra_members:
            text = "\n".join([f"extend {name} {{", *_body(extra_members)])
            added.append((name, text))
    texts = [text for _, text in sorted(added)]
    return sorted(changed), "\n\n".join(texts) + "\n"


def _kinds(header: str) -> set[str]:
    return {kind.strip() for kind in header.split("=", 1)[1].split("|")}
