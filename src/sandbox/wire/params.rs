//! The input of the query protocols: `Filter.1.Value.2=x` as a tree that knows which of its leaves were read.

use crate::answer::Fault;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::str::FromStr;

/// Deeper names are refused rather than followed.
const DEEPEST: usize = 16;

/// How a protocol refuses parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Dialect {
    /// EC2: `MissingParameter`, `InvalidParameterValue`.
    Ec2,
    /// IAM, STS, ELB: `ValidationError`.
    #[default]
    Aws,
}

/// All parameters of a request.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    root: Node,
    dialect: Dialect,
}

#[derive(Debug, Default)]
struct Node {
    value: Option<String>,
    read: Cell<bool>,
    children: BTreeMap<String, Node>,
}

/// The parameters below one name. Every name may be a path, `EnableDnsSupport.Value`.
#[derive(Clone, Debug)]
pub struct Params<'a> {
    node: &'a Node,
    path: String,
    dialect: Dialect,
}

impl Tree {
    pub(super) fn new(dialect: Dialect, pairs: impl Iterator<Item = (String, String)>) -> Result<Self, Fault> {
        let malformed = |message: String| Fault::new(400, "MalformedQueryString", message);
        let mut root = Node::default();
        for (name, value) in pairs {
            if name.split('.').count() > DEEPEST {
                return Err(malformed(format!("The parameter {name} is nested too deep")));
            }
            let node = name.split('.').fold(&mut root, |node, part| node.children.entry(part.to_owned()).or_default());
            if node.value.replace(value).is_some() {
                return Err(malformed(format!("The parameter {name} is given more than once")));
            }
        }
        Ok(Self { root, dialect })
    }

    pub(crate) fn params(&self) -> Params<'_> {
        Params { node: &self.root, path: String::new(), dialect: self.dialect }
    }
}

impl<'a> Params<'a> {
    /// The parameter `name`.
    ///
    /// # Errors
    /// When it is missing or cannot be a `T`.
    pub fn required<T: FromStr>(&self, name: &str) -> Result<T, Fault> {
        self.optional(name)?.ok_or_else(|| self.missing(name))
    }

    /// The parameter `name` when it is given.
    ///
    /// # Errors
    /// When it cannot be a `T`.
    pub fn optional<T: FromStr>(&self, name: &str) -> Result<Option<T>, Fault> {
        let Some((node, text)) = self.node.find(name).and_then(|node| Some((node, node.value.as_ref()?))) else {
            return Ok(None);
        };
        node.read.set(true);
        text.parse().map(Some).map_err(|_| self.invalid(name, text))
    }

    /// The list `name`: `SubnetId.1`, or `SubnetIds.member.1`. Empty when it is not given.
    ///
    /// # Errors
    /// When an element cannot be a `T`.
    pub fn list<T: FromStr>(&self, name: &str) -> Result<Vec<T>, Fault> {
        self.elements(name).into_iter().filter_map(|element| element.optional("").transpose()).collect()
    }

    /// The structure `name`, when any of its members is given.
    pub fn structure(&self, name: &str) -> Option<Params<'a>> {
        let node = self.node.find(name).filter(|node| !node.children.is_empty())?;
        Some(self.below(node, name))
    }

    /// The structures of the list `name`.
    pub fn structures(&self, name: &str) -> Vec<Params<'a>> {
        self.elements(name)
    }

    /// Whether anything is given at or below `name`. Does not count as reading it.
    pub fn has(&self, name: &str) -> bool {
        self.node.find(name).is_some()
    }

    /// Whether the request names an operation and nothing else.
    pub(crate) fn only_action(&self) -> bool {
        self.node.children.keys().all(|name| name == "Action" || name == "Version")
    }

    /// The values at `path`, in which `*` stands for any name or number and a list may have its members below `member`.
    /// Does not count as reading them.
    pub fn seen(&self, path: &str) -> Vec<&'a str> {
        let mut nodes = vec![self.node];
        for part in path.split('.') {
            let below = nodes.into_iter().flat_map(|node| {
                let node = node.children.get("member").unwrap_or(node);
                node.children.iter().filter(move |(name, _)| part == "*" || *name == part).map(|(_, child)| child)
            });
            nodes = below.collect();
        }
        nodes.into_iter().filter_map(|node| node.value.as_deref()).collect()
    }

    /// Accepts everything at and below `name` without looking at it.
    pub fn ignore(&self, name: &str) {
        if let Some(node) = self.node.find(name) {
            node.read_all();
        }
    }

    /// Refuses the first parameter that nobody has read.
    ///
    /// # Errors
    /// `UnknownParameter`.
    pub fn finish(&self) -> Result<(), Fault> {
        match self.node.unread(&self.path) {
            None => Ok(()),
            Some(name) => Err(Fault::new(400, "UnknownParameter", format!("The parameter {name} is not recognized"))),
        }
    }

    /// A refusal because `name` is not given.
    pub fn missing(&self, name: &str) -> Fault {
        let name = join(&self.path, name);
        match self.dialect {
            Dialect::Ec2 => {
                Fault::new(400, "MissingParameter", format!("The request must contain the parameter {name}"))
            }
            Dialect::Aws => Fault::new(
                400,
                "ValidationError",
                format!(
                    "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
                ),
            ),
        }
    }

    /// A refusal because `value` may not stand at `name`.
    pub fn invalid(&self, name: &str, value: &str) -> Fault {
        let name = join(&self.path, name);
        match self.dialect {
            Dialect::Ec2 => {
                Fault::new(400, "InvalidParameterValue", format!("Value ({value}) for parameter {name} is invalid"))
            }
            Dialect::Aws => Fault::new(
                400,
                "ValidationError",
                format!("1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint"),
            ),
        }
    }

    fn elements(&self, name: &str) -> Vec<Params<'a>> {
        let Some(mut node) = self.node.find(name) else {
            return Vec::new();
        };
        let mut path = name.to_owned();
        // `Tags=` is how an empty list is written.
        if node.value.as_deref() == Some("") {
            node.read.set(true);
        }
        if let Some(member) = node.children.get("member") {
            node = member;
            path.push_str(".member");
        }
        let mut numbered: Vec<(u32, &Node)> =
            node.children.iter().filter_map(|(key, child)| Some((key.parse().ok()?, child))).collect();
        numbered.sort_by_key(|(number, _)| *number);
        numbered.into_iter().map(|(number, child)| self.below(child, &format!("{path}.{number}"))).collect()
    }

    fn below(&self, node: &'a Node, name: &str) -> Params<'a> {
        Params { node, path: join(&self.path, name), dialect: self.dialect }
    }
}

impl Node {
    fn find(&self, path: &str) -> Option<&Node> {
        if path.is_empty() {
            return Some(self);
        }
        path.split('.').try_fold(self, |node, part| node.children.get(part))
    }

    fn read_all(&self) {
        self.read.set(true);
        self.children.values().for_each(Node::read_all);
    }

    fn unread(&self, path: &str) -> Option<String> {
        if self.value.is_some() && !self.read.get() {
            return Some(path.to_owned());
        }
        self.children.iter().find_map(|(name, child)| child.unread(&join(path, name)))
    }
}

fn join(path: &str, name: &str) -> String {
    match (path, name) {
        ("", name) => name.to_owned(),
        (path, "") => path.to_owned(),
        (path, name) => format!("{path}.{name}"),
    }
}
