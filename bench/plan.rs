//! What a plan costs: calls, seconds and memory, on the embedded AWS.
//!
//! `make bench` prints two tables: the no-op plan of `manifests/pinterest.yaml` with 50 ms added to every
//! answer, against the longest chain of calls that wait for each other; and no-op plans over many
//! resources of one kind.

use aqueduct::apply::{Interrupt, apply};
use aqueduct::aws::{Connect, Cx, Pace, StandIn};
use aqueduct::manifest::{Inputs, load, lower};
use aqueduct::plan::plan;
use aqueduct::resource::Place;
use aqueduct::world::{Draft, Graph, observe};
use aqueduct_sandbox::faults::{At, Effect};
use aqueduct_sandbox::{Options, Sandbox};
use serde_json::json;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const MANIFEST: &str = "manifests/pinterest.yaml";
const LATENCY: Duration = Duration::from_millis(50);
/// Fast enough that nothing waits for the life-cycles of the sandbox or for rate budgets.
const FAST: f64 = 100_000.0;

fn main() {
    println!("| no-op plan of {MANIFEST} | |\n|---|---|");
    let (calls, chain) = paused().block_on(longest_chain());
    println!("| AWS calls | {calls} |");
    println!(
        "| longest chain of dependent calls | {} × {} ms = {} ms |",
        chain.as_millis() / LATENCY.as_millis(),
        LATENCY.as_millis(),
        chain.as_millis()
    );
    let (wall, memory) = running().block_on(the_real_command());
    let times = wall.as_secs_f64() / chain.as_secs_f64();
    println!("| wall time of `aqueduct plan`, 50 ms an answer | {} ms, {times:.2} × the chain |", wall.as_millis());
    println!("| peak memory of it | {memory} MiB |");
    println!("| `aqueduct --version`, median of 21 | {:.1} ms |", start_up().as_secs_f64() * 1000.0);

    println!("\n| no-op plan over | calls | seconds | peak memory of the process so far, MiB |\n|---|---|---|---|");
    for (what, graph) in [
        ("1,000 routes of one API", routes(250)),
        ("1,000 topics of one cluster", topics(1000)),
        ("1,000 tagged objects of one bucket", objects(1000)),
        ("300 streams", streams(300)),
    ] {
        let (calls, took) = running().block_on(over(&graph));
        println!("| {what} | {calls} | {:.2} | {} |", took.as_secs_f64(), high_water("self"));
    }
}

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime")
}

fn running() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

fn pinterest() -> Graph {
    let inputs = Inputs { account: Some("000000000000"), region: None, env: &|name| std::env::var(name).ok() };
    let loaded = load(&[MANIFEST.into()], &inputs);
    let manifest = loaded.manifest.unwrap_or_else(|| panic!("{}", loaded.diagnostics.render(&loaded.sources, false)));
    let place = Place::new("test", "us-east-1", "000000000000");
    lower(&manifest, &loaded.sources, &place).unwrap_or_else(|wrong| panic!("{}", wrong.render(&loaded.sources, false)))
}

async fn connect(sandbox: &Arc<Sandbox>, stack: &str) -> Cx {
    let stand_in = Some(StandIn::Client(sandbox.http_client()));
    let connect = Connect { stand_in, pace: Some(Pace::times(FAST)), ..Connect::default() };
    connect.connect(stack).await.expect("the sandbox answers")
}

async fn made(graph: &Graph, stack: &str) -> (Arc<Sandbox>, Cx) {
    let sandbox = Sandbox::new(Options { speed: FAST, rate_limits: false, ..Options::default() });
    let cx = connect(&sandbox, stack).await;
    let world = observe(&cx, graph).await.expect("an empty account can be read");
    let plan = plan(graph, &world, graph).expect("nothing is in the way");
    let (_keep, interrupt) = Interrupt::new();
    let outcome = apply(&cx, &plan, world, interrupt, &|_| {}).await;
    assert!(outcome.complete(), "{:?}", outcome.failed);
    (sandbox, cx)
}

async fn nothing_to_do(cx: &Cx, graph: &Graph) {
    let world = observe(cx, graph).await.expect("the account can be read");
    let plan = plan(graph, &world, graph).expect("nothing is in the way");
    assert!(plan.is_empty(), "{plan:#?}");
}

/// In paused time a look at AWS takes exactly as long as its longest chain of calls.
async fn longest_chain() -> (usize, Duration) {
    let graph = pinterest();
    let (sandbox, _) = made(&graph, "pinterest").await;
    sandbox.faults().add(At::every("*"), Effect::Delay(LATENCY));
    sandbox.clear_calls();
    let start = tokio::time::Instant::now();
    let cx = connect(&sandbox, "pinterest").await;
    nothing_to_do(&cx, &graph).await;
    (sandbox.calls().len(), start.elapsed())
}

