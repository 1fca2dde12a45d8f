//! Transcripts: Markdown files with commands and all that they print, held against what they print now.
//!
//! `    $ COMMAND` is run by the shell in a folder of its own that holds `aqueduct.yaml`. Below it stands what it prints:
//! stdout as it is, stderr behind `2> `, and `? N` when the exit code is not 0. Text at the margin is prose. `aws` is no
//! program here, but calls the sandbox of the folder by way of the SDK: what somebody does behind Aqueduct's back.
//!
//! `SNAPSHOTS=overwrite cargo test --test it cli` writes the transcripts anew.

use aqueduct::aws::{Connect, StandIn};
use aqueduct_sandbox::{Options, Sandbox};
use similar::TextDiff;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The folder with the transcripts.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/cli/transcripts")
}

/// Runs the commands of the transcript `name` and compares.
pub fn play(name: &str) {
    let file = folder().join(format!("{name}.md"));
    let expected = fs::read_to_string(&file).unwrap();
    let stage = Stage::new();
    let mut actual = String::new();
    let mut prose = true;
    for line in expected.lines() {
        if let Some(command) = line.strip_prefix("    $ ") {
            write!(actual, "\n    $ {command}\n{}", stage.run(command)).unwrap();
            prose = false;
        } else if !line.starts_with("    ") && !line.is_empty() {
            let gap = if prose { "" } else { "\n" };
            writeln!(actual, "{gap}{line}").unwrap();
            prose = true;
        }
    }
    if std::env::var("SNAPSHOTS").is_ok_and(|what| what == "overwrite") {
        fs::write(&file, &actual).unwrap();
    } else if actual != expected {
        let diff = TextDiff::from_lines(&expected, &actual);
        panic!("{name} is not what happens:\n{}", diff.unified_diff().header("written", "happens"));
    }
}

/// A folder of its own, with a manifest, removed in the end.
pub struct Stage(PathBuf);

impl Stage {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("stage-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("aqueduct.yaml"), include_str!("aqueduct.yaml")).unwrap();
        Self(folder)
    }

    /// `program` in this folder, without terminal, credentials or settings of whoever runs the tests.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let binary = Path::new(env!("CARGO_BIN_EXE_aqueduct")).parent().unwrap();
        let path = format!("{}:/usr/bin:/bin", binary.display());
        command.current_dir(&self.0).env_clear().env("PATH", path).env("HOME", &self.0).stdin(Stdio::null());
        command
    }

    /// What `line` prints, as transcripts show it.
    fn run(&self, line: &str) -> String {
        if let Some(call) = line.strip_prefix("aws ") {
            self.aws(call);
            return String::new();
        }
        let Output { status, stdout, stderr } = self.command("sh").args(["-c", line]).output().unwrap();
        let code = status.code().unwrap();
        let mut shown = lines(&stdout);
        shown.extend(lines(&stderr).into_iter().map(|line| format!("2> {line}")));
        shown.extend((code != 0).then(|| format!("? {code}")));
        shown.iter().fold(String::new(), |out, line| out + format!("    {line}").trim_end() + "\n")
    }

    /// Calls Kinesis, given as one would on the command line of AWS, and lets what it begins come to its end.
    fn aws(&self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let option = |name: &str| {
            let at = words.iter().position(|word| *word == name).unwrap_or_else(|| panic!("{line}: {name} is missing"));
            words[at + 1]
        };
        let stream = option("--stream-name");
        let hours = || option("--retention-period-hours").parse().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            // At the speed that commands give it, else its time would go back.
            let options = Options { speed: 500.0, ..Options::default() };
            let sandbox = Sandbox::open(&self.0.join(".aqueduct/sandbox"), options).unwrap();
            let connect = Connect { stand_in: Some(StandIn::Client(sandbox.http_client())), ..Connect::default() };
            let cx = connect.connect("somebody-else").await.unwrap();
            let kinesis = cx.kinesis();
            match words[..2].join(" ").as_str() {
                "kinesis create-stream" => {
                    drop(kinesis.create_stream().stream_name(stream).shard_count(1).send().await.unwrap());
                }
                "kinesis delete-stream" => drop(kinesis.delete_stream().stream_name(stream).send().await.unwrap()),
                "kinesis increase-stream-retention-period" => {
                    let call = kinesis.increase_stream_retention_period().stream_name(stream);
                    drop(call.retention_period_hours(hours()).send().await.unwrap());
                }
                "kinesis add-tags-to-stream" => {
                    let (key, value) = option("--tags").split_once('=').unwrap();
                    drop(kinesis.add_tags_to_stream().stream_name(stream).tags(key, value).send().await.unwrap());
                }
                other => panic!("{other} is not among the calls that transcripts can make"),
            }
            tokio::time::sleep(Duration::from_secs(600)).await;
            // The sandbox remembers what time it is whenever something is changed.
            cx.logs().create_log_group().log_group_name("elsewhere").send().await.unwrap();
            cx.logs().delete_log_group().log_group_name("elsewhere").send().await.unwrap();
        });
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The lines of `output` without what depends on the machine that runs it: times, digests, how often something is waited
/// for, and the order in which steps that run side by side end. Control codes are made visible.
fn lines(output: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(output).unwrap().replace('\u{1b}', "␛");
    let passing = ["typically ", ": trying again: ", r#""event":"waiting""#, r#""event":"retrying""#];
    let lasting = text.lines().filter(|line| !passing.iter().any(|sign| line.contains(sign)));
    let mut lines: Vec<String> = lasting.map(|line| without_ids(&without_times(line))).collect();
    let ends = |line: &String| line.ends_with(TIME) || line.contains(r#""event":"done""#);
    lines.chunk_by_mut(|one, other| ends(one) && ends(other)).for_each(<[String]>::sort);
    lines
}

const TIME: &str = "[time]";

/// `12 s`, `3 min 20 s`, `"took_ms":4711` and `9 AWS calls` without their numbers.
fn without_times(line: &str) -> String {
    let mut words: Vec<String> = vec![];
    for word in line.split(' ') {
        let last = words.last().map(String::as_str).unwrap_or_default();
        let number = !last.is_empty() && last.chars().all(|c| c.is_ascii_digit() || c == '.');
        match word.trim_end_matches([',', '.']) {
            unit @ ("s" | "min" | "h") if number => {
                words.pop();
                let punctuation = &word[unit.len()..];
                words.pop_if(|before| before == TIME);
                words.push(format!("{TIME}{punctuation}"));
            }
            "AWS" if number => {
                words.pop();
                words.extend(["[n]".to_owned(), word.to_owned()]);
            }
            _ => words.push(word.to_owned()),
        }
    }
    let mut pieces = words.join(" ");
    let mut from = 0;
    while let Some(at) = pieces[from..].find("_ms\":") {
        from += at + "_ms\":".len();
        let end = pieces[from..].find(|c: char| !c.is_ascii_digit()).map_or(pieces.len(), |length| from + length);
        pieces.replace_range(from..end, "[n]");
    }
    pieces
}

/// A digest, which is 64 hexadecimal digits in quotes, and `[request ID]`.
fn without_ids(line: &str) -> String {
    let hexadecimal = |word: &&str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (line.split('"').find(hexadecimal), line.split_once("[request ")) {
        (Some(digest), _) => line.replace(digest, "[digest]"),
        (None, Some((before, after))) => format!("{before}[request]{}", after.split_once(']').unwrap().1),
        (None, None) => line.to_owned(),
    }
}
