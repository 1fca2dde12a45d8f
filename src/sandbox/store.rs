//! The directory a sandbox lives in: `state.json`, and `objects/`.

use super::account::Account;
use super::clock::{stretch, wall};
use super::objects::Objects;
use crate::files::write_whole;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The layout of `state.json`. Another one is refused, never guessed at.
const VERSION: u32 = 1;

/// Why a directory could not be opened as a sandbox.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It could not be read or written.
    #[error("cannot open the sandbox in {}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Its state is not one this program wrote.
    #[error("{} is not the state of a sandbox: {reason}; remove the directory to start anew", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
}

/// Writes the account into its directory.
#[derive(Debug)]
pub(super) struct Store {
    file: PathBuf,
}

#[derive(Serialize)]
struct Saved<'a> {
    version: u32,
    now: u64,
    wall: u64,
    account: &'a Account,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Loaded {
    version: u32,
    now: u64,
    wall: u64,
    account: Account,
}

impl Store {
    /// Opens `directory`, creating it when missing. Gives back what was saved there and the virtual time it is now: time
    /// during which no process ran counts too, `speed` times.
    pub(super) fn open(directory: &Path, speed: f64) -> Result<(Self, Option<(Account, u64)>), OpenError> {
        let objects = directory.join("objects");
        std::fs::create_dir_all(&objects).map_err(|source| OpenError::Io { path: objects.clone(), source })?;
        let file = directory.join("state.json");
        let text = match std::fs::read(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Self { file }, None)),
            Err(source) => return Err(OpenError::Io { path: file, source }),
        };
        let invalid = |reason: String| OpenError::Invalid { path: file.clone(), reason };
        let loaded: Loaded = serde_json::from_slice(&text).map_err(|error| invalid(error.to_string()))?;
        if loaded.version != VERSION {
            return Err(invalid(format!("it has layout {}, this program reads {VERSION}", loaded.version)));
        }
        let away = Duration::from_millis(wall().saturating_sub(loaded.wall));
        let now = loaded.now.saturating_add(stretch(away, speed));
        Ok((Self { file }, Some((loaded.account, now))))
    }

    /// The bytes of the objects of `directory`.
    pub(super) fn objects(directory: &Path) -> Objects {
        Objects::in_directory(&directory.join("objects"))
    }

    /// Writes all of `account`, whole or not at all.
    pub(super) fn save(&self, account: &Account) -> io::Result<()> {
        let saved = Saved { version: VERSION, now: account.now, wall: wall(), account };
        let text = serde_json::to_vec(&saved)?;
        write_whole(&self.file, &text)
    }
}
