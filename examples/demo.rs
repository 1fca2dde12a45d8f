//! The whole life of the pipeline on the embedded AWS, told step by step: `make demo`.
//!
//! Serves a sandbox on a free port of the loopback interface, runs the real `aqueduct` command against
//! it, and between the commands plays the colleague who changes things by hand, with AWS's own SDK.

use aqueduct_sandbox::{Options, Sandbox, services};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::process::Command;

const SPEED: &str = "500";
const MANIFEST: &str = "manifests/pinterest.yaml";

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    match story().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThe demo failed: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Stage {
    sandbox: Arc<Sandbox>,
    url: String,
    aqueduct: PathBuf,
}

async fn story() -> Outcome {
    let stage = Stage::set().await?;
    let began = Instant::now();
    tell("This is one manifest. It describes the whole pipeline: network, Kafka, sink, client, API, streams, Airflow.");
    stage.run(&["validate"], 0).await?;
    tell("What would it make? Nothing is changed by asking.");
    stage.run(&["plan"], 0).await?;
    tell(&format!(
        "Make it. AWS takes its time; here it passes {SPEED} times faster, and nothing waits for what it does not need."
    ));
    stage.run(&["apply", "--yes", "--verbose"], 0).await?;
    tell("Plan again: nothing is left to do. There is no state file; AWS itself was asked.");
    stage.run(&["plan", "--detailed-exitcode"], 0).await?;
    stage.run(&["drift"], 0).await?;
    tell("Apply again: not one call that changes anything.");
    let calls = stage.run(&["apply", "--yes"], 0).await?;
    expect(calls.mutating == 0, "the second apply changes something")?;
    tell("What is there, and where to reach it:");
    stage.run(&["status"], 0).await?;
    tell("Now somebody changes things by hand, behind our back …");
    for deed in stage.meddle().await? {
        println!("  · {deed}");
    }
    tell("… and drift says what, with exit code 2, as CI wants it:");
    stage.run(&["drift"], 2).await?;
    tell("Apply puts it right, touching only that:");
    stage.run(&["apply", "--yes"], 0).await?;
    stage.run(&["drift"], 0).await?;
    tell("Destroy it. What holds data is protected unless one says otherwise:");
    stage.run(&["destroy", "--yes"], 1).await?;
    stage.run(&["destroy", "--yes", "--allow-data-loss"], 0).await?;
    let left = stage.left();
    expect(left.is_empty(), &format!("left behind: {left:?}"))?;
    tell(&format!("Nothing is left. The whole story took {:.0} seconds.", began.elapsed().as_secs_f64()));
    Ok(())
}

fn tell(text: &str) {
    println!("\n\x1b[1m▌ {text}\x1b[0m");
}

fn expect(holds: bool, otherwise: &str) -> Outcome {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}

/// What a command asked of AWS.
struct Calls {
    mutating: usize,
}

impl Stage {
    async fn set() -> Outcome<Self> {
        let sandbox = Sandbox::new(Options { speed: SPEED.parse()?, ..Options::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(sandbox.clone().serve(listener));
        let examples = std::env::current_exe()?;
        let built = examples.parent().and_then(Path::parent).ok_or("this program lies in no folder")?;
        let aqueduct = built.join(format!("aqueduct{}", std::env::consts::EXE_SUFFIX));
        expect(aqueduct.exists(), "build the command first: cargo build --bin aqueduct")?;
        Ok(Self { sandbox, url, aqueduct })
    }

    /// Runs a command and checks how it ends.
    async fn run(&self, arguments: &[&str], exit: i32) -> Outcome<Calls> {
        println!("\n\x1b[36m$ aqueduct -f {MANIFEST} {}\x1b[0m", arguments.join(" "));
        self.sandbox.clear_calls();
        let began = Instant::now();
        let mut command = Command::new(&self.aqueduct);
        command.args(["-f", MANIFEST, &format!("--sandbox={}", self.url), "--speed", SPEED]).args(arguments);
        let status = command.status().await?;
        let calls = self.sandbox.calls();
        let mutating = calls.iter().filter(|call| call.mutating).count();
        let took = began.elapsed().as_secs_f64();
        println!("\x1b[2m({} AWS calls, {mutating} of them changes; {took:.1} s)\x1b[0m", calls.len());
        expect(status.code() == Some(exit), &format!("`{}` ended with {status}, not {exit}", arguments.join(" ")))?;
        Ok(Calls { mutating })
    }

    fn client(&self) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::from_keys("colleague", "sandbox", None)))
            .endpoint_url("http://sandbox")
            .http_client(self.sandbox.http_client())
            .build()
    }

    /// The colleague's deeds.
    async fn meddle(&self) -> Outcome<Vec<String>> {
        let config = self.client();
        let mut deeds = vec![];

        let kinesis = aws_sdk_kinesis::Client::new(&config);
        let call = kinesis.increase_stream_retention_period().stream_name("streaming_df_pin");
        call.retention_period_hours(48).send().await?;
        deeds.push("keeps the records of streaming_df_pin for 48 hours".into());

        let ec2 = aws_sdk_ec2::Client::new(&config);
        let groups = ec2.describe_security_groups().send().await?;
        let ours = |group: &&aws_sdk_ec2::types::SecurityGroup| {
            group.tags().iter().any(|tag| tag.value() == Some("ec2/security-group/client"))
        };
        if let Some(group) = groups.security_groups().iter().find(ours) {
            let call = ec2.authorize_security_group_ingress().set_group_id(group.group_id.clone());
            call.ip_protocol("tcp").from_port(22).to_port(22).cidr_ip("0.0.0.0/0").send().await?;
            deeds.push(format!("opens port 22 of {} to the world", group.group_id().unwrap_or_default()));
        }

        let s3 =
            aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build());
        for bucket in s3.list_buckets().send().await?.buckets() {
            let name = bucket.name().unwrap_or_default();
            if name.contains("user-") {
                s3.delete_public_access_block().bucket(name).send().await?;
                deeds.push(format!("takes the public access block off {name}"));
            }
        }

        let gateway = aws_sdk_apigateway::Client::new(&config);
        for api in gateway.get_rest_apis().send().await?.items() {
            let id = api.id().unwrap_or_default();
            let resources = gateway.get_resources().rest_api_id(id).limit(500).send().await?;
            let streams = resources.items().iter().find(|resource| resource.path() == Some("/streams"));
            if let Some(streams) = streams.and_then(|streams| streams.id()) {
                gateway.delete_method().rest_api_id(id).resource_id(streams).http_method("GET").send().await?;
                deeds.push(format!("deletes GET /streams of API {id}"));
            }
        }
        expect(deeds.len() == 4, &format!("the colleague found only this to do: {deeds:?}"))?;
        Ok(deeds)
    }

    /// Everything that still carries a stack's tag.
    fn left(&self) -> Vec<String> {
        self.sandbox.with_account(|account| {
            let tagged = services::ALL.iter().filter_map(|service| service.tagged);
            let all = tagged.flat_map(|tagged| tagged(account));
            all.filter(|(_, tags)| tags.contains_key("aqueduct:stack")).map(|(arn, _)| arn).collect()
        })
    }
}
