//! What may stand in a manifest, as data: the source of decoding, of `explain` and of the JSON Schema.

/// A section or a part of one: a map with known keys.
#[derive(Debug)]
pub struct Layout {
    /// The name of the struct that it becomes.
    pub name: &'static str,
    /// What it describes, in Markdown, a leading space on every line.
    pub doc: &'static str,
    /// Its keys in the order to show them in.
    pub fields: &'static [Field],
}

/// A key of a [`Layout`].
#[derive(Debug)]
pub struct Field {
    /// The key as written in the manifest.
    pub name: &'static str,
    /// What it means, in Markdown, a leading space on every line.
    pub doc: &'static str,
    /// What kind of value it takes.
    pub shape: fn() -> Shape,
    /// The value of a key that is left out, as one would write it.
    pub default: Option<&'static str>,
    /// What else the value must satisfy.
    pub constraint: Option<Constraint>,
}

/// The kind of value that a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Any scalar, as text.
    Text,
    /// A text of a known format, such as "CIDR block".
    Format(&'static str),
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// One of these words; each with what it means.
    Choice(&'static [(&'static str, &'static str)]),
    /// A list of such values.
    List(fn() -> Shape),
    /// A map from names of the user's choice to such values.
    Map(fn() -> Shape),
    /// A map with known keys.
    Section(&'static Layout),
    /// Any of several shapes.
    Either(&'static [fn() -> Shape]),
    /// Anything.
    Any,
}

/// A condition on one value, checked where it is written.
#[derive(Clone, Copy, Debug)]
pub enum Constraint {
    /// A number from the first to the second.
    Range(i64, i64),
    /// A number that is one of these.
    Among(&'static [i64]),
    /// A list or map with so many members.
    Members(usize, usize),
    /// A text of so many characters.
    Length(usize, usize),
    /// A text of a certain form.
    Form(&'static Form),
    /// Every member of a list, every value of a map.
    Each(&'static Constraint),
    /// Every key of a map.
    Keys(&'static Constraint),
    /// All of these.
    All(&'static [Constraint]),
}

/// A form that a text must have.
#[derive(Debug)]
pub struct Form {
    /// What such a text is: "a bucket name".
    pub what: &'static str,
    /// The rule, for people.
    pub rule: &'static str,
    /// The rule as a regular expression, as exact as one can be.
    pub pattern: &'static str,
    /// Whether a text has the form, else why not: "it contains `_`".
    pub test: fn(&str) -> Result<(), String>,
}

impl Constraint {
    /// The condition in words: "24 to 8760".
    pub fn describe(&self) -> String {
        match self {
            Self::Range(from, to) if from == to => from.to_string(),
            Self::Range(from, i64::MAX) => format!("at least {from}"),
            Self::Range(from, to) => format!("{from} to {to}"),
            Self::Among(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
                format!("one of {}", numbers.join(", "))
            }
            Self::Members(from, usize::MAX) => format!("at least {from}"),
            Self::Members(from, to) if from == to => format!("exactly {from}"),
            Self::Members(from, to) | Self::Length(from, to) => format!("{from} to {to}"),
            Self::Form(form) => form.rule.to_owned(),
            Self::Each(each) => format!("each {}", each.describe()),
            Self::Keys(keys) => format!("names: {}", keys.describe()),
            Self::All(all) => all.iter().map(Self::describe).collect::<Vec<_>>().join("; "),
        }
    }
}
