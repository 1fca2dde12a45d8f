//! Everything the manifest asks for, as a graph of resources.

use crate::aws::Hint;
use crate::kinds;
use crate::resource::{Address, AnyKind, Named, SpecError, holes, resolve, tree};
use serde::Serialize;
use serde_json::Value;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One wanted resource.
#[derive(Clone)]
pub struct Wanted {
    /// Its kind.
    pub kind: &'static dyn AnyKind,
    /// Its settings in the kind's normal form; references are holes.
    pub spec: Value,
    /// The user's tags.
    pub tags: BTreeMap<String, String>,
}

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tree = self.kind.tree(&self.spec).unwrap_or(tree::Tree::Leaf(Value::Null));
        f.debug_struct("Wanted").field("spec", &tree::plain(&tree)).field("tags", &self.tags).finish()
    }
}

/// A graph in the making: lowering adds to it, overrides change it, [`Draft::finish`] checks it.
#[derive(Default)]
pub struct Draft {
    resources: BTreeMap<Address, Wanted>,
    errors: Vec<GraphError>,
}

/// A set of wanted resources whose references lead somewhere and in no circle.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    resources: BTreeMap<Address, Wanted>,
    needs: BTreeMap<Address, BTreeSet<Address>>,
}

/// What can be wrong with a set of wanted resources.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// Two sections make a resource of one address.
    #[error("{0} is made twice")]
    Twice(Address),
    /// No such kind.
    #[error("there is no kind for `{0}`")]
    UnknownKind(String),
    /// A spec that does not fit its kind.
    #[error("{address}: {error}")]
    Invalid {
        /// Whose spec.
        address: Address,
        /// What does not fit.
        error: SpecError,
    },
    /// An override of nothing.
    #[error("the manifest makes no {0}")]
    NoSuch(String),
    /// A reference to nothing.
    #[error("{from} refers to {to}, which the manifest does not make")]
    Dangling {
        /// Who refers.
        from: Address,
        /// To what.
        to: String,
    },
    /// A reference to an output that the kind does not have.
    #[error("{from} refers to output `{output}` of {to}, which has none of that name")]
    NoOutput {
        /// Who refers.
        from: Address,
        /// To what.
        to: Address,
        /// To which output.
        output: String,
    },
    /// References in a circle.
    #[error("{} refer to each other in a circle", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → "))]
    Cycle(Vec<Address>),
}

impl Draft {
    /// Adds the resource `name` of kind `K` with the user's `tags`.
    pub fn add<K: Named + Serialize>(&mut self, name: impl Into<String>, spec: &K, tags: BTreeMap<String, String>) {
        let address = Address::new(K::NAME, name);
        let Some(kind) = kinds::named(K::NAME) else {
            self.errors.push(GraphError::UnknownKind(K::NAME.into()));
            return;
        };
        match serde_json::to_value(spec) {
            Ok(spec) => self.insert(address, Wanted { kind, spec, tags }),
            Err(error) => self.errors.push(GraphError::Invalid { address, error: SpecError(error.to_string()) }),
        }
    }

    /// Adds a resource given as JSON.
    pub fn add_value(&mut self, address: &str, spec: &Value, tags: BTreeMap<String, String>) {
        let found = Address::parse(address, kinds::names()).and_then(|found| Some((kinds::named(found.kind)?, found)));
        let Some((kind, address)) = found else {
            self.errors.push(GraphError::UnknownKind(address.into()));
            return;
        };
        match kind.parse(spec) {
            Ok(spec) => self.insert(address, Wanted { kind, spec, tags }),
            Err(error) => self.errors.push(GraphError::Invalid { address, error }),
        }
    }

    fn insert(&mut self, address: Address, wanted: Wanted) {
        match self.resources.entry(address) {
            Entry::Occupied(taken) => self.errors.push(GraphError::Twice(taken.key().clone())),
            Entry::Vacant(place) => {
                place.insert(wanted);
            }
        }
    }

    /// The addresses added so far.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.resources.keys()
    }

    /// Merges `fields` into the spec at `address`, map by map; `null` restores the kind's default.
    pub fn override_fields(&mut self, address: &str, fields: &Value) -> Result<(), GraphError> {
        let missing = || GraphError::NoSuch(address.into());
        let address = Address::parse(address, kinds::names()).ok_or_else(missing)?;
        let wanted = self.resources.get_mut(&address).ok_or_else(missing)?;
        let mut spec = wanted.spec.clone();
        merge(&mut spec, fields);
        wanted.spec = wanted.kind.parse(&spec).map_err(|error| GraphError::Invalid { address, error })?;
        Ok(())
    }

    /// Checks references and returns the graph, or everything that is wrong.
    pub fn finish(self) -> Result<Graph, Vec<GraphError>> {
        let Self { resources, mut errors } = self;
        let mut needs = BTreeMap::new();
        for (from, wanted) in &resources {
            match references(wanted) {
                Ok(references) => {
                    let targets = references.into_iter().filter_map(|(to, output)| {
                        check(&resources, from, &to, &output).map_err(|error| errors.push(error)).ok()
                    });
                    let targets: BTreeSet<Address> = targets.collect();
                    needs.insert(from.clone(), targets);
                }
                Err(error) => errors.push(GraphError::Invalid { address: from.clone(), error }),
            }
        }
        let graph = Graph { resources, needs };
        errors.extend(graph.cycle().map(GraphError::Cycle));
        if errors.is_empty() { Ok(graph) } else { Err(errors) }
    }
}

