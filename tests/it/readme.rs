//! What README.md shows is what happens.

use crate::cli::transcript::Stage;
use crate::pipeline::wanted;
use crate::support::Lab;
use std::fs;
use std::path::Path;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The block of code that begins with the line `first`.
fn block<'a>(text: &'a str, first: &str) -> &'a str {
    let start = text.find(&format!("```\n{first}\n")).or_else(|| text.find(&format!("```yaml\n{first}\n"))).unwrap();
    let block = text[start..].split_once('\n').unwrap().1;
    &block[..block.find("```").unwrap()]
}

#[test]
fn it_shows_the_manifest_that_comes_along() {
    let manifest = file("manifests/pinterest.yaml");
    assert_eq!(block(&file("README.md"), manifest.lines().next().unwrap()), manifest);
}

#[test]
fn it_shows_the_plan_of_that_manifest() {
    let (readme, stage) = (file("README.md"), Stage::new());
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests/pinterest.yaml");
    let command = stage.command("aqueduct").arg("-f").arg(manifest).args(["--sandbox", "plan"]).output().unwrap();
    let first = "$ aqueduct -f manifests/pinterest.yaml plan";
    assert_eq!(block(&readme, first), format!("{first}\n{}", String::from_utf8(command.stdout).unwrap()));
    let makes = format!("It makes {} resources.", wanted("pinterest").resources().len());
    assert!(readme.contains(&makes), "{makes}");
}

#[tokio::test(start_paused = true)]
async fn it_says_how_many_calls_a_plan_takes() {
    let (lab, graph) = (Lab::of_stack("pinterest").await, wanted("pinterest"));
    lab.run(&graph).await.succeeded("create");
    lab.sandbox.clear_calls();
    lab.again().await.plan(&graph).await;
    let calls = format!("| no-op plan of it | {} AWS calls |", lab.sandbox.calls().len());
    assert!(file("README.md").contains(&calls), "{calls}");
}
