//! What every kind must do, from its example manifests in `manifests/kinds/`: create → empty plan →
//! change each field → exactly that change → apply → empty → replace → delete → nothing left. And what calls are made on the
//! way need exactly the IAM actions that the kind states.

use crate::actions::{self, Seen};
use crate::support::{Lab, graph};
use aqueduct::kinds;
use aqueduct::plan::{Action, Change, Plan, Why};
use aqueduct::resource::tree::Tree;
use aqueduct::resource::{Address, Verb};
use aqueduct::world::Graph;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// One example manifest.
pub struct Example {
    pub file: String,
    setup: Map<String, Value>,
    /// The address under test.
    pub address: String,
    pub resource: Value,
    minimal: Option<Value>,
    pub changed: Vec<Value>,
    pub replaced: Vec<Value>,
}

/// Makes a test per example file for the function `$check`.
#[macro_export]
macro_rules! for_each_example {
    ($check:path) => {
        $crate::for_each_example! { $check:
            apigateway_account
            apigateway_api_key
            apigateway_rest_api
            apigateway_stage
            apigateway_usage_plan
            apigateway_vpc_link
            ec2_elastic_ip
            ec2_instance
            ec2_internet_gateway
            ec2_nat_gateway
            ec2_route_table
            ec2_security_group
            ec2_subnet
            ec2_vpc
            ec2_vpc_endpoint
            ec2_vpc_endpoint_gateway
            elb_listener
            elb_load_balancer
            elb_target_group
            iam_instance_profile
            iam_role
            kafka_channel
            kafka_cluster
            kafka_cluster_express
            kafka_cluster_serverless
            kafka_configuration
            kafka_topic
            kafkaconnect_connector
            kafkaconnect_custom_plugin
            kafkaconnect_worker_configuration
            kinesis_stream
            logs_log_group
            mwaa_environment
            s3_bucket
            s3_object
        }
    };
    ($check:path: $($name:ident)*) => {
        $(#[tokio::test(start_paused = true)]
        async fn $name() {
            $check(&$crate::conformance::Example::load(&stringify!($name).replace("_", "-"))).await;
        })*

        #[test]
        fn every_example_is_run() {
            let run: Vec<String> = [$(stringify!($name)),*].iter().map(|name| name.replace('_', "-")).collect();
            $crate::conformance::all_are_run(&run);
        }
    };
}

mod each {
    for_each_example!(super::conforms);
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("manifests/kinds")
}

/// Fails when a file or a kind is left out.
pub fn all_are_run(run: &[String]) {
    let files = std::fs::read_dir(folder()).unwrap();
    let files = files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
    let files: BTreeSet<String> = files.collect();
    assert_eq!(run.iter().cloned().collect::<BTreeSet<_>>(), files, "list every file of manifests/kinds");
    let shown: BTreeSet<&str> = files.iter().map(|file| Example::load(file).kind()).collect();
    assert_eq!(shown, kinds::names().collect::<BTreeSet<_>>(), "every kind has an example");
}

impl Example {
    pub fn load(file: &str) -> Self {
        let text = std::fs::read_to_string(folder().join(format!("{file}.yaml"))).unwrap();
        let mut document: Map<String, Value> =
            serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut part = |name: &str| document.remove(name).unwrap_or_default();
        let list = |value: Value| value.as_array().cloned().unwrap_or_default();
        let resource = part("resource").as_object().cloned().unwrap();
        let (address, resource) = resource.into_iter().next().unwrap();
        let example = Self {
            file: file.into(),
            setup: part("setup").as_object().cloned().unwrap_or_default(),
            address,
            resource,
            minimal: Some(part("minimal")).filter(|minimal| !minimal.is_null()),
            changed: list(part("changed")),
            replaced: list(part("replaced")),
        };
        assert_eq!(document.keys().collect::<Vec<_>>(), Vec::<&String>::new(), "{file}: unknown parts");
        example
    }

    pub fn kind(&self) -> &'static str {
        kinds::names().find(|name| self.address.starts_with(&format!("{name}/"))).unwrap()
    }

    fn address(&self) -> Address {
        Address::parse(&self.address, kinds::names()).unwrap()
    }

    /// The setup alone.
    pub fn without(&self) -> Graph {
        graph(self.setup.iter().map(|(address, spec)| (address.as_str(), spec)))
    }

    /// Every example there is.
    pub fn all() -> Vec<Self> {
        let files = std::fs::read_dir(folder()).unwrap();
        let names = files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
        let names: BTreeSet<String> = names.collect();
        names.iter().map(|name| Self::load(name)).collect()
    }

    /// The same with one more resource beside it.
    pub fn beside(mut self, address: &str, spec: Value) -> Self {
        self.setup.insert(address.into(), spec);
        self
    }

    /// The setup and the resource with `fields` instead of its own; null takes a field away.
    pub fn with(&self, fields: &Value) -> Graph {
        self.with_spec(&overlaid(&self.resource, fields))
    }

    fn with_spec(&self, spec: &Value) -> Graph {
        let setup = self.setup.iter().map(|(address, spec)| (address.as_str(), spec));
        graph(setup.chain([(self.address.as_str(), spec)]))
    }
}