fn merge(spec: &mut Value, fields: &Value) {
    match (spec, fields) {
        (Value::Object(spec), Value::Object(fields)) => {
            for (key, value) in fields {
                match value {
                    Value::Null => drop(spec.remove(key)),
                    _ => merge(spec.entry(key.clone()).or_insert(Value::Null), value),
                }
            }
        }
        (spec, fields) => *spec = fields.clone(),
    }
}

fn references(wanted: &Wanted) -> Result<Vec<(String, String)>, SpecError> {
    let tree = wanted.kind.tree(&wanted.spec)?;
    let mut found = vec![];
    tree::texts(&tree, &mut |_, text| {
        found.extend(holes(text).map(|hole| (hole.address.to_owned(), hole.attribute.to_owned())));
    });
    Ok(found)
}

fn check(resources: &BTreeMap<Address, Wanted>, from: &Address, to: &str, output: &str) -> Result<Address, GraphError> {
    let address = Address::parse(to, kinds::names()).filter(|address| resources.contains_key(address));
    let address = address.ok_or_else(|| GraphError::Dangling { from: from.clone(), to: to.into() })?;
    if output != "id" && !resources[&address].kind.outputs().contains(&output) {
        return Err(GraphError::NoOutput { from: from.clone(), to: address, output: output.into() });
    }
    Ok(address)
}

impl Graph {
    /// The wanted resources by address.
    pub fn resources(&self) -> &BTreeMap<Address, Wanted> {
        &self.resources
    }

    /// The wanted resource at `address`.
    pub fn get(&self, address: &Address) -> Option<&Wanted> {
        self.resources.get(address)
    }

    /// What the resource at `address` refers to.
    pub fn needs(&self, address: &Address) -> impl Iterator<Item = &Address> {
        self.needs.get(address).into_iter().flatten()
    }

    /// Every address, needed ones before those that need them; else alphabetical.
    pub fn creation_order(&self) -> Vec<Address> {
        fn visit<'a>(
            graph: &'a Graph,
            address: &'a Address,
            seen: &mut BTreeSet<&'a Address>,
            order: &mut Vec<Address>,
        ) {
            if seen.insert(address) {
                graph.needs(address).for_each(|need| visit(graph, need, seen, order));
                order.push(address.clone());
            }
        }
        let (mut seen, mut order) = (BTreeSet::new(), vec![]);
        self.resources.keys().for_each(|address| visit(self, address, &mut seen, &mut order));
        order
    }

    /// The graph of `targets` and everything that they need.
    pub fn only(&self, targets: &BTreeSet<Address>) -> Self {
        let mut keep = BTreeSet::new();
        let mut todo: Vec<&Address> = targets.iter().filter(|address| self.resources.contains_key(address)).collect();
        while let Some(address) = todo.pop() {
            if keep.insert(address.clone()) {
                todo.extend(self.needs(address));
            }
        }
        let kept = |address: &Address| keep.contains(address);
        let resources = self.resources.iter().filter(|(a, _)| kept(a)).map(|(a, w)| (a.clone(), w.clone())).collect();
        let needs = self.needs.iter().filter(|(a, _)| kept(a)).map(|(a, n)| (a.clone(), n.clone())).collect();
        Self { resources, needs }
    }

    /// What kinds get as hints where to look.
    pub fn hints(&self) -> Vec<Hint> {
        let hint =
            |(address, wanted): (&Address, &Wanted)| Hint { address: address.clone(), spec: wanted.spec.clone() };
        self.resources.iter().map(hint).collect()
    }

    fn cycle(&self) -> Option<Vec<Address>> {
        fn visit(graph: &Graph, address: &Address, path: &mut Vec<Address>, done: &mut BTreeSet<Address>) -> bool {
            if done.contains(address) {
                return false;
            }
            if let Some(start) = path.iter().position(|on| on == address) {
                path.drain(..start);
                path.push(address.clone());
                return true;
            }
            path.push(address.clone());
            for need in graph.needs(address) {
                if visit(graph, need, path, done) {
                    return true;
                }
            }
            path.pop();
            done.insert(address.clone());
            false
        }
        let (mut path, mut done) = (vec![], BTreeSet::new());
        self.resources.keys().any(|address| visit(self, address, &mut path, &mut done)).then_some(path)
    }
}

/// `spec` with every hole filled for which `lookup` knows the target's output.
pub(crate) fn filled(spec: &Value, lookup: &impl Fn(&Address, &str) -> Option<String>) -> Value {
    resolve(spec, &|address, attribute| lookup(&Address::parse(address, kinds::names())?, attribute))
}
