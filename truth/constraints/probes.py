"""Values just inside and just outside of constraints."""

# What a pattern may or may not allow, somewhere in a text.
CHARACTERS = "aZ5 _-.,:;/\\+=@#$%&!?*|~^`'\"<>()[]{}\téж"
# A number beyond every quota, where nothing is published of how many there may be.
FAR = 2_000_000_000


def values(constraints, field):
    """Every value to try for `field` with these constraints."""
    found = list(field.samples)
    for name, constraint in constraints:
        match name:
            case "length":
                for length in around(constraint):
                    found.extend(text for sample in field.samples for text in stretched(field, sample, length))
            case "range" | "members":
                for number in around(constraint):
                    # What is sent may be more than what is written.
                    less = number - (field.sent(number) - number)
                    found.extend(one for one in (number, less) if name == "range" or one >= 0)
                if name == "range" and constraint[1] is None:
                    found.append(FAR)
            case "enum":
                found.extend(constraint)
                found.append(constraint[0] + "X" if isinstance(constraint[0], str) else max(constraint) + 1)
                if isinstance(constraint[0], int):
                    found.extend(number + step for number in constraint for step in (-1, 1))
            case _:
                for sample in field.samples:
                    found.extend(varied(sample))
    return list(dict.fromkeys(found))


def around(bounds):
    low, high = bounds
    found = [number + step for number in (low, high) if number is not None for step in (-1, 0, 1)]
    middle = (low + high) // 2 if None not in bounds else None
    return found if middle is None else [*found, middle, middle + 1]


def stretched(field, sample, length):
    """`sample`, cut or made longer so that what is sent has `length` characters."""
    length -= len(field.sent(sample)) - len(sample)
    if 0 <= length <= len(sample):
        yield sample[:length]
    elif length > 0:
        yield sample + field.fill * (length - len(sample))


def varied(sample):
    """`sample` without its first and last character, with each character at its start, within it, and at its end; and with
    what its parts begin with gone, doubled or another.
    """
    yield sample[1:]
    yield sample[:-1]
    for character in CHARACTERS:
        for at in (0, len(sample) // 2, len(sample)):
            yield sample[:at] + character + sample[at:]
    for at in (at + 1 for at, character in enumerate(sample) if not character.isalnum()):
        yield sample[:at] + sample[at + 1 :]
        for character in "Z0 ":
            yield sample[:at] + character + sample[at:]
            yield sample[:at] + character + sample[at + 1 :]