fn overlaid(spec: &Value, fields: &Value) -> Value {
    let mut spec = spec.as_object().cloned().unwrap();
    for (key, value) in fields.as_object().unwrap() {
        if value.is_null() { drop(spec.remove(key)) } else { drop(spec.insert(key.clone(), value.clone())) }
    }
    Value::Object(spec)
}

async fn conforms(example: &Example) {
    let seen = exercised(example).await;
    if files(example.kind()).len() == 1 {
        seen.nothing_in_vain(example.kind());
    }
}

#[tokio::test(start_paused = true)]
async fn kinds_with_several_examples_state_no_action_in_vain() {
    for kind in kinds::names() {
        let files = files(kind);
        let mut seen = Seen::default();
        for file in files.iter().filter(|_| files.len() > 1) {
            seen = seen.and(exercised(&Example::load(file)).await);
        }
        if files.len() > 1 {
            seen.nothing_in_vain(kind);
        }
    }
}

/// The files with examples of `kind`.
fn files(kind: &str) -> Vec<String> {
    let name = kind.replace('/', "-");
    let files = std::fs::read_dir(folder()).unwrap();
    let files = files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
    files.filter(|file| file.starts_with(&name) && Example::load(file).kind() == kind).collect()
}

/// Takes the example through its life, and gives what it needed on the way.
async fn exercised(example: &Example) -> Seen {
    let mut seen = Seen::default();
    every_field_is_shown(example);
    let base = example.with(&Value::Object(Map::new()));
    let start = made(example, &base, "create").await;
    seen.run(&start);

    let lab = start.copy().await;
    lab.run(&base).await;
    let mutating: Vec<_> = lab.sandbox.calls().into_iter().filter(|call| call.mutating).collect();
    assert!(mutating.is_empty(), "{}: a second apply changes something: {mutating:?}", example.file);
    deleted(example, &lab, &base, &mut seen).await;

    let graphs = [Some(base.clone()), example.minimal.as_ref().map(|minimal| example.with_spec(minimal))];
    for graph in graphs.iter().flatten() {
        let lab = Lab::new().await;
        lab.run(&example.without()).await.succeeded(&format!("{}: create the setup", example.file));
        let run = lab.run(graph).await.succeeded(&format!("{}: create alone", example.file));
        seen.step(example.kind(), &[Verb::Read, Verb::Create, Verb::Update], &run.calls, "creation");
        nothing_to_do(example, &lab, graph, "creation alone").await;
        let live = lab.look(graph).await.resources.remove(&example.address()).unwrap();
        actions::trouble(&lab, graph, example.kind(), &live, &mut seen).await;
        deleted(example, &lab, graph, &mut seen).await;
    }
    for fields in &example.changed {
        changes_in_place(example, &start, fields, &mut seen).await;
    }
    for fields in &example.replaced {
        is_replaced(example, &start, fields, &mut seen).await;
    }
    tags_are_changed(example, &start, &base, &mut seen).await;
    // Some actions are only needed on the way back.
    for fields in &example.changed {
        if files(example.kind()).len() == 1 && !seen.vain(example.kind(), Verb::Update).is_empty() {
            let lab = start.copy().await;
            lab.run(&example.with(fields)).await.succeeded("there");
            // AWS changes a volume once in six hours.
            tokio::time::sleep(Duration::from_secs(7 * 60 * 60)).await;
            let run = lab.run(&base).await.succeeded("and back");
            let verbs = [Verb::Read, Verb::Create, Verb::Update, Verb::Delete];
            seen.step(example.kind(), &verbs, &run.calls, "the way back");
        }
    }
    seen
}

/// Every field of the kind differs somewhere in `changed` or `replaced`, but those that matter only
/// on creation.
fn every_field_is_shown(example: &Example) {
    let kind = kinds::named(example.kind()).unwrap();
    let spec = kind.parse(&example.resource).unwrap_or_else(|error| panic!("{}: {error}", example.file));
    let Tree::Map(fields) = kind.tree(&spec).unwrap() else { panic!("a kind is a struct") };
    let compared = fields.iter().filter(|(_, tree)| !matches!(tree, Tree::Initial(_))).map(|(name, _)| name.clone());
    let shown = example.changed.iter().chain(&example.replaced).flat_map(|fields| fields.as_object().unwrap().keys());
    let shown: BTreeSet<String> = shown.cloned().collect();
    let hidden: Vec<String> = compared.filter(|name| !shown.contains(name)).collect();
    assert!(hidden.is_empty(), "{}: no change shows the fields {hidden:?}", example.file);
}

async fn made(example: &Example, graph: &Graph, what: &str) -> Lab {
    let lab = Lab::new().await;
    lab.run(graph).await.succeeded(&format!("{}: {what}", example.file));
    nothing_to_do(example, &lab, graph, what).await;
    lab
}

async fn nothing_to_do(example: &Example, lab: &Lab, graph: &Graph, after: &str) {
    let plan = lab.plan(graph).await;
    assert!(plan.is_empty(), "{}: after {after} the plan is not empty: {plan:#?}", example.file);
}

