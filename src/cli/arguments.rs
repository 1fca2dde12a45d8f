//! The command line's grammar and help.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Provisions streaming data pipelines on AWS from one YAML manifest, without a state file.
///
/// Exit codes: 0 in sync or done, 1 error, 2 differences (drift, plan --detailed-exitcode), 3 wrong
/// command line or manifest, 4 another run is at work, 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "aqueduct", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Arguments {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The manifest; several are merged in order, later ones win.
    #[arg(short, long = "file", value_name = "FILE", global = true, env = "AQUEDUCT_FILE", value_delimiter = ':')]
    pub files: Vec<PathBuf>,
    /// Use the embedded AWS instead of AWS: its state is kept in DIR between commands, or it is
    /// served at URL by `aqueduct sandbox` with the same --speed.
    #[arg(long, value_name = "DIR|URL", global = true, num_args = 0..=1, require_equals = true, default_missing_value = ".aqueduct/sandbox")]
    pub sandbox: Option<String>,
    /// How many times faster than real time the embedded AWS of --sandbox lives.
    #[arg(long, value_name = "TIMES", global = true, default_value_t = 500.0, value_parser = speed)]
    pub speed: f64,
    /// The profile of the AWS configuration files.
    #[arg(long, value_name = "NAME", global = true)]
    pub profile: Option<String>,
    /// The region; else the manifest's.
    #[arg(long, value_name = "NAME", global = true)]
    pub region: Option<String>,
    /// When to use colours.
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub color: Color,
    /// Say more: every field of new resources, the critical path.
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Name every AWS call on stderr, with status and time.
    #[arg(long, global = true)]
    pub trace_calls: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR says otherwise.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Makes every stream of this process follow it.
    pub(super) fn write_global(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "not a number".to_string())?;
    if (0.001..=100_000.0).contains(&speed) { Ok(speed) } else { Err("0.001 to 100000".into()) }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented manifest to start from.
    Init(Init),
    /// Check the manifest, offline.
    Validate,
    /// Show what apply would do. Changes nothing.
    Plan(Plan),
    /// Make AWS as the manifest wants it.
    Apply(Apply),
    /// Show what on AWS differs from the manifest; exit code 2 when something does.
    Drift(Drift),
    /// Delete everything the stack owns.
    Destroy(Destroy),
    /// Show what is there, how it is, and the addresses to use it by.
    Status(Status),
    /// Draw the resources and what they need.
    Graph(Graph),
    /// Take over what exists already and fits the manifest, whoever made it.
    Adopt(Adopt),
    /// Write what the stack owns for another tool to take over.
    Export(Export),
    /// Print the least that IAM must allow for working on the manifest.
    IamPolicy(IamPolicy),
    /// Serve the embedded AWS to other programs.
    Sandbox(Sandbox),
}

/// Write a commented manifest to start from.
#[derive(Debug, Args)]
pub struct Init {
    /// Where to write it, else where -f says, else aqueduct.yaml; never overwritten.
    pub file: Option<PathBuf>,
    /// The name of the stack.
    #[arg(long, default_value = "pipeline")]
    pub stack: String,
}

/// Show what apply would do.
#[derive(Debug, Args)]
pub struct Plan {
    /// Save the plan for `apply FILE`, which refuses it when anything has changed since.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print the plan as JSON.
    #[arg(long)]
    pub json: bool,
    /// Exit with 2 when there is something to do.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Only this resource and what it needs; may be given several times.
    #[arg(long = "target", value_name = "ADDRESS")]
    pub targets: Vec<String>,
    /// Plan the destruction of everything the stack owns.
    #[arg(long, conflicts_with = "targets")]
    pub destroy: bool,
}

/// How patient to be with others.
#[derive(Clone, Copy, Debug, Args)]
pub struct Wait {
    /// Wait so long for another run that changes the stack.
    #[arg(long = "wait", value_name = "SECONDS", default_value_t = 0)]
    pub seconds: u32,
}

impl Wait {
    /// As a duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }
}

/// Make AWS as the manifest wants it.
#[derive(Debug, Args)]
pub struct Apply {
    /// A plan saved with `plan --out`.
    pub plan: Option<PathBuf>,
    /// Do not ask.
    #[arg(short, long)]
    pub yes: bool,
    /// Allow deleting or replacing what holds data.
    #[arg(long)]
    pub allow_data_loss: bool,
    /// Only this resource and what it needs; may be given several times.
    #[arg(long = "target", value_name = "ADDRESS", conflicts_with = "plan")]
    pub targets: Vec<String>,
    /// Print what happens as JSON, one object a line, on stdout.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub wait: Wait,
}

/// Show what on AWS differs from the manifest.
#[derive(Debug, Args)]
pub struct Drift {
    /// Print it as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Delete everything the stack owns.
#[derive(Debug, Args)]
pub struct Destroy {
    /// Do not ask for the stack's name.
    #[arg(short, long)]
    pub yes: bool,
    /// Allow deleting what holds data.
    #[arg(long)]
    pub allow_data_loss: bool,
    /// Print what happens as JSON, one object a line, on stdout.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub wait: Wait,
}

/// Show what is there.
#[derive(Debug, Args)]
pub struct Status {
    /// Print it as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Take over what exists already and fits the manifest, whoever made it.
///
/// It is found by its name or by what it is like, and gets the tags by which the stack knows it. Nothing else of it is
/// changed; what differs from the manifest is for the next plan to show.
#[derive(Debug, Args)]
pub struct Adopt {
    /// Only these; `=ID` says which object it is.
    #[arg(value_name = "ADDRESS[=ID]")]
    pub resources: Vec<String>,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    #[command(flatten)]
    pub wait: Wait,
}

/// Write what the stack owns for another tool.
#[derive(Debug, Args)]
pub struct Export {
    /// The other tool.
    pub format: Format,
}

/// A tool that can take over.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// Terraform with its AWS provider: `import` blocks.
    Terraform,
}

/// Draw the resources.
#[derive(Debug, Args)]
pub struct Graph {
    /// The language of the drawing.
    #[arg(long, default_value = "dot")]
    pub format: Drawing,
}

/// A language for drawings.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Drawing {
    /// Graphviz.
    Dot,
    /// Mermaid.
    Mermaid,
}

/// Print the least that IAM must allow for working on the manifest.
///
/// The account is the manifest's, else that of the credentials in use. What only an earlier manifest names is not in it.
#[derive(Debug, Args)]
pub struct IamPolicy {
    /// The commands that it is for.
    #[arg(long = "for", value_name = "COMMAND", value_delimiter = ',', default_values = ["apply", "destroy"])]
    pub purposes: Vec<Purpose>,
    /// Print a list of policies, each short enough for a managed policy.
    #[arg(long)]
    pub split: bool,
}

/// What a policy is for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Purpose {
    /// Looking: plan, drift, status, export.
    Plan,
    /// Making, changing and replacing.
    Apply,
    /// Deleting everything.
    Destroy,
    /// Looking and applying unattended.
    Operate,
}

/// Serve the embedded AWS.
#[derive(Debug, Args)]
pub struct Sandbox {
    /// Let callers do only what this IAM policy allows.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Keep its state here.
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// The port on 127.0.0.1; 0 picks a free one.
    #[arg(long, default_value_t = 4566)]
    pub port: u16,
}
