//! The least that IAM must allow whoever plans, applies or destroys a manifest.
//!
//! Each kind states the actions of its verbs and what they are about ([`Actions`], `Kind::arns`); here they become one
//! policy. A manifest names most of what it makes, and the policy is scoped to these names; what EC2 makes has none, and
//! is told by the stack's tag.

mod ec2;
mod expected;
mod statement;

use crate::kinds;
use crate::resource::{Actions, Address, Dependent, Place, Verb, has_resource};
use crate::world::Graph;
use expected::{Expected, expected};
use serde_json::{Value, json};
use statement::Statement;
use std::collections::{BTreeMap, BTreeSet};

/// What a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `plan`, `drift`, `status`: looking.
    Plan,
    /// `apply`: making, changing and replacing.
    Apply,
    /// `destroy`.
    Destroy,
}

impl Purpose {
    fn verbs(self) -> &'static [Verb] {
        match self {
            Self::Plan => &[Verb::Read],
            Self::Apply => &[Verb::Read, Verb::Create, Verb::Update, Verb::Delete],
            Self::Destroy => &[Verb::Read, Verb::Delete],
        }
    }
}

/// How many characters, white space not counted, a managed policy may have (AWS.md §2.2).
pub const MANAGED_POLICY: usize = 6144;

/// Where API Gateway lists what there is, whatever the manifest makes.
const COLLECTIONS: &[&str] = &["/account", "/apikeys", "/restapis", "/usageplans", "/vpclinks"];

/// The policy, as a JSON document, for working on `graph`'s stack in `place` for all of `purposes`.
pub fn policy(graph: &Graph, place: &Place, purposes: &[Purpose]) -> Value {
    let mut verbs: Vec<Verb> = purposes.iter().flat_map(|purpose| purpose.verbs()).copied().collect();
    verbs.sort_unstable();
    verbs.dedup();
    let mut writer = Writer { place, expected: expected(graph, place), statements: BTreeMap::new() };
    for kind in kinds::ALL {
        let actions = kind.actions();
        let there: Vec<&Address> = graph.resources().keys().filter(|address| address.kind == kind.name()).collect();
        let service = |name: &'static str| name.split_once('/').map(|(service, _)| service);
        let beside = graph.resources().keys().any(|address| service(address.kind) == service(kind.name()));
        for verb in &verbs {
            writer.kind(*verb, &actions, &there, beside);
        }
        for address in there {
            writer.dependents(graph, address, &verbs, actions.dependent);
        }
    }
    let made: BTreeSet<&'static str> = kinds::ALL
        .iter()
        .filter(|kind| graph.resources().keys().any(|address| address.kind == kind.name()))
        .flat_map(|kind| verbs.iter().flat_map(|verb| kind.actions().of(*verb)).copied())
        .filter(|action| action.starts_with("ec2:") && has_resource(action))
        .collect();
    let foreign = expected::existing(graph);
    let ec2 = ec2::statements(&made, place, foreign);
    let lease = verbs.iter().any(|verb| *verb != Verb::Read).then(|| lease(place));
    let statements = statement::joined(writer.statements.into_values().chain(ec2).chain(lease));
    json!({ "Version": "2012-10-17", "Statement": statements.iter().map(Statement::document).collect::<Vec<_>>() })
}

/// What holding the stack's lease takes, the control bucket's making and end included.
fn lease(place: &Place) -> Statement {
    let bucket = place.control_bucket();
    let mut lease = Statement::new("Lease");
    let actions = ["CreateBucket", "DeleteBucket", "DeleteObject", "GetObject", "ListBucket"];
    let actions = actions.into_iter().chain(["PutBucketPublicAccessBlock", "PutObject"]);
    lease.actions.extend(actions.map(|action| format!("s3:{action}")));
    lease.resources.extend([place.s3(&bucket), place.s3(format!("{bucket}/{}", place.lease()))]);
    lease
}

/// How many characters IAM counts in `policy`.
pub fn size(policy: &Value) -> usize {
    policy.to_string().chars().filter(|character| !character.is_whitespace()).count()
}

/// `policy` as several policies of which each is no longer than a managed policy may be, one statement at least each.
pub fn split(policy: &Value) -> Vec<Value> {
    let document = |statements: &[Value]| json!({ "Version": "2012-10-17", "Statement": statements });
    let mut parts: Vec<Vec<Value>> = vec![];
    for statement in policy["Statement"].as_array().into_iter().flatten() {
        match parts.last_mut() {
            Some(part) if size(&document(&[&part[..], std::slice::from_ref(statement)].concat())) <= MANAGED_POLICY => {
                part.push(statement.clone());
            }
            _ => parts.push(vec![statement.clone()]),
        }
    }
    parts.iter().map(|part| document(part)).collect()
}

struct Writer<'a> {
    place: &'a Place,
    expected: BTreeMap<Address, Expected>,
    statements: BTreeMap<String, Statement>,
}

