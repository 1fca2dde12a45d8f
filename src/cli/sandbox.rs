//! `aqueduct sandbox`.

use super::arguments::Sandbox as Arguments;
use super::exit::{Exit, Failure};
use super::output;
use super::signals::Signals;
use aqueduct_sandbox::iam::Policy;
use aqueduct_sandbox::{Options, Sandbox};
use std::path::Path;
use tokio::net::TcpListener;

fn policy(path: &Path) -> Result<Policy, Failure> {
    let file = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::usage(format!("cannot read {file}: {error}")))?;
    Policy::parse(&text).map_err(|error| {
        Failure::usage(format!(
            "{file} is no policy that IAM would take: {error}\n  write one with `aqueduct iam-policy`"
        ))
    })
}

pub(super) async fn run(speed: f64, command: &Arguments) -> Result<Exit, Failure> {
    let policy = command.policy.as_deref().map(policy).transpose()?;
    let options = Options { speed, policy, ..Options::default() };
    let sandbox = match &command.state {
        Some(directory) => Sandbox::open(directory, options)?,
        None => Sandbox::new(options),
    };
    let listener = TcpListener::bind(("127.0.0.1", command.port)).await.map_err(|error| {
        Failure::new(format!("cannot listen on 127.0.0.1:{}: {error}\n  choose another with --port", command.port))
    })?;
    let address = listener.local_addr()?;
    let mut signals = Signals::new()?;
    output::print(&format!("http://{address}\n"));
    output::say(&format!(
        "Serving AWS until Ctrl-C. In another terminal:\n  export AWS_ENDPOINT_URL=http://{address} AWS_REGION=us-east-1 \
         AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox"
    ));
    tokio::select! {
        () = sandbox.serve(listener) => {}
        () = signals.next() => {}
    }
    Ok(Exit::InSync)
}
