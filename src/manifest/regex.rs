//! The part of Java's regular expressions that choosing topics takes.
//!
//! A connector subscribes to the topics whose names match; its permissions and the check that there
//! are any need the same answer here.

/// A regular expression: literals, `.`, `[…]`, `(…|…)`, `*`, `+`, `?`, and `\` before a special character.
#[derive(Clone, Debug)]
pub struct Regex(Vec<Vec<Piece>>);

#[derive(Clone, Debug)]
struct Piece {
    what: What,
    least: usize,
    most: usize,
}

#[derive(Clone, Debug)]
enum What {
    Any,
    One(char),
    Class { inverted: bool, ranges: Vec<(char, char)> },
    Group(Vec<Vec<Piece>>),
}

/// Groups within groups beyond this are refused.
const DEEPEST: usize = 8;
/// Longer expressions are refused, so that matching stays quick.
const LONGEST: usize = 256;

impl Regex {
    /// Reads `text`.
    ///
    /// # Errors
    /// What in it is wrong or not supported.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it has more than {LONGEST} characters"));
        }
        let mut parser = Parser { rest: text.chars().peekable() };
        let alternatives = parser.alternatives(0)?;
        match parser.rest.next() {
            Some(c) => Err(format!("there is a `{c}` too many")),
            None => Ok(Self(alternatives)),
        }
    }

    /// Whether all of `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        ends(&self.0, &text, &[0].into()).contains(&text.len())
    }
}

type Positions = std::collections::BTreeSet<usize>;

/// Where matches of `alternatives` that begin at one of `starts` can end. Sets of positions instead of
/// backtracking: the work is bounded by expression times text.
fn ends(alternatives: &[Vec<Piece>], text: &[char], starts: &Positions) -> Positions {
    let mut found = Positions::new();
    for pieces in alternatives {
        let mut at = starts.clone();
        for piece in pieces {
            let mut reached = if piece.least == 0 { at.clone() } else { Positions::new() };
            let mut front = at;
            for count in 1..=piece.most.min(text.len() + 1) {
                front = step(&piece.what, text, &front);
                if front.is_empty() {
                    break;
                }
                if count >= piece.least {
                    let before = reached.len();
                    reached.extend(&front);
                    if reached.len() == before {
                        break;
                    }
                }
            }
            at = reached;
        }
        found.extend(at);
    }
    found
}

fn step(what: &What, text: &[char], front: &Positions) -> Positions {
    if let What::Group(alternatives) = what {
        return ends(alternatives, text, front);
    }
    let fits = |c: char| match what {
        What::Any | What::Group(_) => true,
        What::One(one) => *one == c,
        What::Class { inverted, ranges } => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *inverted,
    };
    front.iter().filter(|at| text.get(**at).is_some_and(|c| fits(*c))).map(|at| at + 1).collect()
}

struct Parser<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
}

impl Parser<'_> {
    fn alternatives(&mut self, depth: usize) -> Result<Vec<Vec<Piece>>, String> {
        if depth > DEEPEST {
            return Err("its groups are nested too deeply".into());
        }
        let mut alternatives = vec![vec![]];
        while let Some(c) = self.rest.peek().copied() {
            if c == ')' {
                break;
            }
            self.rest.next();
            let what = match c {
                '|' => {
                    alternatives.push(vec![]);
                    continue;
                }
                '.' => What::Any,
                '[' => self.class()?,
                '(' => {
                    if self.rest.peek() == Some(&'?') {
                        return Err("`(?…)` is not supported".into());
                    }
                    let inner = self.alternatives(depth + 1)?;
                    if self.rest.next() != Some(')') {
                        return Err("a `(` is never closed".into());
                    }
                    What::Group(inner)
                }
                '\\' => What::One(self.escaped()?),
                '*' | '+' | '?' => return Err(format!("there is nothing before `{c}`")),
                '{' | '}' | '^' | '$' | ']' => {
                    return Err(format!("`{c}` is not supported; write `\\{c}` for the character"));
                }
                other => What::One(other),
            };
            let (least, most) = match self.rest.peek() {
                Some('*') => (0, usize::MAX),
                Some('+') => (1, usize::MAX),
                Some('?') => (0, 1),
                _ => (1, 1),
            };
            if (least, most) != (1, 1) {
                self.rest.next();
                if let Some(c @ ('*' | '+' | '?')) = self.rest.peek() {
                    return Err(format!("a second `{c}` is not supported"));
                }
            }
            if let Some(pieces) = alternatives.last_mut() {
                pieces.push(Piece { what, least, most });
            }
        }
        Ok(alternatives)
    }

    fn escaped(&mut self) -> Result<char, String> {
        match self.rest.next() {
            Some(c) if c.is_ascii_alphanumeric() => Err(format!("`\\{c}` is not supported")),
            Some(c) => Ok(c),
            None => Err("nothing follows its last `\\`".into()),
        }
    }

    fn class(&mut self) -> Result<What, String> {
        let inverted = self.rest.next_if_eq(&'^').is_some();
        let mut ranges = vec![];
        loop {
            let from = match self.rest.next() {
                Some(']') if !ranges.is_empty() => return Ok(What::Class { inverted, ranges }),
                Some('\\') => self.escaped()?,
                Some('[' | '&') => return Err("sets within `[…]` are not supported".into()),
                Some(c) => c,
                None => return Err("a `[` is never closed".into()),
            };
            let mut to = from;
            if self.rest.peek() == Some(&'-') {
                self.rest.next();
                match self.rest.peek() {
                    Some(']') => ranges.push(('-', '-')),
                    _ => {
                        to = match self.rest.next() {
                            Some('\\') => self.escaped()?,
                            Some(c) if c >= from => c,
                            _ => return Err("a range in `[…]` is the wrong way round".into()),
                        }
                    }
                }
            }
            ranges.push((from, to));
        }
    }
}