async fn deleted(example: &Example, lab: &Lab, graph: &Graph, seen: &mut Seen) {
    let without = example.without();
    let run = lab.run_ordered(&without, graph).await.succeeded(&format!("{}: delete", example.file));
    seen.step(example.kind(), &[Verb::Read, Verb::Delete], &run.calls, "deletion");
    let world = lab.look(graph).await;
    assert_eq!(world.get(&example.address()), None, "{}: still there after deletion", example.file);
    assert!(world.foreign.is_empty(), "{}: left behind: {:?}", example.file, world.foreign);
    lab.run_ordered(&Graph::default(), graph).await.succeeded(&format!("{}: delete the setup", example.file));
    assert_eq!(lab.tagged(), BTreeSet::new(), "{}: left behind", example.file);
    seen.run(lab);
}

fn tops(changes: &[Change]) -> BTreeSet<String> {
    changes.iter().map(|change| change.field.split(['.', '[']).next().unwrap().to_owned()).collect()
}

/// The changes show every field that gets a value, and none but those of `fields`.
fn shows(example: &Example, what: &str, changes: &[Change], fields: &Value) {
    let shown = tops(changes);
    let fields = fields.as_object().unwrap();
    let given: BTreeSet<String> =
        fields.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.clone()).collect();
    let all: BTreeSet<String> = fields.keys().cloned().collect();
    assert!(given.is_subset(&shown) && shown.is_subset(&all), "{}: {what} shows {changes:#?}", example.file);
}

fn step<'a>(example: &Example, plan: &'a Plan) -> &'a Action {
    let address = example.address();
    let mut steps =
        plan.steps.iter().filter(|step| step.address == address && !matches!(step.action, Action::Delete { .. }));
    let step = steps.next().unwrap_or_else(|| panic!("{}: nothing planned: {plan:#?}", example.file));
    &step.action
}

async fn changes_in_place(example: &Example, start: &Lab, fields: &Value, seen: &mut Seen) {
    let what = format!("change of {fields}");
    let lab = start.copy().await;
    let changed = example.with(fields);
    let plan = lab.plan(&changed).await;
    let Action::Update { changes, .. } = step(example, &plan) else {
        panic!("{}: {what} is no update: {plan:#?}", example.file)
    };
    assert_eq!(plan.steps.len(), 1, "{}: {what} touches others: {plan:#?}", example.file);
    shows(example, &what, changes, fields);
    let run = lab.run(&changed).await.succeeded(&format!("{}: {what}", example.file));
    seen.step(example.kind(), &[Verb::Read, Verb::Update], &run.calls, &what);
    nothing_to_do(example, &lab, &changed, &what).await;
    seen.run(&lab);
}

async fn is_replaced(example: &Example, start: &Lab, fields: &Value, seen: &mut Seen) {
    let what = format!("replacement by {fields}");
    let lab = start.copy().await;
    let count = lab.tagged().len();
    let changed = example.with(fields);
    let plan = lab.plan(&changed).await;
    let Action::Create { replaces: Some(Why::Fixed(changes)), .. } = step(example, &plan) else {
        panic!("{}: {what} is no replacement: {plan:#?}", example.file)
    };
    shows(example, &what, changes, fields);
    let run = lab.run(&changed).await.succeeded(&format!("{}: {what}", example.file));
    let verbs = [Verb::Read, Verb::Create, Verb::Update, Verb::Delete];
    seen.step(example.kind(), &verbs, &run.calls, &what);
    nothing_to_do(example, &lab, &changed, &what).await;
    seen.run(&lab);
    assert_eq!(lab.tagged().len(), count, "{}: {what} leaves {:?}", example.file, lab.tagged());
}

async fn tags_are_changed(example: &Example, start: &Lab, base: &Graph, seen: &mut Seen) {
    let kind = kinds::named(example.kind()).unwrap();
    if kind.tagging() == aqueduct::aws::Tagging::None {
        return;
    }
    let lab = start.copy().await;
    let mut draft = aqueduct::world::Draft::default();
    for (address, wanted) in base.resources() {
        let mut tags = wanted.tags.clone();
        if *address == example.address() {
            tags = BTreeMap::from([("team".into(), "platform".into()), ("cost".into(), "42".into())]);
        }
        draft.add_value(&address.to_string(), &wanted.spec, tags);
    }
    let retagged = draft.finish().unwrap();
    let plan = lab.plan(&retagged).await;
    let Action::Update { changes, .. } = step(example, &plan) else {
        panic!("{}: new tags are no update: {plan:#?}", example.file)
    };
    assert_eq!(changes.len(), 2, "{}: new tags show {changes:#?}", example.file);
    let run = lab.run(&retagged).await.succeeded(&format!("{}: new tags", example.file));
    seen.step(example.kind(), &[Verb::Read, Verb::Update], &run.calls, "new tags");
    nothing_to_do(example, &lab, &retagged, "new tags").await;
    let run = lab.run(base).await.succeeded(&format!("{}: old tags", example.file));
    seen.step(example.kind(), &[Verb::Read, Verb::Update], &run.calls, "old tags");
    nothing_to_do(example, &lab, base, "old tags").await;
}