/// Runs the command itself against a served sandbox.
async fn the_real_command() -> (Duration, u64) {
    let graph = pinterest();
    let (sandbox, _) = made(&graph, "pinterest").await;
    sandbox.faults().add(At::every("*"), Effect::Delay(LATENCY));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let url = format!("--sandbox=http://{}", listener.local_addr().expect("bound"));
    let serving = tokio::spawn(sandbox.clone().serve(listener));
    let mut best = (Duration::MAX, 0);
    for _ in 0..5 {
        let start = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_aqueduct"))
            .args(["-f", MANIFEST, &url, "--speed", "1", "plan", "--detailed-exitcode"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        let mut memory = 0;
        let status = loop {
            memory = memory.max(high_water(&child.id().to_string()));
            if let Some(status) = child.try_wait().expect("a child") {
                break status;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        assert!(status.success(), "the plan is empty: {status}");
        best = best.min((start.elapsed(), memory));
    }
    serving.abort();
    best
}

fn start_up() -> Duration {
    let mut times: Vec<Duration> = (0..21)
        .map(|_| {
            let start = Instant::now();
            let done =
                Command::new(env!("CARGO_BIN_EXE_aqueduct")).arg("--version").output().expect("the command starts");
            assert!(done.status.success());
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

async fn over(graph: &Graph) -> (usize, Duration) {
    let (sandbox, cx) = made(graph, "many").await;
    sandbox.clear_calls();
    let start = Instant::now();
    nothing_to_do(&cx, graph).await;
    (sandbox.calls().len(), start.elapsed())
}

/// The most memory a process ever had, in MiB; 0 where the system does not say.
fn high_water(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

fn finished(draft: Draft) -> Graph {
    draft.finish().unwrap_or_else(|errors| panic!("{}", errors.iter().map(ToString::to_string).collect::<String>()))
}

fn routes(paths: usize) -> Graph {
    let mut draft = Draft::default();
    let integration = json!({ "type": "HTTP_PROXY", "http_method": "ANY", "uri": "http://192.0.2.1/" });
    let methods = ["GET", "PUT", "POST", "DELETE"];
    let names = (0..paths).flat_map(|path| methods.map(|method| format!("{method} /p{path:03}")));
    let routes: BTreeMap<String, _> = names.map(|name| (name, json!({ "integration": integration }))).collect();
    draft.add_value(
        "apigateway/rest-api/many",
        &json!({ "name": "many", "endpoint": "REGIONAL", "routes": routes }),
        BTreeMap::new(),
    );
    finished(draft)
}

fn topics(count: usize) -> Graph {
    let mut draft = Draft::default();
    let tags = BTreeMap::new;
    draft.add_value("ec2/vpc/main", &json!({ "cidr": "10.0.0.0/16", "dns_hostnames": true }), tags());
    let zones = ["a", "b", "c"];
    for (index, zone) in zones.iter().enumerate() {
        let spec = json!({ "vpc": "⟦ec2/vpc/main|id⟧", "cidr": format!("10.0.{index}.0/24"), "zone": format!("us-east-1{zone}") });
        draft.add_value(&format!("ec2/subnet/{zone}"), &spec, tags());
    }
    let subnets = zones.map(|zone| format!("⟦ec2/subnet/{zone}|id⟧"));
    let capacity = json!({ "provisioned": {
        "version": "3.8.x", "brokers": 3, "broker_type": "kafka.m7g.large", "subnets": subnets, "storage_gib": 100,
        "authentication": { "iam": true },
    } });
    draft.add_value("kafka/cluster/main", &json!({ "name": "many", "capacity": capacity }), tags());
    for topic in 0..count {
        let name = format!("t{topic:04}");
        let spec = json!({ "cluster": "⟦kafka/cluster/main|id⟧", "name": name, "partitions": 1, "replication": 3 });
        draft.add_value(&format!("kafka/topic/{name}"), &spec, tags());
    }
    finished(draft)
}

fn objects(count: usize) -> Graph {
    use md5::Digest;
    let mut draft = Draft::default();
    draft.add_value("s3/bucket/many", &json!({ "name": "many-objects", "versioning": true }), BTreeMap::new());
    for object in 0..count {
        let text = format!("object {object}");
        let md5: String = md5::Md5::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        let spec = json!({
            "bucket": "⟦s3/bucket/many|id⟧", "key": format!("dags/{object:04}.txt"),
            "content": { "md5": md5, "source": { "text": text } },
        });
        draft.add_value(&format!("s3/object/dags/{object:04}.txt"), &spec, BTreeMap::new());
    }
    finished(draft)
}

fn streams(count: usize) -> Graph {
    let mut draft = Draft::default();
    for stream in 0..count {
        let name = format!("s{stream:03}");
        let spec = json!({ "name": name, "mode": "provisioned", "shards": 1, "retention_hours": 24 });
        draft.add_value(&format!("kinesis/stream/{name}"), &spec, BTreeMap::new());
    }
    finished(draft)
}
