"""Values just inside and just outside of constraints."""

# What a pattern may or may not allow, somewhere in a text.
CHARACTERS = "aZ5 _-.,:;/\\+=@#$%&!?*|~^`'\"<>()[]{}\té"


def values(constraints, samples, fill):
    """Every value to try for a member with these constraints, by what makes `samples` longer."""
    found = list(samples)
    for name, constraint in constraints:
        match name:
            case "length":
                for length in around(constraint):
                    found.extend(stretched(sample, length, fill) for sample in samples if length >= 0)
            case "range" | "members":
                found.extend(number for number in around(constraint) if name == "range" or number >= 0)
            case "enum":
                found.extend(constraint)
                found.append(constraint[0] + "X" if isinstance(constraint[0], str) else max(constraint) + 1)
                if isinstance(constraint[0], int):
                    found.extend(number + step for number in constraint for step in (-1, 1))
            case _:
                for sample in samples:
                    found.extend(varied(sample))
    return list(dict.fromkeys(found))


def around(bounds):
    low, high = bounds
    return [number + step for number in (low, high) if number is not None for step in (-1, 0, 1)]


def stretched(sample, length, fill):
    return sample[:length] if length <= len(sample) else sample + fill * (length - len(sample))


def varied(sample):
    """`sample` without its first and last character, and with each character at its start, within it, and at its end."""
    yield sample[1:]
    yield sample[:-1]
    middle = len(sample) // 2
    for character in CHARACTERS:
        for at in (0, middle, len(sample)):
            yield sample[:at] + character + sample[at:]
            yield sample[:at] + character + sample[at + 1 :]