impl Writer<'_> {
    /// What `verb` needs on the resources `there`, of one kind. What stands `beside` them of the same service may have had
    /// some of this kind: the topics of a cluster are looked for even when the manifest has none any more.
    fn kind(&mut self, verb: Verb, actions: &Actions, there: &[&Address], beside: bool) {
        let arns: BTreeSet<String> = there
            .iter()
            .filter_map(|address| self.expected.get(address))
            .flat_map(|one| one.arns(self.place, verb))
            .collect();
        for action in actions.of(verb) {
            let service = service(action);
            if !has_resource(action) {
                if verb == Verb::Read || !there.is_empty() {
                    self.anywhere(action);
                }
            } else if service == "apigateway" && verb == Verb::Read {
                let collections = COLLECTIONS.iter().map(|path| self.place.apigateway(path));
                let arns: Vec<String> = collections.chain(arns.iter().cloned()).collect();
                self.add("ApigatewayRead", action, arns);
            } else if service != "ec2" && (!there.is_empty() || (verb == Verb::Read && beside)) {
                let sid = format!("{}{}", capital(service), if verb == Verb::Read { "Read" } else { "Change" });
                // A key is something that other services' actions are about.
                let own = arns.iter().filter(|arn| [service, "kms"].contains(&service_of(arn))).cloned();
                self.add(&sid, action, own.collect());
            }
        }
    }

    /// What AWS does in the caller's name for the resource at `address`.
    fn dependents(&mut self, graph: &Graph, address: &Address, verbs: &[Verb], dependents: &[Dependent]) {
        let Some(one) = self.expected.get(address).cloned() else { return };
        let around = expected::around(graph, address, &self.expected, self.place);
        for dependent in dependents {
            let needed = dependent.during.iter().any(|verb| verbs.contains(verb));
            let given = dependent.fields.is_empty() || dependent.fields.iter().any(|field| one.has(field));
            if !(needed && given) {
                continue;
            }
            for action in dependent.actions {
                self.dependent(action, dependent.condition, &one, &around);
            }
        }
    }

    fn dependent(
        &mut self,
        action: &str,
        condition: Option<(&'static str, &'static str)>,
        one: &Expected,
        around: &BTreeSet<String>,
    ) {
        let linked = |service: &str| self.place.iam(format!("role/aws-service-role/{service}/*"));
        match (action, condition) {
            ("iam:PassRole", Some((key, to))) => {
                let roles = around.iter().filter(|arn| arn.contains(":role/")).cloned().collect::<Vec<_>>();
                let roles = if roles.is_empty() { vec![self.place.iam("role/*")] } else { roles };
                let sid = format!("PassRoleTo{}", capital(&to.replace(".amazonaws.com", "")));
                self.add(&sid, action, roles).given(key, to);
            }
            ("iam:CreateServiceLinkedRole", Some((key, service))) => {
                let role = linked(service);
                self.add("ServiceLinkedRoles", action, vec![role]).given(key, service);
            }
            ("iam:AttachRolePolicy" | "iam:PutRolePolicy", _) => {
                let role = linked("*");
                self.add("ServiceLinkedRolePolicies", action, vec![role]);
            }
            _ => {
                let service = service(action);
                let own = one.arns(self.place, Verb::Create);
                let about = own.iter().chain(around).filter(|arn| service_of(arn) == service).cloned();
                let about: Vec<String> = about.collect();
                if has_resource(action) && service != "ec2" && !about.is_empty() {
                    self.add(&format!("{}ForServices", capital(service)), action, about);
                } else {
                    self.anywhere(action);
                }
            }
        }
    }

    /// Allows `action` on everything: looking anywhere, changing in the stack's region.
    fn anywhere(&mut self, action: &str) {
        let looks = action
            .split_once(':')
            .is_some_and(|(_, name)| ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb)));
        if looks {
            self.add("Look", action, vec!["*".to_owned()]);
        } else {
            let region = self.place.region.clone();
            self.add("WithoutResource", action, vec!["*".to_owned()]).given("aws:RequestedRegion", region);
        }
    }

    fn add(&mut self, sid: &str, action: &str, resources: Vec<String>) -> &mut Statement {
        let statement = self.statements.entry(sid.to_owned()).or_insert_with(|| Statement::new(sid));
        statement.actions.insert(action.to_owned());
        statement.resources.extend(resources);
        statement
    }
}

/// The service of an action. Kafka's own actions are about what MSK's are about.
fn service(action: &str) -> &str {
    match action.split_once(':') {
        Some(("kafka-cluster", _)) => "kafka",
        Some((service, _)) => service,
        None => action,
    }
}

fn service_of(arn: &str) -> &str {
    arn.split(':').nth(2).unwrap_or_default()
}

/// `word` as a part of an identifier of a statement, which has letters and digits alone.
fn capital(word: &str) -> String {
    let mut characters = word.chars().filter(char::is_ascii_alphanumeric);
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
