//! Files that somebody put there to do harm, or by mistake: refused, and none of them is waited for or read without end.

use super::broken::validate;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A manifest of Airflow whose `dags/` has one file; deleted when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("dags")).unwrap();
        fs::write(folder.join("dags/dag.py"), "").unwrap();
        fs::write(folder.join("m.yaml"), "aqueduct: 1\nstack: probe\nregion: us-east-1\nairflow: {dags: dags}\n")
            .unwrap();
        Self(folder)
    }

    fn dags(&self) -> PathBuf {
        self.0.join("dags")
    }

    /// What `validate` finds, without paths.
    fn found(&self) -> String {
        let (diagnostics, sources) = validate(self.0.join("m.yaml"));
        diagnostics.render(&sources, false).replace(self.0.to_str().unwrap(), "")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn links_within_a_folder_are_followed() {
    let folder = Folder::new("within");
    symlink("dag.py", folder.dags().join("same.py")).unwrap();
    assert_eq!(folder.found(), "");
}

#[test]
fn links_out_of_a_folder_are_refused() {
    for (name, target) in [("file", "../m.yaml"), ("folder", ".."), ("circle", ".")] {
        let folder = Folder::new(name);
        symlink(target, folder.dags().join("link")).unwrap();
        let found = folder.found();
        assert!(found.contains("cannot upload /dags/link: this link leads to another folder"), "{name}: {found}");
        assert!(found.contains("m.yaml:4:17"), "{found}");
    }
}

#[test]
fn pipes_are_not_waited_for() {
    let folder = Folder::new("pipe");
    pipe(&folder.dags().join("pipe.py"));
    assert!(folder.found().contains("cannot upload /dags/pipe.py: it is no file"), "{}", folder.found());
    let folder = Folder::new("requirements");
    pipe(&folder.0.join("requirements.txt"));
    let manifest = fs::read_to_string(folder.0.join("m.yaml")).unwrap();
    fs::write(folder.0.join("m.yaml"), manifest.replace("dags}", "dags, requirements: requirements.txt}")).unwrap();
    assert!(folder.found().contains("there is no `/requirements.txt`"), "{}", folder.found());
}

#[test]
fn names_that_terminals_or_urls_would_take_for_something_else_are_refused() {
    for (number, name) in [b"\x1b[2J.py".as_slice(), b"a\nb.py", b"\xff.py"].into_iter().enumerate() {
        let folder = Folder::new(&format!("name-{number}"));
        fs::write(folder.dags().join(std::ffi::OsStr::from_bytes(name)), "").unwrap();
        let found = folder.found();
        assert!(found.contains("its name is not printable Unicode") && !found.contains('\x1b'), "{found}");
    }
}

#[test]
fn a_manifest_without_end_is_not_read_to_its_end() {
    let (diagnostics, sources) = validate("/dev/zero".into());
    let found = diagnostics.render(&sources, false);
    assert!(found.contains("cannot read /dev/zero: it is larger than 1 MiB"), "{found}");
}
